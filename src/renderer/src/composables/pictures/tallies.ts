/** Tallies in the window, as the charts of messages, failures, slots and disks read them. */
import { Histogram } from '../../../../core/measure/histogram'
import type { TallyPoint } from '../../../../core/measure/series'
import { firstAt, rateOf, within } from './picture'
import type { PictureInput } from './picture'

/** Without a bucket for this long a line breaks. */
const BREAK_MS = 1000

export const timeOfTally = (point: TallyPoint): number => point.atMs

export function talliesWithin({ data, fromMs, toMs }: PictureInput): readonly TallyPoint[] {
  return within(data.tallies, fromMs, toMs, timeOfTally)
}

/** Those that lie in the window, at least with half of their span. */
export function talliesInside({ data, fromMs, toMs }: PictureInput): readonly TallyPoint[] {
  const half = data.tallySpanMs / 2
  return data.tallies.filter(({ atMs }) => atMs - half >= fromMs && atMs - half <= toMs)
}

/** The bucket that `readMs` lies in, at the live edge the last; null: nothing happened there. */
export function tallyAt({ data, readMs }: PictureInput): TallyPoint | null {
  const at = firstAt(data.tallies, readMs, timeOfTally)
  const point = data.tallies[at]
  if (point) return point.atMs - data.tallySpanMs <= readMs ? point : null
  // A bucket is told when it is over.
  const last = data.tallies[at - 1]
  return last && readMs - last.atMs <= 2 * data.tallySpanMs ? last : null
}

export function tallyGapMs({ data }: PictureInput): number {
  return Math.max(BREAK_MS, data.tallySpanMs * 2.5)
}

/** From a count of a bucket to a rate. */
export function tallyRate({ data, unit }: PictureInput): number {
  return rateOf(data.tallySpanMs, unit)
}

/** Times to choose of all slots that were chosen in the window. */
export function chooseTimes(input: PictureInput): Histogram {
  const all = new Histogram()
  for (const { choose } of talliesInside(input)) all.merge(choose)
  return all
}
