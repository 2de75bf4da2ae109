/**
 * Tallies over time: messages by family, failed requests by reason, times to choose, ballots per
 * slot, times of flushes and lags of event loops, in buckets of time.
 * Bounds and cost: `buckets.ts`.
 */
import type { NodeId } from '../paxos/ballot'
import type { MessageFamily } from '../paxos/message'
import type { Bucket, Buckets } from './buckets'
import type { FailReason } from './failReason'
import { Histogram } from './histogram'
import { LevelledBuckets } from './levelledBuckets'
import { TALLY_MS } from './series'
import type { TallyPoint } from './series'
import type { SlotResult } from './slotWork'

/** 1, 2, 3, 4, and 5 or more. */
export const BALLOT_BARS = 5
const P95 = 0.95

interface Cell extends Bucket {
  readonly messages: Map<MessageFamily, number>
  readonly failed: Map<FailReason, number>
  readonly choose: Histogram
  readonly ballots: number[]
  readonly flushes: Map<NodeId, Histogram>
  /** Highest that a status line told. */
  readonly lags: Map<NodeId, number>
}

export class TallySeries {
  readonly #buckets = new LevelledBuckets<Cell>(TALLY_MS, { empty: newCell, join: joinCells })

  get spanMs(): number {
    return this.#buckets.whole.spanMs
  }

  /** True once after buckets were merged: what a viewer holds is stale. */
  takeMerged(): boolean {
    return this.#buckets.takeMerged()
  }

  messages(atMs: number, family: MessageFamily, count: number): void {
    if (count > 0) add(this.#buckets.at(atMs).messages, family, count)
  }

  failed(atMs: number, reason: FailReason, count: number): void {
    if (count > 0) add(this.#buckets.at(atMs).failed, reason, count)
  }

  chosen(atMs: number, { ms, ballots }: SlotResult): void {
    const cell = this.#buckets.at(atMs)
    if (ms !== null) cell.choose.add(ms)
    const bar = Math.min(BALLOT_BARS, Math.max(1, ballots)) - 1
    cell.ballots[bar] = (cell.ballots[bar] ?? 0) + 1
  }

  flushed(atMs: number, node: NodeId, ms: number): void {
    const { flushes } = this.#buckets.at(atMs)
    let histogram = flushes.get(node)
    if (!histogram) flushes.set(node, (histogram = new Histogram()))
    histogram.add(ms)
  }

  lagged(atMs: number, node: NodeId, ms: number): void {
    const { lags } = this.#buckets.at(atMs)
    lags.set(node, Math.max(lags.get(node) ?? 0, ms))
  }

  /** Closes the open bucket once half a bucket more has passed: a late fact still finds it. */
  advance(nowMs: number): void {
    this.#buckets.advance(nowMs)
  }

  /** Closed buckets that no frame has carried yet. */
  take(): TallyPoint[] {
    return pointsOf(this.#buckets.whole, 'take')
  }

  points(): TallyPoint[] {
    return pointsOf(this.#buckets.whole, 'closed')
  }

  levelSpanMs(level: number): number {
    return this.#buckets.levels[level]?.spanMs ?? this.spanMs
  }

  takeLevel(level: number): TallyPoint[] {
    const buckets = this.#buckets.levels[level]
    return buckets ? pointsOf(buckets, 'take') : []
  }

  levelPoints(level: number): TallyPoint[] {
    const buckets = this.#buckets.levels[level]
    return buckets ? pointsOf(buckets, 'closed') : []
  }
}

function pointsOf(buckets: Buckets<Cell>, which: 'take' | 'closed'): TallyPoint[] {
  return buckets[which]().map((cell) => ({
    atMs: cell.index * buckets.spanMs,
    messages: [...cell.messages],
    failed: [...cell.failed],
    choose: cell.choose.pairs(),
    ballots: [...cell.ballots],
    flush: [...cell.flushes].map(([node, all]) => [node, round(all.quantile(P95) ?? 0)]),
    lag: [...cell.lags],
  }))
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

function joinCells(into: Cell, cell: Cell): void {
  for (const [family, count] of cell.messages) add(into.messages, family, count)
  for (const [reason, count] of cell.failed) add(into.failed, reason, count)
  into.choose.mergeFrom(cell.choose)
  cell.ballots.forEach((slots, bar) => (into.ballots[bar] = (into.ballots[bar] ?? 0) + slots))
  for (const [node, histogram] of cell.flushes) {
    const held = into.flushes.get(node) ?? new Histogram()
    held.mergeFrom(histogram)
    into.flushes.set(node, held)
  }
  for (const [node, ms] of cell.lags) into.lags.set(node, Math.max(into.lags.get(node) ?? 0, ms))
}

function add<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
