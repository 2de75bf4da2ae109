/** Explores the abstract model with threads, and finds the path to what broke. */
import type { BrokenInvariant, SearchFigures } from '../../core/check/explore/abstractSearch'
import { SearchRounds } from '../../core/check/explore/abstractSearch'
import type { SearchOptions, SearchProgress } from '../../core/check/explore/abstractSearch'
import { AbstractModel } from '../../core/check/explore/abstractModel'
import { possibilityOf } from '../../core/check/explore/abstractLiveness'
import type { Possibility } from '../../core/check/explore/abstractLiveness'
import type { BrokenStep } from '../../core/check/explore/abstractPartition'
import { traceOf, walkBack } from '../../core/check/explore/abstractTrace'
import type { TraceStep } from '../../core/check/explore/abstractTrace'
import { LocalPart } from './parts'
import type { Parts } from './parts'
import { ThreadParts } from './threadParts'

export interface Hosting {
  /** Threads; 1: none besides this one. */
  readonly workers: number
  /** Folder of the built entries. */
  readonly mainDir: string
  /** Ends the search before it is complete. */
  readonly signal: AbortSignal
  /** Looks for states from which no value can be chosen; wants 1 worker and exact states. */
  readonly liveness: boolean
  onProgress(progress: SearchProgress): void
}

export interface AbstractOutcome {
  readonly figures: SearchFigures
  readonly seconds: number
  /** What `steps` lead to: agreement if it broke, else what broke first; null: nothing broke. */
  readonly worst: BrokenInvariant | null
  readonly steps: readonly TraceStep[]
  /** Null: not asked for, or the search was not complete. */
  readonly possibility: Possibility | null
}

/** Models with at least so many possible votes are worth threads: seconds, not milliseconds. */
export const PARALLEL_VOTES_MIN = 24

export function isLarge({ acceptors, ballots, values }: SearchOptions['bounds']): boolean {
  return acceptors * ballots * values >= PARALLEL_VOTES_MIN
}

export async function exploreAbstract(
  options: SearchOptions,
  hosting: Hosting,
): Promise<AbstractOutcome> {
  const { workers, mainDir } = hosting
  const local = workers === 1 ? new LocalPart(options) : null
  const parts = local ?? new ThreadParts(options, workers, mainDir)
  const startedMs = performance.now()
  try {
    const figures = await search(options, parts, hosting)
    const seconds = (performance.now() - startedMs) / 1000
    const worst = worstOf(figures)
    const steps = worst === null ? [] : await stepsTo(options, parts, worst.last)
    const isKnown = hosting.liveness && local !== null && figures.complete
    const possibility = isKnown ? possibilityOf(local.partition, options.symmetry) : null
    return { figures, seconds, worst, steps, possibility }
  } finally {
    await parts.close()
  }
}

async function search(
  options: SearchOptions,
  parts: Parts,
  { signal, onProgress }: Hosting,
): Promise<SearchFigures> {
  const rounds = new SearchRounds(options, parts.count)
  while (rounds.ended === null) {
    rounds.take(await parts.round(rounds.turns()))
    onProgress(rounds.progress())
    if (signal.aborted) rounds.ended ??= { complete: false }
  }
  return rounds.figures()
}

function worstOf({ broken }: SearchFigures): BrokenInvariant | null {
  const agreement = broken.find(({ invariant }) => invariant === 'I8')
  const [first = null] = broken.toSorted((a, b) => a.depth - b.depth)
  return agreement ?? first
}

async function stepsTo(
  { bounds, symmetry }: SearchOptions,
  parts: Parts,
  last: BrokenStep,
): Promise<TraceStep[]> {
  const walk = walkBack(last)
  let asked = walk.next()
  while (asked.done !== true) {
    asked = walk.next(await parts.origin(asked.value.part, asked.value.index))
  }
  return traceOf(new AbstractModel(bounds), asked.value, symmetry)
}
