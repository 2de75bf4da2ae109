/**
 * What a scenario can ask and reports in the end: a fold over the events of its run, joined with
 * the lab's status and liveness. Looks only; what it shows may lag the nodes by one batch of facts.
 */
import type { LabEvent, LabOwnEvent, NodeEvent } from '../../core/event'
import type { LivenessView } from '../../core/measure/series'
import { formatBallot } from '../../core/paxos/ballot'
import type { ElectionPolicy } from '../../core/paxos/config'
import type { LabStatus } from '../../shared/api'
import type { Measures } from '../../shared/condition'
import { leaderOf, logsEqual, policyWords } from '../../shared/labWords'
import type { VerbResult } from '../../shared/performVerb'

/** The first value chosen after the policy was switched. */
export interface ChosenAfterSwitch {
  readonly node: number
  readonly slot: number
  readonly ballot: string
  readonly id: string
  readonly atMs: number
}

export interface PolicySwitch {
  readonly before: ElectionPolicy
  readonly after: ElectionPolicy
  readonly atMs: number
  /** Undecided ballots, ballots and ballots that chose something, up to the switch. */
  readonly undecidedBallotsMax: number
  readonly bids: number
  readonly fruitfulBallots: number
}

/** Figures at the end of a step, for what came since. */
export interface Baseline {
  readonly chosenSlots: number
  readonly acked: number
  readonly bids: number
}

const NOTHING_YET: Baseline = { chosenSlots: 0, acked: 0, bids: 0 }

export class ScenarioMeasures {
  private acked = 0
  private failed = 0
  private unknown = 0
  private droppedFrames = 0
  private highestSlot = 0
  private bids = 0
  private readonly fruitful = new Set<string>()
  /** Nodes that have told of the new policy: what they choose from now on is due to it. */
  private switched = new Set<number>()
  private chosenSincePolicy = 0
  private lastCommand: { outcome: string; reply: string } | null = null
  private lastRead: { verdict: string; value: string | null } | null = null
  policySwitch: PolicySwitch | null = null
  chosenAfterSwitch: ChosenAfterSwitch | null = null

  constructor(
    private readonly status: () => LabStatus,
    private readonly liveness: () => LivenessView,
    /** Messages that link faults swallowed; missing: as the events tell. */
    private readonly dropped?: () => number,
  ) {}

  add(event: LabEvent): void {
    if (event.by === 'lab') this.addOwn(event)
    else this.addFact(event)
  }

  /** Called just before the policy is switched. */
  beforePolicy(before: ElectionPolicy, after: ElectionPolicy): void {
    this.switched = new Set()
    this.chosenSincePolicy = 0
    this.chosenAfterSwitch = null
    this.policySwitch = {
      before,
      after,
      atMs: this.status().atMs,
      undecidedBallotsMax: this.liveness().undecidedBallotsMax,
      bids: this.bids,
      fruitfulBallots: this.fruitful.size,
    }
  }

  /** A verb of a step was carried out. */
  did(result: VerbResult): void {
    if (result.verb === 'read' || result.verb === 'read-slot') this.lastRead = result
    else if ('outcome' in result) this.lastCommand = result
  }

  baseline(): Baseline {
    const { chosenSlots, bids } = this.liveness()
    return { chosenSlots, bids, acked: this.acked }
  }

  now(since: Baseline = NOTHING_YET): Measures {
    const status = this.status()
    const liveness = this.liveness()
    const running = status.nodes.filter(({ state }) => state === 'running')
    const through = running.map((view) => view.status?.chosenThrough ?? 0)
    return {
      undecidedBallots: liveness.undecidedBallots,
      undecidedBallotsMax: liveness.undecidedBallotsMax,
      preemptions: liveness.preemptions,
      bids: liveness.bids,
      chosenSlots: liveness.chosenSlots,
      liveness: liveness.verdict,
      leader: leaderOf(status) ?? 'none',
      leaders: running.filter((view) => view.status?.role === 'leading').length,
      nodesRunning: running.length,
      nodesReady: running.filter((view) => view.status !== null).length,
      faults: status.faults.length,
      logsEqual: logsEqual(status) ? 'yes' : 'no',
      chosenThroughMin: through.length === 0 ? null : Math.min(...through),
      chosenThroughMax: through.length === 0 ? null : Math.max(...through),
      acked: this.acked,
      failed: this.failed,
      unknown: this.unknown,
      lastWrite: this.lastCommand?.outcome ?? 'none',
      lastReply: this.lastCommand?.reply ?? null,
      lastRead: this.lastRead?.verdict ?? 'none',
      // Chosen to be absent is an answer; undetermined is none.
      lastValue: this.lastRead?.verdict === 'chosen' ? (this.lastRead.value ?? '(nil)') : null,
      chosenSincePolicy: this.chosenSincePolicy,
      chosenSinceStep: liveness.chosenSlots - since.chosenSlots,
      ackedSinceStep: this.acked - since.acked,
      bidsSinceStep: liveness.bids - since.bids,
      droppedFrames: this.dropped?.() ?? this.droppedFrames,
    }
  }

  /** Figures about the policy switch, for the result; empty if there was none. */
  switchFigures(tickMs: number): Record<string, number | string | null> {
    const past = this.policySwitch
    if (past === null) return {}
    const chosen = this.chosenAfterSwitch
    return {
      // Ballots of the switched-off policy only: later ones belong to the new policy.
      undecidedBallotsMax: past.undecidedBallotsMax,
      undecidedBallotsMaxRun: this.liveness().undecidedBallotsMax,
      wastedPrepares: past.bids - past.fruitfulBallots,
      policyBefore: policyWords(past.before, tickMs),
      policyAfter: policyWords(past.after, tickMs),
      policySwitchedAtMs: past.atMs,
      chosenAfterSwitch: chosen === null ? 'no' : 'yes',
      chosenAfterSwitchMs: chosen === null ? null : Math.round(chosen.atMs - past.atMs),
      chosenSlot: chosen?.slot ?? null,
      chosenBallot: chosen?.ballot ?? null,
      chosenId: chosen?.id ?? null,
    }
  }

  private addOwn(event: LabOwnEvent): void {
    switch (event.type) {
      case 'loadSampled':
        this.acked += event.acked
        this.failed += event.failed
        this.unknown += event.unknown
        break
      case 'clientReplied':
        if (event.outcome === 'ok') this.acked += 1
        else if (event.outcome === 'error') this.failed += 1
        else this.unknown += 1
        break
      case 'trafficSampled':
        for (const { dropped } of event.links) this.droppedFrames += dropped
        break
      default:
        break
    }
  }

  private addFact(event: NodeEvent): void {
    switch (event.type) {
      case 'bid':
        this.bids += 1
        break
      case 'policySet':
        if (this.policySwitch !== null) this.switched.add(event.by)
        break
      case 'chosen':
        this.addChosen(event)
        break
      default:
        break
    }
  }

  private addChosen(event: Extract<NodeEvent, { type: 'chosen' }>): void {
    const through = event.slot + event.count - 1
    const fresh = Math.min(event.count, through - this.highestSlot)
    const ballot = formatBallot(event.ballot)
    if (fresh <= 0) return
    this.highestSlot = through
    this.fruitful.add(ballot)
    // A node's own facts come in order: this choice was made under the policy it had told of.
    if (!this.switched.has(event.by)) return
    this.chosenSincePolicy += fresh
    if (this.chosenAfterSwitch !== null) return
    const slot = through - fresh + 1
    const id = event.ids[slot - event.slot] ?? '-'
    this.chosenAfterSwitch = { node: event.by, slot, ballot, id, atMs: event.atMs }
  }
}
