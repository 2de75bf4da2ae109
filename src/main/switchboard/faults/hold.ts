/**
 * Hold: frames wait at the gate until somebody lets them go, or the hold ends. Near the receiver's
 * end of the chain, so that a released frame leaves at once. It outlives a broken connection.
 */
import type { FaultDefinition } from './fault'

export const hold: FaultDefinition<'hold'> = {
  replacesLike: false,
  create: ({ atEnd }, context) => ({
    take(frame) {
      // By hand beats by rule: what was released once is not held by the next hold.
      if (frame.isReleased === true) context.pass(frame)
      else context.keep(frame)
    },
    end: () => context.endKeeping(atEnd),
  }),
}
