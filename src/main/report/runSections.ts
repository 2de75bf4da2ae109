/** Sections of a run's report that are lists: expectations, checks, timeline, environment. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckView } from '../../shared/api'
import { commandLine } from '../experiment/command'
import { EXPERIMENT_TEXT_FILE } from '../experiment/experimentDir'
import { optionRows } from './clusterView'
import { clip, html } from './markup'
import type { Content, Markup } from './markup'
import { section, state, table } from './page'
import type { Row, Tone } from './page'
import type { RunReading } from './readRun'
import { count, stamp, stampHead } from './words'

const ROWS_MAX = 500
const WORDS_CHARS_MAX = 600

export function expectationsSection({ end }: RunReading): Markup {
  const expectations = end?.expectations ?? []
  if (expectations.length === 0) {
    const words =
      end === null
        ? 'The run ended before its expectations were written down.'
        : 'This run had no expectations: only the checks judged it.'
    return section('expectations', 'Expectations', html`<p class="muted">${words}</p>`)
  }
  const rows = expectations.slice(0, ROWS_MAX).map(({ kind, text, held }): Row => {
    const tone: Tone =
      held === true ? 'valid' : held === false && kind === 'safety' ? 'violated' : 'unknown'
    const words = held === true ? 'held' : held === false ? 'not held' : 'not known'
    return {
      cells: [state(tone, words), kind, clip(text, WORDS_CHARS_MAX)],
      classes: tone === 'valid' ? '' : tone,
    }
  })
  const columns = [{ name: 'State' }, { name: 'Kind' }, { name: 'What was expected' }]
  return section('expectations', 'Expectations', [
    table('Expectations', columns, rows),
    html`<p class="note">
      An unmet one of kind safety violates the run; one of kind progress leaves it unknown.
    </p>`,
  ])
}

const STATES: Readonly<Record<CheckView['state'], readonly [Tone, string]>> = {
  violated: ['violated', 'violated'],
  notEnoughData: ['unknown', 'not enough data'],
  holds: ['valid', 'no violation found'],
  idle: ['notJudged', 'nothing to judge'],
}

export function checksSection({ checks, fold }: RunReading): Markup {
  if (checks.length === 0) {
    return section(
      'checks',
      'Checks',
      html`<p class="muted">No event says which cluster this was: nothing could be judged.</p>`,
    )
  }
  const order: readonly CheckView['state'][] = ['violated', 'notEnoughData', 'holds', 'idle']
  const sorted = [...checks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  const rows = sorted.map((view): Row => {
    const [tone, words] = STATES[view.state]
    return {
      cells: [state(tone, words), view.id, view.title, clip(view.words, WORDS_CHARS_MAX)],
      classes: tone === 'violated' || tone === 'unknown' ? tone : '',
    }
  })
  const columns = [
    { name: 'State' },
    { name: 'Check', classes: 'nowrap' },
    { name: 'What it asks' },
    { name: 'What it found' },
  ]
  const dropped =
    fold.factsDropped > 0 ? ` ${count(fold.factsDropped)} facts never reached the lab.` : ''
  return section('checks', 'Checks', [
    table('Checks', columns, rows),
    html`<p class="note">
      Checks look for violations in what was recorded; none of them is a proof.${dropped}
    </p>`,
  ])
}

export function timelineSection(run: RunReading): Markup {
  const { end, fold } = run
  const steps = (end?.steps ?? []).map((step): readonly [number, Row] => {
    const tone: Tone = step.outcome === 'done' ? 'valid' : 'unknown'
    const results = step.results
      .slice(0, 20)
      .map((words) => html`<br /><span class="mono muted">${clip(words, 200)}</span>`)
    const words: Content = [html`<b>${clip(step.words, WORDS_CHARS_MAX)}</b>`, results]
    return [
      step.atMs,
      { cells: [stamp(step.atMs, fold.time), state(tone, `step ${step.outcome}`), words] },
    ]
  })
  const acts = fold.acts
    .filter(({ words }) => !isStep(words, end?.steps ?? []))
    .map(({ atMs, words, by }): readonly [number, Row] => {
      return [atMs, { cells: [stamp(atMs, fold.time), by, clip(words, WORDS_CHARS_MAX)] }]
    })
  const faults = fold.notes.map(({ atMs, words, by }): readonly [number, Row] => {
    return [atMs, { cells: [stamp(atMs, fold.time), by, clip(words, WORDS_CHARS_MAX)] }]
  })
  const rows = [...steps, ...acts, ...faults].sort(([a], [b]) => a - b).map(([, row]) => row)
  const leftOut = fold.actsLeftOut + Math.max(0, rows.length - ROWS_MAX)
  const columns = [
    { name: stampHead(fold.time), classes: 'num mono' },
    { name: 'Who', classes: 'nowrap' },
    { name: 'What' },
  ]
  const content =
    rows.length === 0
      ? html`<p class="muted">Nobody did anything in this run but start and stop it.</p>`
      : table('Timeline', columns, rows.slice(0, ROWS_MAX))
  const note = leftOut > 0 ? html`<p class="note">${count(leftOut)} more are left out.</p>` : null
  return section('timeline', 'Timeline', [content, note])
}

/** A scenario tells of its steps as they begin; the result has them with their ends. */
function isStep(words: string, steps: readonly { readonly words: string }[]): boolean {
  return steps.some((step) => words.endsWith(`: ${step.words}`))
}

