/** Result tables as text: columns that line up, for a terminal and for a log. */
import { join } from 'node:path'
import type { ExperimentResult, TrialResult } from '../../shared/experimentResult'
import { MAIN_FIGURES, summarise } from './figures'
import type { PointSummary, Spread } from './figures'
import { pointWords } from './plan'

/** Failures that are told one by one; the rest is in the file. */
const TOLD_MAX = 20

const HEADS: Readonly<Record<(typeof MAIN_FIGURES)[number], string>> = {
  chosenSlots: 'chosen slots',
  ballotsPerChosenSlot: 'ballots/slot',
  p95Ms: 'p95 ms',
  unavailableSeconds: 'unavailable s',
}

/** One line a point: its verdicts, and the median of each main figure with least and greatest. */
export function resultTable(result: ExperimentResult): string[] {
  if (result.trials.length === 0) return []
  const summaries = summarise(result.trials)
  const heads = [
    'trials',
    'valid',
    'violated',
    'unknown',
    ...MAIN_FIGURES.map((name) => HEADS[name]),
  ]
  const isSwept = result.plan.sweep.length > 0
  const rows = summaries.map((each) => [
    ...(isSwept ? [pointWords(each.point)] : []),
    ...cells(each),
  ])
  return columns([[...(isSwept ? ['point'] : []), ...heads], ...rows])
}

function cells({ trials, verdicts, figures }: PointSummary): string[] {
  const { valid, violated, unknown } = verdicts
  return [
    ...[trials, valid, violated, unknown].map(String),
    ...MAIN_FIGURES.map((name) => spreadWords(figures[name] ?? null)),
  ]
}

/** `12 (10-15)`: median, least and greatest; one number where all are equal. */
export function spreadWords(spread: Spread | null): string {
  if (spread === null) return '-'
  const { median, min, max } = spread
  const range = min === max ? '' : ` (${numberWords(min)}-${numberWords(max)})`
  return numberWords(median) + range
}

export function numberWords(value: number): string {
  if (Number.isInteger(value)) return `${value}`
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits)
}

/** Trials that were not valid: why, where, and how to repeat them if `commandOf` knows. */
export function failureLines(
  trials: readonly TrialResult[],
  dir: string,
  commandOf?: (trial: TrialResult) => string,
): string[] {
  const failed = trials.filter(({ verdict }) => verdict !== 'valid')
  const lines = failed
    .slice(0, TOLD_MAX)
    .flatMap((each) => [
      `trial ${each.trial} (${trialWords(each)}) ${each.verdict}: ${each.reason}`,
      ...(each.runDir === null ? [] : [`  run:    ${join(dir, each.runDir)}`]),
      ...(commandOf === undefined ? [] : [`  repeat: ${commandOf(each)}`]),
    ])
  const more = failed.length - TOLD_MAX
  return more > 0 ? [...lines, `and ${more} more that were not valid`] : lines
}

/** Such as `policy=eager, seed 3`. */
export function trialWords({ point, seed }: Pick<TrialResult, 'point' | 'seed'>): string {
  return [pointWords(point), `seed ${seed}`].filter((part) => part !== '').join(', ')
}

/** Text to the left, figures to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  )
  const isText = widths.map((_, at) =>
    rows.slice(1).some((row) => !/^(-|-?\d)/.test(row[at] ?? '-')),
  )
  return rows.map((row) =>
    row
      .map((cell, at) =>
        isText[at] === true ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
