/**
 * The newest part of the series of a run in finer points than the whole, which gets coarser as the
 * run gets longer: `LEVEL_FACTORS` of `series.ts`.
 */
import type { NodeId } from '../paxos/ballot'
import type { LoadSeries } from './loadSeries'
import { PreemptionBins } from './preemptionBins'
import { ProgressSeries } from './progressSeries'
import { LEVEL_FACTORS, LEVEL_KEEP_MS } from './series'
import type { ProgressPoint, SeriesLevel } from './series'
import type { TallySeries } from './tallySeries'

/** Series of the whole run; load and tallies keep their own levels. */
export interface Whole {
  readonly load: LoadSeries
  readonly progress: ProgressSeries
  readonly preemptions: PreemptionBins
  readonly tallies: TallySeries
}

export class SeriesLevels {
  readonly #levels = LEVEL_FACTORS.map((factor) => {
    const keepMs = LEVEL_KEEP_MS * factor
    const progress = new ProgressSeries(factor, keepMs)
    return { factor, keepMs, progress, preemptions: new PreemptionBins(factor, keepMs) }
  })

  progress(point: ProgressPoint): void {
    for (const { progress } of this.#levels) progress.feed(point)
  }

  preempted(atMs: number, node: NodeId): void {
    for (const { preemptions } of this.#levels) preemptions.feed(atMs, node)
  }

  /** What was not taken yet. */
  take(whole: Whole, nowMs: number): SeriesLevel[] {
    return this.#read(whole, nowMs, (at, { progress, preemptions }) => ({
      load: whole.load.takeLevel(at),
      progress: progress.take(),
      preemptions: preemptions.take(),
      tallies: whole.tallies.takeLevel(at),
    }))
  }

  all(whole: Whole, nowMs: number): SeriesLevel[] {
    return this.#read(whole, nowMs, (at, { progress, preemptions }) => ({
      load: whole.load.levelPoints(at),
      progress: progress.points(),
      preemptions: preemptions.points(),
      tallies: whole.tallies.levelPoints(at),
    }))
  }

  #read(
    whole: Whole,
    nowMs: number,
    rowsOf: (at: number, level: Pick<Whole, 'progress' | 'preemptions'>) => Rows,
  ): SeriesLevel[] {
    return this.#levels.flatMap((level, at) => {
      const { factor, keepMs, progress, preemptions } = level
      // Read in any case: what was taken is taken.
      const rows = rowsOf(at, level)
      const spanMs = whole.load.levelSpanMs(at)
      const tallySpanMs = whole.tallies.levelSpanMs(at)
      const isFiner =
        spanMs < whole.load.spanMs ||
        tallySpanMs < whole.tallies.spanMs ||
        progress.spacingMs < whole.progress.spacingMs ||
        preemptions.binMs < whole.preemptions.binMs
      if (!isFiner) return []
      const sinceMs = Math.max(0, nowMs - keepMs)
      const { binMs } = preemptions
      return [{ factor, sinceMs, spanMs, binMs, tallySpanMs, ...after(rows, sinceMs, binMs) }]
    })
  }
}

type Rows = Pick<SeriesLevel, 'load' | 'progress' | 'preemptions' | 'tallies'>

/** Those that ended later than `sinceMs`. */
export function after(rows: Rows, sinceMs: number, binMs: number): Rows {
  const isLater = ({ atMs }: { readonly atMs: number }): boolean => atMs > sinceMs
  return {
    load: rows.load.filter(isLater),
    progress: rows.progress.filter(isLater),
    preemptions: rows.preemptions.filter(({ atMs }) => atMs + binMs > sinceMs),
    tallies: rows.tallies.filter(isLater),
  }
}
