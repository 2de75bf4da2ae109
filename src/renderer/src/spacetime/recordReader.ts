/**
 * Reads the record of a run, part by part, for what this window was not told live: single messages
 * and every step of the nodes. Runs that record no messages are not read for them.
 *
 * Limits: PART_EVENTS an ask; EVENTS_MAX of the newest events are read.
 */
import type { LabEvent } from '../../../core/event'

export const PART_EVENTS = 1000
export const EVENTS_MAX = 1_000_000

export interface RecordPart {
  readonly events: readonly LabEvent[]
  /** 0 to 1. */
  readonly share: number
}

/** `stopped` is asked between parts: the run was changed for another one. */
export async function* recordParts(
  last: number,
  ask: (from: number, to: number) => Promise<readonly LabEvent[]>,
  stopped: () => boolean,
): AsyncGenerator<RecordPart> {
  const first = Math.max(1, last - EVENTS_MAX + 1)
  for (let from = first; from <= last; from += PART_EVENTS) {
    const to = Math.min(last, from + PART_EVENTS - 1)
    const events = await ask(from, to)
    if (stopped()) return
    yield { events, share: (to - first + 1) / (last - first + 1) }
  }
}
