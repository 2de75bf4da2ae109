/**
 * Half-open: the receiver's end of the connection is closed, the sender's stays up, and whatever it
 * sends is swallowed: it thinks that it is connected. A sender that dials meanwhile is taken, and
 * heard by nobody. At the end its connection breaks, so that it dials again.
 */
import type { FaultDefinition } from './fault'

export const halfOpen: FaultDefinition<'halfOpen'> = {
  replacesLike: false,
  create(_fault, context) {
    context.sever(true)
    return { take: context.drop, end: () => context.sever(false) }
  },
}
