/**
 * What waits for facts of other nodes: claims that a later fact settles, or that are judged when
 * nothing that could settle them can still come.
 *
 * The wait: facts of one node come in order. Once every node that still tells anything has told
 *         something from `SETTLE_MS` after the claim, or when the run has ended, what the claim
 *         relies on has been told, or never will be. That time is no order between nodes: it only
 *         puts the judgement off, by far more than the times of nodes of one machine can differ.
 * Bounds: at most `max` wait; what comes then is not judged, and counted.
 */
export const SETTLE_MS = 5000

interface Claim {
  readonly atMs: number
}

export class Pending<K, T extends Claim> {
  /** Claims that found no room. */
  unjudged = 0
  private readonly claims = new Map<K, T>()

  constructor(private readonly max: number) {}

  get size(): number {
    return this.claims.size
  }

  get(key: K): T | undefined {
    return this.claims.get(key)
  }

  /** The first claim of its kind counts. */
  add(key: K, claim: T): void {
    if (this.claims.has(key)) return
    if (this.claims.size < this.max) this.claims.set(key, claim)
    else this.unjudged += 1
  }

  /** It has been settled. */
  delete(key: K): void {
    this.claims.delete(key)
  }

  /** Takes out those whose wait is over, oldest first. */
  takeSettled(settledMs: number): T[] {
    const taken: T[] = []
    for (const [key, claim] of this.claims) {
      if (claim.atMs + SETTLE_MS > settledMs) break
      this.claims.delete(key)
      taken.push(claim)
    }
    return taken
  }
}
