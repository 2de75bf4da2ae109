/**
 * The failure card: what was violated, in words, the events that show it, and the last events of
 * each node before it. It needs nothing else to be understood.
 */
import type { TimeUnit } from '../../core/check/explore/abstractSteps'
import type { LabEvent } from '../../core/event'
import type { CheckView } from '../../shared/api'
import { eventText } from '../../shared/exportText'
import { nodeMark } from './charts/marks'
import { clip, html } from './markup'
import type { Content, Markup } from './markup'
import { table } from './page'
import type { Column, Row } from './page'
import type { RunReading } from './readRun'
import { stamp, stampHead } from './words'

const WORDS_CHARS_MAX = 400

const columnsOf = (time: TimeUnit): readonly Column[] => [
  { name: 'Event', classes: 'num mono' },
  { name: stampHead(time), classes: 'num mono' },
  { name: 'By', classes: 'nowrap' },
  { name: 'What happened', classes: 'mono' },
]

export function failureCard(run: RunReading): Markup | null {
  const { failure, checks, fold } = run
  const { time } = fold
  const violated = checks.filter(({ state }) => state === 'violated')
  if (violated.length === 0) return null
  const nodes = [...(failure?.lastOfNode ?? [])].map(
    ([node, events]) =>
      html`<details>
        <summary>${nodeMark(node)} Last ${events.length} events of N${node} before it</summary>
        ${eventTable(`Last events of N${node}`, events, time)}
      </details>`,
  )
  return html`<section class="failure" aria-labelledby="failure-h">
    ${violated.map((view, at) => violation(view, at, failure?.evidence ?? [], time))}${nodes}
  </section>`
}

function violation(
  view: CheckView,
  at: number,
  evidence: readonly LabEvent[],
  time: TimeUnit,
): Markup {
  const own = evidence.filter(({ seq }) => view.evidence.includes(seq))
  const id = at === 0 ? 'failure-h' : `failure-${at}-h`
  return html`<h2 id="${id}">${view.id} is violated: ${view.title}</h2>
    <p class="verdict">${view.words}</p>
    ${
      own.length === 0
        ? html`<p class="note">The record holds no single events that show it.</p>`
        : html`<h3>Events that show it</h3>
            ${eventTable(`Events that show ${view.id}`, own, time)}`
    }`
}

function eventTable(name: string, events: readonly LabEvent[], time: TimeUnit): Markup {
  const rows: Row[] = events.map((event) => ({
    cells: [
      event.seq,
      stamp(event.atMs, time),
      event.by === 'lab' ? 'lab' : nodeName(event.by),
      clip(eventText(event), WORDS_CHARS_MAX),
    ],
  }))
  return table(name, columnsOf(time), rows)
}

export function nodeName(node: number): Content {
  return html`${nodeMark(node)} N${node}`
}
