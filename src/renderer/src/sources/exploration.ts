/**
 * Exhaustive exploration in the page: every state of the abstract model within bounds, by the code
 * that `paxos-lab explore --model abstract` runs. The shortest path to what broke is a run like any
 * other.
 *
 * Limits: STATES_MAX states; a search beyond it is not complete, and says so.
 */
import { Oracle } from '../../../core/check/oracle'
import { acceptorIds } from '../../../core/check/explore/abstractBounds'
import type { AbstractBounds } from '../../../core/check/explore/abstractBounds'
import { possibilityOf } from '../../../core/check/explore/abstractLiveness'
import { AbstractModel } from '../../../core/check/explore/abstractModel'
import { recordOf } from '../../../core/check/explore/abstractRecord'
import { searchAbstract } from '../../../core/check/explore/abstractSearch'
import type {
  BrokenInvariant,
  SearchEnd,
  SearchFigures,
  SearchProgress,
} from '../../../core/check/explore/abstractSearch'
import { choicesAfter, traceOf, walkBack } from '../../../core/check/explore/abstractTrace'
import type { TraceStep } from '../../../core/check/explore/abstractTrace'
import type { Violation } from '../../../core/check/violation'
import { mutantLabel } from '../../../core/mutants'
import { RecordView } from '../../../shared/recordView'
import type { RecordedView } from '../../../shared/recordView'

export interface ExploreWish {
  readonly bounds: AbstractBounds
  /** States that differ by names only are one. */
  readonly symmetry: boolean
}

/** The shortest path to what broke. */
export interface Counterexample {
  readonly invariant: BrokenInvariant['invariant']
  /** Each step in words. */
  readonly steps: readonly string[]
  /** The same as acts of the model. */
  readonly acts: readonly number[]
  readonly view: RecordedView
}

/** A step that can come next. */
export interface PathChoice {
  readonly act: number
  readonly words: string
}

/** A path by the choice of a person, from the first state on. */
export interface ExploredPath {
  readonly view: RecordedView
  readonly choices: readonly PathChoice[]
}

export interface Explored {
  readonly wish: ExploreWish
  readonly figures: Omit<SearchFigures, 'broken'>
  readonly seconds: number
  readonly broken: readonly Pick<BrokenInvariant, 'invariant' | 'count' | 'depth'>[]
  /** States from which no value can be chosen any more; null: the search was not complete. */
  readonly stuck: number | null
  /** Null: nothing broke. */
  readonly counterexample: Counterexample | null
}

export type FromExplorer =
  | { readonly kind: 'progress'; readonly progress: SearchProgress }
  | { readonly kind: 'done'; readonly explored: Explored }
  | { readonly kind: 'failed'; readonly words: string }

export const STATES_MAX = 3_000_000

/** Searches, tells of each round, answers what was found; `nowMs` times it. */
export function explore(
  wish: ExploreWish,
  nowMs: () => number,
  tell: (progress: SearchProgress) => void,
): Explored {
  const startedMs = nowMs()
  const end = searchAbstract(
    { ...wish, compact: false, statesMax: STATES_MAX, keepGoing: false },
    1,
    (progress) => {
      tell(progress)
      return true
    },
  )
  const { broken, ...figures } = end.figures
  const seconds = (nowMs() - startedMs) / 1000
  const worst = worstOf(broken)
  const [only] = end.partitions
  const isKnown = figures.complete && only !== undefined
  return {
    ...{ wish, figures, seconds },
    broken: broken.map(({ invariant, count, depth }) => ({ invariant, count, depth })),
    stuck: isKnown ? possibilityOf(only, wish.symmetry).stuck : null,
    counterexample: worst === null ? null : counterexampleOf(wish, end, worst),
  }
}

/** Agreement if it broke, else what broke first. */
function worstOf(broken: readonly BrokenInvariant[]): BrokenInvariant | null {
  const agreement = broken.find(({ invariant }) => invariant === 'I8')
  const [first = null] = broken.toSorted((a, b) => a.depth - b.depth)
  return agreement ?? first
}

function counterexampleOf(
  { bounds, symmetry }: ExploreWish,
  end: SearchEnd,
  { invariant, last }: BrokenInvariant,
): Counterexample {
  const walk = walkBack(last)
  let asked = walk.next()
  while (asked.done !== true) asked = walk.next(end.origin(asked.value.part, asked.value.index))
  const model = new AbstractModel(bounds)
  const steps = traceOf(model, asked.value, symmetry)
  const view = judgedView(model, bounds, steps)
  const acts = steps.map(({ act }) => act)
  return { invariant, steps: steps.map(({ words }) => words.trim()), acts, view }
}

/** The path of these acts, judged, and what can come next. */
export function explorePath(bounds: AbstractBounds, acts: readonly number[]): ExploredPath {
  const model = new AbstractModel(bounds)
  const steps = traceOf(model, acts, false)
  const choices = choicesAfter(model, steps).map(({ act, words }) => ({ act, words: words.trim() }))
  return { view: judgedView(model, bounds, steps), choices }
}

/** The path as events, with what the oracle of every run says of them. */
function judgedView(
  model: AbstractModel,
  bounds: AbstractBounds,
  steps: readonly TraceStep[],
): RecordedView {
  const oracle = new Oracle({ acceptors: acceptorIds(bounds), order: 'total' })
  const fold = new RecordView()
  let seq = 0
  let atMs = 0
  const judge = (found: readonly Violation[]): void => {
    for (const violation of found) {
      fold.feed({ seq: ++seq, atMs, by: 'lab', type: 'violated', ...violation })
    }
  }
  for (const event of recordOf(model, steps, exploredTitle(bounds))) {
    atMs = event.atMs
    const placed = { ...event, seq: ++seq }
    fold.feed(placed)
    judge(oracle.feed(placed))
  }
  judge(oracle.finish())
  return fold.view({ options: null, checks: oracle.views(), scenario: null, runDir: null })
}

/** Names the bounds, and the mutant where there is one. */
export function exploredTitle({ acceptors, values, ballots, mutant }: AbstractBounds): string {
  const sizes = [plural(acceptors, 'acceptor'), plural(values, 'value'), plural(ballots, 'ballot')]
  const label = mutant === null ? [] : [mutantLabel(mutant)]
  return `Explorer: ${[...sizes, ...label].join(', ')}`
}

function plural(many: number, noun: string): string {
  return `${many} ${noun}${many === 1 ? '' : 's'}`
}
