/**
 * Bandwidth: a link carries so many bytes a second, one frame after the other. What comes faster
 * waits in a queue of `queueBytes`; a frame that does not fit is dropped. An empty queue takes a
 * frame of any size.
 */
import { DueQueue } from './dueQueue'
import type { FaultDefinition } from './fault'

export const bandwidth: FaultDefinition<'bandwidth'> = {
  replacesLike: true,
  create({ bytesPerSecond, queueBytes }, context) {
    const queue = new DueQueue(context)
    let freeAtMs = 0
    return {
      take(frame) {
        const bytes = frame.bytes.length
        if (queue.length > 0 && queue.bytes + bytes > queueBytes) return context.drop(frame)
        const startMs = Math.max(freeAtMs, context.nowMs())
        freeAtMs = startMs + (bytes * 1000) / bytesPerSecond
        queue.put(frame, freeAtMs)
      },
      end: () => queue.passAll(),
      lose() {
        queue.dropAll()
        freeAtMs = 0
      },
    }
  },
}
