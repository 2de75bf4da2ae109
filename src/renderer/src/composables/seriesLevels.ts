/**
 * The newest part of a run in finer points than the whole, as the lab tells it, and which of both
 * a window of time is drawn from. Rules: `core/measure/seriesLevels.ts`.
 */
import type { NodeId } from '../../../core/paxos/ballot'
import type {
  LoadPoint,
  PreemptionPoint,
  ProgressPoint,
  SeriesLevel,
  TallyPoint,
} from '../../../core/measure/series'

export class LevelData {
  sinceMs = 0
  spanMs: number
  binMs: number
  tallySpanMs: number
  load: LoadPoint[] = []
  tallies: TallyPoint[] = []
  progress = new Map<NodeId, ProgressPoint[]>()
  readonly #bins = new Map<string, PreemptionPoint>()

  constructor({ spanMs, binMs, tallySpanMs }: SeriesLevel) {
    this.spanMs = spanMs
    this.binMs = binMs
    this.tallySpanMs = tallySpanMs
  }

  get preemptions(): readonly PreemptionPoint[] {
    return [...this.#bins.values()].sort((a, b) => a.atMs - b.atMs || a.node - b.node)
  }

  /** What a frame repeats of the snapshot before it is known already. */
  take(rows: SeriesLevel): void {
    const { sinceMs, binMs } = rows
    this.sinceMs = sinceMs
    this.spanMs = rows.spanMs
    this.binMs = binMs
    this.tallySpanMs = rows.tallySpanMs
    append(this.load, rows.load)
    append(this.tallies, rows.tallies)
    for (const point of rows.progress) {
      const row = this.progress.get(point.node) ?? []
      append(row, [point])
      this.progress.set(point.node, row)
    }
    for (const bin of rows.preemptions) this.#bins.set(`${bin.atMs} ${bin.node}`, bin)
    drop(this.load, sinceMs)
    drop(this.tallies, sinceMs)
    for (const row of this.progress.values()) drop(row, sinceMs)
    for (const [key, { atMs }] of this.#bins) if (atMs + binMs <= sinceMs) this.#bins.delete(key)
  }
}

interface Timed {
  readonly atMs: number
}

function append<Point extends Timed>(held: Point[], points: readonly Point[]): void {
  const lastMs = held.at(-1)?.atMs ?? -Infinity
  for (const point of points) if (point.atMs > lastMs) held.push(point)
}

function drop(held: Timed[], sinceMs: number): void {
  const kept = held.findIndex(({ atMs }) => atMs > sinceMs)
  held.splice(0, kept < 0 ? held.length : kept)
}

/** Of each node, from the coarse beginning of the run to its fine end. Levels: finest first. */
export function joinProgress(
  whole: ReadonlyMap<NodeId, readonly ProgressPoint[]>,
  levels: readonly LevelData[],
): ReadonlyMap<NodeId, readonly ProgressPoint[]> {
  if (levels.length === 0) return whole
  return new Map(
    [...whole].map(([node, points]) => {
      const parts: (readonly ProgressPoint[])[] = []
      let untilMs = Infinity
      for (const { sinceMs, progress } of levels) {
        const until = untilMs
        parts.unshift((progress.get(node) ?? []).filter(({ atMs }) => atMs <= until))
        untilMs = Math.min(untilMs, sinceMs)
      }
      return [node, [...points.filter(({ atMs }) => atMs <= untilMs), ...parts.flat()]]
    }),
  )
}
