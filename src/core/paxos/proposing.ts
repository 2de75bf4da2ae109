/**
 * Proposing: bids, phase 2, preemption, resending and forwarding: the proposer role on the wire.
 *
 * Source: PMS §2.2, §2.4, §3. `design.md` duel rule: under the eager policy a node bids again as
 *         soon as its own acceptor promises a rival's ballot, which keeps a duel going for ever.
 */
import { answerAccept, answerPrepare, ids } from './accepting'
import { compareBallot, nextBallot, maxBallot } from './ballot'
import type { Ballot, NodeId } from './ballot'
import { anyoneProposes, backoffWait, electionWait, heartbeatTicks } from './election'
import type { BidReason } from './fact'
import { askForMissing } from './learning'
import { NO_OP } from './message'
import type { Value } from './message'
import type { ForcedSlot } from './proposer'
import { hasNode, nodesOf } from './quorum'
import { toRuns } from './runs'
import type { ReplicaState } from './state'

/** Open slots that one resend period repeats at most: a lossy link must not be flooded. */
const RESEND_SLOTS_MAX = 512

/** Starts phase 1 of a new own ballot, for every open slot at once. */
export function bid(r: ReplicaState, reason: BidReason): void {
  if (r.leads) r.waiting.requeueOwn()
  else r.waiting.requeueForwarded()
  const ballot = nextBallot(maxBallot(r.seen, r.acceptor.promised), r.self)
  const ranges = r.log.openRanges()
  r.proposer.begin(ballot, ranges)
  r.leader = null
  r.backingOff = false
  r.bids += 1
  r.outbox.clearTimer('bid')
  r.outbox.clearTimer('election')
  r.outbox.clearTimer('heartbeat')
  r.outbox.emit({ type: 'bid', ballot, ranges, reason })
  const prepare = { type: 'prepare', ballot, ranges } as const
  answerPrepare(r, r.self, prepare)
  // After the own promise: a restart then never reuses this ballot (protocol S7).
  r.outbox.sendOthers(prepare, r.outbox.lastFlushed)
}

/** A phase-1 quorum has promised: issue what it forces, fill gaps, tell everybody. */
export function becomeLeader(r: ReplicaState): void {
  const { proposer } = r
  const witnesses = nodesOf(proposer.promises)
  const fixed = proposer.lead(r.log)
  const noops = fixed.filter(({ cause }) => cause === 'noop').length
  r.leader = proposer.ballot
  r.resendFloor = proposer.nextSlot
  r.outbox.emit({
    type: 'elected',
    ballot: proposer.ballot,
    witnesses,
    forced: fixed.length - noops,
    noops,
  })
  r.waiting.without(new Set(fixed.map(({ value }) => value)))
  for (const cause of ['forced', 'noop'] as const) {
    issue(r, fixed.filter((slot) => slot.cause === cause).map(pair), cause)
  }
  if (proposer.chosenElsewhere > r.log.chosenThrough) {
    askForMissing(r, proposer.chosenAt, proposer.chosenElsewhere)
  }
  sendHeartbeat(r)
}

/** Proposes from the queue while the window α has room (PMS §3: i+1 to i+α). */
export function proposeWaiting(r: ReplicaState): void {
  const { proposer, waiting, config, log } = r
  if (!r.leads || waiting.length === 0) return
  const last = config.mode === 'single' ? 1 : log.chosenThrough + config.windowSlots
  const batch: [number, Value][] = []
  while (proposer.nextSlot <= last) {
    const value = waiting.take()
    if (value === undefined) break
    if (!waiting.wanted(value)) continue
    waiting.markProposed(value)
    batch.push([proposer.nextSlot, value])
    proposer.nextSlot += 1
  }
  issue(r, batch, 'free')
}

/** Hands queued own values to the leader that this node follows. */
export function forwardWaiting(r: ReplicaState): void {
  const { waiting, leader } = r
  if (waiting.length === 0 || anyoneProposes(r.policy) || r.proposer.phase !== 'idle') return
  if (leader === null || leader.node === r.self) return
  const values: [number, Value][] = []
  for (let value = waiting.take(); value !== undefined; value = waiting.take()) {
    if (!waiting.wanted(value)) continue
    waiting.markForwarded(value)
    values.push([values.length, value])
  }
  forwardTo(r, leader.node, values)
}

/** Another ballot won: give up, keep own values, and wait as the policy says. */
export function preempted(r: ReplicaState, by: Ballot): void {
  const { proposer } = r
  const phase = proposer.phase === 'preparing' ? 1 : 2
  r.see(by)
  r.preemptions += 1
  r.preemptionsInRow += 1
  r.outbox.emit({ type: 'preempted', ballot: proposer.ballot, rival: by, phase })
  giveWay(r)
}

/** A value of another ballot was chosen where this proposer issued: somebody else has won. */
export function checkOutvoted(r: ReplicaState): void {
  if (!r.outvoted) return
  r.outvoted = false
  if (r.proposer.phase !== 'idle') giveWay(r)
}

/** Gives up the ballot and waits, or bids again, as the policy says. */
function giveWay(r: ReplicaState): void {
  abandonBallot(r, 'preempted')
  if (!anyoneProposes(r.policy)) {
    watchLeader(r)
  } else if (r.waiting.own.size > 0) {
    const wait = backoffWait(r.policy, r.preemptionsInRow)
    if (wait === null) bid(r, 'preempted')
    else backOff(r, wait.ticksMin, wait.ticksMax)
  }
}

