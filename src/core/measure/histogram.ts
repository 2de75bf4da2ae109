/**
 * Log-bucket histogram of durations: mergeable, so that a percentile over ten buckets of time is
 * the percentile of all their values, never an average of percentiles.
 *
 * Units:  ms. Bucket 0 holds everything up to `LEAST_MS`; each next is `GROWTH` times wider.
 * Error:  a value and the middle of its bucket differ by at most 2 %, between 1 µs and 15 minutes.
 */
const LEAST_MS = 0.001
/** sqrt(1.039) is 1.0193: the geometric middle is less than 2 % away from both edges. */
const GROWTH = 1.039
const LOG_GROWTH = Math.log(GROWTH)
/** The last bucket begins above 15 minutes and holds everything beyond. */
export const BUCKETS_MAX = 540

/** Pairs of [bucket index, count], as `loadSampled` carries them. */
export type BucketCounts = readonly (readonly [number, number])[]

export function bucketOf(valueMs: number): number {
  if (!(valueMs > LEAST_MS)) return 0
  const index = Math.ceil(Math.log(valueMs / LEAST_MS) / LOG_GROWTH)
  return Math.min(BUCKETS_MAX - 1, Math.max(1, index))
}

/** Middle of a bucket in ms; the edge for bucket 0. */
export function bucketMs(index: number): number {
  return index <= 0 ? LEAST_MS : LEAST_MS * GROWTH ** (index - 0.5)
}

export class Histogram {
  #counts = new Map<number, number>()
  #total = 0

  get count(): number {
    return this.#total
  }

  add(valueMs: number, count = 1): void {
    this.#put(bucketOf(valueMs), count)
  }

  merge(pairs: BucketCounts): void {
    for (const [index, count] of pairs) this.#put(index, count)
  }

  mergeFrom(other: Histogram): void {
    for (const [index, count] of other.#counts) this.#put(index, count)
  }

  /** Middle of the bucket that holds the share `q` (0 to 1) of values; null if empty. */
  quantile(q: number): number | null {
    return this.quantiles([q])[0] ?? null
  }

  /** Several quantiles in one pass; `shares` ascend. */
  quantiles(shares: readonly number[]): (number | null)[] {
    if (this.#total === 0) return shares.map(() => null)
    const pairs = this.pairs()
    let at = 0
    let below = pairs[0]?.[1] ?? 0
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(share * this.#total))
      while (below < rank && at < pairs.length - 1) {
        at += 1
        below += pairs[at]?.[1] ?? 0
      }
      return bucketMs(pairs[at]?.[0] ?? 0)
    })
  }

  /** Ascending by bucket. */
  pairs(): [number, number][] {
    return [...this.#counts].sort((a, b) => a[0] - b[0])
  }

  clear(): void {
    this.#counts.clear()
    this.#total = 0
  }

  /** Counts that are not positive and indexes out of range come from a broken sender: no effect. */
  #put(index: number, count: number): void {
    if (!(count > 0) || !Number.isInteger(index) || index < 0) return
    const bucket = Math.min(index, BUCKETS_MAX - 1)
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count)
    this.#total += count
  }
}
