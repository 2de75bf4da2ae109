/**
 * Client traffic over time: what load generator and client commands saw, in buckets of time.
 * Bounds and cost: `buckets.ts`.
 */
import type { Bucket } from './buckets'
import { Histogram } from './histogram'
import type { BucketCounts } from './histogram'
import { LevelledSeries } from './levelledSeries'
import { BUCKET_MS } from './series'
import type { LoadPoint } from './series'

export interface LoadSample {
  readonly spanMs: number
  readonly sent: number
  readonly acked: number
  readonly failed: number
  readonly unknown: number
  readonly waiting: number
  readonly waitMsMax: number
  readonly latency: BucketCounts
  /** Missing: those that were sent. */
  readonly offered?: number
  readonly shed?: number
  /** Open loop only. */
  readonly service?: BucketCounts
}

export interface Reply {
  readonly outcome: 'ok' | 'error' | 'unknown'
  readonly latencyMs: number
}

interface Cell extends Bucket {
  sent: number
  acked: number
  failed: number
  unknown: number
  waiting: number
  waitMsMax: number
  offered: number
  shed: number
  readonly latency: Histogram
  readonly service: Histogram
}

/** A sample may cover this many times the span of a bucket. */
const LATE_MAX = 1.5

const QUANTILES = [0.5, 0.95, 0.99, 1]
const SERVICE_QUANTILES = [0.5, 0.99]

export class LoadSeries extends LevelledSeries<Cell, LoadPoint> {
  constructor() {
    super(BUCKET_MS, { empty: newCell, join: joinCells, point: pointOf })
  }

  feed(atMs: number, sample: LoadSample): void {
    // A timer that is late covers a little more than its bucket; a coarser source needs wider ones.
    this.widenTo(sample.spanMs / LATE_MAX)
    // The middle of what the sample covers: a timer that is a little late keeps its bucket.
    const cell = this.finest.at(atMs - Math.min(sample.spanMs, this.finest.spanMs) / 2)
    cell.sent += sample.sent
    cell.acked += sample.acked
    cell.failed += sample.failed
    cell.unknown += sample.unknown
    cell.waiting = sample.waiting
    cell.waitMsMax = Math.max(cell.waitMsMax, sample.waitMsMax)
    cell.offered += sample.offered ?? sample.sent
    cell.shed += sample.shed ?? 0
    cell.latency.merge(sample.latency)
    cell.service.merge(sample.service ?? [])
  }

  /** One command of a person or scenario. */
  feedReply(atMs: number, reply: Reply): void {
    const cell = this.finest.at(atMs)
    cell.sent += 1
    cell.offered += 1
    if (reply.outcome === 'ok') {
      cell.acked += 1
      cell.latency.add(reply.latencyMs)
    } else if (reply.outcome === 'error') cell.failed += 1
    else cell.unknown += 1
  }
}

function pointOf(cell: Cell, spanMs: number): LoadPoint {
  const perSecond = 1000 / spanMs
  const [p50Ms, p95Ms, p99Ms, maxMs] = cell.latency.quantiles(QUANTILES)
  const [serviceP50Ms, serviceP99Ms] = cell.service.quantiles(SERVICE_QUANTILES)
  return {
    atMs: cell.index * spanMs,
    ackedPerSecond: cell.acked * perSecond,
    sentPerSecond: cell.sent * perSecond,
    failedPerSecond: cell.failed * perSecond,
    unknownPerSecond: cell.unknown * perSecond,
    p50Ms: p50Ms ?? null,
    p95Ms: p95Ms ?? null,
    p99Ms: p99Ms ?? null,
    maxMs: maxMs ?? null,
    waiting: cell.waiting,
    waitMsMax: cell.waitMsMax,
    offeredPerSecond: cell.offered * perSecond,
    shedPerSecond: cell.shed * perSecond,
    serviceP50Ms: serviceP50Ms ?? null,
    serviceP99Ms: serviceP99Ms ?? null,
  }
}

function newCell(index: number): Cell {
  return {
    index,
    sent: 0,
    acked: 0,
    failed: 0,
    unknown: 0,
    waiting: 0,
    waitMsMax: 0,
    offered: 0,
    shed: 0,
    latency: new Histogram(),
    service: new Histogram(),
  }
}

function joinCells(into: Cell, cell: Cell): void {
  into.sent += cell.sent
  into.acked += cell.acked
  into.failed += cell.failed
  into.unknown += cell.unknown
  into.waiting = cell.waiting
  into.waitMsMax = Math.max(into.waitMsMax, cell.waitMsMax)
  into.offered += cell.offered
  into.shed += cell.shed
  into.latency.mergeFrom(cell.latency)
  into.service.mergeFrom(cell.service)
}
