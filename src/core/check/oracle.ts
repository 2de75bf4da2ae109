/**
 * Oracle: the invariants I1 to I15 as a pure fold over events (protocol §5, `docs/checks.md`).
 *
 * "Chosen" is computed here, from votes alone, never taken from a node's claim. In a true order of
 * events (simulator, explorer, replay) every "after" is judged at once. Else nothing depends on
 * the order in which facts of different nodes arrive: what needs another node's fact waits for it,
 * a bounded time, and is judged with what was told by then. What lost facts could excuse is "not
 * enough data", never an alarm. Wording never claims proof.
 *
 * Bounds: every check names its own; what is older is final and only compared.
 */
import type { LabEvent } from '../event'
import type { NodeId, Slot } from '../paxos/ballot'
import { MAJORITY, Quorums } from '../paxos/quorum'
import type { QuorumSystem } from '../paxos/quorum'
import { AckCheck } from './ackCheck'
import { Agreement } from './agreement'
import { ApplyCheck } from './applyCheck'
import { BallotOwners } from './ballotOwners'
import { DigestCheck } from './digestCheck'
import { DurabilityCheck } from './durabilityCheck'
import { HiddenVotes } from './hiddenVotes'
import { Holes } from './holes'
import { LearnCheck } from './learnCheck'
import { LivenessCheck } from './livenessCheck'
import type { LivenessBounds } from './livenessCheck'
import { P2c } from './p2c'
import { PromiseCheck } from './promiseCheck'
import { ReadCheck } from './readCheck'
import { ValidityCheck } from './validityCheck'
import { INVARIANT_IDS, SOMETIMES_ID, SOMETIMES_TITLE, TITLES } from './views'
import type { InvariantId, InvariantView } from './views'
import type { EventOrder, Report, Violation } from './violation'

export type { InvariantView } from './views'
export type { LivenessBounds } from './livenessCheck'

export interface OracleOptions {
  readonly acceptors: readonly NodeId[]
  /** Missing: a majority of the acceptors. */
  readonly system?: QuorumSystem
  /**
   * `total`: the order of the record is the true order, as in the simulator. `causal`, and missing:
   * only facts of one node come in order, as in a live run.
   */
  readonly order?: EventOrder
  /** I15 is judged by these; missing: it is not. */
  readonly liveness?: LivenessBounds
}

/** What the judge of histories found (I14); it runs when the history is whole. */
export interface HistoryFinding {
  readonly verdict: 'valid' | 'violated' | 'unknown'
  readonly words: string
}

/** They are violated by what did not happen; the others by two facts that contradict each other. */
const JUDGED_BY_ABSENCE: ReadonlySet<string> = new Set([
  'I4',
  'I6',
  'I9',
  'I10',
  'I11',
  'I13',
  'I15',
] satisfies InvariantId[])

const NOTHING: readonly Violation[] = []

export class Oracle {
  private readonly agreement: Agreement
  private readonly promises = new PromiseCheck()
  private readonly durability = new DurabilityCheck()
  private readonly owners: BallotOwners
  private readonly p2c: P2c
  private readonly holes: Holes
  private readonly validity: ValidityCheck
  private readonly learning: LearnCheck
  private readonly reads: ReadCheck
  private readonly acks: AckCheck
  private readonly digests = new DigestCheck()
  private readonly applying: ApplyCheck
  private readonly liveness: LivenessCheck | null
  private readonly found = new Map<string, Violation>()
  private fresh: Violation[] = []
  private events = 0
  private gapAt: number | null = null
  private isTorn = false
  private history: HistoryFinding | null = null

  constructor(options: OracleOptions) {
    const { acceptors, system = MAJORITY, order = 'causal', liveness } = options
    const quorums = new Quorums(system, acceptors)
    this.agreement = new Agreement(quorums, (slot, id, seq, atMs) => {
      this.onChosen(slot, id, seq, atMs)
    })
    this.holes = new Holes(order, acceptors)
    this.owners = new BallotOwners(order)
    this.p2c = new P2c(quorums, this.agreement, this.holes)
    this.validity = new ValidityCheck(this.holes)
    const hidden = new HiddenVotes(quorums, this.agreement, this.holes)
    this.learning = new LearnCheck(this.agreement, this.holes, hidden)
    this.reads = new ReadCheck(quorums)
    this.acks = new AckCheck(this.agreement, this.holes, hidden)
    this.applying = new ApplyCheck(order, (from, to) => this.acks.slotsReached(from, to))
    this.liveness = liveness ? new LivenessCheck(quorums, this.acks.done, liveness) : null
  }

