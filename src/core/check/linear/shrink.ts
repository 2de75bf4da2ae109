/** Shrink: makes a history that has no order smaller and sees to it that it still has none. */
import { ABSENT } from './automaton'
import type { Automaton } from './automaton'
import type { ModelName } from './models'
import type { Operation } from './operations'
import { automatonOf, toProblem } from './problem'
import { Search } from './search'
import type { Partial, QuietPoint } from './search'
import { judgeQuickly } from './quick'

export interface ShrinkLimits {
  readonly model: ModelName
  readonly shouldStop: () => boolean
}

export interface Traced {
  readonly automaton: Automaton
  readonly partial: Partial | null
  /** Empty unless the search came to its end. */
  readonly quiet: readonly QuietPoint[]
}

export interface Cut {
  readonly operations: readonly Operation[]
  /** States of the automaton that was traced. */
  readonly starts: ReadonlySet<number>
}

const CONFIGURATIONS_MAX = 400_000
/** For the longest order, and for all that the key can be at quiet points. */
const TRACE_CONFIGURATIONS_MAX = 100_000
const CHECK_CONFIGURATIONS_MAX = 10_000
const SLICE = 512
const MEMO_BYTES_MAX = 128 * 1024 * 1024
const QUIET_VALUES_MAX = 6
/** Quiet points that are tried: the last, then others twice as far back each time. */
const CUTS_MAX = 10
/** A check costs at least as much as so many configurations: its problem is laid out anew. */
const CHECK_COST = 200

export class Shrink {
  private left = CONFIGURATIONS_MAX
  /** Whose states a cut names; null: each problem has its own. */
  private automaton: Automaton | null = null

  constructor(private readonly limits: ShrinkLimits) {}

  /** The shortest beginning that has no order; what is pending at its end is indefinite. */
  *beginning(operations: readonly Operation[]): Generator<void, readonly Operation[]> {
    const ends = operations.filter(({ type }) => type === 'ok').map(({ ret }) => ret)
    ends.sort((one, other) => one - other)
    let [low, high] = [0, ends.length - 1]
    while (low < high && !this.isOver()) {
      const middle = (low + high) >> 1
      if (yield* this.fails(until(operations, ends[middle] ?? 0), [ABSENT])) high = middle
      else low = middle + 1
    }
    return until(operations, ends[high] ?? 0)
  }

  /** A search to its end, or as far as it gets. */
  *trace(operations: readonly Operation[]): Generator<void, Traced> {
    const automaton = automatonOf(operations, this.limits.model)
    const problem = toProblem(operations, this.limits.model, automaton)
    const search = new Search(problem, { memoBytesMax: MEMO_BYTES_MAX, traces: true })
    yield* this.drive(search, TRACE_CONFIGURATIONS_MAX)
    const quiet = search.state === 'none' && automaton.servesParts ? search.quietPoints() : []
    return { automaton, partial: search.partial, quiet }
  }

  /** What comes after a late quiet point, if that alone has no order; null: no such point. */
  *cut(
    operations: readonly Operation[],
    { automaton, quiet }: Traced,
  ): Generator<void, Cut | null> {
    // Those are made small from the beginning on, at no cost.
    if (judgeQuickly(operations) !== null) return null
    this.automaton = automaton
    for (let back = 1, tries = 0; tries < CUTS_MAX && !this.isOver(); back *= 2, tries += 1) {
      const point = quiet.at(-back)
      if (point === undefined) break
      if (point.values.size > QUIET_VALUES_MAX) continue
      const rest = operations.filter(({ type, call }) => type === 'info' || call > point.place)
      if (yield* this.fails(rest, point.values)) return { operations: rest, starts: point.values }
    }
    this.automaton = null
    return null
  }

  /** Loosens as many operations as it can, the oldest first, in chunks that get smaller. */
  *loosen(
    operations: readonly Operation[],
    starts: Iterable<number>,
  ): Generator<void, readonly Operation[]> {
    let kept = operations
    let size = Math.ceil(operations.length / 2)
    for (;;) {
      const strict = kept.filter(({ type }) => type === 'ok')
      for (let at = 0; at < strict.length && !this.isOver(); at += size) {
        const chunk = new Set(strict.slice(at, at + size))
        const looser = kept.flatMap((each) => (chunk.has(each) ? loose(each) : each))
        if (yield* this.fails(looser, starts)) kept = looser
      }
      if (size <= 1) return kept
      size = Math.ceil(size / 2)
    }
  }

  private isOver(): boolean {
    return this.left <= 0 || this.limits.shouldStop()
  }

  /** True: certainly no order from any of these values. */
  private *fails(
    operations: readonly Operation[],
    starts: Iterable<number>,
  ): Generator<void, boolean> {
    this.left -= CHECK_COST
    if (this.automaton === null) {
      const sound = judgeQuickly(operations)
      yield
      if (sound !== null) return !sound
    }
    const problem = toProblem(operations, this.limits.model, this.automaton ?? undefined)
    for (const start of starts) {
      const search = new Search(problem, { memoBytesMax: MEMO_BYTES_MAX, start })
      yield* this.drive(search, CHECK_CONFIGURATIONS_MAX)
      this.left -= search.entered
      if (search.state !== 'none') return false
    }
    return true
  }

  private *drive(search: Search, most: number): Generator<void, void> {
    while (search.state === 'searching' && search.entered < most && !this.limits.shouldStop()) {
      search.advance(SLICE)
      yield
    }
  }
}

/** As it stood when the completion at `end` had come. */
function until(operations: readonly Operation[], end: number): Operation[] {
  return operations.flatMap((operation) => {
    if (operation.call > end) return []
    return operation.ret <= end ? operation : loose(operation)
  })
}

/** As if nobody had been told: it may have taken effect at any time since, or never. */
function loose(operation: Operation): Operation | [] {
  if (operation.f === 'read') return []
  return { ...operation, type: 'info', ret: Infinity, seen: undefined, endNs: null }
}
