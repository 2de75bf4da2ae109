/**
 * By how much two groups of trials differ: the Hodges-Lehmann estimate (median of all differences)
 * with the rank-based 95 % interval that belongs to it.
 *
 * Source: Hodges and Lehmann, "Estimates of Location Based on Rank Tests" (1963); the interval from
 *         the distribution of Mann and Whitney's U, exact for small groups, else its normal limit.
 * Order:  the same values give the same answer: nothing is drawn at random.
 */
import { medianOf } from './figures'

export interface Shift {
  /** B minus A. */
  readonly difference: number
  /** Null: so few trials that no interval is 95 % sure (with 3 and 3, say). */
  readonly interval: readonly [low: number, high: number] | null
}

/** Every pair is compared: larger groups are thinned to as many, evenly by rank. */
const GROUP_MAX = 1000
/** The exact distribution is counted for groups of up to so many pairs. */
const EXACT_PAIRS_MAX = 400
const TAIL = 0.025
const NORMAL_QUANTILE = 1.959964

export function shiftOf(a: readonly number[], b: readonly number[]): Shift | null {
  if (a.length === 0 || b.length === 0) return null
  const [left, right] = [thinned(a), thinned(b)]
  const differences = right.flatMap((to) => left.map((from) => to - from))
  differences.sort((one, other) => one - other)
  const rank = tailRank(left.length, right.length)
  const low = differences[rank - 1]
  const high = differences[differences.length - rank]
  const isKnown = rank > 0 && low !== undefined && high !== undefined
  return { difference: medianOf(differences), interval: isKnown ? [low, high] : null }
}

function thinned(values: readonly number[]): number[] {
  const sorted = [...values].sort((one, other) => one - other)
  if (sorted.length <= GROUP_MAX) return sorted
  const step = sorted.length / GROUP_MAX
  return Array.from({ length: GROUP_MAX }, (_, at) => sorted[Math.floor((at + 0.5) * step)] ?? 0)
}

/** How many differences lie outside on each side, so that 95 % stay inside; 0: too few to say. */
export function tailRank(n: number, m: number): number {
  if (n * m > EXACT_PAIRS_MAX) {
    const deviation = Math.sqrt((n * m * (n + m + 1)) / 12)
    return Math.max(0, Math.floor((n * m) / 2 - NORMAL_QUANTILE * deviation))
  }
  const counts = orderCounts(n, m)
  const all = counts.reduce((sum, count) => sum + count, 0)
  let below = 0
  let rank = 0
  for (const count of counts) {
    below += count
    if (below / all > TAIL) break
    rank += 1
  }
  return rank
}

/** In how many orders of n and m values U is 0, 1, 2, …: the Gaussian binomial's coefficients. */
function orderCounts(n: number, m: number): number[] {
  const counts = Array.from({ length: n * m + 1 }, (_, at): number => (at === 0 ? 1 : 0))
  for (let i = 1; i <= n; i += 1) {
    for (let at = counts.length - 1; at >= m + i; at -= 1) {
      counts[at] = (counts[at] ?? 0) - (counts[at - m - i] ?? 0)
    }
    for (let at = i; at < counts.length; at += 1) {
      counts[at] = (counts[at] ?? 0) + (counts[at - i] ?? 0)
    }
  }
  return counts
}
