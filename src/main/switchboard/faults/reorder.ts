/**
 * Reorder: each frame waits uniform(0, windowMs) with a probability from 0 to 1; those behind it
 * overtake it. When the fault ends, what still waits leaves in order of arrival.
 */
import type { LinkFrame } from '../linkFrame'
import type { FaultDefinition } from './fault'

export const reorder: FaultDefinition<'reorder'> = {
  replacesLike: true,
  create({ probability, windowMs }, context) {
    const held = new Map<LinkFrame, NodeJS.Timeout>()

    function take(frame: LinkFrame): void {
      if (context.random() >= probability) return context.pass(frame)
      // A copy: the frame is a view of a whole chunk, which would be kept alive with it.
      const kept = { ...frame, bytes: Buffer.from(frame.bytes) }
      const waitMs = context.random() * windowMs
      held.set(
        kept,
        setTimeout(() => letGo(kept, context.pass), waitMs),
      )
      context.hold(kept.bytes.length)
    }

    function letGo(frame: LinkFrame, how: (frame: LinkFrame) => void): void {
      clearTimeout(held.get(frame))
      held.delete(frame)
      context.hold(-frame.bytes.length)
      how(frame)
    }

    const letAllGo = (how: (frame: LinkFrame) => void): void => {
      for (const frame of [...held.keys()]) letGo(frame, how)
    }
    return { take, end: () => letAllGo(context.pass), lose: () => letAllGo(context.drop) }
  },
}
