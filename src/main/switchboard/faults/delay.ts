/**
 * Delay: each frame waits as its shape draws it (`core/delayShape.ts`). Order is kept: a frame with
 * a short draw waits for the one before it, as behind a slow packet of one TCP stream.
 */
import { drawDelayMs } from '../../../core/delayShape'
import { DueQueue } from './dueQueue'
import type { FaultDefinition } from './fault'

export const delay: FaultDefinition<'delay'> = {
  replacesLike: true,
  create(law, context) {
    const queue = new DueQueue(context)
    return {
      take: (frame) => queue.put(frame, context.nowMs() + drawDelayMs(law, () => context.random())),
      end: () => queue.passAll(),
      lose: () => queue.dropAll(),
    }
  },
}
