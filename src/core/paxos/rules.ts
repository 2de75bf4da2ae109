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

/** P1a. Not ">" : then an acceptor could not vote for the ballot that it has just promised. */
export function mayVote(promised: Ballot, ballot: Ballot): boolean {
  return compareBallot(ballot, promised) >= 0
}

/** P2c: the value of the highest-numbered vote among the promises; null if the choice is free. */
export function chooseValue(votes: Iterable<Vote>): Value | null {
  let newest: Vote | null = null
  for (const vote of votes) {
    if (newest === null || compareBallot(vote.ballot, newest.ballot) > 0) newest = vote
  }
  return newest === null ? null : newest.value
}
