/**
 * Folds the events of one run into all that a report shows of them. One pass, bounded memory.
 *
 * Where the run has a result, only the events are parsed that a fold looks at: most of a record
 * are votes, which its checks have judged already. Units: ms of lab time.
 */
import { timeUnitOf } from '../../core/check/explore/abstractSteps'
import type { TimeUnit } from '../../core/check/explore/abstractSteps'
import { Oracle } from '../../core/check/oracle'
import type { LabEvent } from '../../core/event'
import { Histogram } from '../../core/measure/histogram'
import { Measures } from '../../core/measure/measures'
import { AckSamples } from '../../core/report/availability'
import { FaultBands } from '../../core/report/chartData'
import type { FaultBand } from '../../core/report/chartData'
import { CostFold } from '../../core/report/cost'
import { DecisionFold } from '../../core/report/decision'
import type { CheckView } from '../../shared/api'

type Started = Extract<LabEvent, { type: 'clusterStarted' }>
type Told = Extract<LabEvent, { type: 'violated' }>

export const ACTS_MAX = 500

export interface TimedWords {
  readonly atMs: number
  readonly words: string
  readonly by: string
}

export interface LoadTotals {
  readonly sent: number
  readonly acked: number
  readonly failed: number
  readonly unknown: number
  /** Time while the load ran. */
  readonly ranMs: number
  readonly waitMsMax: number
  readonly latency: Histogram
}

/** Events that some fold needs; the others are for checks alone. */
const FOLDED: ReadonlySet<string> = new Set<LabEvent['type']>([
  ...(['clusterStarted', 'clusterStopped', 'nodeStarted', 'nodeReady', 'nodeExited'] as const),
  ...(['faultStarted', 'faultEnded', 'acted', 'clientReplied', 'statusSampled'] as const),
  ...(['trafficSampled', 'loadSampled', 'violated', 'labNote', 'factsDropped'] as const),
  ...(['persisted', 'policySet', 'sent', 'bid', 'elected', 'preempted'] as const),
  ...(['steppedDown', 'followed', 'chosen'] as const),
])

/** A process with one of these goes on: when it ends, the lab ends it. */
const LIVING: ReadonlySet<string> = new Set(['pause', 'slow'])

export function isFolded(type: string): boolean {
  return FOLDED.has(type)
}

export class RunFold {
  readonly measures = new Measures()
  readonly cost = new CostFold()
  readonly decision = new DecisionFold()
  readonly acks = new AckSamples()
  readonly faults = new FaultBands()
  readonly acts: TimedWords[] = []
  actsLeftOut = 0
  readonly notes: TimedWords[] = []
  readonly told: Told[] = []
  started: Started | null = null
  /** When the lab began to stop the cluster; null: the record ends before. */
  stoppedMs: number | null = null
  lastMs = 0
  factsDropped = 0
  private readonly latency = new Histogram()
  private readonly sums = { sent: 0, acked: 0, failed: 0, unknown: 0, ranMs: 0, waitMsMax: 0 }
  private oracle: Oracle | null = null

  /** `wantsChecks`: nobody judged this run to its end. */
  constructor(private readonly wantsChecks: boolean) {}

  feed(event: LabEvent): void {
    this.lastMs = Math.max(this.lastMs, event.atMs)
    if (event.type === 'clusterStarted') this.begin(event)
    this.watchEnd(event)
    this.measures.feed(event)
    this.cost.feed(event)
    this.decision.feed(event)
    this.acks.feed(event)
    this.faults.feed(event)
    this.oracle?.feed(event)
    this.note(event)
  }

  /** What its time counts. */
  get time(): TimeUnit {
    return timeUnitOf({ cluster: this.started?.cluster ?? null })
  }

  /** Something of the record is missing: no check may say that it holds. */
  noteLoss(seq: number): void {
    this.oracle?.noteLoss(seq)
  }

  /** Faults; what only the stop of the cluster ended lasted to the end of the run. */
  bands(): FaultBand[] {
    const { stoppedMs } = this
    return this.faults.bands().map((band) => {
      const lasted = stoppedMs !== null && band.toMs !== null && band.toMs >= stoppedMs
      return lasted ? { ...band, toMs: null } : band
    })
  }

  load(): LoadTotals {
    return { ...this.sums, latency: this.latency }
  }

  /**
   * Of a run without a result, as far as its record goes. What waits for facts of other nodes stays
   * unjudged: they may have been told after its end.
   */
  checks(): readonly CheckView[] {
    if (this.oracle === null) return []
    return this.oracle.views().map((view) => {
      const told = view.state === 'idle' ? this.told.find((one) => one.invariant === view.id) : null
      return told
        ? { ...view, state: 'violated', words: told.words, evidence: told.evidence }
        : view
    })
  }

  /** Nodes that end without a fault, and do not come again: the cluster is being stopped. */
  private watchEnd(event: LabEvent): void {
    if (event.type === 'nodeStarted') this.stoppedMs = null
    else if (event.type === 'clusterStopped') this.stoppedMs ??= event.atMs
    else if (event.type === 'nodeExited' && event.injected && !this.isBroken(event.node)) {
      this.stoppedMs ??= event.atMs
    } else if (event.type === 'faultStarted' && 'node' in event.fault.fault) this.stoppedMs = null
  }

  /** Its process may end by the fault that it has. */
  private isBroken(node: number): boolean {
    return this.faults
      .bands()
      .some(
        ({ fault, toMs }) =>
          toMs === null && 'node' in fault && fault.node === node && !LIVING.has(fault.kind),
      )
  }

  private begin(event: Started): void {
    this.started ??= event
    if (!this.wantsChecks || this.oracle !== null) return
    const { members, roles, quorums, source = 'processes', stallMsMax } = event
    this.oracle = new Oracle({
      acceptors: roles?.acceptors ?? members,
      ...(quorums && { system: quorums }),
      order: source === 'processes' || source === 'replay' ? 'causal' : 'total',
      ...(stallMsMax !== undefined && { liveness: { stallMsMax } }),
    })
  }

  private note(event: LabEvent): void {
    switch (event.type) {
      case 'acted':
        this.addAct({ atMs: event.atMs, words: event.act, by: event.actor })
        return
      case 'labNote':
        if (event.level !== 'info' && this.notes.length < ACTS_MAX) {
          this.notes.push({ atMs: event.atMs, words: event.words, by: event.level })
        }
        return
      case 'violated':
        if (this.told.length < ACTS_MAX) this.told.push(event)
        return
      case 'factsDropped':
        this.factsDropped += event.count
        return
      case 'loadSampled':
        this.sums.sent += event.sent
        this.sums.acked += event.acked
        this.sums.failed += event.failed
        this.sums.unknown += event.unknown
        this.sums.ranMs += event.spanMs
        this.sums.waitMsMax = Math.max(this.sums.waitMsMax, event.waitMsMax)
        this.latency.merge(event.latency)
        return
    }
  }

  private addAct(act: TimedWords): void {
    if (this.acts.length < ACTS_MAX) this.acts.push(act)
    else this.actsLeftOut += 1
  }
}
