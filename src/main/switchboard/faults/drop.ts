/** Drop: each frame is lost with a probability from 0 to 1, independently of the others. */
import type { FaultDefinition } from './fault'

export const drop: FaultDefinition<'drop'> = {
  replacesLike: true,
  create: ({ probability }, context) => ({
    take(frame) {
      if (context.random() < probability) context.drop(frame)
      else context.pass(frame)
    },
  }),
}
