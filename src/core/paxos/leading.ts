/**
 * Leading: heartbeats, their answers, leases, and the question before a bid.
 *
 * Source: PMS §2.4 and §3 (a distinguished proposer; electing it needs randomness or real time).
 *         Safety of what is chosen depends on none of this. A lease read does depend on time: on
 *         clocks that run apart by no more than `driftBound`.
 */
import { compareBallot, sameBallot } from './ballot'
import type { Ballot, NodeId } from './ballot'
import { elects, heartbeatTicks, leaseTicks } from './election'
import { askForMissing } from './learning'
import { CONFIRMING_MAX } from './leadership'
import type { Alive, Canvass, Heartbeat, ReadIndex, Support } from './message'
import { addNode } from './quorum'
import type { NodeSet } from './quorum'
import type { ReplicaState } from './state'

/** Tells everybody that this node leads, and asks for answers if somebody needs them. */
export function sendHeartbeat(r: ReplicaState): void {
  const { leadership, policy, proposer, log } = r
  const lease = leaseTicks(policy)
  const asks = lease > 0 || isQuorumAware(r) || leadership.confirming.length > 0
  const probe = asks ? leadership.ask(r.now, ownAnswer(r)) : 0
  if (lease > 0 && r.accepts) grantLease(r, r.self, lease)
  r.outbox.sendOthers(
    {
      type: 'heartbeat',
      ballot: proposer.ballot,
      chosenThrough: log.chosenThrough,
      probe,
      leaseTicks: lease,
    },
    0,
  )
  const ticks = heartbeatTicks(policy)
  r.outbox.setTimer('heartbeat', ticks, ticks)
  // Alone, or with a quorum of one, nobody else needs to answer.
  if (probe > 0) takeAlive(r, r.self, { type: 'alive', ballot: proposer.ballot, probe })
}

/** True if this leader was heard by no quorum for as long as a follower would wait for it. */
export function isUnheard(r: ReplicaState): boolean {
  if (!isQuorumAware(r) || !elects(r.policy)) return false
  const { heartbeatTicks: every, electionTicksMax } = r.policy
  return r.leadership.unanswered * every > electionTicksMax
}

/** Acceptor's answer to a heartbeat of a leader that it has not promised against. */
export function answerHeartbeat(r: ReplicaState, from: NodeId, message: Heartbeat): void {
  const { ballot, probe, leaseTicks: lease } = message
  if (probe === 0 || !r.accepts) return
  if (lease > 0) {
    if (r.leadership.owes(from, r.now) > 0) return
    grantLease(r, from, lease)
  }
  r.outbox.sendTo(from, { type: 'alive', ballot, probe }, r.outbox.lastFlushed)
}

/** Counts answers; a quorum of them renews the lease and confirms waiting reads. */
export function takeAlive(r: ReplicaState, from: NodeId, { ballot, probe }: Alive): void {
  if (!r.leads || !sameBallot(ballot, r.proposer.ballot)) return
  const { leadership, policy } = r
  const sentAt = leadership.answer(probe, from, (answers) => holdsBallot(r, answers))
  if (sentAt === null) return
  const lease = leaseTicks(policy)
  if (lease > 0 && policy.kind === 'lease') {
    const ticks = Math.floor(lease * (1 - policy.driftBound))
    if (leadership.leaseUntil < r.now) {
      r.outbox.emit({ type: 'leaseHeld', ballot, ticks: Math.max(0, sentAt + ticks - r.now) })
    }
    leadership.leaseUntil = Math.max(leadership.leaseUntil, sentAt + ticks)
  }
  const waiting = leadership.confirming
  leadership.confirming = []
  for (const read of waiting) {
    if (read.probe === 0 || read.probe > probe) leadership.confirming.push(read)
    else answerReadIndex(r, read.from, read.read)
  }
}

/**
 * Up to where must be applied for a read that begins now? By lease at once, else after a quorum has
 * shown that nobody promised a higher ballot since.
 */
export function takeReadIndex(r: ReplicaState, from: NodeId, { read, lease }: ReadIndex): void {
  if (!r.leads) return refuseRead(r, from, read, 'this node does not lead')
  if (lease) {
    if (r.now < r.leadership.leaseUntil) return answerReadIndex(r, from, read)
    return refuseRead(r, from, read, 'the leader holds no lease')
  }
  if (r.leadership.confirming.length >= CONFIRMING_MAX) {
    return refuseRead(r, from, read, `${CONFIRMING_MAX} reads wait for the leader`)
  }
  r.leadership.confirming.push({ from, read, probe: 0 })
}

/** A heartbeat goes out at once for reads that came in this round. */
export function confirmReads(r: ReplicaState): void {
  if (r.leads && r.leadership.confirming.some(({ probe }) => probe === 0)) sendHeartbeat(r)
}

