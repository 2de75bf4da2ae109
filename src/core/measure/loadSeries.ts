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
  /** Time that its samples cover; more than the bucket if one of them was late. */
  coveredMs: number
  isLate: boolean
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
/** So many in a row that cover more are no accident. */
const WIDE_MIN = 5

const QUANTILES = [0.5, 0.95, 0.99, 1]
const SERVICE_QUANTILES = [0.5, 0.99]

export class LoadSeries extends LevelledSeries<Cell, LoadPoint> {
  private wide: number[] = []

  constructor() {
    super(BUCKET_MS, { empty: newCell, join: joinCells, point: pointOf })
  }

  feed(atMs: number, sample: LoadSample): void {
    this.widenFor(sample.spanMs)
    // The middle of what the sample covers: a timer that is a little late keeps its bucket.
    const cell = this.finest.at(atMs - Math.min(sample.spanMs, this.finest.spanMs) / 2)
    cell.coveredMs += sample.spanMs
    cell.isLate ||= this.isWide(sample.spanMs)
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

  private isWide(spanMs: number): boolean {
    return spanMs > this.finest.spanMs * LATE_MAX
  }

  /** A source that is coarser needs wider buckets; a timer that was late once does not. */
  private widenFor(spanMs: number): void {
    if (!this.isWide(spanMs)) this.wide = []
    else this.wide.push(spanMs)
    if (this.wide.length < WIDE_MIN) return
    this.widenTo(Math.min(...this.wide) / LATE_MAX)
    this.wide = []
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
  // What came late was not done all at once.
  const perSecond = 1000 / (cell.isLate ? Math.max(spanMs, cell.coveredMs) : spanMs)
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
    coveredMs: 0,
    isLate: false,
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
  into.coveredMs += cell.coveredMs
  into.isLate ||= cell.isLate
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
