/**
 * Agenda: what will happen in virtual time, earliest first; what is due at one instant happens in
 * the order in which it was put there, so that a run is the same each time.
 *
 * Units: grains, whole numbers; a tick of the protocol is GRAINS_PER_TICK of them.
 */
export const GRAINS_PER_TICK = 100

/** A tick of 5 ms, as real nodes have by default. */
const GRAINS_PER_MS = 20
const NS_PER_GRAIN = 50_000

export function toMs(grains: number): number {
  return grains / GRAINS_PER_MS
}

export function toNs(grains: number): number {
  return grains * NS_PER_GRAIN
}

export function msToGrains(ms: number): number {
  return Math.round(ms * GRAINS_PER_MS)
}

export type Happening = () => void

/** A binary heap in three arrays: no object for each entry. */
export class Agenda {
  now = 0
  private readonly times: number[] = []
  private readonly orders: number[] = []
  private readonly runs: Happening[] = []
  private count = 0

  get size(): number {
    return this.times.length
  }

  /** `at`: grains, not before now. */
  put(at: number, run: Happening): void {
    this.count += 1
    const { times, orders, runs, count } = this
    let hole = times.length
    times.push(at)
    orders.push(count)
    runs.push(run)
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      // The newest entry has the highest order: equal times stay below.
      if (times[parent]! <= at) break
      times[hole] = times[parent]!
      orders[hole] = orders[parent]!
      runs[hole] = runs[parent]!
      hole = parent
    }
    times[hole] = at
    orders[hole] = count
    runs[hole] = run
  }

  /** Moves to the next instant at which something happens, up to `until`; null: nothing does. */
  take(until: number): Happening | null {
    const at = this.times[0]
    if (at === undefined || at > until) {
      if (until > this.now) this.now = until
      return null
    }
    this.now = at
    const run = this.runs[0]!
    this.dropFirst()
    return run
  }

  private dropFirst(): void {
    const { times, orders, runs } = this
    const at = times.pop()!
    const order = orders.pop()!
    const run = runs.pop()!
    const { length } = times
    if (length === 0) return
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= length) break
      if (child + 1 < length && this.isBefore(child + 1, times[child]!, orders[child]!)) child += 1
      if (!this.isBefore(child, at, order)) break
      times[hole] = times[child]!
      orders[hole] = orders[child]!
      runs[hole] = runs[child]!
      hole = child
    }
    times[hole] = at
    orders[hole] = order
    runs[hole] = run
  }

  private isBefore(index: number, at: number, order: number): boolean {
    const time = this.times[index]!
    return time < at || (time === at && this.orders[index]! < order)
  }
}
