/** An experiment as CSV (RFC 4180): a head line, then one line a trial; lines end with CR LF. */
import type { ExperimentResult, TrialResult } from '../../shared/experimentResult'
import { figuresOf } from './figures'

const LINE_END = '\r\n'

export function toCsv({ plan, trials }: ExperimentResult): string {
  const axes = plan.sweep.map(({ name }) => name)
  const rows = trials.map((trial) => ({ trial, values: valuesOf(trial) }))
  const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))].sort()
  const head = ['trial', 'seed', ...axes, ...VERDICT_HEADS, 'reason', 'runDir', 'ranMs', ...names]
  const lines = rows.map(({ trial, values }) => [
    ...[trial.trial, trial.seed],
    ...axes.map((axis) => trial.point[axis] ?? ''),
    ...[trial.verdict, ...VERDICTS.map((name) => trial.verdicts[name])],
    ...[trial.reason, trial.runDir, Math.round(trial.ranMs)],
    ...names.map((name) => values[name] ?? null),
  ])
  return [head, ...lines].map((line) => line.map(field).join(',') + LINE_END).join('')
}

const VERDICTS = ['safety', 'liveness', 'linearizability', 'replay'] as const
const VERDICT_HEADS = ['verdict', ...VERDICTS]

/** The seed has a column of its own. */
function valuesOf(trial: TrialResult): Readonly<Record<string, number | string | null>> {
  const { seed: _seed, ...values } = { ...trial.measures, ...figuresOf(trial) }
  return values
}

/** What is not known is empty. */
function field(value: number | string | null): string {
  const text = value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
