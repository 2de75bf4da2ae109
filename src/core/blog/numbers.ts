/**
 * Numbers and quorums of the variant "Blog 2014 (as published)", kept with all their faults.
 *
 * Source: the essay "Neat Algorithms: Paxos" (harry.me, 2014), as docs/protocol.md tells it.
 * Faults: a number can repeat, and it can lie below what its own proposer has promised (PMS §2.5
 *         wants the opposite); the quorum is larger than a majority for every odd cluster.
 * Units:  numbers count from 1; 0 is "none". Members stand in ascending order, the first is 1.
 */
import type { Ballot, NodeId } from '../paxos/ballot'
import { ZERO_BALLOT } from '../paxos/ballot'

/** Promises of *other* members that a write needs; its own is implied. */
export function blogQuorum(members: number): number {
  return Math.ceil(members / 2)
}

/** The number that the member at `position` (from 1) takes after it has seen `highest`. */
export function nextBlogNumber(highest: number, members: number, position: number): number {
  return Math.floor(highest / members) * members + position
}

/** The same number as a ballot: order is kept, and the node part names the member that takes it. */
export function ballotOfNumber(number: number, members: readonly NodeId[]): Ballot {
  if (number < 1) return ZERO_BALLOT
  const node = members[(number - 1) % members.length] ?? 0
  return { round: Math.floor((number - 1) / members.length) + 1, node }
}
