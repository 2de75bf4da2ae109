/**
 * Automaton: one key as a machine over small whole numbers. A state stands for a value, a kind for
 * all operations that do the same and saw the same; such operations can stand in for each other,
 * which is what keeps the search small.
 */
import type { Operation } from './operations'

/** The operation cannot be here: it would have seen something else, or would have failed. */
export const IMPOSSIBLE = -1
/** The key is absent: every history begins so. */
export const ABSENT = 0

export interface Automaton {
  /** State after an operation of this kind, or IMPOSSIBLE. */
  step(state: number, kind: number): number
  /** Kinds that never change anything, wherever they are possible. */
  isObservation(kind: number): boolean
  kindOf(operation: Operation): number
  describe(state: number): string
  /** Whether it also serves a part of the operations that it was made for. */
  readonly servesParts: boolean
  /** An estimate of what its states cost. */
  readonly bytes: number
}
