/** The page around a report: one file, no script, nothing from outside; parts of all reports. */
import type { Verdicts } from '../../shared/experimentResult'
import { hatches } from './charts/frame'
import { clip, html, Markup } from './markup'
import type { Content } from './markup'
import { STYLE } from './style'

export type Tone = 'valid' | 'violated' | 'unknown' | 'notJudged'

const TITLE_CHARS_MAX = 120

export function page(title: string, content: Content): string {
  // The policy is a second wall: even what an error let through could load and run nothing.
  const head = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${clip(title, TITLE_CHARS_MAX)} – Paxos Lab</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        ${hatches()}
        <main>${content}</main>
      </body>
    </html> `
  return head.text
}

const ICONS: Readonly<Record<Tone, string>> = {
  valid: 'M2 6.5l3 3 5-7',
  violated: 'M2.5 2.5l7 7m0-7l-7 7',
  unknown: 'M3.6 4.2a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.8-1.1 1.6M6 10v.4',
  notJudged: 'M2.5 6h7',
}

export function icon(tone: Tone): Markup {
  return html`<svg viewBox="0 0 12 12" aria-hidden="true">
    <path d="${ICONS[tone]}" fill="none" stroke="currentColor" stroke-width="1.6" />
  </svg>`
}

export const TONE_WORDS: Readonly<Record<Tone, string>> = {
  valid: 'valid',
  violated: 'violated',
  unknown: 'unknown',
  notJudged: 'not judged',
}

export function state(tone: Tone, words: string): Markup {
  return html`<span class="state ${tone}">${icon(tone)}${words}</span>`
}

export function verdictChips(verdicts: Verdicts): Markup {
  const chips = (
    [
      ['Safety', verdicts.safety],
      ['Liveness', verdicts.liveness],
      ['Linearizability', verdicts.linearizability],
      ['Replay', verdicts.replay],
    ] as const
  ).map(
    ([name, tone]) =>
      html`<li class="chip ${tone}">${icon(tone)}${name}<b>${TONE_WORDS[tone]}</b></li>`,
  )
  return html`<ul class="chips" aria-label="Verdicts by question">
    ${chips}
  </ul>`
}

/** What sets a cluster apart from Paxos as it should be run. */
export function labelChips(labels: readonly string[]): Markup | null {
  if (labels.length === 0) return null
  const chips = labels.map((label) => html`<li class="chip unknown"><b>${label}</b></li>`)
  return html`<ul class="chips" aria-label="Not Paxos as it should be run">
    ${chips}
  </ul>`
}

export function brand(kind: string): Markup {
  return html`<div class="brand">
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M3 5l5-2 5 3-3 6-5-1z" fill="none" stroke="var(--border)" />
      <g fill="var(--accent)">
        <circle cx="3" cy="5" r="1.8" />
        <circle cx="8" cy="3" r="1.8" />
        <circle cx="13" cy="6" r="1.8" />
        <circle cx="10" cy="12" r="1.8" />
        <circle cx="5" cy="11" r="1.8" />
      </g></svg
    ><span><b>Paxos Lab</b> ${kind}</span>
  </div>`
}

export function facts(rows: readonly (readonly [string, Content])[]): Markup {
  return html`<ul class="facts">
    ${rows.map(([name, value]) => html`<li>${name} <b>${value}</b></li>`)}
  </ul>`
}

export function tiles(rows: readonly (readonly [string, string, string])[]): Markup {
  const shown = rows.map(
    ([name, value, more]) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}${more === '' ? null : html`<small>${more}</small>`}</dd>
      </div>`,
  )
  return html`<dl class="tiles">${shown}</dl>`
}

export interface Column {
  readonly name: string
  readonly classes?: string
}

export interface Row {
  readonly cells: readonly Content[]
  readonly classes?: string
}

/** A table that scrolls sideways by itself where the page is narrow. */
export function table(name: string, columns: readonly Column[], rows: readonly Row[]): Markup {
  const heads = columns.map(
    ({ name: head, classes }) => html`<th scope="col" class="${classes ?? ''}">${head}</th>`,
  )
  const body = rows.map(({ cells, classes }) => {
    const tds = cells.map(
      (cell, at) => html`<td class="${columns[at]?.classes ?? ''}">${cell}</td>`,
    )
    return html`<tr class="${classes ?? ''}">
      ${tds}
    </tr> `
  })
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${name}">
    <table>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`
}

export function section(id: string, title: string, content: Content): Markup {
  return html`<section aria-labelledby="${id}-h">
    <h2 id="${id}-h">${title}</h2>
    ${content}
  </section> `
}
