/** The table of trials: columns, order, filter, and the command that repeats one of them. */
import type { ExperimentResult, TrialResult, Verdicts } from '../../../../shared/experimentResult'
import type { Verdict } from '../../../../shared/labWords'
import { figure, measureOf } from './measures'
import { pointName } from './points'

export interface TrialColumn {
  readonly id: string
  readonly name: string
  /** What the head means, where it is short. */
  readonly title: string
  readonly isNumber: boolean
  /** Width in the grid of the table. */
  readonly width: string
  readonly text: (trial: TrialResult) => string
  readonly sortBy: (trial: TrialResult) => number | string | null
}

export interface SortOrder {
  readonly column: string
  readonly down: boolean
}

const ORDER: Readonly<Record<Verdict, number>> = { violated: 0, unknown: 1, valid: 2 }
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  valid: 'valid',
  violated: 'violated',
  unknown: 'unknown',
}

function number(id: string, name: string, width: string): TrialColumn {
  const { value, name: title, unit } = measureOf(id)
  return {
    ...{ id, name, width, title: `${title}, ${unit}`, isNumber: true },
    ...{ text: (trial) => figure(value(trial)), sortBy: value },
  }
}

const TRIAL: TrialColumn = {
  ...{ id: 'trial', name: 'Trial', title: 'In the order of the plan', isNumber: true },
  ...{ width: '46px', text: ({ trial }) => String(trial), sortBy: ({ trial }) => trial },
}
const SEED: TrialColumn = {
  ...{ id: 'seed', name: 'Seed', title: 'Decides what the lab draws', isNumber: true },
  ...{ width: '48px', text: ({ seed }) => String(seed), sortBy: ({ seed }) => seed },
}
const VERDICT: TrialColumn = {
  ...{ id: 'verdict', name: 'Verdict', title: 'Violated first', isNumber: false, width: '78px' },
  ...{ text: ({ verdict }) => VERDICT_WORDS[verdict], sortBy: ({ verdict }) => ORDER[verdict] },
}
const CHECKS: TrialColumn = {
  ...{ id: 'checks', name: 'Checks', title: 'What was asked, and how it came out' },
  ...{ isNumber: false, width: 'minmax(70px, 1fr)' },
  ...{ text: ({ verdicts }) => checksWords(verdicts), sortBy: ({ verdict }) => ORDER[verdict] },
}

export function trialColumns({ plan }: Pick<ExperimentResult, 'plan'>): readonly TrialColumn[] {
  const swept = plan.sweep.map(({ name, values }): TrialColumn => {
    const text = (trial: TrialResult): string => trial.point[name] ?? ''
    const isNumber = values.every((value) => value !== '' && Number.isFinite(Number(value)))
    const sortBy = (trial: TrialResult) => (isNumber ? Number(text(trial)) : text(trial))
    const title = `Swept: ${name}`
    return { id: `point:${name}`, name, title, isNumber, width: 'minmax(76px, 1fr)', text, sortBy }
  })
  return [
    ...[TRIAL, ...swept, SEED, VERDICT],
    number('chosenSlots', 'Chosen slots', '80px'),
    number('ballotsPerChosenSlot', 'Ballots/slot', '76px'),
    number('p95Ms', 'p95 ms', '58px'),
    number('unavailableSeconds', 'Unavailable s', '86px'),
    CHECKS,
  ]
}

/** `safety violated`, or how many of the four questions hold. */
export function checksWords(verdicts: Verdicts): string {
  const all = Object.entries(verdicts)
  const named = (verdict: Verdict): string =>
    all.flatMap(([question, found]) => (found === verdict ? question : [])).join(', ')
  if (named('violated') !== '') return `${named('violated')} violated`
  if (named('unknown') !== '') return `${named('unknown')} unknown`
  return `${all.filter(([, found]) => found === 'valid').length} hold`
}

/** By the column, equal ones by trial; what is not known comes last either way. */
export function sortTrials(
  trials: readonly TrialResult[],
  columns: readonly TrialColumn[],
  { column, down }: SortOrder,
): TrialResult[] {
  const by = columns.find(({ id }) => id === column) ?? TRIAL
  return [...trials].sort((left, right) => {
    const [a, b] = [by.sortBy(left), by.sortBy(right)]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    if (a === b) return left.trial - right.trial
    const isLess = typeof a === 'number' && typeof b === 'number' ? a < b : String(a) < String(b)
    return isLess === down ? 1 : -1
  })
}

/** Every term is in the row: point, verdict, reason, checks; `seed 3` means just that seed. */
export function filterTrials(
  trials: readonly TrialResult[],
  query: string,
  verdict: Verdict | null,
): readonly TrialResult[] {
  const terms = query.toLowerCase().match(/(?:seed|trial)\s+\d+|\S+/g) ?? []
  return trials.filter((trial) => {
    if (verdict !== null && trial.verdict !== verdict) return false
    const { reason, point, verdicts } = trial
    const named = [`seed ${trial.seed}`, `trial ${trial.trial}`]
    const text = [trial.verdict, reason, pointName(point), checksWords(verdicts), ...named]
    const row = text.join(' ').toLowerCase()
    const isIn = (term: string): boolean =>
      /^(seed|trial)\s/.test(term) ? named.includes(term.replace(/\s+/, ' ')) : row.includes(term)
    return terms.every(isIn)
  })
}

/** Options of many trials that a single one goes without; those in the set take no value. */
const OF_MANY = ['repeat', 'seeds', 'seed', 'sweep', 'jobs', 'shard', 'out', 'junit', 'csv']
const SWITCHES_OF_MANY = ['stop-on-failure', 'json']

/** The command line of one trial, from that of the whole. */
export function trialCommand(command: string, { seed, point }: TrialResult): string {
  const kept: string[] = []
  const words = command.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? []
  for (let at = 0; at < words.length; at += 1) {
    const [, name, value] = /^--([\w-]+)(=.*)?$/s.exec(words[at] ?? '') ?? []
    if (name !== undefined && SWITCHES_OF_MANY.includes(name)) continue
    if (name === undefined || !OF_MANY.includes(name)) kept.push(words[at] ?? '')
    else if (value === undefined) at += 1
  }
  const sweep = Object.entries(point).flatMap(([name, value]) => ['--sweep', `${name}=${value}`])
  return [...kept, ...['--seed', `${seed}`, '--repeat', '1', ...sweep].map(quoted)].join(' ')
}

function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`
}

/** All measures of every trial, for CSV. */
export function trialTable(result: ExperimentResult): {
  columns: string[]
  rows: (string | number)[][]
} {
  const axes = result.plan.sweep.map(({ name }) => name)
  const names = [...new Set(result.trials.flatMap(({ measures }) => Object.keys(measures)))].sort()
  const derived = ['ballotsPerChosenSlot', 'unavailableSeconds', 'decisionMs', 'decisionBallots']
  const columns = [
    ...['trial', ...axes, 'seed', 'verdict', 'safety', 'liveness', 'linearizability', 'replay'],
    ...['reason', 'run', 'ranMs', ...derived, ...names],
  ]
  const rows = result.trials.map((trial) => {
    const { safety, liveness, linearizability, replay } = trial.verdicts
    return [
      ...[trial.trial, ...axes.map((name) => trial.point[name] ?? ''), trial.seed, trial.verdict],
      ...[safety, liveness, linearizability, replay, trial.reason, trial.runDir ?? ''],
      ...[trial.ranMs, ...derived.map((id) => measureOf(id).value(trial) ?? '')],
      ...names.map((name) => trial.measures[name] ?? ''),
    ]
  })
  return { columns, rows }
}
