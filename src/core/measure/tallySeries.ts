/**
 * Tallies over time: messages by family, failed requests by reason, times to choose, ballots per
 * slot, times of flushes and lags of event loops, in buckets of time.
 * Bounds and cost: `buckets.ts`.
 */
import type { NodeId } from '../paxos/ballot'
import type { MessageFamily } from '../paxos/message'
import type { Bucket } from './buckets'
import type { FailReason } from './failReason'
import { Histogram } from './histogram'
import { LevelledSeries } from './levelledSeries'
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

export class TallySeries extends LevelledSeries<Cell, TallyPoint> {
  constructor() {
    super(TALLY_MS, { empty: newCell, join: joinCells, point: pointOf })
  }

  messages(atMs: number, family: MessageFamily, count: number): void {
    if (count > 0) add(this.finest.at(atMs).messages, family, count)
  }

  failed(atMs: number, reason: FailReason, count: number): void {
    if (count > 0) add(this.finest.at(atMs).failed, reason, count)
  }

  chosen(atMs: number, { ms, ballots }: SlotResult): void {
    const cell = this.finest.at(atMs)
    if (ms !== null) cell.choose.add(ms)
    const bar = Math.min(BALLOT_BARS, Math.max(1, ballots)) - 1
    cell.ballots[bar] = (cell.ballots[bar] ?? 0) + 1
  }

  flushed(atMs: number, node: NodeId, ms: number): void {
    const { flushes } = this.finest.at(atMs)
    let histogram = flushes.get(node)
    if (!histogram) flushes.set(node, (histogram = new Histogram()))
    histogram.add(ms)
  }

  lagged(atMs: number, node: NodeId, ms: number): void {
    const { lags } = this.finest.at(atMs)
    lags.set(node, Math.max(lags.get(node) ?? 0, ms))
  }
}

function pointOf(cell: Cell, spanMs: number): TallyPoint {
  return {
    atMs: cell.index * spanMs,
    messages: [...cell.messages],
    failed: [...cell.failed],
    choose: cell.choose.pairs(),
    ballots: [...cell.ballots],
    flush: [...cell.flushes].map(([node, all]) => [node, round(all.quantile(P95) ?? 0)]),
    lag: [...cell.lags],
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
