/**
 * Evidence that a history is not linearizable, made small: the shortest beginning that already has
 * no order; the last quiet moment in it from which on there is none; and from there on the few
 * operations that contradict each other.
 *
 * Window: an operation is left out of it only if the rest has no order wherever it took effect, or
 *         if it never did; so what is shown is a contradiction by itself.
 * Limits: a number of configurations; where it does not last, the evidence is true all the same,
 *         only longer.
 */
import { ABSENT } from './automaton'
import { evidenceWords } from './evidenceWords'
import type { Operation } from './operations'
import type { ShrinkLimits, Traced } from './shrink'
import { Shrink } from './shrink'
import { operationWords } from './words'

export interface Evidence {
  readonly key: string
  readonly words: string
  /** In order of invocation. */
  readonly window: readonly Operation[]
  /** What the key can be where the window begins, in words. */
  readonly before: readonly string[]
  /** Places in the history, from 0: the first and the last that the window spans. */
  readonly fromPlace: number
  readonly toPlace: number
  /** Its completion leaves no order: the beginning before that still had one. */
  readonly last: Operation
  /** Other operations up to then: nothing that they may have done makes an order. */
  readonly others: number
  /** The longest order that was found of the operations up to then, which are `definite`. */
  readonly placed: number
  readonly definite: number
  /** The end of that order, and what the key can be there. */
  readonly order: readonly string[]
  readonly states: readonly string[]
  /** It has to be next there and cannot be. */
  readonly stuck: string
}

const ORDER_SHOWN_MAX = 20
const FROM_ABSENT: ReadonlySet<number> = new Set([ABSENT])

/** `operations` are known to have no order. */
export function* gatherEvidence(
  key: string,
  operations: readonly Operation[],
  limits: ShrinkLimits,
): Generator<void, Evidence> {
  const shrink = new Shrink(limits)
  const beginning = yield* shrink.beginning(operations)
  const traced = yield* shrink.trace(beginning)
  const cut = yield* shrink.cut(beginning, traced)
  const starts = cut?.starts ?? FROM_ABSENT
  const kept = yield* shrink.loosen(cut?.operations ?? beginning, starts)
  const window = kept.filter(({ type }) => type === 'ok')
  const before = [...starts].map((start) => traced.automaton.describe(start))
  return evidenceOf(key, beginning, window, before, traced)
}

function evidenceOf(
  key: string,
  beginning: readonly Operation[],
  unsorted: readonly Operation[],
  before: readonly string[],
  { partial }: Traced,
): Evidence {
  const definite = beginning.filter(({ type }) => type === 'ok')
  const window = [...unsorted].sort((one, other) => one.call - other.call)
  const last = definite.reduce((found, each) => (each.ret > found.ret ? each : found))
  const order = partial?.order ?? []
  const states = partial?.states ?? []
  const stuck = operationWords(partial?.stuck ?? last)
  return {
    ...{ key, window, before, last, states, stuck },
    words: evidenceWords({ key, window, before, last, states, stuck }),
    fromPlace: Math.min(last.call, ...window.map(({ call }) => call)),
    toPlace: last.ret,
    others: beginning.length - window.length,
    placed: order.filter(({ type }) => type === 'ok').length,
    definite: definite.length,
    order: order.slice(-ORDER_SHOWN_MAX).map(operationWords),
  }
}
