/**
 * Which key a client asks for next: every key alike, by Zipf's law, or always the first.
 *
 * Zipf:  key number k of N comes in proportion to 1 / k^theta, exactly: the sums of all weights are
 *        kept, and a draw is looked up among them. 0 is uniform.
 * Cost:  8 bytes a key, once for all clients; O(log N) a draw.
 * Order: a seed gives the same keys.
 */
import type { Prng } from '../sim/prng'

export interface KeySampler {
  /** A key number from 1 on. */
  next(prng: Prng): number
}

export const UNIFORM = (keys: number): KeySampler => ({ next: (prng) => prng.between(1, keys) })
export const SINGLE: KeySampler = { next: () => 1 }

export class ZipfSampler implements KeySampler {
  /** At `k - 1`: how much weight keys 1 to k have together. */
  private readonly sums: Float64Array
  private readonly total: number

  constructor(keys: number, theta: number) {
    this.sums = new Float64Array(keys)
    let sum = 0
    for (let key = 1; key <= keys; key++) {
      sum += key ** -theta
      this.sums[key - 1] = sum
    }
    this.total = sum
  }

  next(prng: Prng): number {
    const at = prng.unit() * this.total
    let [low, high] = [0, this.sums.length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.sums[middle] ?? 0) > at) high = middle
      else low = middle + 1
    }
    return low + 1
  }
}
