/** Availability cards, cost ledger and load figures of a run. */
import { quantileRows } from './loadFigures'
import { clip, html } from './markup'
import type { Markup } from './markup'
import { section, table } from './page'
import type { RunReading } from './readRun'
import { faultCards, ledgerOf, sumsOf } from './trialFigures'
import type { FaultCard } from './trialFigures'
import { faultText } from './faultText'
import type { CostLedger } from '../../shared/experimentResult'
import { bytes, count, duration, figure, NONE, plural } from './words'

const CARDS_MAX = 60
const WORDS_CHARS_MAX = 160

const WHY_NO_CARD = {
  noLoad: 'No load ran in the two seconds before it: nothing to compare with.',
  nothingAcknowledged: 'Nothing was acknowledged just before it: there was no service to lose.',
} as const

export function availabilitySection(run: RunReading): Markup {
  const cards = faultCards(run)
  const leftOut = run.fold.faults.leftOut + Math.max(0, cards.length - CARDS_MAX)
  const endMs = run.fold.stoppedMs ?? run.fold.lastMs
  const shown = cards.slice(0, CARDS_MAX).map((one) => card(one, endMs))
  const content =
    cards.length === 0
      ? html`<p class="muted">No fault was injected in this run.</p>`
      : html`<div class="cards">${shown}</div>`
  const note = html`<p class="note" style="margin-top:8px">
    Against the two seconds before each fault, measured on what the load generator got. Total:
    nothing was acknowledged. Partial: less than half of the baseline. Recovery: until half a second
    at nine tenths of it.${leftOut > 0 ? ` ${plural(leftOut, 'fault')} more have no card.` : ''}
  </p>`
  return section('faults', 'Faults and availability', [content, cards.length === 0 ? null : note])
}

