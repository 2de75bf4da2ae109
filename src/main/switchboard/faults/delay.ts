/**
 * Delay: each frame waits delayMs + uniform(-jitterMs, jitterMs), at least 0. Order is kept: a
 * frame with a short draw waits for the one before it, as behind a slow packet of one TCP stream.
 */
import type { LinkFrame } from '../linkFrame'
import type { FaultDefinition } from './fault'

/** A timer that fires this much early still releases: timers have whole milliseconds. */
const EARLY_MS_MAX = 0.5

export const delay: FaultDefinition<'delay'> = {
  replacesLike: true,
  create({ delayMs, jitterMs }, context) {
    let held: { readonly frame: LinkFrame; readonly dueAtMs: number }[] = []
    let lastDueAtMs = 0
    let timer: NodeJS.Timeout | null = null

    function arm(): void {
      const first = held[0]
      if (timer !== null || first === undefined) return
      timer = setTimeout(release, Math.max(0, Math.ceil(first.dueAtMs - context.nowMs())))
    }

    function release(): void {
      timer = null
      const nowMs = context.nowMs() + EARLY_MS_MAX
      const later = held.findIndex(({ dueAtMs }) => dueAtMs > nowMs)
      passOn(later < 0 ? held.length : later)
      arm()
    }

    function passOn(count: number): void {
      for (const { frame } of held.splice(0, count)) {
        context.hold(-frame.bytes.length)
        context.pass(frame)
      }
    }

    function disarm(): void {
      if (timer !== null) clearTimeout(timer)
      timer = null
    }

    return {
      take(frame) {
        const drawMs = delayMs + (context.random() * 2 - 1) * jitterMs
        lastDueAtMs = Math.max(lastDueAtMs, context.nowMs() + Math.max(0, drawMs))
        // A copy: the frame is a view of a whole chunk, which would be kept alive with it.
        const bytes = Buffer.from(frame.bytes)
        held.push({ frame: { ...frame, bytes }, dueAtMs: lastDueAtMs })
        context.hold(bytes.length)
        arm()
      },
      end() {
        disarm()
        passOn(held.length)
      },
      lose() {
        disarm()
        const lost = held
        held = []
        for (const { frame } of lost) {
          context.hold(-frame.bytes.length)
          context.drop(frame)
        }
      },
    }
  },
}
