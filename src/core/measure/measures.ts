/**
 * Measures: every series of one run, folded from its events. Lab, simulator and saved run use it.
 *
 * Order:  events in the order of the record. A `clusterStarted` begins anew.
 * Cost:   O(1) per event; memory is bounded by the `…_MAX` of `series.ts`.
 * Frames: `frame()` answers what changed since it was last called: one caller only.
 */
import type { LabEvent, LabOwnEvent, NodeEvent, NodeStatus } from '../event'
import type { NodeId } from '../paxos/ballot'
import { FAMILY_OF } from '../paxos/message'
import { failReasonOf } from './failReason'
import type { FailReason } from './failReason'
import { LeaderSpans } from './leaderSpans'
import { Liveness } from './liveness'
import { LoadSeries } from './loadSeries'
import { PreemptionBins } from './preemptionBins'
import { ProgressSeries } from './progressSeries'
import { Reach } from './reach'
import { ReachSpans } from './reachSpans'
import { SlotWork } from './slotWork'
import { Stairs } from './stairs'
import type { LivenessView, SeriesFrame, SeriesSnapshot } from './series'
import { SeriesLevels } from './seriesLevels'
import type { Whole } from './seriesLevels'
import { TallySeries } from './tallySeries'

const FAMILIES = new Map(Object.entries(FAMILY_OF))
/** Messages are counted this often; the middle of that time is where they belong. */
const TRAFFIC_HALF_MS = 50

export class Measures {
  #load = new LoadSeries()
  #progress = new ProgressSeries()
  #stairs = new Stairs()
  #leaders = new LeaderSpans()
  #preemptions = new PreemptionBins()
  #levels = new SeriesLevels()
  #nowMs = 0
  #liveness = new Liveness()
  #reach = new Reach()
  #reachSpans = new ReachSpans()
  #tallies = new TallySeries()
  #slots = new SlotWork()
  #down = new Set<NodeId>()
  /** A run began since the last frame: what a viewer holds belongs to another run. */
  #began = false

  get liveness(): LivenessView {
    return this.#liveness.view(this.#reach.quorumPossible)
  }

  feed(event: LabEvent): void {
    if (event.type === 'clusterStarted') this.#begin()
    this.#liveness.advance(event.atMs)
    if (event.by === 'lab') this.#feedLab(event)
    else this.#feedNode(event)
    this.#advance(event.atMs)
  }

  /** As `feed` of an event that moves nothing but time. */
  passed(atMs: number): void {
    this.#liveness.advance(atMs)
    this.#advance(atMs)
  }

  /** As `feed` of `sent`. */
  sent(atMs: number, from: NodeId, to: NodeId, message: string): void {
    this.#liveness.advance(atMs)
    this.#sent(atMs, from, to, message)
    this.#advance(atMs)
  }

  /** As `feed` of `persisted`. */
  persisted(atMs: number, node: NodeId, flushMs: number): void {
    this.#liveness.advance(atMs)
    this.#tallies.flushed(atMs, node, flushMs)
    this.#advance(atMs)
  }

  frame(): SeriesFrame {
    const stale = [
      this.#began,
      this.#load.takeMerged(),
      this.#progress.takeThinned(),
      this.#preemptions.takeMerged(),
      this.#tallies.takeMerged(),
    ].includes(true)
    this.#began = false
    return {
      load: this.#load.take(),
      progress: this.#progress.take(),
      stairs: this.#stairs.take(),
      leaders: this.#leaders.take(),
      preemptions: this.#preemptions.take(),
      tallies: this.#tallies.take(),
      reach: this.#reachSpans.take(),
      levels: this.#levels.take(this.#whole, this.#nowMs),
      liveness: this.liveness,
      dropped: this.#dropped,
      whole: stale ? this.snapshot() : null,
    }
  }

  snapshot(): SeriesSnapshot {
    return {
      spanMs: this.#load.spanMs,
      binMs: this.#preemptions.binMs,
      load: this.#load.points(),
      progress: this.#progress.points(),
      stairs: this.#stairs.rows(),
      leaders: this.#leaders.rows(),
      preemptions: this.#preemptions.points(),
      tallySpanMs: this.#tallies.spanMs,
      tallies: this.#tallies.points(),
      reach: this.#reachSpans.rows(),
      levels: this.#levels.all(this.#whole, this.#nowMs),
      liveness: this.liveness,
      dropped: this.#dropped,
    }
  }

