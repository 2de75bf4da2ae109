/**
 * Unnamed mutants: a lesson starts a cluster whose mutant is shown as a letter until somebody has
 * named its rule. Options and record keep the mutant itself, for whoever replays or judges the run;
 * only what people read asks here.
 *
 * `tellNames` says whom the names are told to; until then they are told to nobody.
 */
import { mutantLabel } from '../core/mutants'
import type { MutantId } from '../core/paxos/mutant'

export const UNNAMED_LETTERS = ['A', 'B', 'C'] as const
export type UnnamedLetter = (typeof UNNAMED_LETTERS)[number]

/** As options and events of a cluster have it. */
export interface MaybeUnnamed {
  readonly mutant: MutantId | null
  /** Missing: the mutant is shown by its name. */
  readonly unnamed?: UnnamedLetter | undefined
}

type IsNamed = (letter: UnnamedLetter, mutant: MutantId) => boolean

const NOBODY: IsNamed = () => false
let isNamed = NOBODY

/** Null: to nobody. */
export function tellNames(by: IsNamed | null): void {
  isNamed = by ?? NOBODY
}

/** It is on, and what it is must not be shown. */
export function isSealed({ mutant, unnamed }: MaybeUnnamed): boolean {
  return mutant !== null && unnamed !== undefined && !isNamed(unnamed, mutant)
}

export function unnamedLabel(letter: UnnamedLetter): string {
  return `unnamed mutant ${letter}: deliberately broken`
}

/** How a cluster says which mutant it runs; null: none. */
export function shownMutant(options: MaybeUnnamed): string | null {
  const { mutant, unnamed } = options
  if (mutant === null) return null
  return unnamed !== undefined && isSealed(options) ? unnamedLabel(unnamed) : mutantLabel(mutant)
}
