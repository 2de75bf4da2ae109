/**
 * Measures: every series of one run, folded from its events. Lab, simulator and saved run use it.
 *
 * Order:  events in the order of the record. A `clusterStarted` begins anew.
 * Cost:   O(1) per event; memory is bounded by the `…_MAX` of `series.ts`.
 * Frames: `frame()` answers what changed since it was last called: one caller only.
 */
import type { LabEvent, LabOwnEvent, NodeEvent, NodeStatus } from '../event'
import type { NodeId } from '../paxos/ballot'
import { LeaderSpans } from './leaderSpans'
import { Liveness } from './liveness'
import { LoadSeries } from './loadSeries'
import { PreemptionBins } from './preemptionBins'
import { ProgressSeries } from './progressSeries'
import { Reach } from './reach'
import { Stairs } from './stairs'
import type { LivenessView, SeriesFrame, SeriesSnapshot } from './series'

export class Measures {
  #load = new LoadSeries()
  #progress = new ProgressSeries()
  #stairs = new Stairs()
  #leaders = new LeaderSpans()
  #preemptions = new PreemptionBins()
  #liveness = new Liveness()
  #reach = new Reach()
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
    this.#load.advance(event.atMs)
  }

  frame(): SeriesFrame {
    const stale = [
      this.#began,
      this.#load.takeMerged(),
      this.#progress.takeThinned(),
      this.#preemptions.takeMerged(),
    ].includes(true)
    this.#began = false
    return {
      load: this.#load.take(),
      progress: this.#progress.take(),
      stairs: this.#stairs.take(),
      leaders: this.#leaders.take(),
      preemptions: this.#preemptions.take(),
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
      liveness: this.liveness,
      dropped: this.#dropped,
    }
  }

  get #dropped(): number {
    return this.#stairs.dropped + this.#leaders.dropped
  }

  #begin(): void {
    this.#load = new LoadSeries()
    this.#progress = new ProgressSeries()
    this.#stairs = new Stairs()
    this.#leaders = new LeaderSpans()
    this.#preemptions = new PreemptionBins()
    this.#liveness = new Liveness()
    this.#reach = new Reach()
    this.#down.clear()
    this.#began = true
  }

  #feedNode(event: NodeEvent): void {
    const { atMs, by: node } = event
    switch (event.type) {
      case 'bid':
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
    }
  }

  #feedLab(event: LabOwnEvent): void {
    const { atMs } = event
    switch (event.type) {
      case 'clusterStarted':
        this.#reach.started(event.members)
        return
      case 'clusterStopped':
        this.#leaders.stopped(atMs)
        this.#reach.stopped()
        this.#liveness.waitingAtNodes(0)
        this.#liveness.waitingAtLoad(0)
        return
      case 'nodeReady':
        this.#down.delete(event.node)
        this.#reach.ready(event.node)
        this.#leaders.ready(atMs, event.node)
        return
      case 'nodeExited':
        this.#down.add(event.node)
        this.#reach.exited(event.node)
        this.#leaders.exited(atMs, event.node)
        return
      case 'faultStarted':
        this.#reach.faultStarted(event.fault)
        if (event.fault.fault.kind === 'pause') this.#leaders.paused(atMs, event.fault.fault.node)
        return
      case 'faultEnded':
        this.#reach.faultEnded(event.fault)
        if (event.fault.fault.kind === 'pause') this.#leaders.resumed(atMs, event.fault.fault.node)
        return
      case 'clientReplied':
        this.#load.feedReply(atMs, event)
        return
      case 'loadSampled':
        this.#load.feed(atMs, event)
        this.#liveness.waitingAtLoad(event.waiting)
        return
      case 'statusSampled':
        this.#feedStatus(atMs, event.nodes)
    }
  }

  #feedStatus(atMs: number, nodes: readonly NodeStatus[]): void {
    // The last line of a node that has exited says nothing about now.
    const alive = nodes.filter(({ node }) => !this.#down.has(node))
    for (const { node, chosenThrough, appliedThrough } of alive) {
      this.#progress.feed({ atMs, node, chosenThrough, appliedThrough })
    }
    this.#liveness.waitingAtNodes(
      alive.reduce((sum, status) => sum + status.waiting + status.inFlight, 0),
    )
  }
}
