/**
 * Flaws: what each mutant does otherwise, as booleans and words that are looked up once, when a
 * replica is made. The rules themselves stay where they are; each asks one of these.
 *
 * Source: protocol §10. `core/mutants.ts` says in words what each one breaks.
 */
import type { NodeId } from './ballot'
import type { MutantId } from './mutant'
import { majorityOf } from './quorum'
import type { QuorumSystem } from './quorum'
import type { Adoption, VoteRule } from './rules'

export interface Flaws {
  /** M1: recovery passes over promises. */
  readonly forgetsPromise: boolean
  /** M2: recovery passes over votes. */
  readonly forgetsVotes: boolean
  /** M3: a restarted proposer numbers from the beginning. */
  readonly reusesBallots: boolean
  /** M4: a promise of any earlier own ballot counts for the present one. */
  readonly countsStalePromises: boolean
  /** M5 `oneShort`: both phases need one acceptor less; M20 `onePromise`: phase 1 needs one. */
  readonly quorums: 'asGiven' | 'oneShort' | 'onePromise'
  /** M6 `first`, M7 `none`, M8 `last`. */
  readonly adoption: Adoption
  /** M8: a promise reports values without the ballots of their votes. */
  readonly hidesVoteBallots: boolean
  /** M9: the client is answered when its value is issued. */
  readonly answersEarly: boolean
  /** M10: the own acceptor promises a new own ballot even if it promised a higher one. */
  readonly lowersOwnPromise: boolean
  /** M11: every proposer numbers with the same node part. */
  readonly sharesBallots: boolean
  /** M12 `always`, M13 `above`. */
  readonly voteRule: VoteRule
  /** M14: votes for equal values add up, whatever their ballots. */
  readonly countsValues: boolean
  /** M15: the same vote, told twice, counts as two. */
  readonly countsDuplicates: boolean
  /** M16: slots below its own votes that it knows nothing of get a no-op, without having asked. */
  readonly fillsUnasked: boolean
  /** M17: a chosen slot above a gap is executed at once. */
  readonly appliesOverGaps: boolean
  /** M18: a leader waits for heartbeats too; its own do not count. */
  readonly timesOutOnItself: boolean
  /** M21: a vote leaves the promise where it was. */
  readonly voteKeepsPromise: boolean
}

/** Paxos as it should be. */
export const SOUND: Flaws = {
  forgetsPromise: false,
  forgetsVotes: false,
  reusesBallots: false,
  countsStalePromises: false,
  quorums: 'asGiven',
  adoption: 'newest',
  hidesVoteBallots: false,
  answersEarly: false,
  lowersOwnPromise: false,
  sharesBallots: false,
  voteRule: 'atOrAbove',
  countsValues: false,
  countsDuplicates: false,
  fillsUnasked: false,
  appliesOverGaps: false,
  timesOutOnItself: false,
  voteKeepsPromise: false,
}

const FLAWS: Readonly<Record<MutantId, Partial<Flaws>>> = {
  M1: { forgetsPromise: true },
  M2: { forgetsVotes: true },
  M3: { reusesBallots: true },
  M4: { countsStalePromises: true },
  M5: { quorums: 'oneShort' },
  M6: { adoption: 'first' },
  M7: { adoption: 'none' },
  M8: { hidesVoteBallots: true, adoption: 'last' },
  M9: { answersEarly: true },
  M10: { lowersOwnPromise: true },
  M11: { sharesBallots: true },
  M12: { voteRule: 'always' },
  M13: { voteRule: 'above' },
  M14: { countsValues: true },
  M15: { countsDuplicates: true },
  M16: { fillsUnasked: true },
  M17: { appliesOverGaps: true },
  M18: { timesOutOnItself: true },
  // The host does it: see `sendsEarly` in mutant.ts.
  M19: {},
  M20: { quorums: 'onePromise' },
  M21: { voteKeepsPromise: true },
}

export function flawsOf(mutant: MutantId | null): Flaws {
  return mutant === null ? SOUND : { ...SOUND, ...FLAWS[mutant] }
}

/** The quorums that a replica counts with; checks judge by `system`, what was asked for. */
export function countedQuorums(
  system: QuorumSystem,
  acceptors: readonly NodeId[],
  flaw: Flaws['quorums'],
): QuorumSystem {
  if (flaw === 'asGiven') return system
  if (system.kind === 'sets') {
    const phase1 = system.phase1.map((set) => set.slice(0, flaw === 'onePromise' ? 1 : -1))
    const phase2 = flaw === 'onePromise' ? system.phase2 : system.phase2.map((set) => set.slice(1))
    return { kind: 'sets', phase1: phase1.filter(isSome), phase2: phase2.filter(isSome) }
  }
  const majority = majorityOf(acceptors.length)
  const { phase1, phase2 } =
    system.kind === 'counts' ? system : { phase1: majority, phase2: majority }
  return flaw === 'onePromise'
    ? { kind: 'counts', phase1: 1, phase2 }
    : { kind: 'counts', phase1: Math.max(1, phase1 - 1), phase2: Math.max(1, phase2 - 1) }
}

function isSome(set: readonly NodeId[]): boolean {
  return set.length > 0
}
