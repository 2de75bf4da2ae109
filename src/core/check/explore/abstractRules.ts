/**
 * Rules of the abstract model as tables over its small domain, filled by the core's own functions:
 * `mayPromise`, `mayVote`, `chooseValue` and `Quorums`. The search does integer work only, and the
 * rule is that of the nodes. A mutant's flaw is that of a node too, and other entries in a table.
 *
 * Shape:  what an acceptor remembers is an index: (promised + 1) * (1 + B*V) + vote, where promised
 *         counts from -1 and vote is 0 for none, else 1 + b*V + v.
 *         An entry for a step is what it remembers next, or REFUSED; bits above say what it breaks.
 */
import { compareBallot, maxBallot, sameBallot } from '../../paxos/ballot'
import { countedQuorums, flawsOf } from '../../paxos/flaws'
import type { Vote } from '../../paxos/message'
import { MAJORITY, Quorums } from '../../paxos/quorum'
import { chooseValue, mayPromise, mayVote } from '../../paxos/rules'
import type { Adoption } from '../../paxos/rules'
import { acceptorIds, ballotOf, valueName } from './abstractBounds'
import type { AbstractBounds } from './abstractBounds'

export const REFUSED = -1
export const MEMORY_MASK = 0xffff
/** A vote below what was promised. */
export const BREAKS_I1 = 1 << 16
/** A promise that goes down. */
export const BREAKS_I2 = 1 << 17

export interface Rules {
  readonly memories: number
  /** By memory * B + b: phase 1(b). */
  readonly promise: Int32Array
  /** By memory * B + b: the bit of the report that goes with the promise. */
  readonly report: Uint8Array
  /** By memory: 1 where the vote is above the promise (I3). */
  readonly above: Uint8Array
  /** By memory * B*V + (b*V+v): phase 2(b). */
  readonly vote: Int32Array
  /** By set of reported votes: the set of values that may be issued (bit v), as this rule says. */
  readonly choice: Uint16Array
  /** The same as P2c says, whatever the mutant: for judging. */
  readonly sound: Uint16Array
  /** Smallest sets of acceptors (bit a, from 0) that may start a ballot, as the proposer counts. */
  readonly enough: readonly number[]
  /** True quorums, for judging: phase 1 and phase 2. */
  readonly phase1: readonly number[]
  readonly phase2: readonly number[]
  /** One proposal a ballot, as its owner keeps it. */
  readonly oneProposal: boolean
  /** A learner that counts wrongly is part of the model: values (M14), or too few votes (M5). */
  readonly learner: 'sound' | 'countsValues' | 'countsFewer'
  /** Smallest sets of voters that are enough for such a learner. */
  readonly learnt: readonly number[]
}

interface Memory {
  readonly promised: number
  /** 0: none; else 1 + b*V + v. */
  readonly vote: number
}

export function rulesOf(bounds: AbstractBounds): Rules {
  const { acceptors, ballots, values, mutant } = bounds
  const flaws = flawsOf(mutant)
  const votesCount = ballots * values
  const memories = (ballots + 1) * (1 + votesCount)
  const promise = new Int32Array(memories * ballots).fill(REFUSED)
  const report = new Uint8Array(memories * ballots)
  const above = new Uint8Array(memories)
  const vote = new Int32Array(memories * votesCount).fill(REFUSED)
  for (let memory = 0; memory < memories; memory += 1) {
    const held = memoryAt(bounds, memory)
    above[memory] = Math.floor((held.vote - 1) / values) > held.promised ? 1 : 0
    for (let b = 0; b < ballots; b += 1) {
      promise[memory * ballots + b] = promiseEntry(bounds, held, b)
      report[memory * ballots + b] = reportBit(bounds, held)
    }
    for (let each = 0; each < votesCount; each += 1) {
      vote[memory * votesCount + each] = voteEntry(bounds, held, each)
    }
  }
  const ids = acceptorIds(bounds)
  const quorums = new Quorums(MAJORITY, ids)
  const counted = new Quorums(countedQuorums(MAJORITY, ids, flaws.quorums), ids)
  const phase2 = smallest(acceptors, (set) => quorums.chosen(set))
  const learnt = smallest(acceptors, (set) => counted.chosen(set))
  const countsFewer = learnt.join() !== phase2.join()
  return {
    memories,
    promise,
    report,
    above,
    vote,
    choice: choiceTable(bounds, flaws.adoption),
    sound: choiceTable(bounds, 'newest'),
    enough: smallest(acceptors, (set) => counted.promised(set)),
    phase1: smallest(acceptors, (set) => quorums.promised(set)),
    phase2,
    oneProposal: !flaws.sharesBallots,
    learner: flaws.countsValues ? 'countsValues' : countsFewer ? 'countsFewer' : 'sound',
    learnt,
  }
}

