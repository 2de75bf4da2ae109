/**
 * Accepting: the acceptor role on the wire: persists, answers, tells learners.
 *
 * Source: PMS §2.2 phases 1(b) and 2(b), §2.5: the record is durable before the answer leaves.
 */
import type { Ballot, NodeId } from './ballot'
import { sameBallot } from './ballot'
import { elects } from './election'
import { valueIds } from './fact'
import { keepsLease } from './leading'
import type { Accept, Prepare, SlotVote } from './message'
import { SLOTS_AHEAD_MAX } from './plausible'
import type { ReplicaState } from './state'

/** Cost of one vote in a promise besides its value. */
const VOTE_OVERHEAD_BYTES = 64

/** What M8 writes for the ballot of a vote: below every ballot that was ever used. */
const NO_BALLOT: Ballot = { round: 0, node: 1 }

/** Answers a prepare; true if it raised the promise. */
export function answerPrepare(r: ReplicaState, from: NodeId, message: Prepare): boolean {
  const { ballot, ranges } = message
  r.see(ballot)
  if (!r.accepts || keepsLease(r, from, ballot)) return false
  const answer = r.acceptor.prepare(message)
  if (answer.kind === 'refused') {
    refuse(r, from, ballot, answer.promised, 1)
    return false
  }
  if (answer.fresh) {
    r.outbox.persist({ kind: 'promise', ballot }, true)
    r.outbox.emitDurable({ type: 'promised', ballot })
  }
  const votes = r.flaws.hidesVoteBallots
    ? r.log.votesIn(ranges).map((vote) => ({ ...vote, ballot: NO_BALLOT }))
    : r.log.votesIn(ranges)
  const parts = splitVotes(votes, r.config.messageBytesMax)
  parts.forEach((part, index) => {
    const promise = {
      type: 'promise',
      ballot,
      chosenThrough: r.log.chosenThrough,
      votes: part,
      part: index,
      parts: parts.length,
    } as const
    r.outbox.sendTo(from, promise, r.outbox.lastFlushed)
  })
  return answer.raised
}

/** Votes and tells the learners; false if it refused. `raised` is told through `onRaise`. */
export function answerAccept(
  r: ReplicaState,
  from: NodeId,
  message: Accept,
  onRaise: () => void,
): boolean {
  const { ballot, slot, values } = message
  r.see(ballot)
  if (r.flaws.countsValues) {
    values.forEach((value, index) => r.learner.note(slot + index, ballot, value))
  }
  if (!r.accepts) return false
  if (slot + values.length > r.log.through + SLOTS_AHEAD_MAX) {
    r.outbox.emit({ type: 'limitReached', limit: 'slotsAheadMax', dropped: values.length })
    return false
  }
  const answer = r.acceptor.accept(message)
  if (answer.kind === 'refused') {
    refuse(r, from, ballot, answer.promised, 2)
    return false
  }
  if (answer.fresh) {
    r.outbox.persist({ kind: 'vote', ballot, slot, values }, true)
    if (r.outbox.factsOn) {
      r.outbox.emitDurable({
        type: 'voted',
        ballot,
        slot,
        count: values.length,
        ids: valueIds(values),
      })
    }
  }
  // A ballot that proposers share (M11) does not say whose it is.
  tellLearners(r, r.flaws.sharesBallots ? from : ballot.node, message)
  if (answer.raised) onRaise()
  return true
}

/** Answers a stale message with the ballot that won: a hint that makes a duel visible. */
export function refuse(
  r: ReplicaState,
  to: NodeId,
  ballot: Ballot,
  promised: Ballot,
  phase: 1 | 2,
): void {
  // A ballot of the owner's own future is no preemption, but a delayed frame.
  if (sameBallot(ballot, promised)) return
  if (r.config.refusal === 'nack') sendNack(r, to, ballot, promised)
  r.outbox.emit({ type: 'refused', ballot, promised, phase })
}

/**
 * With an elected leader not silent even where stale ballots meet silence: a leader that a quorum
 * follows would never learn of a promise above its ballot, and this node could neither follow it
 * nor, without a vote of the others, be elected.
 */
export function refuseHeartbeat(r: ReplicaState, from: NodeId, ballot: Ballot): void {
  const { promised } = r.acceptor
  refuse(r, from, ballot, promised, 2)
  const isSilent = r.config.refusal === 'silence' && elects(r.policy)
  if (isSilent && !sameBallot(ballot, promised)) {
    sendNack(r, from, ballot, promised)
  }
}

function sendNack(r: ReplicaState, to: NodeId, ballot: Ballot, promised: Ballot): void {
  r.outbox.sendTo(to, { type: 'nack', ballot, promised }, 0)
}

function tellLearners(r: ReplicaState, proposer: NodeId, message: Accept): void {
  const { ballot, slot, values } = message
  const accepted = { type: 'accepted', ballot, slot, count: values.length } as const
  const { learnerMode } = r.config
  const { learners } = r.roles
  const after = r.outbox.lastFlushed
  switch (learnerMode.kind) {
    case 'leader':
      return r.outbox.sendTo(proposer, accepted, after)
    case 'all':
      return r.outbox.sendMany(learners, accepted, after)
    case 'set':
      // The proposer is told as well: it must know what to send again.
      return r.outbox.sendMany(
        learners.filter((node) => node === proposer || learnerMode.nodes.includes(node)),
        accepted,
        after,
      )
  }
}

/** At least one part: an empty list of votes is a promise too. */
function splitVotes(votes: readonly SlotVote[], bytesMax: number): SlotVote[][] {
  const parts: SlotVote[][] = [[]]
  let bytes = 0
  for (const vote of votes) {
    const cost = vote.value.length + VOTE_OVERHEAD_BYTES
    if (bytes + cost > bytesMax && bytes > 0) {
      parts.push([])
      bytes = 0
    }
    parts[parts.length - 1]?.push(vote)
    bytes += cost
  }
  return parts
}