/** Answers reads that can no longer be confirmed; the reader asks again elsewhere. */
export function dropConfirming(r: ReplicaState): void {
  const waiting = r.leadership.confirming
  r.leadership.confirming = []
  for (const { from, read } of waiting) refuseRead(r, from, read, 'the leader lost its ballot')
}

/** Asks acceptors whether they miss the leader too. True if no question is needed. */
export function canvass(r: ReplicaState): boolean {
  if (!isQuorumAware(r)) return true
  const ballot = r.nextOwnBallot()
  r.leadership.canvass = { ballot, supporters: ownAnswer(r) }
  r.leadership.relay = null
  if (r.quorums.promised(r.leadership.canvass.supporters)) return true
  r.outbox.emit({ type: 'canvassed', ballot })
  r.outbox.sendAcceptors({ type: 'canvass', ballot }, 0)
  return false
}

export function answerCanvass(r: ReplicaState, from: NodeId, { ballot }: Canvass): void {
  const { chosenThrough } = r.log
  if (hearsLeader(r)) {
    const leader = r.leads ? r.proposer.ballot : r.leader
    if (leader === null || r.leaderNode === from) return
    return r.outbox.sendTo(from, { type: 'support', ballot, leader, chosenThrough }, 0)
  }
  if (!r.accepts) return
  const { promised } = r.acceptor
  if (compareBallot(ballot, promised) <= 0) {
    r.outbox.sendTo(from, { type: 'nack', ballot, promised }, 0)
  } else if (r.leadership.owes(from, r.now) === 0) {
    r.outbox.sendTo(from, { type: 'support', ballot, leader: null, chosenThrough }, 0)
  }
}

/** True when a quorum would promise: now this node bids. Else a peer may pass its requests on. */
export function takeSupport(r: ReplicaState, from: NodeId, message: Support): boolean {
  const { ballot, leader, chosenThrough } = message
  const asked = r.leadership.canvass
  if (asked === null || !sameBallot(asked.ballot, ballot)) return false
  askForMissing(r, from, chosenThrough)
  if (leader !== null) {
    if (r.leadership.relay === null) r.waiting.requeueForwarded()
    r.leadership.relay = from
    return false
  }
  asked.supporters = addNode(asked.supporters, from)
  if (!r.quorums.promised(asked.supporters)) return false
  r.leadership.canvass = null
  return true
}

/** After a restart an acceptor does not know what it granted: it owes silence for a whole lease. */
export function oweAfterRestart(r: ReplicaState): void {
  const lease = leaseTicks(r.policy)
  if (lease > 0) r.leadership.grant = { holder: 0, until: r.now + lease }
}

/** True if this acceptor keeps silent to a bidder because of a lease that it granted. */
export function keepsLease(r: ReplicaState, candidate: NodeId, ballot: Ballot): boolean {
  const ticksLeft = r.leadership.owes(candidate, r.now)
  const { grant } = r.leadership
  if (ticksLeft === 0 || grant === null) return false
  r.outbox.emit({ type: 'leaseKept', ballot, holder: grant.holder, ticksLeft })
  return true
}

function isQuorumAware({ policy }: ReplicaState): boolean {
  return elects(policy) && policy.quorumAware === true
}

/** A leader that a quorum answers, or one that was heard not long ago. */
function hearsLeader(r: ReplicaState): boolean {
  if (!elects(r.policy)) return false
  const recent = r.policy.electionTicksMin / 2
  if (r.leads) return r.leadership.unanswered * r.policy.heartbeatTicks <= recent
  return r.now - r.leadership.heardAt < recent
}

function ownAnswer(r: ReplicaState): NodeSet {
  return r.accepts ? addNode(0, r.self) : 0
}

/** A phase-2 quorum meets every phase-1 quorum: nobody can have begun a higher ballot unseen. */
function holdsBallot(r: ReplicaState, answers: NodeSet): boolean {
  return r.quorums.chosen(answers)
}

function grantLease(r: ReplicaState, holder: NodeId, ticks: number): void {
  r.leadership.grant = { holder, until: r.now + ticks }
}

function answerReadIndex(r: ReplicaState, to: NodeId, read: number): void {
  const { proposer, log, config } = r
  // With other learners, a value may be chosen and acknowledged before this node counts it; what
  // it issued bounds that. What phase 1 fixed may have been acknowledged by a former leader.
  const known = config.learnerMode.kind === 'leader' ? log.chosenThrough : proposer.nextSlot - 1
  const slot = Math.max(known, proposer.fixedThrough, proposer.chosenElsewhere)
  r.outbox.sendTo(to, { type: 'readAt', read, slot, reason: '' }, 0)
}

function refuseRead(r: ReplicaState, to: NodeId, read: number, reason: string): void {
  r.outbox.sendTo(to, { type: 'readAt', read, slot: null, reason }, 0)
}
