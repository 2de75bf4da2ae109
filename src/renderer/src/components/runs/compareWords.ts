/**
 * A comparison in words. A difference is told only where its 95 % interval leaves 0 out; of many
 * measures some do so by chance, and the table says that.
 */
import type { ComparedRow } from '../../../../shared/deskApi'
import { figure, measureOf, MEASURES, NONE } from './measures'

/** Two things that look alike are not called "1.0x". */
const RATIO_MIN = 1.05

/** What is known by name first, in the order of the tables; the rest as the host sent it. */
export function orderRows(rows: readonly ComparedRow[]): {
  readonly main: readonly ComparedRow[]
  readonly others: readonly ComparedRow[]
} {
  const main = MEASURES.flatMap(({ id }) => rows.filter(({ measure }) => measure === id))
  return { main, others: rows.filter((row) => !main.includes(row)) }
}

export function isClear({ shift }: ComparedRow): boolean {
  return shift !== null && (shift.low > 0 || shift.high < 0)
}

const DEGREE = /\b(more|fewer|slower|faster|longer|shorter|less)\b/

/** `B is 2.1x slower to decide`; null: the interval holds 0, or nobody knows. */
export function shiftSentence(row: ComparedRow): string | null {
  const { a, b, shift } = row
  const { unit, more, less } = measureOf(row.measure)
  if (shift === null || a === null || b === null || !isClear(row)) return null
  const words = shift.by > 0 ? more : less
  if (words === '') return null
  const verb = /^(slower|faster|longer|shorter)/.test(words) ? 'is ' : ''
  const ratio = ratioOf(a.median, b.median)
  if (ratio !== null) return `B ${verb}${words.replace(DEGREE, `${ratio} $1`)}`
  const by = `${figure(Math.abs(shift.by))}${unit === '' ? '' : ` ${unit}`}`
  return `B ${verb}${words} (by ${by})`
}

/** Greater by smaller: `2.1x`; null where a median is 0 or they have no ratio to speak of. */
function ratioOf(a: number, b: number): string | null {
  if (a <= 0 || b <= 0) return null
  const ratio = Math.max(a, b) / Math.min(a, b)
  if (ratio < RATIO_MIN) return null
  return ratio >= 10 ? `${Math.round(ratio)}x` : `${ratio.toFixed(1)}x`
}

/** `+12.4`, with the sign that a reader of a difference looks for. */
export function signed(value: number): string {
  if (!Number.isFinite(value)) return NONE
  return value > 0 ? `+${figure(value)}` : figure(value).replace('-', '−')
}

export function intervalWords({ shift }: ComparedRow): string {
  if (shift === null || !Number.isFinite(shift.low) || !Number.isFinite(shift.high)) return NONE
  return `${signed(shift.low)} to ${signed(shift.high)}`
}

export const COMPARE_COLUMNS = [
  ...['measure', 'unit', 'A trials', 'A median', 'A low', 'A high'],
  ...['B trials', 'B median', 'B low', 'B high', 'B − A', 'low 95 %', 'high 95 %'],
] as const

export function compareTable(rows: readonly ComparedRow[]): (string | number)[][] {
  return rows.map(({ measure, a, b, shift }) => [
    ...[measureOf(measure).name, measureOf(measure).unit],
    ...[a?.count ?? '', a?.median ?? '', a?.low ?? '', a?.high ?? ''],
    ...[b?.count ?? '', b?.median ?? '', b?.low ?? '', b?.high ?? ''],
    ...[shift?.by ?? '', shift?.low ?? '', shift?.high ?? ''],
  ])
}
