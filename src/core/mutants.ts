/**
 * The catalogue of mutants: each changes one rule of Paxos, and each check must be able to say no
 * to those that it should. `paxos/flaws.ts` is where a replica looks up what it does otherwise.
 *
 * Source: protocol §10. A schedule for each lies in `resources/mutants`; `docs/mutants.md` says
 *         how to run one on real processes.
 */
import type { MutantId } from './paxos/mutant'

/**
 * Who must say no. `schedule`: the shortest schedule, played by hand; `simulator`: random runs;
 * `abstract` and `replicas`: the two models of the explorer; `live`: the oracle of a real cluster
 * and what is left on its disks; `history`: what clients saw has no linearization.
 */
export type Judge = 'schedule' | 'simulator' | 'abstract' | 'replicas' | 'live' | 'history'

export interface Mutant {
  readonly id: MutantId
  /** What it does, to follow the id: `M6: adopts any reported value`. */
  readonly name: string
  /** The rule as it should be, and what this mutant makes of it. */
  readonly rule: string
  readonly provenance: string
  /** Invariants in the order in which they fall; I15 alone: it is safe and makes no progress. */
  readonly breaks: readonly string[]
  readonly judges: readonly Judge[]
  /** How hard it is to find by looking: 1 in a few steps, 3 needs a rare order of events. */
  readonly difficulty: 1 | 2 | 3
  /** What a view shows beside a node that runs it. */
  readonly words: string
}

const EVERYWHERE: readonly Judge[] = ['schedule', 'simulator', 'abstract', 'replicas', 'live']
const ON_REPLICAS: readonly Judge[] = ['schedule', 'simulator', 'replicas', 'live']
const SAFE: readonly Judge[] = ['schedule', 'simulator']

