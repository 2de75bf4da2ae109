/**
 * Arrivals of an open loop: when requests of one client become due, whatever became of those
 * before.
 *
 * Units: ms on whatever clock the caller reads.
 * Order: a seed gives the same gaps. Many Poisson clients together are one Poisson stream.
 */
import type { Prng } from '../sim/prng'

export class Arrivals {
  private dueMs: number

  constructor(
    private readonly kind: 'constant' | 'poisson',
    /** Mean time from one arrival to the next. */
    private readonly everyMs: number,
    /** The first is due then; with `poisson` one gap later. */
    startMs: number,
    private readonly prng: Prng,
  ) {
    this.dueMs = kind === 'constant' ? startMs : startMs + this.gapMs()
  }

  /** When the next one is due. */
  get nextMs(): number {
    return this.dueMs
  }

  /** The time at which the next one was due, if that has come; each is taken once. */
  take(nowMs: number): number | null {
    const { dueMs } = this
    if (dueMs > nowMs) return null
    this.dueMs += this.gapMs()
    return dueMs
  }

  private gapMs(): number {
    if (this.kind === 'constant') return this.everyMs
    // `unit` is below 1, so that the logarithm is finite.
    return -Math.log(1 - this.prng.unit()) * this.everyMs
  }
}
