/**
 * The report of an experiment over its trials: `report.html` in its directory. What failed stands
 * first; then the points of the sweep against each other, and every trial with its own report.
 *
 * Decision times: where the policy is swept, since the first ballot and under that policy alone,
 * censored at a switch; else since the last switch, or the first ballot.
 * Bound: `TRIALS_SHOWN_MAX` rows of trials; failed ones are kept before the others.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ExperimentResult, TrialResult } from '../../shared/experimentResult'
import { experimentReason } from '../../shared/experimentCodec'
import { measureCharts, survivalCharts } from './experimentCharts'
import { clip, html } from './markup'
import type { Content, Markup } from './markup'
import { brand, facts, page, section, state, table, tiles, TONE_WORDS } from './page'
import type { Row } from './page'
import { REPORT_FILE } from './runReport'
import { decisionOf, pointName, pointsOf } from './points'
import { pointTable } from './pointTable'
import { writeWhole } from './writeWhole'
import { capital, count, duration, figure, NONE, plural } from './words'

const TRIALS_SHOWN_MAX = 1000
const REASON_CHARS_MAX = 300

/** Answers the path of the report. */
export async function writeExperimentReport(
  dir: string,
  result: ExperimentResult,
  out?: string,
): Promise<string> {
  const path = out ?? join(dir, REPORT_FILE)
  const hasReport = (trial: TrialResult): boolean =>
    trial.runDir !== null && existsSync(join(dir, trial.runDir, REPORT_FILE))
  await writeWhole(path, experimentReport(result, out === undefined ? hasReport : () => false))
  return path
}

export function experimentReport(
  result: ExperimentResult,
  hasReport: (trial: TrialResult) => boolean,
): string {
  const points = pointsOf(result)
  return page(result.plan.title, [
    header(result),
    failures(result, hasReport),
    overview(result),
    points.length === 0 ? null : section('points', 'Result by point', pointTable(points)),
    survivalCharts(points, (trial) => decisionOf(result, trial)),
    measureCharts(points, (trial) => decisionOf(result, trial)),
    section('trials', 'Trials', trialTable(sorted(result.trials), hasReport, result.trials.length)),
    environment(result),
  ])
}

function header(result: ExperimentResult): Markup {
  const { plan, verdict, trials, planned } = result
  const reason = experimentReason(result)
  const sentence = reason === '' ? `All ${plural(planned, 'trial')} were valid.` : reason
  const sweep = plan.sweep.map(({ name, values }) => `${name}: ${values.join(', ')}`).join('; ')
  return html`<header>
    ${brand('report of an experiment')}
    <div class="top ${verdict}">
      <h1>${plan.title}</h1>
      <p class="verdict"><b>${capital(TONE_WORDS[verdict])}.</b> ${clip(capital(sentence), 600)}</p>
    </div>
    ${facts([
      ['experiment', plan.name],
      ['started', result.startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
      ['trials', `${trials.length} of ${planned}`],
      [
        'seeds',
        plan.seeds.length > 8
          ? `${plan.seeds[0] ?? ''} to ${plan.seeds.at(-1) ?? ''}`
          : plan.seeds.join(', '),
      ],
      ...(sweep === '' ? [] : [['sweep', clip(sweep, 300)] as const]),
      ['where', plan.source === 'processes' ? 'real processes over TCP' : 'simulator'],
    ])}
  </header> `
}

type HasReport = (trial: TrialResult) => boolean

function failures({ trials }: ExperimentResult, hasReport: HasReport): Markup | null {
  const failed = sorted(trials).filter(({ verdict }) => verdict !== 'valid')
  if (failed.length === 0) return null
  const content = trialTable(failed.slice(0, 100), hasReport, failed.length)
  return section(
    'failures',
    `Not valid: ${failed.length} of ${plural(trials.length, 'trial')}`,
    content,
  )
}

function overview({ trials }: ExperimentResult): Markup {
  const of = (verdict: TrialResult['verdict']) =>
    trials.filter((one) => one.verdict === verdict).length
  const outages = trials.flatMap(({ availability }) => availability)
  const worst = Math.max(0, ...outages.map(({ totalOutageMs }) => totalOutageMs))
  return section(
    'overview',
    'Overview',
    tiles([
      ['Valid', count(of('valid')), ''],
      ['Violated', count(of('violated')), ''],
      ['Unknown', count(of('unknown')), ''],
      ...(outages.length === 0
        ? []
        : [
            ['Faults under load', count(outages.length), 'of all trials'] as const,
            ['Longest total outage', duration(Math.round(worst)), 'of one fault'] as const,
          ]),
    ]),
  )
}

const COLUMNS = [
  { name: 'Trial', classes: 'num' },
  { name: 'Seed', classes: 'num' },
  { name: 'Point', classes: 'point' },
  { name: 'Verdict', classes: 'nowrap' },
  { name: 'Why' },
  { name: 'Ran', classes: 'num' },
  { name: 'Slots', classes: 'num' },
  { name: 'Report' },
]

function trialTable(trials: readonly TrialResult[], hasReport: HasReport, all: number): Content {
  if (trials.length === 0) {
    return html`<p class="muted">No trial came to its end. What began is in the folder runs.</p>`
  }
  const rows = trials.slice(0, TRIALS_SHOWN_MAX).map((trial): Row => {
    const { verdict, reason, measures, ranMs } = trial
    const slots = measures['chosenSlots']
    return {
      classes: verdict === 'valid' ? '' : verdict,
      cells: [
        ...[trial.trial, trial.seed, pointName(trial.point) || NONE],
        ...[state(verdict, TONE_WORDS[verdict]), clip(reason, REASON_CHARS_MAX)],
        ...[duration(ranMs), typeof slots === 'number' ? figure(slots) : NONE],
        linkOf(trial, hasReport),
      ],
    }
  })
  const left = all - rows.length
  return [
    table('Trials', COLUMNS, rows),
    left > 0 ? html`<p class="note">${count(left)} more are in experiment.json.</p>` : null,
  ]
}

/** Relative, so that the folder can be moved; a directory name is no address. */
function linkOf(trial: TrialResult, hasReport: HasReport): Content {
  const { runDir } = trial
  if (runDir === null) return 'never began'
  const parts = runDir.split(/[\\/]/)
  if (!hasReport(trial) || parts.includes('..') || parts[0] === '') {
    return html`<span class="mono">${runDir}</span>`
  }
  const href = [...parts, REPORT_FILE].map(encodeURIComponent).join('/')
  return html`<a href="./${href}">report of trial ${trial.trial}</a>`
}

/** What is not valid first, then by trial. */
function sorted(trials: readonly TrialResult[]): TrialResult[] {
  const order = ['violated', 'unknown', 'valid']
  return [...trials].sort(
    (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || a.trial - b.trial,
  )
}

function environment(result: ExperimentResult): Markup {
  const { plan, appVersion, system, cpus, nodeVersion } = result
  const rows = [
    ['Paxos Lab', appVersion],
    ['System', system],
    ['CPUs', String(cpus)],
    ['Node.js', nodeVersion],
  ].map((cells) => ({ cells }))
  return section(
    'environment',
    'Environment and repeating it',
    html`<pre>${plan.command}</pre>
      <p class="note" style="margin:4px 0 16px">
        ${
          plan.source === 'simulator'
            ? 'Simulated trials are the same each time they are repeated.'
            : 'The seeds repeat what the lab draws. Processes, disks and the network keep ' +
              'their own time: a second run is alike, never equal.'
        }
      </p>
      ${table('Environment', [{ name: 'What' }, { name: 'Value' }], rows)}`,
  )
}
