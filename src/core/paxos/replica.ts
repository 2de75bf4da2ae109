/**
 * Replica: all roles of one node over one log; composes acceptor, proposer and learner.
 *
 * Source: PMS §2.5 ("each process plays the role of proposer, acceptor and learner") and §3.
 * Order:  the host carries out effects as `effect.ts` says. `settle` ends a round: it forms
 *         batches, applies what is chosen and takes messages that the node sent to itself.
 * Errors: none for peer input; InvariantError when the program contradicts itself.
 */
import { answerAccept, answerPrepare, refuseHeartbeat } from './accepting'
import { compareBallot, sameBallot } from './ballot'
import type { Ballot, NodeId } from './ballot'
import type { ElectionPolicy, ReplicaConfig } from './config'
import { anyoneProposes, electionWait } from './election'
import type { Effect, StableRecord, TimerName } from './effect'
import {
  answerCanvass,
  answerHeartbeat,
  canvass,
  confirmReads,
  isUnheard,
  oweAfterRestart,
  sendHeartbeat,
  takeAlive,
  takeReadIndex,
  takeSupport,
} from './leading'
import { applyChosen, askForMissing, countVotes, retryCatchUp, serveCatchUp } from './learning'
import { takeChosen, takeWatermark } from './learning'
import type { Accept, Heartbeat, Message, Nack, Promised, SnapshotPart, Value } from './message'
import {
  abandonBallot,
  backOffOnce,
  becomeLeader,
  bid,
  checkOutvoted,
  checkPreempted,
  follow,
  forwardWaiting,
  preempted,
  proposeWaiting,
  relayForwarded,
  resend,
  watchLeader,
} from './proposing'
import type { Snapshot } from './snapshot'
import { coverLog, isNewerVote, takeSnapshotAsk, takeSnapshotPart } from './snapshots'
import { ReplicaState } from './state'
import type { Slot } from './ballot'

/**
 * The watermark is recorded at least this often, so that a restart knows most of what is chosen.
 */
const RECORD_SLOTS = 256

/**
 * A leader that steps down by hand waits this many times longer, so that another may be elected.
 */
const STEP_DOWN_PATIENCE = 3

/** What stands above a replica: the state machine, and the messages that are not about ballots. */
export interface ReplicaHost {
  /** Called in slot order, over no gap, once a slot. */
  readonly apply: (slot: Slot, value: Value) => void
  /** M9: called for each value that is issued, before anybody voted for it. */
  readonly answerEarly: (value: Value) => void
  /** Takes `forward`, `forwarded`, `query`, `held` and `readAt` that the node sent to itself. */
  readonly takeOther: (from: NodeId, message: Message) => void
  /** Takes over the state of a peer's snapshot; false if its text or digest is not right. */
  readonly install: (snapshot: Snapshot, from: NodeId) => boolean
}

export class Replica {
  readonly state: ReplicaState

  constructor(
    config: ReplicaConfig,
    private readonly host: ReplicaHost,
  ) {
    this.state = new ReplicaState(config, host.apply, host.answerEarly)
  }

  /** Takes back one record of stable storage, in the order in which they were written. */
  recover(record: StableRecord): void {
    const { acceptor, log, flaws, config } = this.state
    switch (record.kind) {
      case 'promise':
        recoverPromise(this.state, record.ballot)
        break
      case 'vote':
        if (!flaws.voteKeepsPromise) acceptor.raise(record.ballot)
        if (flaws.forgetsVotes) break
        record.values.forEach((value, i) => {
          const slot = record.slot + i
          if (isNewerVote(this.state, slot, record)) log.vote(slot, record.ballot, value)
        })
        break
      case 'learned':
        record.values.forEach((value, i) => {
          const slot = record.slot + i
          // A mutant may contradict itself; what it held first stays, and the checks tell.
          if (config.mutant === null || !log.isChosen(slot)) log.choose(slot, value)
        })
        break
      case 'chosen':
        for (let slot = log.chosenThrough + 1; slot <= record.through; slot += 1) {
          const entry = log.at(slot)
          if (entry === undefined) break
          if (!entry.chosen) log.choose(slot, entry.voteValue)
        }
        break
    }
  }

  /** The state above has been restored; the log below is chosen. Before the records. */
  recoverSnapshot(snapshot: Snapshot): void {
    this.state.snapshot = snapshot
    coverLog(this.state, snapshot)
  }

  start(effects: Effect[]): void {
    const r = this.state
    r.outbox.open(effects)
    if (!r.flaws.reusesBallots) r.see(r.acceptor.promised)
    oweAfterRestart(r)
    r.recordedThrough = r.log.chosenThrough
    const { resendTicks } = r.config
    r.outbox.setTimer('resend', resendTicks, resendTicks)
    watchLeader(r)
    applyChosen(r)
  }

