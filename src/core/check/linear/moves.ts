/**
 * Moves: what could be linearized next, the best last.
 *
 * Order: what has to be next by real time, and what makes that possible; then by completion;
 *        indefinite operations come last. A good order finds an order of a sound history at once.
 */
import { IMPOSSIBLE } from './automaton'
import type { Problem } from './problem'

/** An operation by its index, or `-1 - index` of its group if it is indefinite. */
export type Move = number

export interface Position {
  readonly value: number
  /** The value before an indefinite operation that nobody noticed yet; -1: none. */
  readonly before: number
  /** The operation that ends first of those that are not placed. */
  readonly front: number
  readonly used: Uint32Array
  /** Unplaced operations by invocation, a ring whose head comes after the last index. */
  readonly next: Int32Array
}

interface Ranked {
  readonly move: Move
  /** The lower, the sooner. */
  readonly rank: number
  readonly ret: number
}

const NONE = -1
const RANK = { front: 0, lets: 1, letsOptional: 2, other: 3, optional: 4 } as const

export class MoveFinder {
  /** By kind, which of the candidates ends first; NONE: there is none. */
  private readonly firsts: Int32Array
  private readonly kindsSeen: number[] = []

  constructor(private readonly problem: Problem) {
    let kindMax = -1
    for (const kind of problem.kinds) kindMax = Math.max(kindMax, kind)
    for (const { kind } of problem.optionals) kindMax = Math.max(kindMax, kind)
    this.firsts = new Int32Array(kindMax + 1).fill(NONE)
  }

  find(position: Position): Move[] {
    const ranked: Ranked[] = []
    this.gather(position)
    for (const kind of this.kindsSeen) this.rank(position, kind, this.firsts[kind] ?? NONE, ranked)
    this.rankOptionals(position, ranked)
    for (const kind of this.kindsSeen) this.firsts[kind] = NONE
    this.kindsSeen.length = 0
    if (ranked.length > 1) ranked.sort((one, other) => other.rank - one.rank || other.ret - one.ret)
    return ranked.map(({ move }) => move)
  }

  /** Operations of one kind can stand in for each other: the one that ends first goes first. */
  private gather({ front, next }: Position): void {
    const { calls, rets, kinds, observes, operations } = this.problem
    const head = operations.length
    const deadline = rets[front] ?? 0
    for (let at = next[head] ?? head; at !== head; at = next[at] ?? head) {
      if ((calls[at] ?? 0) >= deadline) return
      // It would have been taken if it were possible.
      if (observes[at] === 1) continue
      const kind = kinds[at] ?? 0
      const first = this.firsts[kind] ?? NONE
      if (first === NONE) this.kindsSeen.push(kind)
      if (first === NONE || (rets[at] ?? 0) < (rets[first] ?? 0)) this.firsts[kind] = at
    }
  }

  private rank(position: Position, kind: number, at: number, ranked: Ranked[]): void {
    const after = this.after(position, kind)
    if (after === IMPOSSIBLE) return
    const rank =
      at === position.front ? RANK.front : this.lets(position, after) ? RANK.lets : RANK.other
    ranked.push({ move: at, rank, ret: this.problem.rets[at] ?? 0 })
  }

  private rankOptionals(position: Position, ranked: Ranked[]): void {
    const { optionals, rets } = this.problem
    const deadline = rets[position.front] ?? 0
    for (const [group, { kind, operations }] of optionals.entries()) {
      const first = operations[position.used[group] ?? 0]
      // One of the same kind that must be placed anyway is the better choice.
      if (first === undefined || first.call >= deadline || this.firsts[kind] !== NONE) continue
      const after = this.after(position, kind)
      if (after === IMPOSSIBLE || after === position.value) continue
      const rank = this.lets(position, after) ? RANK.letsOptional : RANK.optional
      ranked.push({ move: -1 - group, rank, ret: first.call })
    }
  }

  /** IMPOSSIBLE also when an indefinite operation before it would turn out to be needless. */
  private after({ value, before }: Position, kind: number): number {
    const { automaton } = this.problem
    const after = automaton.step(value, kind)
    if (before === NONE || after === IMPOSSIBLE) return after
    return automaton.step(before, kind) === after ? IMPOSSIBLE : after
  }

  /** Whether the front, which cannot be placed now, could be placed then. */
  private lets({ value, front }: Position, after: number): boolean {
    const { automaton, kinds } = this.problem
    const kind = kinds[front] ?? 0
    return automaton.step(value, kind) === IMPOSSIBLE && automaton.step(after, kind) !== IMPOSSIBLE
  }
}
