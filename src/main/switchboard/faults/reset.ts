/** Reset: the connection of the link breaks with RST at both ends, once; the sender dials again. */
import type { FaultDefinition } from './fault'

export const reset: FaultDefinition<'reset'> = {
  replacesLike: false,
  create(_fault, context) {
    context.reset()
    context.finish()
    return { take: context.pass }
  },
}