  /** Slots that a phase-2 quorum voted, as far as the facts show: the "sometimes" of a run. */
  get chosenSlots(): number {
    return this.agreement.chosenSlots
  }

  /** Longest time that requests waited while a quorum worked, ms; 0 unless I15 is judged. */
  get stallMsMax(): number {
    return this.liveness?.stallMsMax ?? 0
  }

  /** Folds one event; answers the violations that it completed, each invariant once. */
  feed(event: LabEvent): readonly Violation[] {
    this.events += 1
    this.dispatch(event)
    this.liveness?.feed(event, this.report)
    return this.takeFresh()
  }

  /** Nothing more comes: what still waits for facts of other nodes is judged as far as possible. */
  finish(): readonly Violation[] {
    this.settle(Infinity)
    this.p2c.finish(this.report)
    return this.takeFresh()
  }

  /**
   * Events of any node are missing from the record, at this place or everywhere: from here on no
   * check says that it holds, and what something missing could explain is no violation.
   */
  noteLoss(seq: number): void {
    this.gapAt ??= seq
    this.isTorn = true
  }

  /** I14: the verdict on the clients' history, which is judged elsewhere. */
  setHistory(finding: HistoryFinding): readonly Violation[] {
    this.history = finding
    const { verdict, words } = finding
    if (verdict === 'violated') this.report({ invariant: 'I14', words, evidence: [] })
    return this.takeFresh()
  }

  /** One for each invariant, and one for the sometimes property of the run. */
  views(): InvariantView[] {
    return [...INVARIANT_IDS.map((id) => this.view(id)), this.sometimes()]
  }

  /** Only what looks at a type of event is asked. */
  private dispatch(event: LabEvent): void {
    const { report } = this
    switch (event.type) {
      case 'sent':
      case 'sentAfter':
      case 'persisted':
        this.durability.feed(event, report)
        return this.holes.feed(event)
      case 'voted':
        this.promises.feed(event, report)
        this.durability.feed(event, report)
        this.owners.feed(event, report)
        this.agreement.feed(event, report)
        return this.p2c.feed(event, report)
      case 'promised':
      case 'refused':
      case 'recovered':
        this.promises.feed(event, report)
        this.durability.feed(event, report)
        this.owners.feed(event, report)
        this.applying.feed(event, report)
        return this.p2c.feed(event, report)
      case 'bid':
      case 'elected':
      case 'issued':
        this.owners.feed(event, report)
        this.agreement.feed(event, report)
        return this.p2c.feed(event, report)
      case 'chosen':
      case 'learned':
        this.holes.feed(event)
        this.agreement.feed(event, report)
        this.learning.feed(event, report)
        return this.applying.feed(event, report)
      case 'applied':
      case 'snapshotTaken':
      case 'snapshotInstalled':
        this.holes.feed(event)
        this.digests.feed(event, report)
        return this.applying.feed(event, report)
      case 'submitted':
        this.holes.feed(event)
        return this.validity.feed(event)
      case 'answered':
      case 'acknowledged':
        this.holes.feed(event)
        return this.acks.feed(event, report)
      default:
        return this.dispatchRare(event)
    }
  }

  private dispatchRare(event: LabEvent): void {
    const { report } = this
    this.p2c.feed(event, report)
    switch (event.type) {
      case 'factsDropped':
        this.gapAt ??= event.seq
        this.durability.feed(event, report)
        return this.applying.feed(event, report)
      case 'faultStarted':
        this.promises.feed(event, report)
        return this.durability.feed(event, report)
      case 'clusterStarted':
        this.digests.feed(event, report)
        return this.acks.feed(event, report)
      case 'learnerRead':
        return this.reads.feed(event, report)
      case 'statusSampled':
        this.digests.feed(event, report)
        return this.settle(this.holes.settledMs)
    }
  }

