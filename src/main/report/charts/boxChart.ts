/** Distributions of one measure, a row for each point: every trial a dot, quartiles as a box. */
import { distributionOf } from '../../../core/report/distribution'
import { clip, svg } from '../markup'
import type { Markup } from '../markup'
import { figure } from '../words'
import { chartFigure, px, WIDTH, xAxis } from './frame'
import { linear, between } from './scale'
import { inkOf } from './survivalChart'

export interface BoxRow {
  readonly name: string
  readonly values: readonly number[]
}

const NAMES = 220
const ROW = 30
const TOP = 4
const NAME_CHARS_MAX = 34

/** Null where no row has a value, or all have the same one: a figure says that better. */
export function boxChart(
  rows: readonly BoxRow[],
  text: { readonly id: string; readonly title: string; readonly unit: string },
): Markup | null {
  const all = rows.flatMap(({ values }) => values)
  const min = Math.min(...all)
  const max = Math.max(...all)
  if (all.length === 0 || min === max) return null
  const from = min > 0 && min < max / 2 ? 0 : min
  const x = between([from, max], [NAMES, WIDTH - 80], figure)
  const bottom = TOP + rows.length * ROW
  const drawn = rows.map((row, at) => drawRow(row, x.at, TOP + at * ROW + ROW / 2, inkOf(at)))
  const medians = rows.map(
    ({ name, values }) => `${name}: ${figure(distributionOf(values)?.median ?? null)}`,
  )
  return chartFigure(
    {
      ...{ id: text.id, title: text.title, unit: text.unit, keys: [] },
      description: `Medians, ${text.unit}: ${medians.join('; ')}.`,
    },
    bottom + 22,
    svg`${xAxis(
      linear([from, max], [NAMES, WIDTH - 80], x.ticks),
      { plotTop: TOP, plotBottom: bottom },
      text.unit.length > 12 ? '' : text.unit,
    )}${drawn}`,
  )
}

function drawRow(row: BoxRow, at: (value: number) => number, y: number, ink: string): Markup {
  const found = distributionOf(row.values)
  const name = svg`<text x="${NAMES - 12}" y="${px(y + 4)}" text-anchor="end">${clip(
    row.name,
    NAME_CHARS_MAX,
  )}</text>`
  if (found === null)
    return svg`<g>${name}<text x="${NAMES + 4}" y="${px(y + 4)}">no value</text></g>`
  const { min, lower, median, upper, max } = found
  // Equal values would hide each other.
  const dots = row.values.map((value, index) => {
    return svg`<circle class="dot" cx="${px(at(value))}" cy="${px(y - 6 + ((index * 5) % 13))}"
      r="2"/>`
  })
  return svg`<g class="${ink}">${name}<path class="line" d="M${px(at(min))}
    ${y}H${px(at(lower))}M${px(at(upper))} ${y}H${px(at(max))}"/><rect class="box"
      x="${px(at(lower))}" y="${y - 9}" width="${px(Math.max(1, at(upper) - at(lower)))}"
        height="18"/>${dots}<path class="line" d="M${px(at(median))} ${y - 9}v18"/><text
          class="strong" x="${WIDTH - 4}" y="${px(y + 4)}" text-anchor="end"
            >${figure(median)}</text></g>`
}
