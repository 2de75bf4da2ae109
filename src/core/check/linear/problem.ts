/**
 * Problem: the operations of one key laid out for the search.
 *
 * Lanes: operations that overlap have lanes of their own, as few as possible, so that what is
 *        linearized beyond the front fits into a few bits.
 */
import { AppendAutomaton, isAppendOnly } from './appendAutomaton'
import type { Automaton } from './automaton'
import type { ModelName } from './models'
import type { Operation } from './operations'
import { TextAutomaton } from './textAutomaton'

/** Indefinite operations that do the same: it only matters how many of them took effect. */
export interface Optional {
  readonly kind: number
  /** By invocation. */
  readonly operations: readonly Operation[]
}

export interface Problem {
  readonly automaton: Automaton
  /** What must be placed, by invocation. */
  readonly operations: readonly Operation[]
  /** Places of invocation and completion in the history. */
  readonly calls: Float64Array
  readonly rets: Float64Array
  readonly kinds: Int32Array
  /** Kinds that change nothing. */
  readonly observes: Uint8Array
  readonly lanes: Int32Array
  readonly laneCount: number
  /** Indices of `operations` by completion, and where each stands among them. */
  readonly byRet: Int32Array
  readonly placeByRet: Int32Array
  readonly optionals: readonly Optional[]
}

export function automatonOf(all: readonly Operation[], model: ModelName): Automaton {
  return isAppendOnly(all) ? new AppendAutomaton(all) : new TextAutomaton(all, model)
}

/** `automaton`: one that was made for these operations and more, whose states shall be kept. */
export function toProblem(
  all: readonly Operation[],
  model: ModelName,
  automaton = automatonOf(all, model),
): Problem {
  const operations = all.filter(({ type }) => type === 'ok').sort((a, b) => a.call - b.call)
  const kinds = Int32Array.from(operations, (operation) => automaton.kindOf(operation))
  const calls = Float64Array.from(operations, ({ call }) => call)
  const rets = Float64Array.from(operations, ({ ret }) => ret)
  const byRet = Int32Array.from(operations.keys()).sort((a, b) => (rets[a] ?? 0) - (rets[b] ?? 0))
  const placeByRet = new Int32Array(byRet.length)
  for (const [place, index] of byRet.entries()) placeByRet[index] = place
  return {
    ...{ automaton, operations, calls, rets, kinds, byRet, placeByRet },
    observes: Uint8Array.from(kinds, (kind) => (automaton.isObservation(kind) ? 1 : 0)),
    optionals: optionalsOf(all, automaton),
    ...lanesOf(calls, rets, byRet),
  }
}

function optionalsOf(all: readonly Operation[], automaton: Automaton): Optional[] {
  const groups = new Map<number, Operation[]>()
  for (const operation of all) {
    if (operation.type === 'ok') continue
    const kind = automaton.kindOf(operation)
    if (automaton.isObservation(kind)) continue
    const group = groups.get(kind)
    if (group === undefined) groups.set(kind, [operation])
    else group.push(operation)
  }
  return [...groups].map(([kind, group]) => ({
    kind,
    operations: group.sort((a, b) => a.call - b.call),
  }))
}

function lanesOf(calls: Float64Array, rets: Float64Array, byRet: Int32Array) {
  const lanes = new Int32Array(calls.length)
  const free: number[] = []
  let laneCount = 0
  let ended = 0
  for (const [index, call] of calls.entries()) {
    for (; ended < byRet.length; ended += 1) {
      const done = byRet[ended] ?? 0
      if ((rets[done] ?? 0) > call) break
      free.push(lanes[done] ?? 0)
    }
    lanes[index] = free.pop() ?? laneCount++
  }
  return { lanes, laneCount }
}
