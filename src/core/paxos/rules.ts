/**
 * The three rules of Paxos, each in one place: node, simulator and explorer all call these.
 *
 * Source: PMS §2.2: P1a ("an acceptor can accept a proposal numbered n iff it has not responded to
 *         a prepare request having a number greater than n") and the choice of v in phase 2(a).
 */
import { compareBallot } from './ballot'
import type { Ballot } from './ballot'
import type { Value, Vote } from './message'

/**
 * A promise is made for a ballot above the promised one. An equal ballot is a retransmission by its
 * one owner: repeating the earlier answer is safe, and needed when that answer was lost.
 */
export function mayPromise(promised: Ballot, ballot: Ballot): boolean {
  return compareBallot(ballot, promised) >= 0
}

/** P1a is `atOrAbove` the promised ballot; the others are mutants M13 and M12. */
export type VoteRule = 'atOrAbove' | 'above' | 'always'

/** P1a. Not ">" : then an acceptor could not vote for the ballot that it has just promised. */
export function mayVote(promised: Ballot, ballot: Ballot, rule: VoteRule = 'atOrAbove'): boolean {
  if (rule === 'atOrAbove') return compareBallot(ballot, promised) >= 0
  return rule === 'always' || compareBallot(ballot, promised) > 0
}

/** Which reported vote counts: P2c is `newest`; the others are mutants M6, M8 and M7. */
export type Adoption = 'newest' | 'first' | 'last' | 'none'

/** True if `vote` takes the place of `kept`, what was reported before (null: nothing was). */
export function supersedes(vote: Vote, kept: Vote | null, adoption: Adoption = 'newest'): boolean {
  switch (adoption) {
    case 'newest':
      return kept === null || compareBallot(vote.ballot, kept.ballot) > 0
    case 'first':
      return kept === null
    case 'last':
      return true
    case 'none':
      return false
  }
}

/** P2c: the value of the highest-numbered vote among the promises; null if the choice is free. */
export function chooseValue(votes: Iterable<Vote>, adoption: Adoption = 'newest'): Value | null {
  let newest: Vote | null = null
  for (const vote of votes) if (supersedes(vote, newest, adoption)) newest = vote
  return newest === null ? null : newest.value
}