function card({ band, card: found, why }: FaultCard, endMs: number): Markup {
  const lasted = duration((band.toMs ?? endMs) - band.fromMs)
  const until = band.toMs === null ? `to the end of the run (${lasted})` : `for ${lasted}`
  const words = clip(faultText(band.fault), WORDS_CHARS_MAX)
  const head = html`<h3>${words}</h3>
    <p>${band.id}, from ${duration(band.fromMs)} on, ${until}</p>`
  if (found === null) {
    return html`<article class="card f-${band.family}">
      ${head}
      <p>${WHY_NO_CARD[why ?? 'noLoad']}</p>
    </article>`
  }
  const recovery = recoveryWords(found.recoveryMs, band.toMs)
  const rows = [
    ['Baseline', `${figure(found.baselinePerSecond)}/s`],
    ['Total outage', duration(Math.round(found.totalOutageMs))],
    ['Partial outage', duration(Math.round(found.partialOutageMs))],
    ['Recovery', recovery],
  ] as const
  const shown = rows.map(
    ([name, value]) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`,
  )
  return html`<article class="card f-${band.family}">
    ${head}
    <dl>${shown}</dl>
  </article>`
}

function recoveryWords(recoveryMs: number | null, endedAtMs: number | null): string {
  if (recoveryMs === null) return 'not in this run'
  if (recoveryMs === 0) return 'no outage'
  return duration(recoveryMs) + (endedAtMs === null ? ', while it lasted' : '')
}

export function costSection(run: RunReading): Markup {
  const ledger = ledgerOf(run)
  if (ledger === null) {
    return section(
      'cost',
      'Cost',
      html`<p class="muted">
        Nobody counted messages in this run: its nodes dialled each other without the switchboard.
      </p>`,
    )
  }
  const sums = sumsOf(run)
  const types = sums.byType.slice(0, 24).map(([type, times]) => ({
    cells: [type, count(times), share(times, ledger.messages), perSlot(times, ledger)],
  }))
  const extras = [
    sums.localMessages > 0 && `${plural(sums.localMessages, 'message')} of nodes to themselves`,
    sums.dropped > 0 && `${count(sums.dropped)} dropped by faults, counted as sent`,
    sums.duplicated > 0 && `${plural(sums.duplicated, 'copy')} made by faults, not counted`,
  ].filter((words) => words !== false)
  return section(
    'cost',
    'Cost',
    html`<div class="two">
      <section>
        <h3>Per chosen slot (${plural(ledger.chosenSlots, 'slot')})</h3>
        ${ledgerTable(ledger, sums.bytes)}
        <p class="note">
          Least, one slot a message: ${ledger.leastWords}. Heartbeats, requests passed on to the
          leader and what is sent again come on top; batches of several slots go below.
        </p>
        ${extras.length === 0 ? null : html`<p class="note">Apart: ${extras.join('; ')}.</p>`}
      </section>
      <section>
        <h3>Messages by type</h3>
        ${
          types.length === 0
            ? html`<p class="muted">None were told.</p>`
            : table(
                'Messages by type',
                [
                  { name: 'Type' },
                  { name: 'Messages', classes: 'num' },
                  { name: 'Share', classes: 'num' },
                  { name: 'Per slot', classes: 'num' },
                ],
                types,
              )
        }
      </section>
    </div>`,
  )
}

function ledgerTable(ledger: CostLedger, allBytes: number | null): Markup {
  const times = (value: number | null, least: number): string =>
    value === null || least === 0 ? NONE : `× ${figure(value / least)}`
  const { messagesPerSlot, flushesPerSlot, leastMessagesPerSlot, leastFlushesPerSlot } = ledger
  return table(
    'Cost per chosen slot',
    [
      { name: 'What' },
      { name: 'In all', classes: 'num' },
      { name: 'Per slot', classes: 'num' },
      { name: 'Unbatched', classes: 'num' },
      { name: 'Against it', classes: 'num' },
    ],
    [
      {
        cells: [
          ...['Messages between nodes', count(ledger.messages), figure(messagesPerSlot)],
          ...[figure(leastMessagesPerSlot), times(messagesPerSlot, leastMessagesPerSlot)],
        ],
      },
      {
        cells: ['Bytes', bytes(allBytes), bytes(ledger.bytesPerSlot), NONE, NONE],
      },
      {
        cells: [
          ...['Flushes', count(ledger.flushes), figure(flushesPerSlot)],
          ...[figure(leastFlushesPerSlot), times(flushesPerSlot, leastFlushesPerSlot)],
        ],
      },
    ],
  )
}

function share(times: number, all: number): string {
  return all === 0 ? NONE : `${figure((100 * times) / all)} %`
}

function perSlot(times: number, { chosenSlots }: CostLedger): string {
  return chosenSlots === 0 ? NONE : figure(times / chosenSlots)
}

export function loadSection(run: RunReading): Markup {
  const load = run.fold.load()
  if (load.sent === 0) {
    return section(
      'load',
      'Load',
      html`<p class="muted">The load generator was not used in this run.</p>`,
    )
  }
  const perSecond = (value: number): string =>
    load.ranMs === 0 ? NONE : `${figure((1000 * value) / load.ranMs)}/s`
  const outcomes = (
    [
      ['Sent', load.sent],
      ['Acknowledged', load.acked],
      ['Failed', load.failed],
      ['Unknown: no answer in time', load.unknown],
    ] as const
  ).map(([name, value]) => ({ cells: [name, count(value), perSecond(value)] }))
  const columns = [
    { name: 'Requests' },
    { name: 'In all', classes: 'num' },
    { name: 'A second', classes: 'num' },
  ]
  return section(
    'load',
    'Load',
    html`<div class="two">
      <section>
        <h3>Outcomes, over ${duration(load.ranMs)}</h3>
        ${table('Outcomes of requests', columns, outcomes)}
      </section>
      <section>
        <h3>Latency of acknowledged requests</h3>
        ${table(
          'Latency',
          [{ name: 'Share' }, { name: 'Below', classes: 'num' }],
          quantileRows(load),
        )}
      </section>
    </div>`,
  )
}