export function environmentSection(run: RunReading): Markup {
  const { head, end, dir, problems } = run
  const { system, cpus, nodeVersion } = head.surroundings
  const why = end === null ? 'unknown: the run has no result' : 'unknown'
  const own: (readonly [string, Content])[] = [
    ['Paxos Lab', head.appVersion || why],
    ['System', end?.surroundings.system || system || why],
    ['CPUs', String(end?.surroundings.cpus ?? cpus ?? why)],
    ['Node.js', end?.surroundings.nodeVersion || nodeVersion || why],
    ['Run directory', html`<span class="mono">${dir}</span>`],
    ['Hash of the record', html`<span class="mono">${end?.recordHash || why}</span>`],
    ['Events lost by the record', end === null ? why : count(end.eventsLost)],
    ['Facts that never arrived', end === null ? why : count(end.factsDropped)],
    ...problems.map((words) => ['Record', words] as const),
  ]
  const names = [{ name: 'What' }, { name: 'Value' }]
  const options = optionRows(head.options).map(([name, value]): Row => {
    return {
      cells: [
        html`<span class="mono nowrap">${name}</span>`,
        html`<span class="mono">${value}</span>`,
      ],
    }
  })
  return section(
    'environment',
    'Environment and repeating it',
    html`<pre>${commandOf(run)}</pre>
      <p class="note" style="margin:4px 0 16px">
        ${
          head.source === 'simulator'
            ? 'A simulated run is the same each time it is repeated with this seed.'
            : 'The seed repeats what the lab draws (links, load, power cuts). Processes, disks ' +
              'and the network keep their own time: a second run is alike, never equal.'
        }
      </p>
      <div class="two">
        <section>
          <h3>Environment</h3>
          ${table(
            'Environment',
            names,
            own.map((cells) => ({ cells })),
          )}
        </section>
        <section>
          <h3>Options of the cluster</h3>
          ${
            options.length === 0
              ? html`<p class="muted">They were not written down.</p>`
              : table('Options of the cluster', names, options)
          }
        </section>
      </div>`,
  )
}

/** As it was started; else as near as the run's own files tell. */
function commandOf({ end, head, fold, dir }: RunReading): string {
  if (end?.command) return end.command
  if (head.source !== 'processes') return `paxos-lab replay ${dir}`
  const seed = fold.started?.seed ?? head.options.raw('seed')
  const flag = typeof seed === 'number' ? ['--seed', `${seed}`] : []
  if (head.scenario === null) return commandLine(['up', ...flag])
  // Its own text lies beside it: the name alone may be that of a file that is gone.
  const text = join(dir, EXPERIMENT_TEXT_FILE)
  return commandLine(['run', existsSync(text) ? text : head.scenario, ...flag])
}
