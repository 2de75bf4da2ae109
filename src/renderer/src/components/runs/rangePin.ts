/** Statistics of a brushed range, as figures of a report. Pure. */
import type { PinDraft, PinRow } from '../../../../shared/pins'
import { PIN_LIMITS } from '../../../../shared/pins'
import { count } from '../../api/words'
import { measureWords } from '../../composables/timeUnit'
import type { TimeUnit } from '../../composables/timeUnit'
import type { RangeStatistics } from '../../spacetime/statistics'

export function rangePin(range: RangeStatistics, atMs: number | null, unit: TimeUnit): PinDraft {
  const { fromMs, toMs } = range
  const ms = (value: number | null): string => measureWords(value, unit)
  const types = range.types
    .toSorted((a, b) => b.count - a.count)
    .map(({ name, count: many }): PinRow => [`Messages: ${name}`, count(many)])
  const rows: PinRow[] = [
    ['Length', ms(toMs - fromMs)],
    ['Messages', count(range.messages)],
    ['Lost', count(range.dropped)],
    ['Doubled', count(range.doubled)],
    ['Median one-way time', ms(range.medianMs)],
    ['95 of 100 below', ms(range.p95Ms)],
    ['Ballots begun', count(range.bids)],
    ['Preempted', count(range.preempted)],
    ['Slots chosen', count(range.chosen)],
    ...types,
  ]
  return {
    ...{ title: 'Messages of a range', caption: '', fromMs, toMs, atMs, svg: '' },
    rows: rows.slice(0, PIN_LIMITS.rowsMax),
  }
}
