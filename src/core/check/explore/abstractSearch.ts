/**
 * Search of the abstract model: the rounds of its parts, and what they add up to. Hosts run the
 * parts: in a row here, in threads of their own elsewhere.
 *
 * Ends:   when every reachable state was expanded (`complete`), at the end of the level in which
 *         agreement broke, when `statesMax` is passed, or when the host says so.
 * Words:  a finding is bounded by what was explored; `complete` says whether that was all there is.
 */
import { CHECKED } from './abstractModel'
import type { CheckedId } from './abstractModel'
import type { Batch, BrokenStep, Turn, TurnReport } from './abstractPartition'
import { Partition } from './abstractPartition'
import type { AbstractBounds } from './abstractBounds'
import type { Origin } from './hashTable'

export interface SearchOptions {
  readonly bounds: AbstractBounds
  readonly symmetry: boolean
  /** Fingerprints instead of states. */
  readonly compact: boolean
  readonly statesMax: number
  /** Explore all even when agreement is broken. */
  readonly keepGoing: boolean
}

export interface BrokenInvariant {
  readonly invariant: CheckedId
  /** States or steps that break it, in what was explored. */
  readonly count: number
  /** Steps of the shortest path to it. */
  readonly depth: number
  readonly last: BrokenStep
}

export interface SearchFigures {
  readonly states: number
  readonly transitions: number
  /** Steps from the first state to the farthest. */
  readonly depth: number
  /** States in which a value is chosen. */
  readonly chosenStates: number
  /** States and steps that break something. */
  readonly violations: number
  readonly broken: readonly BrokenInvariant[]
  readonly complete: boolean
  /** Of the tables of states. */
  readonly bytes: number
  /** Probability that hash compaction missed a state; 0 when states are exact. */
  readonly missProbability: number
}

/** Where a search stands, for a progress line. */
export type SearchProgress = Pick<SearchFigures, 'states' | 'depth' | 'violations'>

/** Adds up the rounds of all parts and says what comes next. */
export class SearchRounds {
  /** Null: another round; else the search is over. */
  ended: { readonly complete: boolean } | null = null
  private depth = 0
  private reports: readonly TurnReport[] = []
  private readonly broken: (BrokenInvariant | null)[] = CHECKED.map(() => null)
  private pending: (readonly Batch[])[]
  private advance = false

  constructor(
    private readonly options: SearchOptions,
    private readonly parts: number,
  ) {
    this.pending = Array.from({ length: parts }, () => [])
  }

  /** What each part gets next. */
  turns(): Turn[] {
    return this.pending.map((batches) => ({ batches, advance: this.advance }))
  }

  /** Takes the reports of all parts on these turns. */
  take(reports: readonly TurnReport[]): void {
    this.reports = reports
    this.pending = Array.from({ length: this.parts }, (_, part) =>
      reports.flatMap(({ batches }) => batches[part] ?? []),
    )
    this.advance = false
    this.noteBroken()
    if (this.sum(({ states }) => states) > this.options.statesMax) {
      this.ended = { complete: false }
      return
    }
    const left = this.sum((report) => report.left)
    if (left === 0 && this.pending.every((batches) => batches.length === 0)) this.endLevel()
  }

  progress(): SearchProgress {
    const { depth } = this
    const violations = this.sum((report) => report.violations)
    return { states: this.sum(({ states }) => states), depth, violations }
  }

  figures(): SearchFigures {
    const { states, depth, violations } = this.progress()
    return {
      states,
      transitions: this.sum(({ transitions }) => transitions),
      depth,
      chosenStates: this.sum(({ chosen }) => chosen),
      violations,
      broken: this.broken.filter((found) => found !== null),
      complete: this.ended?.complete ?? false,
      bytes: this.sum(({ bytes }) => bytes),
      missProbability: this.options.compact ? Math.min(1, (states * (states - 1)) / 2 ** 65) : 0,
    }
  }

  private endLevel(): void {
    const found = this.sum((report) => report.found)
    const agreement = this.broken[CHECKED.indexOf('I8')] ?? null
    // The first states of the next level have been seen, though not what they lead to.
    if (found > 0) this.depth += 1
    if (found === 0) this.ended = { complete: true }
    else if (agreement !== null && !this.options.keepGoing) this.ended = { complete: false }
    else this.advance = true
  }

  /** A step out of a state of this level makes a path that is one longer. */
  private noteBroken(): void {
    CHECKED.forEach((invariant, at) => {
      const count = this.sum(({ broken }) => broken[at] ?? 0)
      if (count === 0) return
      const known = this.broken[at] ?? null
      const last = this.reports.map(({ first }) => first[at] ?? null).find((step) => step !== null)
      if (known !== null) this.broken[at] = { ...known, count }
      else if (last) this.broken[at] = { invariant, count, depth: this.depth + 1, last }
    })
  }

  private sum(figure: (report: TurnReport) => number): number {
    return this.reports.reduce((sum, report) => sum + figure(report), 0)
  }
}

/** What ended, and where each state came from. */
export interface SearchEnd {
  readonly figures: SearchFigures
  origin(part: number, index: number): Origin | null
  readonly partitions: readonly Partition[]
}

/** Searches with all parts in a row; `onRound` may answer false to end it. */
export function searchAbstract(
  options: SearchOptions,
  parts = 1,
  onRound: (progress: SearchProgress) => boolean = () => true,
): SearchEnd {
  const partitions = Array.from(
    { length: parts },
    (_, part) => new Partition({ ...options, part, parts }),
  )
  const rounds = new SearchRounds(options, parts)
  while (rounds.ended === null) {
    const turns = rounds.turns()
    rounds.take(partitions.map((partition, at) => partition.turn(turns[at]!)))
    if (rounds.ended === null && !onRound(rounds.progress())) rounds.ended = { complete: false }
  }
  return {
    figures: rounds.figures(),
    origin: (part, index) => partitions[part]?.origin(index) ?? null,
    partitions,
  }
}
