/** State of one replica, by role; the modules beside this one are the functions over it. */
import { Acceptor } from './acceptor'
import { maxBallot, ZERO_BALLOT } from './ballot'
import type { Ballot, NodeId, Slot } from './ballot'
import type { ElectionPolicy, ReplicaConfig } from './config'
import { Learner } from './learner'
import { SlotLog } from './log'
import type { Value } from './message'
import { Outbox } from './outbox'
import { Proposer } from './proposer'
import { Waiting } from './waiting'

export class ReplicaState {
  readonly log = new SlotLog()
  readonly acceptor: Acceptor
  readonly proposer: Proposer
  readonly learner: Learner
  readonly waiting = new Waiting()
  readonly outbox: Outbox

  policy: ElectionPolicy
  /** The ballot this node follows, or its own while it leads. */
  leader: Ballot | null = null
  /** Heard from the leader since the election timer was set. */
  heard = false
  /** Highest ballot seen in any message: the next own ballot goes above it. */
  seen: Ballot = ZERO_BALLOT
  /** Preemptions since a value was last chosen: the back-off grows with it. */
  preemptionsInRow = 0
  /** The back-off timer runs: no bid before it fires. */
  backingOff = false
  /** Highest slot that somebody told us is chosen. */
  knownThrough: Slot = 0
  catchUpBusy = false
  catchUpTries = 0
  /** Slots below were issued at least one resend period ago. */
  resendFloor: Slot = 0
  /** `chosenThrough` as of the last `chosen` record. */
  recordedThrough: Slot = 0
  appliedThrough: Slot = 0
  /** A slot in which this proposer issued was chosen with another value: its ballot is over. */
  outvoted = false
  bids = 0
  preemptions = 0

  constructor(
    readonly config: ReplicaConfig,
    /** Called in slot order, over no gap, once a slot. */
    readonly apply: (slot: Slot, value: Value) => void,
  ) {
    this.policy = config.policy
    this.acceptor = new Acceptor(this.log)
    this.proposer = new Proposer(config.members.length)
    this.learner = new Learner(config.members.length)
    this.outbox = new Outbox(config.node, config.members)
  }

  get self(): NodeId {
    return this.config.node
  }

  see(ballot: Ballot): void {
    this.seen = maxBallot(this.seen, ballot)
  }

  get leads(): boolean {
    return this.proposer.phase === 'leading'
  }
}
