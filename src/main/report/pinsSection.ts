/**
 * Pinned pictures and figures of a run, in the order in which `pins.json` has them.
 *
 * Safety: a picture is an image by address (`data:`): whatever stands in it can run and load
 *         nothing. A file of pins that cannot be read is said, and the rest of the report stands.
 */
import { stepAt } from '../../core/check/explore/abstractSteps'
import type { TimeUnit } from '../../core/check/explore/abstractSteps'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FrameError } from '../../shared/frame'
import { parsePins, PINS_FILE } from '../../shared/pins'
import type { Pin } from '../../shared/pins'
import { html } from './markup'
import type { Markup } from './markup'
import { section, table } from './page'

/** Null: nothing was pinned; a text: why the pins cannot be read. */
export type RunPins = readonly Pin[] | string | null

export async function readPins(runDir: string): Promise<RunPins> {
  const text = await readFile(join(runDir, PINS_FILE), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const pins = parsePins(text)
    return pins.length === 0 ? null : pins
  } catch (error) {
    if (error instanceof FrameError) return error.message
    throw error
  }
}

export function pinsSection(pins: RunPins, time: TimeUnit): Markup | null {
  if (pins === null) return null
  if (typeof pins === 'string') {
    return section('pins', 'Pinned', html`<p>The pins cannot be shown: ${pins}.</p>`)
  }
  return section(
    'pins',
    'Pinned',
    html`<div class="pins">${pins.map((pin) => figure(pin, time))}</div>`,
  )
}

function figure(pin: Pin, time: TimeUnit): Markup {
  const { title, caption, fromMs, toMs, atMs, svg, rows } = pin
  const data = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  const where = atMs === null ? 'at its end' : `at ${at(atMs, time)}`
  const cells = rows.map(([name, value]) => ({ cells: [name, value] }))
  const columns = [{ name: 'Figure' }, { name: 'Value', classes: 'num' }]
  // What the chart itself says stands in its picture: it is for those who do not see that.
  const isOfPicture = svg !== '' && caption.startsWith(title)
  const told = isOfPicture ? caption : `${title}. ${caption}`
  return html`<figure class="pin">
    <figcaption>
      <b>${title}</b
      ><span class="unit"
        >${range(fromMs, toMs, time)}, seen <a href="#timeline-h">${where}</a></span
      >
    </figcaption>
    ${svg === '' ? null : html`<img src="${data}" alt="${told}" />`}
    ${rows.length === 0 ? null : table(title, columns, cells)}
    ${caption === '' || isOfPicture ? null : html`<p class="muted">${caption}</p>`}
  </figure>`
}

/** 1.25 to 3.5 s, or step 3 to step 8. */
function range(fromMs: number, toMs: number, time: TimeUnit): string {
  const from = time === 'step' ? at(fromMs, time) : seconds(fromMs)
  return `${from} to ${at(toMs, time)}`
}

function at(ms: number, time: TimeUnit): string {
  return time === 'step' ? `step ${stepAt(ms)}` : `${seconds(ms)} s`
}

function seconds(ms: number): string {
  return String(Number((ms / 1000).toFixed(3)))
}
