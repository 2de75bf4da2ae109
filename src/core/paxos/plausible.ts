/**
 * Plausibility: what no peer of ours sends, whatever the network does. The codec has refused wrong
 * types; here numbers are held against what this replica knows, so that one corrupt frame neither
 * stalls a node, nor fills its memory, nor poisons the ballots of the cluster.
 *
 * Source: PMS §2.5 (proposers number from disjoint sets: a ballot has one owner, who alone asks
 *         with it). The model allows loss, so that dropping a frame is always safe.
 * Not here: whether a peer tells the truth about its votes. The protocol trusts members.
 */
import type { Ballot, NodeId, Slot } from './ballot'
import { compareBallot } from './ballot'
import type { Message, Promised } from './message'
import type { ReplicaState } from './state'

/** Rounds grow by one a bid: nobody is that far ahead, and what follows stays exact. */
export const ROUNDS_AHEAD_MAX = 1_000_000_000

/** A slot this far above the log is not one of ours: it would only cost memory. */
export const SLOTS_AHEAD_MAX = 1_000_000

/** Votes are counted this far above the log, or twice the window; catch-up brings the rest. */
const COUNTED_AHEAD_MIN = 16_384

/** False if this message must be dropped, which is told. */
export function isPlausible(r: ReplicaState, from: NodeId, message: Message): boolean {
  const limit = implausible(r, from, message)
  if (limit !== null) r.outbox.emit({ type: 'limitReached', limit, dropped: 1 })
  return limit === null
}

/** Why this message must be dropped; null if it may be taken. */
function implausible(r: ReplicaState, from: NodeId, message: Message): string | null {
  switch (message.type) {
    case 'prepare':
    case 'accept':
    case 'heartbeat':
    case 'canvass':
      if (message.ballot.node !== from && !r.flaws.sharesBallots) return 'senderOwnsBallot'
      return ballotFault(r, message.ballot)
    case 'promise':
      return ballotFault(r, message.ballot) ?? votesFault(r, message)
    case 'accepted':
    case 'alive':
      return ballotFault(r, message.ballot)
    case 'nack':
      return ballotFault(r, message.ballot) ?? ballotFault(r, message.promised)
    case 'support':
      return ballotFault(r, message.ballot) ?? ballotFault(r, message.leader)
    case 'chosen':
      return message.slot + message.values.length > r.log.through + SLOTS_AHEAD_MAX
        ? 'slotsAheadMax'
        : null
    default:
      return null
  }
}

/** The last slot whose votes are counted now. */
export function countedThrough(r: ReplicaState): Slot {
  return r.log.through + Math.max(COUNTED_AHEAD_MIN, 2 * r.config.windowSlots)
}

function ballotFault(r: ReplicaState, ballot: Ballot | null): string | null {
  if (ballot === null) return null
  const known = Math.max(r.seen.round, r.acceptor.promised.round)
  return ballot.round > known + ROUNDS_AHEAD_MAX ? 'roundsAheadMax' : null
}

/** The whole promise is dropped, never one vote of it: a vote that is missed frees its slot. */
function votesFault(r: ReplicaState, { ballot, chosenThrough, votes }: Promised): string | null {
  const last = Math.max(r.log.through, chosenThrough) + SLOTS_AHEAD_MAX
  for (const vote of votes) {
    if (vote.slot > last) return 'slotsAheadMax'
    // Who voted above this ballot has promised above it as well.
    if (compareBallot(vote.ballot, ballot) > 0 && r.config.mutant === null) {
      return 'votesBelowBallot'
    }
  }
  return null
}
