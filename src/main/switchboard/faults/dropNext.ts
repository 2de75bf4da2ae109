/** DropNext: the next `count` frames of the link are lost, then it is over by itself. */
import type { FaultDefinition } from './fault'

export const dropNext: FaultDefinition<'dropNext'> = {
  replacesLike: false,
  create({ count }, context) {
    let left = count
    return {
      take(frame) {
        if (left === 0) return context.pass(frame)
        left -= 1
        context.drop(frame)
        if (left === 0) context.finish()
      },
    }
  },
}
