/**
 * For each mutant that a small world of replicas catches: the world, and what breaks in it. The
 * shortest schedules are `test/fixtures/explorer`; the shipped core survives each world.
 *
 * Not here: M13 and M18 spoil liveness only, which no state can show; a lasso shows M13
 *           (`replicasLasso.ts`), runs with a clock show both.
 */
import type { MutantId } from '../../paxos/mutant'
import type { ReplicasOptions, WorldRequest } from './replicasTypes'

export interface MutantWorld {
  readonly options: ReplicasOptions
  /** What the search looks for: the worst that the world shows. */
  readonly invariant: string
  /** What breaks on the way there, where the search for the worst takes over 50,000 states. */
  readonly sooner: string | null
}

type Bounds = Partial<Omit<ReplicasOptions, 'mutant' | 'invariants'>>

/** Nobody needs these to choose a value; without them worlds are a hundred times smaller. */
const WITHHELD = ['heartbeat', 'nack'] as const

/** Two commands at one node: the second one comes after a restart, or in the next slot. */
const TWICE: readonly WorldRequest[] = [
  { node: 1, args: ['SET', 'x', 'a'] },
  { node: 1, args: ['SET', 'x', 'b'] },
]

const CRASH: Bounds = { crashes: 1 }
const ELECTION: Bounds = { elections: 1 }

const WORLDS: Readonly<Partial<Record<MutantId, readonly [string, Bounds, string?]>>> = {
  M1: ['I8', CRASH],
  M2: ['I8', CRASH],
  // The ballot is used again only if the vote of its first use was lost with the crash.
  M3: ['I8', { ...CRASH, flush: 'byHand', requests: TWICE }],
  M4: ['I8', ELECTION],
  M5: ['I8', {}],
  M6: ['I8', ELECTION, 'I6'],
  M7: ['I8', {}],
  M8: ['I8', ELECTION, 'I6'],
  M9: ['I11', {}],
  M10: ['I8', {}],
  M11: ['I8', {}],
  M12: ['I8', {}],
  // A value that two proposers issued reaches a learner from both.
  M14: ['I10', { config: { learnerMode: { kind: 'all' } } }],
  M15: ['I10', { nodes: 5, requests: 1, duplicates: 1 }],
  // Two slots: the second batch leaves when the timer `gather` fires.
  M16: ['I8', { ...ELECTION, timers: 1, requests: TWICE, config: { mode: 'multi' } }, 'I6'],
  M17: ['I13', { timers: 1, requests: TWICE, config: { mode: 'multi' } }],
  M19: ['I8', { ...CRASH, flush: 'byHand' }, 'I4'],
  M20: ['I8', {}],
  M21: ['I8', ELECTION, 'I6'],
}

/** Null for a mutant that no world of this size catches. */
export function worldOf(mutant: MutantId): MutantWorld | null {
  const world = WORLDS[mutant]
  if (world === undefined) return null
  const [invariant, bounds, sooner = null] = world
  const options = {
    nodes: 3,
    requests: 2,
    withhold: WITHHELD,
    ...bounds,
    mutant,
    invariants: [invariant],
  }
  return { options, invariant, sooner }
}