export const MUTANTS: { readonly [Id in MutantId]: Mutant & { readonly id: Id } } = {
  M1: {
    id: 'M1',
    name: 'forgets its promise on restart',
    rule: 'A promise survives a restart. Here recovery passes over it; votes are kept.',
    provenance: 'PMS §2.5: an acceptor records its intended response before it sends it',
    breaks: ['I2', 'I4', 'I1', 'I7', 'I8'],
    judges: ON_REPLICAS,
    difficulty: 2,
    words: 'After a restart this acceptor votes below what it promised.',
  },
  M2: {
    id: 'M2',
    name: 'forgets its vote on restart',
    rule: 'A vote survives a restart. Here recovery passes over it; the promise is kept.',
    provenance: 'PMS §2.5',
    breaks: ['I4', 'I6', 'I8'],
    judges: ON_REPLICAS,
    difficulty: 1,
    words: 'After a restart this acceptor promises as if it had never voted.',
  },
  M3: {
    id: 'M3',
    name: 'uses a ballot again after a restart',
    rule: 'A proposer never uses a number twice. Here a restarted one counts from the beginning.',
    provenance: 'PhxPaxos issue 145',
    breaks: ['I5', 'I8'],
    judges: ON_REPLICAS,
    difficulty: 2,
    words: 'After a restart this proposer may issue a second value under an old ballot.',
  },
  M4: {
    id: 'M4',
    name: 'counts stale promises',
    rule: 'A promise counts for the ballot it names. Here one for any earlier own ballot counts too.',
    provenance: 'luohaha/MyPaxos issue 18: two values were chosen',
    breaks: ['I6', 'I7', 'I8'],
    judges: ON_REPLICAS,
    difficulty: 2,
    words: 'This proposer takes an old promise for one to its present ballot.',
  },
  M5: {
    id: 'M5',
    name: 'needs one acceptor less than a majority',
    rule: 'Two quorums meet. Here proposer and learner count one acceptor too few, in both phases.',
    provenance: 'the deliberately wrong example of DSLabs',
    breaks: ['I6', 'I10', 'I8'],
    judges: EVERYWHERE,
    difficulty: 1,
    words: 'This node takes half of the acceptors, rounded down, for a majority.',
  },
  M6: {
    id: 'M6',
    name: 'adopts any reported value',
    rule: 'Phase 2 takes the value of the highest vote reported. Here it takes the first reported.',
    provenance: 'PMS §2.2, P2c',
    breaks: ['I6', 'I8'],
    judges: EVERYWHERE,
    difficulty: 3,
    words: 'This proposer adopts the value it was told first, not that of the highest ballot.',
  },
  M7: {
    id: 'M7',
    name: 'ignores reported values',
    rule: 'Phase 2 takes the value of the highest vote reported. Here a proposer issues its own.',
    provenance: 'PMS §2.2, P2c',
    breaks: ['I6', 'I8'],
    judges: EVERYWHERE,
    difficulty: 1,
    words: 'This proposer issues its own value whatever acceptors reported.',
  },
  M8: {
    id: 'M8',
    name: 'reports a value without its ballot',
    rule: 'A promise reports the highest vote, ballot and value. Here only the value.',
    provenance: 'Blog 2014',
    breaks: ['I6', 'I8'],
    judges: EVERYWHERE,
    difficulty: 3,
    words: 'Promises of this acceptor name no ballots, so that a proposer adopts what came last.',
  },
  M9: {
    id: 'M9',
    name: 'acknowledges before the value is chosen',
    rule: 'A client is told success when its command is chosen. Here as soon as it is issued.',
    provenance: 'Blog 2014: success at the promise quorum',
    breaks: ['I11', 'I14'],
    judges: ['schedule', 'simulator', 'replicas', 'live', 'history'],
    difficulty: 1,
    words: 'This node tells clients OK for writes that may never be chosen.',
  },
  M10: {
    id: 'M10',
    name: 'lowers its own promise for a new attempt',
    rule: 'A promise never goes down. Here that of the own acceptor follows a lower own ballot.',
    provenance: 'Blog 2014',
    breaks: ['I2', 'I1', 'I7', 'I8'],
    judges: ON_REPLICAS,
    difficulty: 1,
    words: 'This acceptor takes back a promise when its own proposer tries again.',
  },
  M11: {
    id: 'M11',
    name: 'shares ballots between proposers',
    rule: 'A ballot has one owner. Here every proposer uses the same numbers.',
    provenance: "the example specification of Spectacle's tutorial",
    breaks: ['I5', 'I8'],
    judges: EVERYWHERE,
    difficulty: 1,
    words: 'Two proposers may issue two values under one ballot.',
  },
  M12: {
    id: 'M12',
    name: 'votes whatever it promised',
    rule: 'An acceptor votes only at or above its promise. Here it votes always.',
    provenance: 'scenario S18, "always"',
    breaks: ['I1', 'I7', 'I8'],
    judges: EVERYWHERE,
    difficulty: 1,
    words: 'This acceptor votes for ballots below its promise.',
  },
  M13: {
    id: 'M13',
    name: 'votes only above its promise',
    rule: 'An acceptor votes at or above its promise. Here an equal ballot is refused.',
    provenance: 'cousin of luohaha/MyPaxos issue 19, where an accept above the promise was refused',
    breaks: ['I15'],
    judges: SAFE,
    difficulty: 1,
    words: 'This acceptor refuses the very ballot that it promised: nothing is ever chosen.',
  },
  M14: {
    id: 'M14',
    name: 'counts values, not proposals',
    rule: 'A learner counts votes at one ballot. Here votes for equal values add up.',
    provenance: 'the value-majority read rule',
    breaks: ['I10', 'I8'],
    judges: EVERYWHERE,
    difficulty: 3,
    words: 'This learner may call a value chosen that was voted for at different ballots only.',
  },
  M15: {
    id: 'M15',
    name: 'counts a repeated vote twice',
    rule: 'A learner counts distinct acceptors. Here the same vote, told twice, counts as two.',
    provenance: 'duplicated frames',
    breaks: ['I10', 'I8'],
    judges: ON_REPLICAS,
    difficulty: 2,
    words: 'This learner takes a repeated message for another acceptor.',
  },
  M16: {
    id: 'M16',
    name: 'fills gaps without phase 1',
    rule: 'A gap gets a no-op only if phase 1 found it free. Here phase 1 does not ask about gaps.',
    provenance: 'PMS §3: instances 136 and 137',
    breaks: ['I6', 'I8'],
    judges: ON_REPLICAS,
    difficulty: 2,
    words: 'This proposer overwrites with a no-op what it has not asked about.',
  },
  M17: {
    id: 'M17',
    name: 'executes out of order',
    rule: 'A chosen slot is executed after all below. Here at once, and what lay below when it comes.',
    provenance: 'PMS §3',
    breaks: ['I13', 'I12'],
    judges: ON_REPLICAS,
    difficulty: 1,
    words: 'This replica executes chosen slots above a gap.',
  },
  M18: {
    id: 'M18',
    name: 'times out on itself as leader',
    rule: 'Who leads does not wait for heartbeats. Here it does, its own do not count, and it bids again.',
    provenance: 'BeatPaxos',
    breaks: ['I15'],
    judges: SAFE,
    difficulty: 1,
    words: 'This leader hears no leader, and starts an election against itself.',
  },
  M19: {
    id: 'M19',
    name: 'sends before it persists',
    rule: 'A message leaves when what it relies on is durable. Here at once.',
    provenance: 'the contract of write before send, PMS §2.5',
    breaks: ['I4', 'I8'],
    judges: ON_REPLICAS,
    difficulty: 2,
    words: 'Answers of this acceptor leave before its disk knows of them.',
  },
  M20: {
    id: 'M20',
    name: 'begins with a single promise',
    rule: 'A phase-1 quorum meets every phase-2 quorum. Here one promise is enough.',
    provenance: 'a planted wrong scenario in gryadka',
    breaks: ['I6', 'I8'],
    judges: EVERYWHERE,
    difficulty: 1,
    words: 'This proposer leads with one promise, its own.',
  },
  M21: {
    id: 'M21',
    name: 'a vote does not raise the promise',
    rule: 'A vote at a ballot promises it too. Here it does not, and an older vote replaces a newer.',
    provenance: 'found in our own tests, which it passed until vote ≤ promise was asserted',
    breaks: ['I3', 'I6', 'I8'],
    judges: EVERYWHERE,
    difficulty: 2,
    words: 'A late accept of an older ballot replaces the vote of this acceptor.',
  },
}

/** How a mutant is called wherever a cluster says what it is. */
export function mutantLabel(id: MutantId): string {
  return `mutant ${id}: ${MUTANTS[id].name}`
}