  private onChosen(slot: Slot, id: string, seq: number, atMs: number): void {
    this.validity.chosen({ slot, id, seq, atMs }, this.report)
    this.learning.chosen(slot, id)
    this.acks.chosen(slot, id)
    this.liveness?.chosen(atMs)
  }

  private settle(settledMs: number): void {
    this.validity.settle(settledMs, this.report)
    this.learning.settle(settledMs, this.report)
    this.acks.settle(settledMs, this.report)
  }

  private readonly report: Report = (violation) => {
    if (this.found.has(violation.invariant)) return
    if (this.isTorn && JUDGED_BY_ABSENCE.has(violation.invariant)) return
    this.found.set(violation.invariant, violation)
    this.fresh.push(violation)
  }

  private takeFresh(): readonly Violation[] {
    if (this.fresh.length === 0) return NOTHING
    const { fresh } = this
    this.fresh = []
    return fresh
  }

  private view(id: InvariantId): InvariantView {
    const title = TITLES[id]
    const violation = this.found.get(id)
    if (violation !== undefined) {
      const { words, evidence } = violation
      return { id, title, state: 'violated', words, evidence }
    }
    if (this.gapAt !== null) {
      const words = `Facts were lost at event ${this.gapAt}: not enough data`
      return { id, title, state: 'notEnoughData', words, evidence: [this.gapAt] }
    }
    const state = this.chosenSlots === 0 ? 'idle' : this.stateOf(id)
    return { id, title, state, words: this.wordsOf(id, state), evidence: [] }
  }

  private sometimes(): InvariantView {
    const [id, title] = [SOMETIMES_ID, SOMETIMES_TITLE]
    const slots = this.chosenSlots
    if (slots === 0) return { id, title, state: 'idle', words: NONE_CHOSEN, evidence: [] }
    const words = slots === 1 ? 'A value was chosen in 1 slot' : `Chosen in ${slots} slots`
    return { id, title, state: 'holds', words, evidence: [] }
  }

  private stateOf(id: InvariantId): 'holds' | 'notEnoughData' | 'idle' {
    if (id === 'I14' && this.history?.verdict === 'unknown') return 'notEnoughData'
    return this.judged(id) > 0 ? 'holds' : 'idle'
  }

  private wordsOf(id: InvariantId, state: 'holds' | 'notEnoughData' | 'idle'): string {
    if (id === 'I14' && this.history !== null) return this.history.words
    if (state === 'idle') {
      if (id === 'I14') return 'No history of clients was judged'
      if (id === 'I15' && this.liveness === null) return 'No bound was given'
      return this.chosenSlots === 0 ? NONE_CHOSEN : 'Nothing to judge yet'
    }
    const words = `No violation in ${this.events} events`
    const unknown = this.unknown(id)
    return unknown === 0 ? words : `${words}; not enough data for ${unknown} judgements`
  }

  /** What the check has looked at. */
  private judged(id: InvariantId): number {
    switch (id) {
      case 'I4':
        return this.durability.judged + this.promises.judged
      case 'I6':
      case 'I7':
        return this.p2c.judged
      case 'I9':
        return this.validity.judged
      case 'I10':
        return this.learning.judged + this.reads.judged
      case 'I11':
        return this.acks.judged
      case 'I12':
        return this.digests.judged
      case 'I13':
        return this.applying.judged
      case 'I14':
        return this.history === null ? 0 : 1
      case 'I15':
        return this.liveness?.judged ?? 0
      default:
        return this.events
    }
  }

  /** What it could not judge. */
  private unknown(id: InvariantId): number {
    switch (id) {
      case 'I6':
        return this.p2c.unknown
      case 'I9':
        return this.validity.unknown
      case 'I10':
        return this.learning.unknown
      case 'I11':
        return this.acks.unknown
      case 'I13':
        return this.applying.unknown
      default:
        return 0
    }
  }
}

const NONE_CHOSEN = 'No value was chosen yet'
