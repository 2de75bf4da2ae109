/**
 * Bounds of the abstract model: how many acceptors, values and ballots, and which rule is broken.
 *
 * Source: PMS §2.2 for one slot; protocol §11 states the model exactly.
 * Names:  acceptors are nodes 1 to A. Each ballot has a proposer of its own, nodes A+1 to A+B, so
 *         that ballot b of the model, counted from 0, is the ballot 1.(A+1+b) of the core.
 * Errors: `boundsFault` says in words why bounds must be refused.
 */
import { ZERO_BALLOT } from '../../paxos/ballot'
import type { Ballot, NodeId } from '../../paxos/ballot'
import type { MutantId } from '../../paxos/mutant'
import { MUTANT_IDS } from '../../paxos/mutant'
import type { Value } from '../../paxos/message'

export interface AbstractBounds {
  readonly acceptors: number
  readonly values: number
  readonly ballots: number
  /** Null: Paxos as it should be. */
  readonly mutant: AbstractMutant | null
}

/** Mutants whose changed rule the model has: it knows no restart, no disk and no log. */
export const ABSTRACT_MUTANTS = [
  'M5',
  'M6',
  'M7',
  'M8',
  'M11',
  'M12',
  'M13',
  'M14',
  'M20',
  'M21',
] as const satisfies readonly MutantId[]

export type AbstractMutant = (typeof ABSTRACT_MUTANTS)[number]

export const ACCEPTORS_MAX = 5
/** Ballots times values: a set of votes is a table index and must fit in half a word. */
export const VOTES_MAX = 16
/** Every order of the values is tried on every state. */
export const SYMMETRIC_VALUES_MAX = 4

const VALUE_NAMES = 'vwxyzabcdefghijk'

export function isAbstractMutant(id: string): id is AbstractMutant {
  return ABSTRACT_MUTANTS.some((known) => known === id)
}

/** Why these bounds must be refused; null if they may be explored. */
export function boundsFault(bounds: Omit<AbstractBounds, 'mutant'>): string | null {
  const { acceptors, values, ballots } = bounds
  if (!isWhole(acceptors) || acceptors < 1 || acceptors > ACCEPTORS_MAX) {
    return `acceptors must be from 1 to ${ACCEPTORS_MAX}, not ${acceptors}`
  }
  if (!isWhole(values) || values < 1) return `there must be at least 1 value, not ${values}`
  if (!isWhole(ballots) || ballots < 1) return `there must be at least 1 ballot, not ${ballots}`
  if (values * ballots <= VOTES_MAX) return null
  return (
    `${ballots} ballots of ${values} values do not fit in a packed state: ` +
    `ballots times values must be at most ${VOTES_MAX}`
  )
}

/** Why a mutant cannot be explored here; null if it can. */
export function mutantFault(id: string): string | null {
  if (isAbstractMutant(id)) return null
  if (!MUTANT_IDS.some((known) => known === id)) return `there is no mutant "${id}"`
  return (
    `the abstract model cannot express ${id}: it has no restarts, disks, duplicates or log. ` +
    `Explore it with --model replicas; the abstract model has ${ABSTRACT_MUTANTS.join(', ')}`
  )
}

/** Why states cannot be reduced by symmetry; null if they can. */
export function symmetryFault({ values }: Pick<AbstractBounds, 'values'>): string | null {
  if (values <= SYMMETRIC_VALUES_MAX) return null
  return `symmetry tries every order of the values: at most ${SYMMETRIC_VALUES_MAX}, not ${values}`
}

/** Ballot `b` of the model, from 0, as the core writes it; -1 is below all of them. */
export function ballotOf({ acceptors }: Pick<AbstractBounds, 'acceptors'>, b: number): Ballot {
  return b < 0 ? ZERO_BALLOT : { round: 1, node: acceptors + 1 + b }
}

export function acceptorIds({ acceptors }: Pick<AbstractBounds, 'acceptors'>): NodeId[] {
  return Array.from({ length: acceptors }, (_, at) => at + 1)
}

export function proposerIds({ acceptors, ballots }: AbstractBounds): NodeId[] {
  return Array.from({ length: ballots }, (_, at) => acceptors + 1 + at)
}

/** A short name, and the text that the core's rules carry. */
export function valueName(v: number): Value {
  return VALUE_NAMES[v] ?? `v${v}`
}

function isWhole(count: number): boolean {
  return Number.isSafeInteger(count)
}
