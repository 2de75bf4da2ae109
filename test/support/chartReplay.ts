/** Plays recorded events to a viewer, as a host would: snapshot, then batches and frames. */
import type { LabEvent } from '../../src/core/event'
import type { ActiveFault } from '../../src/core/fault'
import { Measures } from '../../src/core/measure/measures'
import { EXPONENTIAL_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { Lab, LabPush, LabSnapshot, LabStatus, NodeView } from '../../src/shared/api'
import { SyntheticLab } from './syntheticLab'

/** High-rate facts reach a viewer as series only. */
const SERIES_ONLY = new Set<LabEvent['type']>(['loadSampled', 'statusSampled', 'trafficSampled'])

export class ChartReplay extends SyntheticLab implements Lab {
  private readonly folds = new Measures()
  private readonly listeners = new Set<LabPush>()
  private at = 0
  private nowMs = 0
  private faults_ = new Map<string, ActiveFault>()

  constructor(private readonly record: readonly LabEvent[]) {
    super()
  }

  override subscribe(push: LabPush): () => void {
    this.listeners.add(push)
    return () => this.listeners.delete(push)
  }

  override async snapshot(): Promise<LabSnapshot> {
    const events = this.record.slice(0, this.at).filter((event) => !SERIES_ONLY.has(event.type))
    const base = await super.snapshot()
    return { ...base, status: this.now(), events, series: this.folds.snapshot() }
  }

  /** Until this lab time at once, in steps of 100 ms as a host sends them. */
  until(atMs: number): void {
    while (this.nowMs < atMs) this.step(Math.min(100, atMs - this.nowMs))
  }

  get ended(): boolean {
    return this.at >= this.record.length
  }

  private step(ms: number): void {
    this.nowMs += ms
    const from = this.at
    while ((this.record[this.at]?.atMs ?? Infinity) <= this.nowMs) this.at += 1
    const fresh = this.record.slice(from, this.at)
    for (const event of fresh) {
      this.folds.feed(event)
      if (event.type === 'faultStarted') this.faults_.set(event.fault.id, event.fault)
      if (event.type === 'faultEnded') this.faults_.delete(event.fault.id)
    }
    if (this.listeners.size === 0) return
    const batch = fresh.filter((event) => !SERIES_ONLY.has(event.type))
    const frame = this.folds.frame()
    for (const push of this.listeners) {
      if (batch.length > 0) push.events(batch)
      push.series(frame)
      push.status(this.now())
    }
  }

  private now(): LabStatus {
    const members = this.record[0]?.type === 'clusterStarted' ? this.record[0].members : []
    const nodes = members.map((node): NodeView => {
      const view = { node, pid: 4200 + node, life: 1, clientHost: '127.0.0.1', clientPort: 46_120 }
      return { ...view, state: 'running', status: null, statusAtMs: this.nowMs, failure: [] }
    })
    return {
      state: 'running',
      atMs: this.nowMs,
      cluster: 'c7f3',
      options: { ...DEFAULT_CLUSTER, policy: EXPONENTIAL_POLICY },
      nodes,
      faults: [...this.faults_.values()],
      load: null,
      scenario: null,
      adversary: null,
      runDir: null,
      events: this.at,
      dropped: 0,
      checks: [],
      realPause: true,
    }
  }
}
