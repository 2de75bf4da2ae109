/**
 * Tallies over time: messages by family, failed requests by reason, times to choose, ballots per
 * slot, times of flushes and lags of event loops, in buckets of time.
 *
 * Bound: at most `POINTS_MAX` closed buckets; then neighbours merge and the span doubles. Merging
 *        adds counts and histograms, so no total is lost. A bucket that saw nothing is absent.
 * Cost:  O(1) per event and slot; a merge is O(POINTS_MAX) and halves the buckets.
 */
import type { NodeId } from '../paxos/ballot'
import type { MessageFamily } from '../paxos/message'
import type { FailReason } from './failReason'
import { Histogram } from './histogram'
import { POINTS_MAX, TALLY_MS } from './series'
import type { TallyPoint } from './series'
import type { SlotResult } from './slotWork'

/** 1, 2, 3, 4, and 5 or more. */
export const BALLOT_BARS = 5
const P95 = 0.95

interface Cell {
  /** The bucket ends at `index * spanMs`. */
  index: number
  readonly messages: Map<MessageFamily, number>
  readonly failed: Map<FailReason, number>
  readonly choose: Histogram
  readonly ballots: number[]
  readonly flushes: Map<NodeId, Histogram>
  /** Highest that a status line told. */
  readonly lags: Map<NodeId, number>
}

export class TallySeries {
  #spanMs = TALLY_MS
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

  messages(atMs: number, family: MessageFamily, count: number): void {
    if (count > 0) add(this.#cellAt(atMs).messages, family, count)
  }

  failed(atMs: number, reason: FailReason, count: number): void {
    if (count > 0) add(this.#cellAt(atMs).failed, reason, count)
  }

  chosen(atMs: number, { ms, ballots }: SlotResult): void {
    const cell = this.#cellAt(atMs)
    if (ms !== null) cell.choose.add(ms)
    const bar = Math.min(BALLOT_BARS, Math.max(1, ballots)) - 1
    cell.ballots[bar] = (cell.ballots[bar] ?? 0) + 1
  }

  flushed(atMs: number, node: NodeId, ms: number): void {
    const { flushes } = this.#cellAt(atMs)
    let histogram = flushes.get(node)
    if (!histogram) flushes.set(node, (histogram = new Histogram()))
    histogram.add(ms)
  }

  lagged(atMs: number, node: NodeId, ms: number): void {
    const { lags } = this.#cellAt(atMs)
    lags.set(node, Math.max(lags.get(node) ?? 0, ms))
  }

  /** Closes the open bucket once half a bucket more has passed: a late fact still finds it. */
  advance(nowMs: number): void {
    if (this.#open && nowMs >= (this.#open.index + 0.5) * this.#spanMs) this.#close()
  }

  /** Closed buckets that no frame has carried yet. */
  take(): TallyPoint[] {
    const fresh = this.#closed.slice(this.#taken).map((cell) => this.#point(cell))
    this.#taken = this.#closed.length
    return fresh
  }

  points(): TallyPoint[] {
    return this.#closed.map((cell) => this.#point(cell))
  }

  #cellAt(atMs: number): Cell {
    const index = Math.max(1, Math.floor(atMs / this.#spanMs) + 1)
    if (this.#open && index > this.#open.index) this.#close()
    // A fact that comes late counts in the bucket that is open: totals stay right.
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
    this.#closed = merged
    this.#taken = 0
    this.#merged = true
  }

  #point(cell: Cell): TallyPoint {
    return {
      atMs: cell.index * this.#spanMs,
      messages: [...cell.messages],
      failed: [...cell.failed],
      choose: cell.choose.pairs(),
      ballots: [...cell.ballots],
      flush: [...cell.flushes].map(([node, all]) => [node, round(all.quantile(P95) ?? 0)]),
      lag: [...cell.lags],
    }
  }
}

function newCell(index: number): Cell {
  return {
    index,
    messages: new Map(),
    failed: new Map(),
    choose: new Histogram(),
    ballots: new Array<number>(BALLOT_BARS).fill(0),
    flushes: new Map(),
    lags: new Map(),
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
  for (const [family, count] of cell.messages) add(last.messages, family, count)
  for (const [reason, count] of cell.failed) add(last.failed, reason, count)
  last.choose.mergeFrom(cell.choose)
  cell.ballots.forEach((slots, bar) => (last.ballots[bar] = (last.ballots[bar] ?? 0) + slots))
  for (const [node, histogram] of cell.flushes) {
    const held = last.flushes.get(node)
    if (held) held.mergeFrom(histogram)
    else last.flushes.set(node, histogram)
  }
  for (const [node, ms] of cell.lags) last.lags.set(node, Math.max(last.lags.get(node) ?? 0, ms))
}

function add<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
