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
    return this.#read(whole, nowMs, true)
  }

  all(whole: Whole, nowMs: number): SeriesLevel[] {
    return this.#read(whole, nowMs, false)
  }

  #read(whole: Whole, nowMs: number, isTaken: boolean): SeriesLevel[] {
    return this.#levels.flatMap((level, at) => {
      const { factor, keepMs, progress, preemptions } = level
      // Read in any case: what was taken is taken.
      const rows = isTaken ? takenOf(whole, at, level) : rowsOf(whole, at, level)
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

type Own = Pick<Whole, 'progress' | 'preemptions'>
type Rows = Pick<SeriesLevel, 'load' | 'progress' | 'preemptions' | 'tallies'>

function takenOf({ load, tallies }: Whole, at: number, { progress, preemptions }: Own): Rows {
  const own = { progress: progress.take(), preemptions: preemptions.take() }
  return { ...own, load: load.takeLevel(at), tallies: tallies.takeLevel(at) }
}

function rowsOf({ load, tallies }: Whole, at: number, { progress, preemptions }: Own): Rows {
  const own = { progress: progress.points(), preemptions: preemptions.points() }
  return { ...own, load: load.levelPoints(at), tallies: tallies.levelPoints(at) }
}

/** Those that ended later than `sinceMs`. */
function after(rows: Rows, sinceMs: number, binMs: number): Rows {
  const isLater = ({ atMs }: { readonly atMs: number }): boolean => atMs > sinceMs
  return {
    load: rows.load.filter(isLater),
    progress: rows.progress.filter(isLater),
    preemptions: rows.preemptions.filter(({ atMs }) => atMs + binMs > sinceMs),
    tallies: rows.tallies.filter(isLater),
  }
}
