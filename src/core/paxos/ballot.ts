/**
 * Ballot: the number of a proposal, (round, node), totally ordered, with one owner.
 *
 * Source: Lamport, "Paxos Made Simple" (2001) §2.2: "different proposals have different numbers";
 *         §2.5: proposers choose their numbers from disjoint sets, which the node part provides.
 * Units:  round counts from 1; round 0 is below every ballot that was ever used.
 * Errors: `parseBallot` answers null for text that is not a ballot.
 */
export type NodeId = number
export type Slot = number

export interface Ballot {
  readonly round: number
  readonly node: NodeId
}

/** Below every ballot that a node can own. */
export const ZERO_BALLOT: Ballot = { round: 0, node: 0 }

/** Negative if a < b, zero if equal, positive if a > b: first by round, then by node. */
export function compareBallot(a: Ballot, b: Ballot): number {
  return a.round - b.round || a.node - b.node
}

export function sameBallot(a: Ballot, b: Ballot): boolean {
  return a.round === b.round && a.node === b.node
}

export function maxBallot(a: Ballot, b: Ballot): Ballot {
  return compareBallot(a, b) >= 0 ? a : b
}

/** The lowest ballot of `node` that is above `seen`. */
export function nextBallot(seen: Ballot, node: NodeId): Ballot {
  return { round: node > seen.node ? Math.max(seen.round, 1) : seen.round + 1, node }
}

/** Written `17.3`: round 17, node 3. */
export function formatBallot(ballot: Ballot): string {
  return `${ballot.round}.${ballot.node}`
}

export function parseBallot(text: string): Ballot | null {
  const match = /^(\d{1,15})\.(\d{1,4})$/.exec(text)
  return match ? { round: Number(match[1]), node: Number(match[2]) } : null
}
