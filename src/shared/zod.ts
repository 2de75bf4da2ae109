/**
 * zod with its code generation off: compiled parsers use `new Function`, which the CSP forbids. The
 * only import of zod, so that no parser can be made before the switch is set.
 */
import * as z from 'zod'

z.config({ jitless: true })

export { z }
