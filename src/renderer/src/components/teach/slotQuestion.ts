/**
 * The slot that people look at, and what it took so far: ballots in play since the slot before it
 * was chosen, how many of them reached phase 2, prepares sent. A fold over what was recorded up to
 * the moment that is shown. Pure.
 *
 * Source: PMS §2.2, phase 1 and 2; §2.4, two proposers that outbid each other.
 * Units:  lab time in ms.
 */
import type { LabEvent } from '../../../../core/event'
import type { Stair } from '../../../../core/measure/series'
import type { Slot } from '../../../../core/paxos/ballot'
import type { SlotBook } from '../../composables/instruments/slotFacts'

/** Frames are counted in samples, about four a second: a shorter time has no count of its own. */
const SAMPLED_MS_MIN = 1000
/** So many open ballots are a contest about the next slot, one is an election. */
const CONTEST_BALLOTS = 2

interface Effort {
  readonly ballots: number
  readonly reachedPhase2: number
  /** Null: nobody counted frames (direct links), or the time is too short. */
  readonly prepares: number | null
  /** From samples of the links, whose edges are not those of this time. */
  readonly isRough: boolean
}

/** Ballots begun after `fromMs`, or still in play then, up to `toMs`; what was sent for them. */
export function effortOf(
  stairs: readonly Stair[],
  events: Iterable<LabEvent>,
  fromMs: number,
  toMs: number,
): Effort {
  const playing = new Map<number, Stair>()
  const begun: Stair[] = []
  for (const stair of stairs) {
    if (stair.bidAtMs > toMs) continue
    if (stair.bidAtMs > fromMs) begun.push(stair)
    else playing.set(stair.ballot.node, stair)
  }
  const kept = [...playing.values()].filter(
    ({ preemptedAtMs, electedAtMs }) =>
      electedAtMs !== null && (preemptedAtMs === null || preemptedAtMs > fromMs),
  )
  const all = [...kept, ...begun]
  const reached = all.filter(({ electedAtMs }) => electedAtMs !== null && electedAtMs <= toMs)
  return {
    ballots: all.length,
    reachedPhase2: reached.length,
    ...preparesOf(events, fromMs, toMs),
  }
}

/** Single messages where the record tells of them, else samples of the links. */
function preparesOf(
  events: Iterable<LabEvent>,
  fromMs: number,
  toMs: number,
): Pick<Effort, 'prepares' | 'isRough'> {
  let single: number | null = null
  let sampled: number | null = null
  let isEnded = false
  for (const event of events) {
    if (event.type === 'sent') {
      const counts = event.message === 'prepare' && event.by !== event.to
      const inside = event.atMs > fromMs && event.atMs <= toMs
      single = (single ?? 0) + (counts && inside ? 1 : 0)
    } else if (event.type === 'trafficSampled' && event.atMs > fromMs && !isEnded) {
      // A sample tells of the time before it: the one that covers the end counts too.
      isEnded = event.atMs >= toMs
      for (const { types } of event.links) sampled = (sampled ?? 0) + (types.prepare ?? 0)
    }
  }
  if (single !== null) return { prepares: single, isRough: false }
  const isLong = toMs - Math.max(0, fromMs) >= SAMPLED_MS_MIN
  return { prepares: isLong ? sampled : null, isRough: true }
}

/**
 * The highest slot that was spoken of; where that is chosen and proposers contend for the next one,
 * that one. `book` holds the slots from the one before `top` to the one after it.
 */
export function slotInQuestion(
  top: Slot,
  book: SlotBook | null,
  stairs: readonly Stair[],
  shownMs: number,
  isSingle: boolean,
): Slot {
  const chosenMs = book?.at(top)?.chosen?.atMs ?? book?.at(top)?.learned?.atMs ?? null
  if (isSingle || chosenMs === null) return top
  const open = stairs.filter(({ bidAtMs }) => bidAtMs > chosenMs && bidAtMs <= shownMs)
  return open.length >= CONTEST_BALLOTS ? top + 1 : top
}

/** What one line says: happenings of one kind in a row, of several nodes, are one. */
interface Happening {
  readonly seq: number
  readonly atMs: number
  readonly nodes: readonly number[]
  readonly words: string
}

/** Newest first, as `events` are; at most `most` lines. */
export function happeningsOf(
  events: readonly LabEvent[],
  say: (event: LabEvent) => { readonly node: number | null; readonly words: string },
  most: number,
): Happening[] {
  const lines: Happening[] = []
  for (const event of events) {
    const { node, words } = say(event)
    const last = lines.at(-1)
    if (last?.words === words && node !== null && last.nodes.length > 0) {
      const nodes = [...new Set([...last.nodes, node])].sort((a, b) => a - b)
      lines[lines.length - 1] = { ...last, nodes }
      continue
    }
    if (lines.length === most) break
    const { seq, atMs } = event
    lines.push({ seq, atMs, nodes: node === null ? [] : [node], words })
  }
  return lines
}
