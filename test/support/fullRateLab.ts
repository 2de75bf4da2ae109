/**
 * FullRateLab: a test double of `Lab` that tells its viewers of a cluster at full load, as the real
 * one does (coalesced batches, series, status), step by step and without a clock.
 */
import type { LabEvent } from '../../src/core/event'
import { Measures } from '../../src/core/measure/measures'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { Lab, LabPush, LabSnapshot, LabStatus, NodeView } from '../../src/shared/api'
import { coalesce, SAMPLES } from '../../src/shared/coalesce'
import { FullRateWorld, MEMBERS } from './fullRateWorld'
import { SyntheticLab } from './syntheticLab'

const KEPT_MAX = 5000
const STATUS_STEPS = 3
const OPTIONS = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }

export class FullRateLab extends SyntheticLab implements Lab {
  /** Facts that the record lost, as its status tells. */
  dropped = 0
  readonly source: FullRateWorld
  private readonly measures = new Measures()
  private readonly viewers = new Set<LabPush>()
  private kept: LabEvent[] = []
  private steps = 0
  private watchers = 0

  constructor(perSecond: number, seed = 1) {
    super()
    this.source = new FullRateWorld(perSecond, seed)
    this.tell(this.source.begin())
  }

  override subscribe(push: LabPush): () => void {
    this.viewers.add(push)
    return () => this.viewers.delete(push)
  }

  override async snapshot(): Promise<LabSnapshot> {
    const base = await super.snapshot()
    const series = this.measures.snapshot()
    return { ...base, status: this.statusNow(), events: this.kept.slice(-KEPT_MAX), series }
  }

  override async watchMessages(on?: boolean): Promise<void> {
    this.watchers += on === true ? 1 : -1
  }

  /** The next 100 ms. */
  stepOn(): void {
    this.steps += 1
    this.tell(this.source.step(this.watchers > 0))
    if (this.steps % STATUS_STEPS !== 0) return
    const status = this.statusNow()
    for (const viewer of this.viewers) viewer.status(status)
  }

  private tell(fresh: readonly LabEvent[]): void {
    for (const event of fresh) this.measures.feed(event)
    const { events } = coalesce(fresh)
    const milestones = events.filter(({ type }) => !SAMPLES.has(type))
    this.kept = [...this.kept, ...milestones].slice(-KEPT_MAX)
    if (this.viewers.size === 0) return
    const frame = this.measures.frame()
    for (const viewer of this.viewers) {
      viewer.events(events)
      viewer.series(frame)
    }
  }

  private statusNow(): LabStatus {
    const { atMs, seq } = this.source
    const statuses = this.source.statuses()
    const nodes = MEMBERS.map((node, at): NodeView => {
      const place = { node, pid: 4000 + node, life: 1, clientHost: '127.0.0.1' } as const
      const status = statuses[at] ?? null
      const told = { clientPort: 7000 + node, status, statusAtMs: atMs, failure: [] }
      return { ...place, ...told, state: 'running' }
    })
    return {
      ...{ state: 'running', atMs, cluster: 'full', options: OPTIONS, nodes },
      ...{ faults: [], load: null, scenario: null, adversary: null, runDir: '/full' },
      ...{ events: seq, dropped: this.dropped, checks: [], realPause: true },
    }
  }
}
