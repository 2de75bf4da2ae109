/** What happened in a range of time: counts by type, ends, times under way, ballots. Pure folds. */
import { FAMILIES, FAMILY_CODES, fateCode, FLAG, TYPE_NAMES } from './kinds'
import type { Family, TypeName } from './kinds'
import type { LaneBook } from './laneBook'
import type { MessageStore } from './messageStore'

export interface RangeStatistics {
  readonly fromMs: number
  readonly toMs: number
  readonly messages: number
  readonly bytes: number
  readonly dropped: number
  readonly doubled: number
  readonly skewed: number
  /** Ms under way of those that arrived; null: none did. */
  readonly medianMs: number | null
  readonly p95Ms: number | null
  readonly types: readonly {
    readonly name: TypeName
    readonly family: Family
    readonly count: number
  }[]
  readonly bids: number
  readonly preempted: number
  /** Slots chosen, as the first learner of each told. */
  readonly chosen: number
}

/** Messages that began in the range and pass `test`. */
export function rangeStatistics(
  store: MessageStore,
  book: LaneBook,
  nodes: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number },
  test: ((row: number) => boolean) | null,
): RangeStatistics {
  const { col } = store
  const first = store.positionOf(range.fromMs)
  const last = store.positionOf(range.toMs + 1e-9)
  const counts = new Uint32Array(TYPE_NAMES.length)
  const times = new Float32Array(last - first)
  const sums = { messages: 0, bytes: 0, dropped: 0, doubled: 0, skewed: 0 }
  let timed = 0
  for (let at = first; at < last; at += 1) {
    const row = store.at(at)
    if (test !== null && !test(row)) continue
    sums.messages += 1
    sums.bytes += col.bytes[row]!
    counts[col.type[row]!] = (counts[col.type[row]!] ?? 0) + 1
    if ((col.flags[row]! & FLAG.skew) !== 0) sums.skewed += 1
    const fate = col.fate[row]!
    if (fate === DROPPED) sums.dropped += 1
    else if (fate === DOUBLED) sums.doubled += 1
    if (fate === PASSED || fate === DOUBLED) times[timed++] = col.travel[row]!
  }
  const sorted = times.subarray(0, timed).sort()
  const quantile = (share: number): number | null =>
    timed === 0 ? null : sorted[Math.min(timed - 1, Math.floor(timed * share))]!
  const types = TYPE_NAMES.map((name, code) => ({
    name,
    family: FAMILIES[FAMILY_CODES[code]!] ?? 'heartbeat',
    count: counts[code]!,
  })).filter(({ count }) => count > 0)
  return { ...range, ...sums, medianMs: quantile(0.5), p95Ms: quantile(0.95), types, ...marksOf() }

  function marksOf(): Pick<RangeStatistics, 'bids' | 'preempted' | 'chosen'> {
    const chosen = new Set<number>()
    let bids = 0
    let preempted = 0
    for (const node of nodes) {
      for (const mark of book.marksWithin(node, range.fromMs, range.toMs)) {
        if (mark.kind === 'bid') bids += 1
        else if (mark.kind === 'preempted') preempted += 1
        else if (mark.kind === 'chosen') {
          for (let slot = mark.slot; slot < mark.slot + mark.count; slot += 1) chosen.add(slot)
        }
      }
    }
    return { bids, preempted, chosen: chosen.size }
  }
}

const PASSED = fateCode('passed')
const DROPPED = fateCode('dropped')
const DOUBLED = fateCode('doubled')