export function memoryAt({ ballots, values }: AbstractBounds, memory: number): Memory {
  const width = 1 + ballots * values
  return { promised: Math.floor(memory / width) - 1, vote: memory % width }
}

function memoryOf({ ballots, values }: AbstractBounds, { promised, vote }: Memory): number {
  return (promised + 1) * (1 + ballots * values) + vote
}

/** Phase 1(b). An equal ballot is a retransmission: it changes nothing, so it is no step. */
function promiseEntry(bounds: AbstractBounds, held: Memory, b: number): number {
  const promised = ballotOf(bounds, held.promised)
  const ballot = ballotOf(bounds, b)
  if (sameBallot(ballot, promised) || !mayPromise(promised, ballot)) return REFUSED
  const breaks = compareBallot(ballot, promised) < 0 ? BREAKS_I2 : 0
  return memoryOf(bounds, { promised: b, vote: held.vote }) | breaks
}

/** M8: the value is reported without its ballot; the proposer reads all as votes of one ballot. */
function reportBit({ values, mutant }: AbstractBounds, { vote }: Memory): number {
  return flawsOf(mutant).hidesVoteBallots && vote > 0 ? 1 + ((vote - 1) % values) : vote
}

/** Phase 2(b): a vote raises the promise, as `Acceptor.raise` does. */
function voteEntry(bounds: AbstractBounds, held: Memory, each: number): number {
  const { voteRule, voteKeepsPromise } = flawsOf(bounds.mutant)
  const b = Math.floor(each / bounds.values)
  const promised = ballotOf(bounds, held.promised)
  const ballot = ballotOf(bounds, b)
  if (!mayVote(promised, ballot, voteRule)) return REFUSED
  const isRaised = !voteKeepsPromise && sameBallot(maxBallot(promised, ballot), ballot)
  const raised = isRaised ? b : held.promised
  const next = memoryOf(bounds, { promised: raised, vote: each + 1 })
  const below = compareBallot(ballot, promised) < 0 ? BREAKS_I1 : 0
  return next | below
}

/**
 * For each set of votes the values that may be issued; all of them where the choice is free. The
 * order in which votes were reported can matter where a rule is broken: each may come first.
 */
function choiceTable(bounds: AbstractBounds, adoption: Adoption): Uint16Array {
  const { ballots, values } = bounds
  const votesCount = ballots * values
  const all = Array.from({ length: votesCount }, (_, each): Vote => {
    const ballot = ballotOf(bounds, Math.floor(each / values))
    return { ballot, value: valueName(each % values) }
  })
  const names = Array.from({ length: values }, (_, v) => valueName(v))
  const table = new Uint16Array(2 ** votesCount)
  for (let set = 0; set < table.length; set += 1) {
    const votes = all.filter((_, each) => (set & (1 << each)) !== 0)
    for (let first = 0; first < Math.max(1, votes.length); first += 1) {
      const order = [...votes.slice(first), ...votes.slice(0, first)]
      const value = chooseValue(order, adoption)
      table[set]! |= value === null ? (1 << values) - 1 : 1 << names.indexOf(value)
    }
  }
  return table
}

/** Sets of acceptors (bit a, from 0) that are enough, none of which holds another. */
function smallest(acceptors: number, isEnough: (set: number) => boolean): number[] {
  const sets: number[] = []
  for (let set = 1; set < 1 << acceptors; set += 1) {
    // Bit `node` stands for a node of the core, and nodes count from 1.
    if (isEnough(set << 1)) sets.push(set)
  }
  return sets.filter((set) => !sets.some((less) => less !== set && (less & set) === less))
}
