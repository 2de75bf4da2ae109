/**
 * The frame of every chart: caption with unit and legend, axes with ticks and units, fault bands
 * with their names, title and description for who cannot see it. Inline SVG, nothing from outside.
 *
 * Units: of the picture, 1 at a page 1056 wide; time axes count what the run counts.
 */
import type { ChartData, FaultBand } from '../../../core/report/chartData'
import { stepAt } from '../../../core/check/explore/abstractSteps'
import type { TimeUnit } from '../../../core/check/explore/abstractSteps'
import { faultText } from '../faultText'
import { clip, html, svg } from '../markup'
import type { Content, Markup } from '../markup'
import { figure as figureText, moment } from '../words'
import { between } from './scale'
import type { Scale } from './scale'

export const WIDTH = 1056
export const LEFT = 56
const RIGHT = 12
const BOTTOM = 22
const ROW = 15
const ROWS_MAX = 3
/** Average width of a character at 11 px. */
const CHAR = 5.9
const NAME_CHARS_MAX = 48
/** About so many on the axis of time. */
const TICKS = 8
/** Or a step. */
const SECOND_MS = 1000
export const PLOT: readonly [number, number] = [LEFT, WIDTH - RIGHT]

export interface Key {
  readonly name: string
  readonly mark: Markup
}

export interface ChartText {
  /** Unique in the page; part of ids. */
  readonly id: string
  readonly title: string
  /** What the axis of values counts, with its unit. */
  readonly unit: string
  /** One sentence that says what is to be seen. */
  readonly description: string
  readonly keys: readonly Key[]
  readonly note?: string
}

/** A run as its charts draw it. */
export type TimedData = ChartData & { readonly time: TimeUnit }

export interface TimeFrame {
  /** What its time counts. */
  readonly time: TimeUnit
  readonly x: Scale
  readonly plotTop: number
  readonly plotBottom: number
  readonly height: number
  readonly bands: Markup
}

export interface TimeSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly bands: readonly FaultBand[]
  /** What the time counts. */
  readonly time: TimeUnit
}

/** Lays bands and the axis of time out over a plot of this height. */
export function timeFrame({ fromMs, toMs, bands, time }: TimeSpan, plotHeight: number): TimeFrame {
  // There is no half step.
  const count = time === 'step' ? Math.max(1, Math.min(TICKS, stepAt(toMs - fromMs))) : TICKS
  const x = between([fromMs, toMs], PLOT, (ms) => figureText(ms / SECOND_MS), { count })
  const rows = namesOf(bands, x, toMs)
  const used = Math.max(0, ...rows.map(({ row }) => row + 1))
  const plotTop = 6 + used * ROW
  const plotBottom = plotTop + plotHeight
  const drawn = rows.map(({ band, row, text }) => {
    const from = x.at(band.fromMs)
    const width = Math.max(1.5, x.at(band.toMs ?? toMs) - from)
    const top = row < 0 ? plotTop : 3 + row * ROW
    return svg`<g class="f-${band.family}"><title>${bandTitle(band, time)}</title><rect class="band"
      x="${px(from)}" y="${top}" width="${px(width)}" height="${plotBottom - top}"/><rect
        class="hatch" x="${px(from)}" y="${top}" width="${px(width)}" height="${plotBottom - top}"
          fill="url(#hatch-${band.family})"/><path class="edge" d="M${px(from)}
            ${top}V${plotBottom}${
              band.toMs === null ? '' : `M${px(from + width)} ${top}V${plotBottom}`
            }"/>${
              text === ''
                ? null
                : svg`<text
                class="band-name halo" x="${px(from + 4)}" y="${top + 11}">${text}</text>`
            }</g>`
  })
  return { time, x, plotTop, plotBottom, height: plotBottom + BOTTOM, bands: svg`${drawn}` }
}

interface BandRow {
  readonly band: FaultBand
  /** -1: no room for its name. */
  readonly row: number
  readonly text: string
}

/** Each name goes into the first row that is free there; a band without room has a title alone. */
function namesOf(bands: readonly FaultBand[], x: Scale, toMs: number): BandRow[] {
  const free = Array.from({ length: ROWS_MAX }, () => -Infinity)
  return bands.map((band) => {
    const words = clip(faultText(band.fault), NAME_CHARS_MAX)
    const from = x.at(band.fromMs)
    const room = WIDTH - RIGHT - from - 6
    const text = clip(words, Math.max(1, Math.floor(room / CHAR)))
    const width = Math.max(text.length * CHAR + 10, x.at(band.toMs ?? toMs) - from)
    const row = text.length < 4 ? -1 : free.findIndex((until) => until <= from)
    if (row < 0) return { band, row, text: '' }
    free[row] = from + width
    return { band, row, text }
  })
}