/** Preempted if the ballot is a rival's and higher than the one this node is busy with. */
export function checkPreempted(r: ReplicaState, ballot: Ballot): void {
  if (r.proposer.phase === 'idle' || ballot.node === r.self) return
  if (compareBallot(ballot, r.proposer.ballot) > 0) preempted(r, ballot)
}

/** Gives up the present ballot; own values are queued again. */
export function abandonBallot(r: ReplicaState, reason: 'preempted' | 'manual' | 'policy'): void {
  const { proposer } = r
  if (r.leads) r.outbox.emit({ type: 'steppedDown', ballot: proposer.ballot, reason })
  proposer.stop()
  r.leader = null
  r.waiting.requeueOwn()
  r.outbox.clearTimer('heartbeat')
}

export function backOff(r: ReplicaState, ticksMin: number, ticksMax: number): void {
  r.backingOff = true
  r.outbox.setTimer('bid', ticksMin, ticksMax)
}

/** (Re)starts the wait for a heartbeat, if the policy has one. */
export function watchLeader(r: ReplicaState): void {
  const wait = electionWait(r.policy)
  if (wait === null || r.proposer.phase !== 'idle') return
  r.heard = false
  r.outbox.setTimer('election', wait.ticksMin, wait.ticksMax)
}

/** Follows the owner of `ballot`, which has shown that it leads; own values go there. */
export function follow(r: ReplicaState, ballot: Ballot): void {
  r.heard = true
  if (r.leader !== null && compareBallot(ballot, r.leader) === 0) return
  if (ballot.node === r.self) return
  r.leader = ballot
  r.outbox.emit({ type: 'followed', ballot })
  if (!anyoneProposes(r.policy)) r.waiting.requeueOwn()
}

export function sendHeartbeat(r: ReplicaState): void {
  const { ballot } = r.proposer
  const ticks = heartbeatTicks(r.policy)
  r.outbox.sendOthers({ type: 'heartbeat', ballot, chosenThrough: r.log.chosenThrough }, 0)
  r.outbox.setTimer('heartbeat', ticks, ticks)
}

/** Sends again what was not answered for a whole period: TCP breaks, and links drop. */
export function resend(r: ReplicaState): void {
  const { proposer, config, outbox } = r
  if (proposer.phase === 'preparing') {
    const prepare = { type: 'prepare', ballot: proposer.ballot, ranges: proposer.ranges } as const
    const silent = config.members.filter(
      (node) => node !== r.self && !hasNode(proposer.promises, node),
    )
    outbox.sendMany(silent, prepare, outbox.lastFlushed)
  } else if (r.leads) {
    resendOpen(r)
  } else {
    resendForwards(r)
  }
  outbox.setTimer('resend', config.resendTicks, config.resendTicks)
}

function resendOpen(r: ReplicaState): void {
  const { proposer, config, outbox, log } = r
  const late: [number, Value][] = []
  for (const entry of proposer.open) {
    if (entry[0] >= r.resendFloor || late.length === RESEND_SLOTS_MAX) break
    late.push([entry[0], entry[1]])
  }
  r.resendFloor = proposer.nextSlot
  for (const { slot, values } of toRuns(late, config.messageBytesMax)) {
    const { ballot } = proposer
    const { chosenThrough } = log
    outbox.sendOthers({ type: 'accept', ballot, slot, values, chosenThrough }, 0)
  }
}

function resendForwards(r: ReplicaState): void {
  if (anyoneProposes(r.policy) || r.leader === null || r.leader.node === r.self) return
  const late: [number, Value][] = []
  for (const own of r.waiting.own.values()) {
    if (late.length === RESEND_SLOTS_MAX) break
    if (!own.sent) continue
    own.periods += 1
    if (own.periods > 1) late.push([late.length, own.value])
  }
  forwardTo(r, r.leader.node, late)
}

function forwardTo(r: ReplicaState, node: NodeId, values: [number, Value][]): void {
  for (const run of toRuns(values, r.config.messageBytesMax)) {
    r.outbox.sendTo(node, { type: 'forward', values: run.values }, 0)
  }
}

/** Phase 2(a): sends first, votes itself; its own vote counts only when it is durable. */
function issue(
  r: ReplicaState,
  slots: readonly (readonly [number, Value])[],
  cause: ForcedSlot['cause'] | 'free',
): void {
  const { ballot } = r.proposer
  for (const { slot, values } of toRuns(slots, r.config.messageBytesMax)) {
    values.forEach((value, index) => r.proposer.open.set(slot + index, value))
    const accept = {
      type: 'accept',
      ballot,
      slot,
      values,
      chosenThrough: r.log.chosenThrough,
    } as const
    if (r.outbox.factsOn) {
      const count = values.length
      r.outbox.emit({ type: 'issued', ballot, slot, count, ids: ids(values), cause })
    }
    r.outbox.sendOthers(accept, 0)
    answerAccept(r, r.self, accept, () => undefined)
  }
}

function pair({ slot, value, cause }: ForcedSlot): readonly [number, Value] {
  return [slot, cause === 'noop' ? NO_OP : value]
}
