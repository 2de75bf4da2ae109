/**
 * Series as the charts read them: plain arrays in order of time, outside Vue's reactivity. The
 * store counts versions; whoever draws reads what is here.
 *
 * Bounds: those of `core/measure/series.ts`; what the lab pushed out leaves here too.
 */
import type { NodeId } from '../../../core/paxos/ballot'
import { formatBallot } from '../../../core/paxos/ballot'
import { spanKey } from '../../../core/measure/leaderSpans'
import { reachKey } from '../../../core/measure/reachSpans'
import {
  EMPTY_SERIES,
  LEADERS_MAX,
  POINTS_MAX,
  REACH_MAX,
  STAIRS_MAX,
} from '../../../core/measure/series'
import type {
  LeaderSpan,
  LoadPoint,
  PreemptionPoint,
  ProgressPoint,
  ReachSpan,
  SeriesFrame,
  SeriesSnapshot,
  Stair,
  TallyPoint,
} from '../../../core/measure/series'

/** Bins of all proposers. */
const BINS_MAX = POINTS_MAX * 9

export class SeriesData {
  spanMs = EMPTY_SERIES.spanMs
  binMs = EMPTY_SERIES.binMs
  dropped = 0
  load: LoadPoint[] = []
  tallySpanMs = EMPTY_SERIES.tallySpanMs
  tallies: TallyPoint[] = []
  /** Rows that a frame may replace, by key, in order of beginning. */
  #progress = new Map<NodeId, ProgressPoint[]>()
  #stairs = new Map<string, Stair>()
  #leaders = new Map<string, LeaderSpan>()
  #preemptions = new Map<string, PreemptionPoint>()
  #reach = new Map<string, ReachSpan>()
  /** Arrays of those rows, made when first asked for after a change. */
  #arrays: {
    stairs?: Stair[]
    leaders?: LeaderSpan[]
    preemptions?: PreemptionPoint[]
    reach?: ReachSpan[]
  } = {}

  get stairs(): readonly Stair[] {
    return (this.#arrays.stairs ??= [...this.#stairs.values()].sort(
      (a, b) => a.bidAtMs - b.bidAtMs,
    ))
  }

  get leaders(): readonly LeaderSpan[] {
    return (this.#arrays.leaders ??= [...this.#leaders.values()])
  }

  get preemptions(): readonly PreemptionPoint[] {
    return (this.#arrays.preemptions ??= [...this.#preemptions.values()].sort(
      (a, b) => a.atMs - b.atMs || a.node - b.node,
    ))
  }

  /** Of the cluster (node 0) and of each node, in order of beginning. */
  get reach(): readonly ReachSpan[] {
    return (this.#arrays.reach ??= [...this.#reach.values()])
  }

  get progress(): ReadonlyMap<NodeId, readonly ProgressPoint[]> {
    return this.#progress
  }

  applySnapshot(snapshot: SeriesSnapshot): void {
    this.load = []
    this.#progress.clear()
    this.#stairs.clear()
    this.#leaders.clear()
    this.#preemptions.clear()
    this.#reach.clear()
    this.tallies = []
    this.tallySpanMs = snapshot.tallySpanMs
    this.spanMs = snapshot.spanMs
    this.binMs = snapshot.binMs
    this.#take(snapshot)
  }

  applyFrame(frame: SeriesFrame): void {
    if (frame.whole) this.applySnapshot(frame.whole)
    else this.#take(frame)
  }

  #take(rows: SeriesSnapshot | SeriesFrame): void {
    this.dropped = rows.dropped
    this.load.push(...rows.load)
    this.tallies.push(...rows.tallies)
    for (const point of rows.progress) {
      const row = this.#progress.get(point.node)
      if (row) row.push(point)
      else this.#progress.set(point.node, [point])
    }
    replace(this.#stairs, rows.stairs, (stair) => formatBallot(stair.ballot), STAIRS_MAX)
    replace(this.#leaders, rows.leaders, spanKey, LEADERS_MAX)
    replace(this.#preemptions, rows.preemptions, (bin) => `${bin.atMs} ${bin.node}`, BINS_MAX)
    replace(this.#reach, rows.reach, reachKey, REACH_MAX)
    this.#arrays = {}
  }
}

function replace<Row>(
  kept: Map<string, Row>,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  most: number,
): void {
  for (const row of rows) kept.set(keyOf(row), row)
  for (const key of kept.keys()) {
    if (kept.size <= most) return
    kept.delete(key)
  }
}
