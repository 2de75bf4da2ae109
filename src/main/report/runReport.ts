/**
 * The report of one run: `report.html` in its directory. One file that opens anywhere, offline,
 * without a script. A run that was cut short gets one too: unknown, with the reason.
 *
 * Bound: charts have at most 600 points a line, lists at most 500 rows: a report of a million
 *        events stays below 3 MB.
 * Errors: ReportError where the directory holds no run; those of the file system.
 */
import { join, resolve } from 'node:path'
import { chartData } from '../../core/report/chartData'
import { ballotChart } from './charts/ballotChart'
import { runCharts } from './charts/runCharts'
import { labelsOf } from './clusterView'
import { failureCard } from './failureCard'
import { availabilitySection, costSection, loadSection } from './figureCards'
import { html } from './markup'
import type { Markup } from './markup'
import { brand, facts, labelChips, page, section, tiles, TONE_WORDS, verdictChips } from './page'
import { DEFAULT_CLUSTER } from '../../shared/clusterOptions'
import type { Verdicts } from '../../shared/experimentResult'
import { policyWords } from '../../shared/labWords'
import { pinsSection, readPins } from './pinsSection'
import type { RunPins } from './pinsSection'
import { readRun } from './readRun'
import type { RunReading } from './readRun'
import {
  environmentSection,
  checksSection,
  expectationsSection,
  timelineSection,
} from './runSections'
import { optional } from './runFiles'
import { replayVerdict } from './trialFigures'
import { judge } from './verdicts'
import type { Judgement } from './verdicts'
import { writeWhole } from './writeWhole'
import { capital, count, duration, NONE, plural, span } from './words'

export const REPORT_FILE = 'report.html'

/** Answers the path of the report. */
export async function writeRunReport(runDir: string, out?: string): Promise<string> {
  const run = await readRun(resolve(runDir))
  return await writeReportOf(run, await replayVerdict(run), out)
}

/** The same, of a run that was read already. */
export async function writeReportOf(
  run: RunReading,
  replay: Verdicts['replay'],
  out?: string,
): Promise<string> {
  const path = out ?? join(run.dir, REPORT_FILE)
  await writeWhole(path, runReport(run, judge(run, replay), await readPins(run.dir)))
  return path
}

export function runReport(run: RunReading, judgement: Judgement, pins: RunPins = null): string {
  const { head } = run
  return page(head.title, [
    header(run, judgement),
    failureCard(run),
    figures(run),
    expectationsSection(run),
    availabilitySection(run),
    charts(run),
    pinsSection(pins, run.fold.time),
    loadSection(run),
    costSection(run),
    checksSection(run),
    timelineSection(run),
    environmentSection(run),
  ])
}

function header(run: RunReading, { verdict, verdicts, reason }: Judgement): Markup {
  const { head, end, fold } = run
  const point = Object.entries(end?.point ?? {}).map(([name, value]) => `${name}=${value}`)
  const sentence =
    reason === '' ? 'Everything that was expected came, and no check was violated.' : reason
  return html`<header>
    ${brand('report of a run')}
    <div class="top ${verdict}">
      <h1>${head.title}</h1>
      <p class="verdict"><b>${capital(TONE_WORDS[verdict])}.</b> ${sentence}</p>
      ${verdictChips(verdicts)}${labelChips(labelsOf(head.options))}
    </div>
    ${facts([
      [
        'started',
        head.startedAt === ''
          ? 'unknown'
          : head.startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'),
      ],
      ['ran', span(end?.ranMs ?? fold.lastMs, fold.time)],
      ['nodes', String(fold.started?.members.length ?? head.options.raw('nodes') ?? '?')],
      ['seed', seedOf(run)],
      ['policy', policyOf(run)],
      ...(point.length > 0 ? [['point', point.join(', ')] as const] : []),
      ['where', SOURCES[head.source] ?? head.source],
    ])}
    <nav aria-label="Contents">
      ${CONTENTS.map(([id, name]) => html`<a href="#${id}-h">${name}</a>`)}
    </nav>
  </header> `
}

const SOURCES: Readonly<Record<string, string>> = {
  processes: 'real processes over TCP',
  simulator: 'simulator',
  explorer: 'explorer',
  replay: 'replay',
}

const CONTENTS = [
  ['figures', 'Figures'],
  ['expectations', 'Expectations'],
  ['faults', 'Faults and availability'],
  ['charts', 'Charts'],
  ['load', 'Load'],
  ['cost', 'Cost'],
  ['checks', 'Checks'],
  ['timeline', 'Timeline'],
  ['environment', 'Environment and repeating it'],
] as const

function policyOf({ fold, head }: RunReading): string {
  const tickMs = optional(() => head.options.number('tickMs')) ?? DEFAULT_CLUSTER.tickMs
  return fold.started === null ? 'unknown' : policyWords(fold.started.policy, tickMs)
}

function seedOf({ end, fold, head }: RunReading): string {
  return String(
    end?.measures['seed'] ?? fold.started?.seed ?? head.options.raw('seed') ?? 'unknown',
  )
}

function figures(run: RunReading): Markup {
  const { fold } = run
  const { liveness } = fold.measures
  const load = fold.load()
  const [p50 = null, p99 = null] = load.latency.quantiles([0.5, 0.99])
  const decision = fold.decision.fromSwitch() ?? fold.decision.fromStart()
  const since =
    fold.decision.fromSwitch() === null ? 'from the first ballot' : 'from the switch of the policy'
  const rows: [string, string, string][] = [
    ['Chosen slots', count(liveness.chosenSlots), ''],
    ['Acknowledged', count(load.acked), `of ${plural(load.sent, 'request')} of the load`],
    ['Failed', count(load.failed), ''],
    ['Unknown', count(load.unknown), 'no answer in time'],
    ['Median latency', duration(p50), ''],
    ['99 of 100 below', duration(p99), ''],
    ['Ballots', count(liveness.bids), `${count(liveness.preemptions)} preempted`],
    ['Undecided in a row', count(liveness.undecidedBallotsMax), 'ballots, at most'],
  ]
  const { decided = false, ms = null, ballots = 0 } = decision ?? {}
  const first = ms === null ? NONE : `${decided ? '' : '> '}${span(ms, fold.time)}`
  rows.push(['First choice', first, `${plural(ballots, 'ballot')}, ${since}`])
  rows.push(['Events', count(run.end?.events ?? run.events), 'in the record'])
  return section('figures', 'Figures', tiles(rows))
}

function charts(run: RunReading): Markup {
  const { fold } = run
  const toMs = fold.stoppedMs ?? fold.lastMs
  const { time } = fold
  const data = { ...chartData(fold.measures.snapshot(), fold.bands(), toMs), time }
  const members = fold.started?.members ?? []
  const [throughput, latency, ...rest] = runCharts(data, members)
  const content = [throughput ?? null, latency ?? null, ballotChart(data), ...rest]
  return section('charts', 'Charts', content)
}
