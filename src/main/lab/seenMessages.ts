/**
 * Brings what the switchboard saw of messages to lab time: its clock is set by the least delay seen
 * between a report and its arrival, as with the facts of nodes (`timeline.ts`).
 */
import type { LabFact } from '../../core/event'
import type { SeenReport } from '../../shared/messagesCodec'
import { roundMs } from './clock'
import type { LabClock } from './clock'

export class SeenMessages {
  private offsetMs = Infinity
  private lastNowMs = -Infinity

  constructor(private readonly clock: LabClock) {}

  factOf({ nowMs, missed, messages }: SeenReport): LabFact {
    // A clock that goes back is that of a switchboard that was started anew.
    if (nowMs < this.lastNowMs) this.offsetMs = Infinity
    this.lastNowMs = nowMs
    this.offsetMs = Math.min(this.offsetMs, this.clock.now() - nowMs)
    const toLab = (ms: number): number => Math.max(0, roundMs(ms + this.offsetMs))
    return {
      type: 'messagesSeen',
      missed,
      messages: messages.map((seen) => {
        const { id, from, to, message, ballot, slot, count, bytes, fate } = seen
        const sentAtMs = toLab(seen.sentAtMs)
        const endedAtMs = toLab(seen.endedAtMs)
        return { id, from, to, message, ballot, slot, count, bytes, sentAtMs, endedAtMs, fate }
      }),
    }
  }
}
