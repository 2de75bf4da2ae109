/**
 * Client traffic over time: what load generator and client commands saw, in buckets of time.
 *
 * Bound: at most `POINTS_MAX` closed buckets; then neighbours merge and the span doubles. Merging
 *        adds counts and histograms, so no total is lost. A bucket that saw nothing is absent.
 * Cost:  O(1) per event; a merge is O(POINTS_MAX) and halves the buckets.
 */
import { Histogram } from './histogram'
import type { BucketCounts } from './histogram'
import { BUCKET_MS, POINTS_MAX } from './series'
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

interface Cell {
  /** The bucket ends at `index * spanMs`. */
  index: number
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

export class LoadSeries {
  #spanMs = BUCKET_MS
  #closed: Cell[] = []
  #open: Cell | null = null
  /** Closed cells that a frame has carried already. */
  #taken = 0
  #merged = false

  get spanMs(): number {
    return this.#spanMs
  }

  /** True once after buckets were merged: what a viewer holds is stale. */
  takeMerged(): boolean {
    const merged = this.#merged
    this.#merged = false
    return merged
  }

  feed(atMs: number, sample: LoadSample): void {
    // A timer that is late covers a little more than its bucket; a coarser source needs wider ones.
    while (this.#spanMs * LATE_MAX < sample.spanMs) this.#mergePairs()
    // The middle of what the sample covers: a timer that is a little late keeps its bucket.
    const cell = this.#cellAt(atMs - Math.min(sample.spanMs, this.#spanMs) / 2)
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
    const cell = this.#cellAt(atMs)
    cell.sent += 1
    cell.offered += 1
    if (reply.outcome === 'ok') {
      cell.acked += 1
      cell.latency.add(reply.latencyMs)
    } else if (reply.outcome === 'error') cell.failed += 1
    else cell.unknown += 1
  }

  /** Closes the open bucket once half a bucket more has passed: a late sample still finds it. */
  advance(nowMs: number): void {
    if (this.#open && nowMs >= (this.#open.index + 0.5) * this.#spanMs) this.#close()
  }

  /** Closed buckets that no frame has carried yet. */
  take(): LoadPoint[] {
    const fresh = this.#closed.slice(this.#taken).map((cell) => this.#point(cell))
    this.#taken = this.#closed.length
    return fresh
  }

  points(): LoadPoint[] {
    return this.#closed.map((cell) => this.#point(cell))
  }

  #cellAt(atMs: number): Cell {
    const index = Math.max(1, Math.floor(atMs / this.#spanMs) + 1)
    if (this.#open && index > this.#open.index) this.#close()
    // An event that comes late counts in the bucket that is open: totals stay right.
    this.#open ??= newCell(Math.max(index, (this.#closed.at(-1)?.index ?? 0) + 1))
    return this.#open
  }

  #close(): void {
    if (!this.#open) return
    this.#closed.push(this.#open)
    this.#open = null
    if (this.#closed.length > POINTS_MAX) this.#mergePairs()
  }

  #mergePairs(): void {
    this.#spanMs *= 2
    const merged: Cell[] = []
    for (const cell of this.#closed) pushMerged(merged, cell)
    if (this.#open) {
      pushMerged(merged, this.#open)
      this.#open = merged.pop() ?? null
    }
    this.#closed = merged
    this.#taken = 0
    this.#merged = true
  }

  #point(cell: Cell): LoadPoint {
    const perSecond = 1000 / this.#spanMs
    const [p50Ms, p95Ms, p99Ms, maxMs] = cell.latency.quantiles(QUANTILES)
    const [serviceP50Ms, serviceP99Ms] = cell.service.quantiles(SERVICE_QUANTILES)
    return {
      atMs: cell.index * this.#spanMs,
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

/** Gives `cell` its index at the doubled span and adds it to its neighbour if they share it. */
function pushMerged(cells: Cell[], cell: Cell): void {
  cell.index = Math.ceil(cell.index / 2)
  const last = cells.at(-1)
  if (!last || last.index !== cell.index) {
    cells.push(cell)
    return
  }
  last.sent += cell.sent
  last.acked += cell.acked
  last.failed += cell.failed
  last.unknown += cell.unknown
  last.waiting = cell.waiting
  last.waitMsMax = Math.max(last.waitMsMax, cell.waitMsMax)
  last.offered += cell.offered
  last.shed += cell.shed
  last.latency.mergeFrom(cell.latency)
  last.service.mergeFrom(cell.service)
}
