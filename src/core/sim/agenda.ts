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

/** What a happening is, for a person who chooses which one comes next. */
export type DueWhat =
  | {
      readonly kind: 'message'
      readonly from: number
      readonly to: number
      readonly id: string
      readonly message: string
    }
  | { readonly kind: 'timer'; readonly node: number; readonly timer: string }
  | { readonly kind: 'flush'; readonly node: number }
  /** A node takes in what has arrived. */
  | { readonly kind: 'round'; readonly node: number }

interface Named {
  readonly what: DueWhat
  /** False: it will do nothing, such as a timer that was cleared. */
  readonly isDue: () => boolean
}

/** One that is due, by the number under which it was put there: the same in the same run. */
export interface Due {
  readonly order: number
  readonly atGrains: number
  /** Null: of a client, a fault or the lab itself. */
  readonly what: DueWhat | null
}

/** A binary heap in three arrays: no object for each entry. */
export class Agenda {
  now = 0
  private readonly times: number[] = []
  private readonly orders: number[] = []
  private readonly runs: Happening[] = []
  private count = 0
  /** Null: nobody will choose, and names would only cost. */
  private names: Map<number, Named> | null = null

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

  /** From now on `name` remembers what is put here. */
  keepNames(): void {
    this.names = new Map()
  }

  get keepsNames(): boolean {
    return this.names !== null
  }

  /** Says what was put last. Call it only where names are kept. */
  name(what: DueWhat, isDue: () => boolean): void {
    this.names?.set(this.count, { what, isDue })
  }

  /** All that is due, earliest first, without what will do nothing. */
  due(): Due[] {
    const { names, orders, times } = this
    return orders
      .map((order, at) => {
        const named = names?.get(order)
        const own = { order, atGrains: times[at]!, what: named?.what ?? null }
        return { own, isDue: named?.isDue() ?? true }
      })
      .filter(({ isDue }) => isDue)
      .map(({ own }) => own)
      .sort((a, b) => a.atGrains - b.atGrains || a.order - b.order)
  }

  /**
   * Takes the one with this number out of its turn: it comes at the instant of what was due next.
   * Null: there is none.
   */
  choose(order: number): Happening | null {
    const at = this.orders.indexOf(order)
    const first = this.due()[0]
    const run = this.runs[at]
    if (run === undefined || first === undefined) return null
    const rest = this.orders.map((other, index) => ({
      order: other,
      time: this.times[index]!,
      run: this.runs[index]!,
    }))
    rest.splice(at, 1)
    rest.sort((a, b) => a.time - b.time || a.order - b.order)
    // Sorted entries are a heap already.
    this.times.splice(0, Infinity, ...rest.map((entry) => entry.time))
    this.orders.splice(0, Infinity, ...rest.map((entry) => entry.order))
    this.runs.splice(0, Infinity, ...rest.map((entry) => entry.run))
    this.now = Math.max(this.now, first.atGrains)
    this.names?.delete(order)
    return run
  }

  /** Moves to the next instant at which something happens, up to `until`; null: nothing does. */
  take(until: number): Happening | null {
    const at = this.times[0]
    if (at === undefined || at > until) {
      if (until > this.now) this.now = until
      return null
    }
    // What was chosen out of its turn may have moved the time on.
    if (at > this.now) this.now = at
    const run = this.runs[0]!
    this.names?.delete(this.orders[0]!)
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
