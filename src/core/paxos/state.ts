/** State of one replica, by role; the modules beside this one are the functions over it. */
import { Acceptor } from './acceptor'
import { maxBallot, nextBallot, ZERO_BALLOT } from './ballot'
import type { Ballot, NodeId, Slot } from './ballot'
import { rolesOf } from './config'
import type { ElectionPolicy, ReplicaConfig, Roles } from './config'
import { countedQuorums, flawsOf } from './flaws'
import type { Flaws } from './flaws'
import { Leadership } from './leadership'
import { Learner } from './learner'
import { SlotLog } from './log'
import type { Value } from './message'
import { Outbox } from './outbox'
import { Proposer } from './proposer'
import { Quorums } from './quorum'
import type { Incoming, Snapshot } from './snapshot'
import { Waiting } from './waiting'

export class ReplicaState {
  readonly log = new SlotLog()
  readonly acceptor: Acceptor
  readonly proposer: Proposer
  readonly learner: Learner
  readonly waiting = new Waiting()
  readonly outbox: Outbox
  readonly roles: Roles
  readonly quorums: Quorums
  /** Nothing, unless a mutant is asked for. */
  readonly flaws: Flaws
  /** What real time adds: probes, leases, who was heard when. */
  readonly leadership = new Leadership()

  /** Ticks of the host's clock, as of the present round. */
  now = 0
  policy: ElectionPolicy
  /** The ballot this node follows, or its own while it leads. */
  leader: Ballot | null = null
  /** Who leads at `leader`: its owner, except where proposers share ballots (M11). */
  leaderNode: NodeId = 0
  /** When a leader or bidder was last heard since the election timer was set; null: never. */
  heardAt: number | null = null
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
  /** Newest durable snapshot of this node: what it hands to laggards. */
  snapshot: Snapshot | null = null
  /** A snapshot that a peer is sending. */
  incoming: Incoming | null = null
  /** Batches of this ballot that are not known to be chosen: last slot, and when it was issued. */
  readonly batches: { readonly slot: Slot; readonly at: number }[] = []
  /** The timer runs that ends the gathering of a batch. */
  gathering = false
  /** Slots below were issued at least one resend period ago. */
  resendFloor: Slot = 0
  /** `chosenThrough` as of the last `chosen` record. */
  recordedThrough: Slot = 0
  appliedThrough: Slot = 0
  /** M17: slots below `appliedThrough` that are not applied. */
  readonly skipped = new Set<Slot>()
  /** A slot in which this proposer issued was chosen with another value: its ballot is over. */
  outvoted = false
  bids = 0
  /** Resends of forwarded requests, which go to another proposer each time if none is elected. */
  forwardTries = 0
  preemptions = 0

  constructor(
    readonly config: ReplicaConfig,
    /** Called in slot order, over no gap, once a slot. */
    readonly apply: (slot: Slot, value: Value) => void,
    /** M9: called for each value that is issued. */
    readonly answerEarly: (value: Value) => void = () => {},
  ) {
    this.policy = config.policy
    this.roles = rolesOf(config)
    this.flaws = flawsOf(config.mutant)
    const { acceptors } = this.roles
    const counted = countedQuorums(config.quorums, acceptors, this.flaws.quorums)
    this.quorums = new Quorums(counted, acceptors)
    this.acceptor = new Acceptor(this.log, config.phases === 'second', this.flaws)
    this.proposer = new Proposer(this.quorums, this.flaws)
    this.learner = new Learner(this.quorums, this.flaws)
    this.outbox = new Outbox(config.node, config.members, this.roles.acceptors)
  }

  get self(): NodeId {
    return this.config.node
  }

  see(ballot: Ballot): void {
    // M10 numbers by its own count, whatever others have promised.
    if (this.flaws.lowersOwnPromise && ballot.node !== this.self) return
    this.seen = maxBallot(this.seen, ballot)
  }

  /** The next own ballot: above all that this node has seen or promised (PMS §2.5). */
  nextOwnBallot(): Ballot {
    const { reusesBallots, lowersOwnPromise, sharesBallots } = this.flaws
    const ownCount = reusesBallots || lowersOwnPromise
    const above = ownCount ? this.seen : maxBallot(this.seen, this.acceptor.promised)
    return nextBallot(above, sharesBallots ? (this.roles.proposers[0] ?? this.self) : this.self)
  }

  get proposes(): boolean {
    return this.config.votes && this.roles.proposers.includes(this.self)
  }

  get accepts(): boolean {
    return this.config.votes && this.roles.acceptors.includes(this.self)
  }

  get learns(): boolean {
    return this.roles.learners.includes(this.self)
  }

  get leads(): boolean {
    return this.proposer.phase === 'leading'
  }
}
