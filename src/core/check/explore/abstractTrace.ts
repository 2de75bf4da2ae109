/**
 * Trace: a shortest path of the abstract model, from the first state to where a check failed, with
 * every state on the way.
 *
 * With symmetry a search keeps one state for many that differ by names: the path is walked again
 * with the names of one run, so that it can be read as one.
 */
import { assert } from '../../assert'
import {
  ACT_1A,
  ACT_1B,
  ACT_2A,
  ACT_2B,
  actAcceptor,
  actBallot,
  actKind,
  actValue,
} from './abstractActs'
import type { AbstractModel, StepSink } from './abstractModel'
import { ballotOf, valueName } from './abstractBounds'
import type { AbstractBounds } from './abstractBounds'
import type { BrokenStep } from './abstractPartition'
import { Symmetry } from './abstractSymmetry'
import type { Origin } from './hashTable'
import { formatBallot } from '../../paxos/ballot'

export interface TraceStep {
  readonly act: number
  readonly before: Uint32Array
  readonly after: Uint32Array
  /** Names its acts and what a model says of them. */
  readonly words: string
}

/** A state by its place. */
export interface Place {
  readonly part: number
  readonly index: number
}

/**
 * Walks back from a step to the first state: yields the place of each state whose origin it needs,
 * and ends with the acts in the order in which they happened.
 */
export function* walkBack(last: BrokenStep): Generator<Place, number[], Origin | null> {
  const acts = [last.act]
  let place: Place = { part: last.part, index: last.parent }
  for (;;) {
    const origin: Origin | null = yield place
    if (origin === null) return acts.reverse()
    acts.push(origin.act)
    place = { part: origin.part, index: origin.parent }
  }
}

/** The same where origins are at hand. */
export function actsTo(
  last: BrokenStep,
  originOf: (part: number, index: number) => Origin | null,
): number[] {
  const walk = walkBack(last)
  let asked = walk.next()
  while (asked.done !== true) asked = walk.next(originOf(asked.value.part, asked.value.index))
  return asked.value
}

/** The path as states. `symmetry`: the acts were found up to symmetry. */
export function traceOf(
  model: AbstractModel,
  acts: readonly number[],
  symmetry: boolean,
): TraceStep[] {
  const names = symmetry ? new Symmetry(model) : null
  const steps: TraceStep[] = []
  let state = model.initial()
  let canonical = model.initial()
  for (const wanted of acts) {
    const target = stepsOf(model, canonical).find(({ act }) => act === wanted)
    assert(target !== undefined, `no act ${wanted} leaves state ${steps.length} of the path`)
    names?.canonical(target.after)
    const step = names === null ? target : sameUpToNames(model, names, state, target)
    steps.push({ act: step.act, before: state, after: step.after, words: actWords(model, step) })
    state = step.after
    canonical = target.after
  }
  return steps
}

/** What can come next after a path, each with its words. */
export function choicesAfter(model: AbstractModel, steps: readonly TraceStep[]): TraceStep[] {
  const before = steps.at(-1)?.after ?? model.initial()
  return stepsOf(model, before).map((step) => {
    return { act: step.act, before, after: step.after, words: actWords(model, step) }
  })
}

interface Taken {
  readonly act: number
  readonly after: Uint32Array
  readonly broken: number
}

/** The step out of `state` that is `target` by other names. */
function sameUpToNames(
  model: AbstractModel,
  names: Symmetry,
  state: Uint32Array,
  target: Taken,
): Taken {
  const found = stepsOf(model, state).find(({ after, broken }) => {
    const canonical = after.slice()
    names.canonical(canonical)
    return broken === target.broken && canonical.every((word, at) => word === target.after[at])
  })
  assert(found !== undefined, 'a path up to symmetry has no path of its own')
  return found
}

function stepsOf(model: AbstractModel, state: Uint32Array): Taken[] {
  const taken: Taken[] = []
  const sink: StepSink = {
    step: (act, next, broken) => void taken.push({ act, after: next.slice(), broken }),
  }
  model.expand(state, sink)
  return taken
}

/** The vote that acceptor `a` remembers: its ballot and value from 0; null if it has none. */
export function voteHeld(
  model: AbstractModel,
  state: Uint32Array,
  a: number,
): { readonly b: number; readonly v: number } | null {
  const { ballots, values } = model.bounds
  const vote = model.own(state, a, model.layout.memory) % (1 + ballots * values)
  return vote === 0 ? null : { b: Math.floor((vote - 1) / values), v: (vote - 1) % values }
}

/** The ballot, from 0, that acceptor `a` remembers as promised; null if it has promised none. */
export function promiseHeld(model: AbstractModel, state: Uint32Array, a: number): number | null {
  const { ballots, values } = model.bounds
  const memory = model.own(state, a, model.layout.memory)
  const promised = Math.floor(memory / (1 + ballots * values)) - 1
  return promised < 0 ? null : promised
}

/**
 * Acceptors (from 0) whose promises let the proposer of `b` issue `v`, as it counts; the first such
 * set.
 */
export function witnessesOf(
  model: AbstractModel,
  state: Uint32Array,
  b: number,
  v: number,
): { readonly acceptors: readonly number[]; readonly forced: boolean } {
  const field = model.layout.reports[b]!
  for (const quorum of model.rules.enough) {
    const acceptors = acceptorsIn(model.bounds, quorum)
    const reports = acceptors.map((a) => model.own(state, a, field))
    if (reports.some((report) => report === 0)) continue
    const votes = reports.reduce((joined, report) => joined | report, 0) >>> 1
    const allowed = model.rules.choice[votes]!
    if ((allowed & (1 << v)) !== 0) return { acceptors, forced: allowed === 1 << v && votes !== 0 }
  }
  assert(false, `no promises allow value ${v} at ballot ${b}`)
}

function acceptorsIn({ acceptors }: AbstractBounds, set: number): number[] {
  return Array.from({ length: acceptors }, (_, a) => a).filter((a) => (set & (1 << a)) !== 0)
}

function actWords(model: AbstractModel, { act, after }: Taken): string {
  const { bounds } = model
  const b = actBallot(act)
  const ballot = formatBallot(ballotOf(bounds, b))
  const acceptor = `N${actAcceptor(act) + 1}`
  const value = valueName(actValue(act))
  switch (actKind(act)) {
    case ACT_1A:
      return `1a  N${ballotOf(bounds, b).node} asks for promises of ${ballot}`
    case ACT_1B: {
      const vote = voteHeld(model, after, actAcceptor(act))
      const at = vote === null ? '' : formatBallot(ballotOf(bounds, vote.b))
      const reported = vote === null ? 'no vote' : `its vote for ${valueName(vote.v)} at ${at}`
      return `1b  ${acceptor} promises ${ballot} and reports ${reported}`
    }
    case ACT_2A: {
      const { acceptors } = witnessesOf(model, after, b, actValue(act))
      const names = acceptors.map((a) => `N${a + 1}`).join(', ')
      return `2a  ${value} is proposed at ${ballot}, on the promises of ${names}`
    }
    case ACT_2B:
      return `2b  ${acceptor} votes for ${value} at ${ballot}`
    default:
      return `    a learner counts wrongly and says that ${value} is chosen`
  }
}