  /** A value of a client of this node. */
  submit(value: Value): void {
    const r = this.state
    r.waiting.addOwn(value)
    this.bidIfWaiting()
  }

  /** Values that `from` forwarded. Who does not lead passes them on. */
  takeForwarded(from: NodeId, values: readonly Value[]): void {
    const r = this.state
    if (r.proposer.phase === 'idle' && (!anyoneProposes(r.policy) || !r.proposes)) {
      return relayForwarded(r, from, values)
    }
    let dropped = 0
    for (const value of values) {
      if (r.waiting.length < r.config.waitingRequestsMax) r.waiting.addForwarded(value, from)
      else dropped += 1
    }
    if (dropped > 0) {
      r.outbox.emit({ type: 'limitReached', limit: 'waitingRequestsMax', dropped })
    }
    if (r.proposer.phase === 'idle' && !r.backingOff) bid(r, 'request')
  }

  take(from: NodeId, message: Message): void {
    const r = this.state
    switch (message.type) {
      case 'prepare':
        if (answerPrepare(r, from, message)) checkPreempted(r, message.ballot)
        // A bidder deserves the time to win before this node bids as well.
        if (r.proposer.phase === 'idle') r.heardAt = r.now
        return
      case 'promise':
        return this.takePromise(from, message)
      case 'accept':
        return this.takeAccept(from, message)
      case 'accepted':
        r.see(message.ballot)
        // A vote at a higher ballot tells of a rival as well as a nack does.
        checkPreempted(r, message.ballot)
        countVotes(r, from, message)
        return checkOutvoted(r)
      case 'nack':
        return this.takeNack(message)
      case 'heartbeat':
        return this.takeHeartbeat(from, message)
      case 'chosen':
        takeChosen(r, from, message)
        return checkOutvoted(r)
      case 'catchUp':
        return serveCatchUp(r, from, message)
      case 'alive':
        r.see(message.ballot)
        return takeAlive(r, from, message)
      case 'canvass':
        return answerCanvass(r, from, message)
      case 'support':
        if (r.proposer.phase === 'idle' && takeSupport(r, from, message)) bid(r, 'election')
        return
      case 'readIndex':
        return takeReadIndex(r, from, message)
      case 'snapshot':
        return this.takeSnapshot(from, message)
      case 'snapshotAsk':
        return takeSnapshotAsk(r, from, message)
      case 'forward':
      case 'forwarded':
      case 'query':
      case 'held':
      case 'readAt':
        return this.host.takeOther(from, message)
      case 'blogPrepare':
      case 'blogPromise':
      case 'blogReject':
      case 'blogAccept':
      case 'blogQuery':
      case 'blogHeld':
        // A node of the blog variant is no member of a cluster that runs Paxos.
        return
    }
  }

  timer(timer: TimerName): void {
    const r = this.state
    switch (timer) {
      case 'election':
        return this.electionTimer()
      case 'heartbeat':
        return this.heartbeatTimer()
      case 'bid':
        r.backingOff = false
        return this.bidIfWaiting('preempted')
      case 'resend':
        return resend(r)
      case 'catchUp':
        r.incoming = null
        // Whoever knew these slots is gone: a new phase 1 asks those who are there.
        if (retryCatchUp(r) && r.leads) bid(r, 'election')
        return
      case 'read':
        return
      case 'gather':
        r.gathering = false
        return
    }
  }

  /** The snapshot is durable and the log on disk is cut; memory keeps a tail for laggards. */
  snapshotSaved(snapshot: Snapshot): void {
    const r = this.state
    const { through, digest } = snapshot
    r.snapshot = snapshot
    r.log.cut(Math.min(through, Math.max(r.log.base, through - r.config.tailSlots)))
    r.outbox.emit({ type: 'snapshotTaken', through, digest })
  }

  persisted(through: number): void {
    this.state.outbox.confirm(through)
  }

  startElection(): void {
    bid(this.state, 'manual')
  }

  stepDown(): void {
    const r = this.state
    if (r.proposer.phase === 'idle') return
    abandonBallot(r, 'manual')
    const wait = electionWait(r.policy)
    // Without an elected leader nobody else looks after what waits here.
    if (wait === null) return backOffOnce(r)
    const ticks = wait.ticksMax * STEP_DOWN_PATIENCE
    r.outbox.setTimer('election', ticks, ticks)
  }

