/**
 * Proposing: bids, phase 2, preemption, resending and forwarding: the proposer role on the wire.
 *
 * Source: PMS §2.2, §2.4, §3. `design.md` duel rule: under the eager policy a node bids again as
 *         soon as its own acceptor promises a rival's ballot, which keeps a duel going for ever.
 */
import { answerAccept, answerPrepare } from './accepting'
import { compareBallot, ZERO_BALLOT } from './ballot'
import type { Ballot, NodeId } from './ballot'
import { anyoneProposes, backoffWait, electionWait } from './election'
import { valueIds } from './fact'
import type { BidReason } from './fact'
import { dropConfirming, keepsLease, sendHeartbeat } from './leading'
import { askForMissing } from './learning'
import { NO_OP } from './message'
import type { Value } from './message'
import type { ForcedSlot } from './proposer'
import { hasNode, nodesOf } from './quorum'
import { toRuns } from './runs'
import type { ReplicaState } from './state'

/** Open slots that one resend period repeats at most: a lossy link must not be flooded. */
const RESEND_SLOTS_MAX = 512

/** Young batches that may be open before requests are gathered. */
const BATCHES_MAX = 1

/** So many requests are worth a batch of their own. */
const GATHERED_MAX = 512

/** Starts phase 1 of a new own ballot, for every open slot at once. */
export function bid(r: ReplicaState, reason: BidReason): void {
  if (!r.proposes) return
  const ballot = r.nextOwnBallot()
  if (keepsLease(r, r.self, ballot)) return waitForLease(r)
  // Phase 2 only: an acceptor takes one proposal, so that a second attempt has no point.
  if (r.config.phases === 'second' && r.proposer.ballot.round > 0) return
  if (r.leads) r.waiting.requeueOwn()
  else r.waiting.requeueForwarded()
  const ranges = r.log.openRanges(!r.flaws.fillsUnasked)
  dropConfirming(r)
  r.leadership.begin()
  r.leadership.canvass = null
  r.leadership.relay = null
  r.proposer.begin(ballot, ranges)
  r.see(ballot)
  r.leader = null
  r.backingOff = false
  r.bids += 1
  r.outbox.clearTimer('bid')
  r.outbox.clearTimer('election')
  r.outbox.clearTimer('heartbeat')
  r.outbox.emit({ type: 'bid', ballot, ranges, reason })
  if (r.config.phases === 'second') return becomeLeader(r)
  const prepare = { type: 'prepare', ballot, ranges } as const
  if (r.flaws.lowersOwnPromise) r.acceptor.promised = ZERO_BALLOT
  if (r.accepts) answerPrepare(r, r.self, prepare)
  else if (r.acceptor.raise(ballot)) r.outbox.persist({ kind: 'promise', ballot }, true)
  // After the own promise: a restart then never reuses this ballot (protocol S7).
  r.outbox.sendAcceptors(prepare, r.outbox.lastFlushed)
}

/** Its own acceptor owes silence to others as well: the bid waits until that is over. */
function waitForLease(r: ReplicaState): void {
  const ticks = Math.max(1, Math.ceil(r.leadership.owes(r.self, r.now)))
  r.outbox.setTimer('election', ticks, ticks)
}

/** A phase-1 quorum has promised: issue what it forces, fill gaps, tell everybody. */
export function becomeLeader(r: ReplicaState): void {
  const { proposer } = r
  const witnesses = nodesOf(proposer.promises)
  const fixed = proposer.lead(r.log)
  const noops = fixed.filter(({ cause }) => cause === 'noop').length
  r.leader = proposer.ballot
  r.leaderNode = r.self
  r.resendFloor = proposer.nextSlot
  // Whatever is chosen, a phase-1 quorum has told of: what somebody said of slots above is void.
  if (r.config.phases === 'both' && r.knownThrough > proposer.fixedThrough) {
    r.knownThrough = proposer.fixedThrough
  }
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
    // It knows, and it answers: no need to wait for somebody else who was asked before.
    r.catchUpBusy = false
    askForMissing(r, proposer.chosenAt, proposer.chosenElsewhere)
  }
  sendHeartbeat(r)
  if (r.flaws.timesOutOnItself) watchItself(r)
}

