/** A window's calls over a lab and, where a test has one, over a desk. */
import { LabCallError } from '../../src/shared/api'
import type { Lab } from '../../src/shared/api'
import type { DeskApi } from '../../src/shared/deskApi'
import type { WindowApi } from '../../src/shared/rpc'

/** Calls that the test gives no desk for are refused, as a host without one does. */
export function withDesk(lab: Lab, desk: Partial<DeskApi> = {}): WindowApi {
  return new Proxy(lab as unknown as WindowApi, {
    get(target, name) {
      const own: unknown = Reflect.get(desk, name)
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name)
      if (typeof value === 'function') return value.bind(lab) as unknown
      return value ?? (() => Promise.reject(new LabCallError('unavailable', `no ${String(name)}`)))
    },
  })
}