  setPolicy(policy: ElectionPolicy): void {
    const r = this.state
    r.policy = policy
    r.preemptionsInRow = 0
    r.backingOff = false
    r.outbox.emit({ type: 'policySet', policy })
    r.outbox.clearTimer('bid')
    r.outbox.clearTimer('election')
    if (r.proposer.phase !== 'idle') return
    // What was forwarded under the old policy is this node's own business under the new one.
    r.waiting.requeueOwn()
    watchLeader(r)
    this.bidIfWaiting()
  }

  /** Ends a round: own messages, batches, execution; repeats until nothing moves. */
  settle(): void {
    const r = this.state
    confirmReads(r)
    for (;;) {
      const own = r.outbox.takeOwn()
      if (own !== undefined) {
        this.take(r.self, own)
        continue
      }
      applyChosen(r)
      break
    }
    proposeWaiting(r)
    forwardWaiting(r)
    const { chosenThrough } = r.log
    if (chosenThrough >= r.recordedThrough + RECORD_SLOTS) {
      r.recordedThrough = chosenThrough
      r.outbox.persist({ kind: 'chosen', through: chosenThrough }, false)
    }
  }

  private bidIfWaiting(reason: 'request' | 'preempted' = 'request'): void {
    const r = this.state
    if (r.waiting.own.size === 0 || !anyoneProposes(r.policy) || !r.proposes) return
    if (r.proposer.phase === 'idle' && !r.backingOff) bid(r, reason)
  }

  private takePromise(from: NodeId, message: Promised): void {
    const r = this.state
    r.see(message.ballot)
    if (r.proposer.takePromise(from, message)) becomeLeader(r)
  }

  private takeAccept(from: NodeId, message: Accept): void {
    const r = this.state
    const { ballot, chosenThrough } = message
    const onRaise = (): void => checkPreempted(r, ballot)
    if (!answerAccept(r, from, message, onRaise)) return
    follow(r, from, ballot)
    takeWatermark(r, from, ballot, chosenThrough)
  }

  private takeNack({ ballot, promised }: Nack): void {
    const r = this.state
    r.see(promised)
    if (r.proposer.phase === 'idle' || !sameBallot(ballot, r.proposer.ballot)) return
    if (compareBallot(promised, ballot) > 0) preempted(r, promised)
  }

  private takeHeartbeat(from: NodeId, message: Heartbeat): void {
    const r = this.state
    const { ballot, chosenThrough } = message
    r.see(ballot)
    if (compareBallot(ballot, r.acceptor.promised) < 0) {
      return refuseHeartbeat(r, from, ballot)
    }
    checkPreempted(r, ballot)
    if (r.proposer.phase !== 'idle' || !this.isNewsOf(ballot)) return
    follow(r, from, ballot)
    watchLeader(r)
    answerHeartbeat(r, from, message)
    takeWatermark(r, from, ballot, chosenThrough)
  }

  /** A late heartbeat of a former leader must not turn this node back. */
  private isNewsOf(ballot: Ballot): boolean {
    const { leader } = this.state
    return leader === null || compareBallot(ballot, leader) >= 0
  }

  private electionTimer(): void {
    const r = this.state
    if (r.flaws.timesOutOnItself && r.leads) {
      abandonBallot(r, 'policy')
      r.heardAt = null
    }
    if (r.proposer.phase !== 'idle' || !r.proposes) return
    if (anyoneProposes(r.policy)) return this.bidIfWaiting()
    if (r.heardAt !== null) return watchLeader(r)
    r.leader = null
    if (canvass(r)) return bid(r, 'election')
    // No support in time: the wait begins anew, and so does the question.
    watchLeader(r)
  }

  private heartbeatTimer(): void {
    const r = this.state
    if (!r.leads) return
    if (!isUnheard(r)) return sendHeartbeat(r)
    abandonBallot(r, 'policy')
    watchLeader(r)
  }

  private takeSnapshot(from: NodeId, message: SnapshotPart): void {
    const r = this.state
    const snapshot = takeSnapshotPart(r, from, message)
    if (snapshot === null) return
    if (!this.host.install(snapshot, from)) {
      const limit = `snapshot through slot ${snapshot.through} of node ${from} is not whole`
      r.outbox.emit({ type: 'limitReached', limit, dropped: 1 })
      return
    }
    coverLog(r, snapshot)
    checkOutvoted(r)
    r.outbox.clearTimer('catchUp')
    askForMissing(r, from, r.knownThrough)
  }
}

/** The promise of one record; the own ballots among them say what number comes next. */
function recoverPromise(r: ReplicaState, ballot: Ballot): void {
  const { forgetsPromise, lowersOwnPromise, reusesBallots } = r.flaws
  if (!reusesBallots) r.see(ballot)
  if (lowersOwnPromise && ballot.node === r.self) r.acceptor.promised = ballot
  else if (!forgetsPromise) r.acceptor.raise(ballot)
}