/** Proposes from the queue while the window α has room (PMS §3: i+1 to i+α). */
export function proposeWaiting(r: ReplicaState): void {
  const { proposer, waiting, config, log } = r
  if (!r.leads || waiting.length === 0) return
  if (isGathering(r)) return
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
  if (batch.length > 0) r.batches.push({ slot: proposer.nextSlot - 1, at: r.now })
  issue(r, batch, 'free')
}

/**
 * True while two batches are young and open: what comes meanwhile makes one larger batch instead of
 * many small ones, each of which costs frames and flushes everywhere. It waits a tick at most.
 */
function isGathering(r: ReplicaState): boolean {
  const { batches, log, waiting } = r
  while (batches[0] !== undefined && batches[0].slot <= log.chosenThrough) batches.shift()
  const oldest = batches[batches.length - BATCHES_MAX]
  if (oldest === undefined || waiting.length >= GATHERED_MAX || r.now - oldest.at >= 1) return false
  if (!r.gathering) {
    r.gathering = true
    r.outbox.setTimer('gather', 1, 1)
  }
  return true
}

/** Hands queued own values to the leader that this node follows. */
export function forwardWaiting(r: ReplicaState): void {
  const { waiting } = r
  if (waiting.length === 0 || !forwards(r) || r.proposer.phase !== 'idle') return
  const target = forwardTarget(r)
  if (target === null) return
  const values: [number, Value][] = []
  for (let value = waiting.take(); value !== undefined; value = waiting.take()) {
    if (!waiting.wanted(value)) continue
    waiting.markForwarded(value)
    values.push([values.length, value])
  }
  forwardTo(r, target, values)
}

/**
 * Passes on what a node sent that does not hear the leader. The answer goes back when this node
 * executes the command itself.
 */
export function relayForwarded(r: ReplicaState, from: NodeId, values: readonly Value[]): void {
  const { leader, waiting } = r
  if (leader === null || r.leaderNode === r.self || r.leaderNode === from) return
  if (values.length === 0) return
  waiting.relay(values, from)
  r.outbox.sendTo(r.leaderNode, { type: 'forward', values }, 0)
}

/** True if this node hands requests to another one instead of proposing them. */
function forwards(r: ReplicaState): boolean {
  return !r.proposes || !anyoneProposes(r.policy)
}

/** The leader; without an elected one, a node that proposes. Null: nobody is known. */
function forwardTarget(r: ReplicaState): NodeId | null {
  if (r.leader !== null) return r.leaderNode === r.self ? null : r.leaderNode
  if (!anyoneProposes(r.policy)) return r.leadership.relay
  const others = r.roles.proposers.filter((node) => node !== r.self)
  return others[r.forwardTries % others.length] ?? null
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
  if (r.proposer.phase === 'idle') return
  if (ballot.node === r.self && !r.flaws.sharesBallots) return
  if (compareBallot(ballot, r.proposer.ballot) > 0) preempted(r, ballot)
}

/** Gives up the present ballot; own values are queued again. */
export function abandonBallot(r: ReplicaState, reason: 'preempted' | 'manual' | 'policy'): void {
  const { proposer } = r
  if (r.leads) r.outbox.emit({ type: 'steppedDown', ballot: proposer.ballot, reason })
  dropConfirming(r)
  proposer.stop()
  r.batches.length = 0
  r.leader = null
  r.waiting.requeueOwn()
  r.outbox.clearTimer('heartbeat')
}

/** A person took the ballot away: what waits here gets another one, as after a preemption. */
export function backOffOnce(r: ReplicaState): void {
  if (r.waiting.own.size === 0) return
  const { resendTicks } = r.config
  const wait = backoffWait(r.policy, Math.max(1, r.preemptionsInRow))
  backOff(r, wait?.ticksMin ?? resendTicks, wait?.ticksMax ?? resendTicks)
}

