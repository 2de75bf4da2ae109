/**
 * Burst: loss in runs, after Gilbert and Elliott. At each frame of a good time a burst begins with
 * a probability; then every frame is lost, and after each the burst ends with 1 / meanFrames.
 */
import type { FaultDefinition } from './fault'

export const burst: FaultDefinition<'burst'> = {
  replacesLike: true,
  create({ probability, meanFrames }, context) {
    let isBad = false
    return {
      take(frame) {
        isBad ||= context.random() < probability
        if (!isBad) return context.pass(frame)
        context.drop(frame)
        isBad = context.random() >= 1 / meanFrames
      },
    }
  },
}