function bandTitle({ id, fault, fromMs, toMs }: FaultBand, time: TimeUnit): string {
  const until = toMs === null ? 'to the end' : `to ${moment(toMs, time)}`
  return `${id}: ${faultText(fault)}, from ${moment(fromMs, time)} ${until}`
}

/** Axis of time below a plot. */
export function timeAxis(frame: TimeFrame): Markup {
  return xAxis(frame.x, frame, frame.time)
}

export function xAxis(
  x: Scale,
  { plotTop, plotBottom }: Pick<TimeFrame, 'plotTop' | 'plotBottom'>,
  unit: string,
): Markup {
  const right = WIDTH - RIGHT
  const width = unit.length * CHAR + 6
  const ticks = x.ticks.map(({ value, text }) => {
    const at = x.at(value)
    // The unit stands at the end of the axis.
    const label = at + (text.length * CHAR) / 2 > right - width ? '' : text
    return svg`<path class="grid" d="M${px(at)} ${plotTop}V${plotBottom}"/><text x="${px(at)}"
      y="${plotBottom + 15}" text-anchor="middle">${label}</text>`
  })
  return svg`<g>${ticks}<path class="axis" d="M${LEFT} ${plotBottom}H${right}"/><text class="unit"
    x="${right}" y="${plotBottom + 15}" text-anchor="end">${unit}</text></g>`
}

/** Axis of values at the left of a plot, its unit above the highest. */
export function yAxis(y: Scale): Markup {
  const ticks = y.ticks.map(({ value, text }) => {
    const at = y.at(value)
    return svg`<path class="grid" d="M${LEFT} ${px(at)}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}"
      y="${px(at + 4)}" text-anchor="end">${text}</text>`
  })
  return svg`<g>${ticks}</g>`
}

export function chartFigure(text: ChartText, height: number, content: Content): Markup {
  const { id, title, unit, description, keys, note } = text
  const legend = keys.map(({ name, mark }) => html`<span>${mark}${name}</span>`)
  return html`<figure id="${id}">
    <figcaption>
      <h3>${title}</h3>
      <span class="unit">${unit}</span
      >${keys.length === 0 ? null : html`<span class="legend">${legend}</span>`}
    </figcaption>
    <svg
      class="chart"
      role="img"
      viewBox="0 0 ${WIDTH} ${px(height)}"
      aria-labelledby="${id}-t ${id}-d"
    >
      <title id="${id}-t">${title}, ${unit}</title>
      <desc id="${id}-d">${description}</desc>
      ${content}</svg
    >${note === undefined || note === '' ? null : html`<p class="note">${note}</p>`}
  </figure> `
}

/** Of a chart without anything to draw: why. */
export function noChart(title: string, words: string): Markup {
  return html`<p class="none"><b>${title}.</b> ${words}</p>`
}

export function lineKey(name: string, classes: string): Key {
  return {
    name,
    mark: svg`<svg viewBox="0 0 22 10" aria-hidden="true"><path class="line ${classes}" d="M0
      5H22"/></svg>`,
  }
}

/** One decimal is finer than any screen. */
export function px(value: number): number {
  return Math.round(value * 10) / 10
}

const HATCHES: readonly (readonly [FaultBand['family'], number, Markup])[] = [
  ['partition', 8, svg`<path class="edge" d="M-2 2 2-2M0 8 8 0M6 10l4-4"/>`],
  ['down', 8, svg`<rect width="8" height="8" fill="var(--fault)" fill-opacity=".4"/>`],
  [
    'slow',
    6,
    svg`<g fill="var(--fault)"><circle cx="1.5" cy="1.5" r=".9"/><circle cx="4.5" cy="4.5" r=".9"/
      ></g>`,
  ],
  ['pause', 6, svg`<path class="edge" d="M2.5 0v6"/>`],
  [
    'loss',
    12,
    svg`<g fill="var(--fault)"><circle cx="3" cy="3" r="1"/><circle cx="9" cy="9" r="1"/></g>`,
  ],
  ['storage', 6, svg`<path class="edge" d="M0 2.5h6"/>`],
]

/** Patterns of the bands, once in a page. */
export function hatches(): Markup {
  const patterns = HATCHES.map(
    ([family, size, shape]) =>
      svg`<g class="f-${family}"><pattern id="hatch-${family}" width="${size}" height="${size}"
        patternUnits="userSpaceOnUse">${shape}</pattern></g>`,
  )
  return svg`<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs
    >${patterns}</defs></svg>`
}