  get #whole(): Whole {
    return {
      load: this.#load,
      progress: this.#progress,
      preemptions: this.#preemptions,
      tallies: this.#tallies,
    }
  }

  #advance(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs)
    this.#load.advance(atMs)
    this.#tallies.advance(atMs)
  }

  get #dropped(): number {
    return this.#stairs.dropped + this.#leaders.dropped + this.#reachSpans.dropped
  }

  #begin(): void {
    this.#load = new LoadSeries()
    this.#progress = new ProgressSeries()
    this.#stairs = new Stairs()
    this.#leaders = new LeaderSpans()
    this.#preemptions = new PreemptionBins()
    this.#levels = new SeriesLevels()
    this.#nowMs = 0
    this.#liveness = new Liveness()
    this.#reach = new Reach()
    this.#reachSpans = new ReachSpans()
    this.#tallies = new TallySeries()
    this.#slots = new SlotWork()
    this.#down.clear()
    this.#began = true
  }

  #feedNode(event: NodeEvent): void {
    const { atMs, by: node } = event
    switch (event.type) {
      case 'bid':
        this.#slots.bid(atMs, event.ballot, event.reason)
        if (this.#stairs.bid(atMs, event.ballot)) this.#liveness.bid(atMs, event.ballot)
        this.#leaders.preparing(atMs, node, event.ballot)
        return
      case 'elected':
        this.#stairs.elected(atMs, event.ballot)
        this.#leaders.leading(atMs, node, event.ballot)
        return
      case 'preempted':
        this.#leaders.gaveUp(atMs, node, event.ballot)
        if (!this.#stairs.preempted(atMs, event.ballot, event.rival)) return
        this.#liveness.preempted()
        this.#preemptions.feed(atMs, node)
        this.#levels.preempted(atMs, node)
        return
      case 'steppedDown':
        this.#leaders.gaveUp(atMs, node, event.ballot)
        return
      case 'followed':
        this.#leaders.followed(atMs, node, event.ballot)
        return
      case 'chosen':
        this.#stairs.chosen(atMs, event.ballot)
        this.#liveness.chosen(atMs, event.ballot, event.slot, event.count)
        this.#chosen(event)
        return
      case 'issued':
        this.#slots.issued(atMs, event.ballot, event.slot, event.count)
        return
      case 'persisted':
        this.#tallies.flushed(atMs, node, event.flushMs)
        return
      case 'sent':
        this.#sent(atMs, node, event.to, event.message)
    }
  }

  /** Only where no switchboard counts: simulator, explorer, replay. */
  #sent(atMs: number, from: NodeId, to: NodeId, message: string): void {
    const family = FAMILIES.get(message)
    if (to !== from && family !== undefined) this.#tallies.messages(atMs, family, 1)
  }

  #feedLab(event: LabOwnEvent): void {
    const { atMs } = event
    switch (event.type) {
      case 'clusterStarted':
        this.#reach.started(event.members, event.quorums, event.roles)
        break
      case 'clusterStopped':
        this.#leaders.stopped(atMs)
        this.#reach.stopped()
        this.#reachSpans.stopped(atMs)
        this.#tallies.advance(Infinity)
        this.#liveness.waitingAtNodes(0)
        this.#liveness.waitingAtLoad(0)
        return
      case 'nodeReady':
        this.#down.delete(event.node)
        this.#reach.ready(event.node)
        this.#leaders.ready(atMs, event.node)
        break
      case 'nodeExited':
        this.#down.add(event.node)
        this.#reach.exited(event.node)
        this.#leaders.exited(atMs, event.node)
        break
      case 'faultStarted':
        this.#reach.faultStarted(event.fault)
        if (event.fault.fault.kind === 'pause') this.#leaders.paused(atMs, event.fault.fault.node)
        break
      case 'faultEnded':
        this.#reach.faultEnded(event.fault)
        if (event.fault.fault.kind === 'pause') this.#leaders.resumed(atMs, event.fault.fault.node)
        break
      case 'clientReplied':
        this.#load.feedReply(atMs, event)
        if (event.outcome !== 'ok') this.#failed(atMs, failReasonOf(event.reply), 1)
        return
      case 'learnerRead':
        if (event.result.verdict === 'chosen') return
        this.#failed(atMs, failReasonOf(`UNDETERMINED ${event.result.reason}`), 1)
        return
      case 'loadSampled':
        this.#load.feed(atMs, event)
        this.#liveness.waitingAtLoad(event.waiting)
        this.#failedLoad(event)
        return
      case 'trafficSampled':
        this.#traffic(event)
        return
      case 'statusSampled':
        this.#feedStatus(atMs, event.nodes)
        return
      default:
        return
    }
    // Something came, went or broke.
    this.#reachSpans.update(atMs, this.#reach)
  }

  #chosen({ atMs, ballot, slot, count }: Extract<NodeEvent, { type: 'chosen' }>): void {
    for (const result of this.#slots.chosen(atMs, ballot, slot, count)) {
      this.#tallies.chosen(atMs, result)
    }
  }

  /** What failed while no quorum was possible failed for that reason, whatever the client heard. */
  #failed(atMs: number, reason: FailReason, count: number): void {
    this.#tallies.failed(atMs, this.#reach.quorumPossible ? reason : 'noQuorum', count)
  }

  /** Older records do not tell reasons: refused, or no outcome in time. */
  #failedLoad(event: Extract<LabOwnEvent, { type: 'loadSampled' }>): void {
    const { atMs, failed, unknown } = event
    const told = event.reasons ?? [['refused', failed] as const, ['timeout', unknown] as const]
    for (const [reason, count] of told) this.#failed(atMs, reason, count)
  }

  #traffic({ atMs, links }: Extract<LabOwnEvent, { type: 'trafficSampled' }>): void {
    const middleMs = Math.max(0, atMs - TRAFFIC_HALF_MS)
    for (const { from, to, types } of links) {
      if (from === to) continue
      for (const [type, count] of Object.entries(types)) {
        const family = FAMILIES.get(type)
        if (family !== undefined) this.#tallies.messages(middleMs, family, count)
      }
    }
  }

  #feedStatus(atMs: number, nodes: readonly NodeStatus[]): void {
    // The last line of a node that has exited says nothing about now.
    const alive = nodes.filter(({ node }) => !this.#down.has(node))
    for (const { node, chosenThrough, appliedThrough, lagMsP95 } of alive) {
      const point = { atMs, node, chosenThrough, appliedThrough }
      this.#progress.feed(point)
      this.#levels.progress(point)
      this.#tallies.lagged(atMs, node, lagMsP95)
    }
    this.#liveness.waitingAtNodes(
      alive.reduce((sum, status) => sum + status.waiting + status.inFlight, 0),
    )
  }
}
