/**
 * Reads the record of a run, part by part, for what this window was not told live: single messages
 * and every step of the nodes. Runs that record no messages are not read for them.
 *
 * Two ways: as events, of a run that goes on; as text, of one that is over, which the page hands on
 * to the engine without a look into it.
 * Limits: PART_EVENTS an ask, EVENTS_MAX of the newest events; TEXT_BYTES_MAX of the newest text,
 *         and TEXTS_AHEAD_MAX pieces that the engine has not taken in yet.
 */
import type { LabEvent } from '../../../core/event'
import type { RecordText } from '../../../shared/api'

export const PART_EVENTS = 1000
export const EVENTS_MAX = 1_000_000

const TEXT_BYTES_MAX = 512 * 1024 * 1024
/** One is taken in while the next is on its way. */
const TEXTS_AHEAD_MAX = 2

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

export interface TextWays {
  readonly ask: (from: number) => Promise<RecordText>
  /** Resolves when the engine has taken it in. */
  readonly give: (text: string) => Promise<unknown>
  /** The run was changed for another one. */
  readonly stopped: () => boolean
  /** 0 to 1. */
  readonly onShare: (share: number) => void
}

export async function passTexts({ ask, give, stopped, onShare }: TextWays): Promise<void> {
  const given: Promise<unknown>[] = []
  let next: number | null = 0
  let first = 0
  while (next !== null) {
    let piece: RecordText = await ask(next)
    if (next === 0 && piece.bytes > TEXT_BYTES_MAX) {
      first = piece.bytes - TEXT_BYTES_MAX
      piece = await ask(first)
    }
    if (given.length >= TEXTS_AHEAD_MAX) await given.shift()
    if (stopped()) return
    given.push(give(piece.text))
    next = piece.next
    onShare(((next ?? piece.bytes) - first) / Math.max(1, piece.bytes - first))
  }
  await Promise.all(given)
}