export function backOff(r: ReplicaState, ticksMin: number, ticksMax: number): void {
  r.backingOff = true
  r.outbox.setTimer('bid', ticksMin, ticksMax)
}

/** M18: it bid because it had heard no leader for so long; that wait is not over, it is due. */
function watchItself(r: ReplicaState): void {
  const wait = electionWait(r.policy)
  if (wait === null) return
  const passed = r.now - r.leadership.heardAt
  const left = (ticks: number): number => Math.max(1, Math.floor(ticks - passed))
  if (passed < wait.ticksMin) {
    return r.outbox.setTimer('election', left(wait.ticksMin), left(wait.ticksMax))
  }
  abandonBallot(r, 'policy')
  bid(r, 'election')
}

/**
 * (Re)starts the wait for a heartbeat, if the policy has one. It counts from when somebody was last
 * heard: accepts do not touch the timer, and must not double the wait.
 */
export function watchLeader(r: ReplicaState): void {
  const wait = electionWait(r.policy)
  if (wait === null || r.proposer.phase !== 'idle') return
  const passed = r.heardAt === null ? 0 : Math.floor(Math.max(0, r.now - r.heardAt))
  r.heardAt = null
  const left = (ticks: number): number => Math.max(1, ticks - passed)
  r.outbox.setTimer('election', left(wait.ticksMin), left(wait.ticksMax))
}

/** Follows the owner of `ballot`, which has shown that it leads; own values go there. */
export function follow(r: ReplicaState, from: NodeId, ballot: Ballot): void {
  r.heardAt = r.now
  r.leadership.heardAt = r.now
  r.leadership.relay = null
  if (r.leader !== null && compareBallot(ballot, r.leader) === 0) return
  if (from === r.self) return
  r.leader = ballot
  r.leaderNode = from
  r.outbox.emit({ type: 'followed', ballot })
  if (!anyoneProposes(r.policy)) r.waiting.requeueOwn()
}

/** Sends again what was not answered for a whole period: TCP breaks, and links drop. */
export function resend(r: ReplicaState): void {
  const { proposer, config, outbox } = r
  if (isStuckInSilence(r)) {
    bid(r, 'preempted')
  } else if (proposer.phase === 'preparing') {
    const prepare = { type: 'prepare', ballot: proposer.ballot, ranges: proposer.ranges } as const
    const silent = r.roles.acceptors.filter(
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

/** Without nacks a lost ballot shows as silence only: after a whole period, go above it. */
function isStuckInSilence(r: ReplicaState): boolean {
  const { proposer, config } = r
  if (config.refusal !== 'silence' || config.phases === 'second') return false
  const [oldest] = proposer.open.keys()
  const stuck = oldest !== undefined && oldest < r.resendFloor
  return proposer.phase === 'preparing' || (r.leads && stuck)
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
    outbox.sendAcceptors({ type: 'accept', ballot, slot, values, chosenThrough }, 0)
  }
}

function resendForwards(r: ReplicaState): void {
  const target = forwards(r) ? forwardTarget(r) : null
  if (target === null) return
  const late: [number, Value][] = []
  for (const own of r.waiting.own.values()) {
    if (late.length === RESEND_SLOTS_MAX) break
    if (!own.sent) continue
    own.periods += 1
    // In the first period it may have left just now.
    if (own.periods > 1) late.push([late.length, own.value])
  }
  // Whoever left these unanswered may be gone: the next period asks somebody else.
  if (late.length > 0) r.forwardTries += 1
  forwardTo(r, target, late)
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
      r.outbox.emit({ type: 'issued', ballot, slot, count, ids: valueIds(values), cause })
    }
    r.outbox.sendAcceptors(accept, 0)
    if (r.accepts || r.flaws.countsValues) answerAccept(r, r.self, accept, () => undefined)
    if (r.flaws.answersEarly) values.forEach(r.answerEarly)
  }
}

function pair({ slot, value, cause }: ForcedSlot): readonly [number, Value] {
  return [slot, cause === 'noop' ? NO_OP : value]
}
