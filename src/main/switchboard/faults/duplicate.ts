/** Duplicate: each frame is sent twice, back to back, with a probability from 0 to 1. */
import type { FaultDefinition } from './fault'

export const duplicate: FaultDefinition<'duplicate'> = {
  replacesLike: true,
  create: ({ probability }, context) => ({
    take(frame) {
      if (context.random() >= probability) return context.pass(frame)
      context.pass({ ...frame, copy: 'first' })
      context.pass({ ...frame, copy: 'second' })
    },
  }),
}
