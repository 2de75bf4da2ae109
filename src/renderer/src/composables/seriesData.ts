/**
 * Series as the charts read them: plain arrays in order of time, outside Vue's reactivity. The
 * store counts versions; whoever draws reads what is here.
 *
 * Bounds: those of `core/measure/series.ts`; what the lab pushed out leaves here too.
 * Levels: load, tallies and preemptions are those of the whole run, which is coarse when the run is
 *         long; `from` answers the finest that a window has. Progress is as fine as it is known.
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
  SeriesLevel,
  SeriesSnapshot,
  Stair,
  TallyPoint,
} from '../../../core/measure/series'
import { joinProgress, LevelData } from './seriesLevels'

/** Bins of all proposers. */
const BINS_MAX = POINTS_MAX * 9

/** What a picture is drawn from. */
export interface SeriesView {
  readonly spanMs: number
  readonly binMs: number
  readonly tallySpanMs: number
  readonly dropped: number
  readonly load: readonly LoadPoint[]
  /** What came before `load`, in coarser buckets; null: nothing did. */
  readonly earlier: { readonly load: readonly LoadPoint[]; readonly spanMs: number } | null
  readonly tallies: readonly TallyPoint[]
  readonly stairs: readonly Stair[]
  readonly leaders: readonly LeaderSpan[]
  readonly preemptions: readonly PreemptionPoint[]
  /** Of the cluster (node 0) and of each node, in order of beginning. */
  readonly reach: readonly ReachSpan[]
  readonly progress: ReadonlyMap<NodeId, readonly ProgressPoint[]>
}

export class SeriesData implements SeriesView {
  spanMs = EMPTY_SERIES.spanMs
  binMs = EMPTY_SERIES.binMs
  dropped = 0
  readonly earlier = null
  load: LoadPoint[] = []
  tallySpanMs = EMPTY_SERIES.tallySpanMs
  tallies: TallyPoint[] = []
  /** Rows that a frame may replace, by key, in order of beginning. */
  #progress = new Map<NodeId, ProgressPoint[]>()
  #stairs = new Map<string, Stair>()
  #leaders = new Map<string, LeaderSpan>()
  #preemptions = new Map<string, PreemptionPoint>()
  #reach = new Map<string, ReachSpan>()
  /** By factor, finest first. */
  #levels = new Map<number, LevelData>()
  /** Arrays of those rows, made when first asked for after a change. */
  #arrays: {
    stairs?: Stair[]
    leaders?: LeaderSpan[]
    preemptions?: PreemptionPoint[]
    reach?: ReachSpan[]
    progress?: ReadonlyMap<NodeId, readonly ProgressPoint[]>
    views?: Map<LevelData, SeriesView>
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
    return (this.#arrays.progress ??= joinProgress(this.#progress, [...this.#levels.values()]))
  }

  /** For a window that begins at `fromMs`: each series of the finest level that has all of it. */
  from(fromMs: number): SeriesView {
    const level = [...this.#levels.values()].find(({ sinceMs }) => sinceMs <= fromMs)
    if (!level) return this
    const views = (this.#arrays.views ??= new Map())
    const view = views.get(level) ?? this.#viewOf(level)
    views.set(level, view)
    return view
  }

  #viewOf(level: LevelData): SeriesView {
    const { binMs, tallySpanMs, tallies } = level
    const { dropped, stairs, leaders, reach, progress } = this
    return {
      ...{ dropped, stairs, leaders, reach, progress },
      ...this.#loadOf(level),
      ...(tallySpanMs < this.tallySpanMs
        ? { tallySpanMs, tallies }
        : { tallySpanMs: this.tallySpanMs, tallies: this.tallies }),
      ...(binMs < this.binMs
        ? { binMs, preemptions: level.preemptions }
        : { binMs: this.binMs, preemptions: this.preemptions }),
    }
  }

  #loadOf({ sinceMs, spanMs, load }: LevelData): Pick<SeriesView, 'spanMs' | 'load' | 'earlier'> {
    const { spanMs: coarseMs, load: whole } = this
    if (spanMs >= coarseMs) return { spanMs: coarseMs, load: whole, earlier: null }
    const before = whole.filter(({ atMs }) => atMs <= sinceMs)
    return { spanMs, load, earlier: { load: before, spanMs: coarseMs } }
  }

  applySnapshot(snapshot: SeriesSnapshot): void {
    this.load = []
    this.#progress.clear()
    this.#stairs.clear()
    this.#leaders.clear()
    this.#preemptions.clear()
    this.#reach.clear()
    this.#levels.clear()
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
    for (const level of rows.levels) this.#takeLevel(level)
    this.#arrays = {}
  }

  #takeLevel(rows: SeriesLevel): void {
    const known = this.#levels.get(rows.factor)
    const level = known ?? new LevelData(rows)
    level.take(rows)
    if (!known) this.#levels.set(rows.factor, level)
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
