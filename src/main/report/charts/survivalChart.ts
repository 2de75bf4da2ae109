/** Survival curves with their 95 % bands: one for each point of a sweep. */
import type { Survival, SurvivalStep } from '../../../core/report/survival'
import { svg } from '../markup'
import type { Markup } from '../markup'
import { figure, plural } from '../words'
import { chartFigure, lineKey, noChart, PLOT, px, xAxis, yAxis } from './frame'
import { fromZero, linear } from './scale'
import type { Scale } from './scale'

export interface Curve {
  readonly name: string
  readonly survival: Survival
}

const HEIGHT = 190
const TOP = 8

export function survivalChart(
  curves: readonly Curve[],
  text: { readonly id: string; readonly title: string; readonly unit: string },
): Markup {
  const most = Math.max(0, ...curves.flatMap(({ survival }) => survival.steps.map(({ at }) => at)))
  if (most === 0) return noChart(text.title, 'No trial told of a ballot.')
  const bottom = TOP + HEIGHT
  const x = fromZero(most, PLOT, figure, { count: 10 })
  const end = x.ticks.at(-1)?.value ?? most
  const y = linear(
    [0, 1],
    [bottom, TOP],
    [0, 0.25, 0.5, 0.75, 1].map((value) => {
      return { value, text: `${value * 100} %` }
    }),
  )
  const drawn = curves.map(({ survival }, at) => {
    return svg`<g class="${inkOf(at)}"><path class="ci" d="${bandPath(
      survival.steps,
      x,
      y,
      end,
    )}"/><path class="line ${dashOf(at)}" d="${stairPath(survival.steps, x, y, end)}"/
        >${censored(survival, x, y)}</g>`
  })
  return chartFigure(
    {
      ...{
        id: text.id,
        title: text.title,
        unit: `share of trials without a chosen value, in %; below: ${text.unit}`,
      },
      description: curves
        .map(({ name, survival: { decided, trials, median } }) => {
          const half =
            median === null ? 'fewer than half decided' : `half by ${figure(median)} ${text.unit}`
          return `${name}: ${decided} of ${plural(trials, 'trial')} decided, ${half}.`
        })
        .join(' '),
      keys: curves.map(({ name }, at) => lineKey(name, `${inkOf(at)} ${dashOf(at)}`)),
      note:
        'Kaplan–Meier; the shade is the pointwise 95 % confidence band (Greenwood, log-log); ' +
        'a tick is a trial that ended first.',
    },
    bottom + 22,
    svg`${yAxis(y)}${xAxis(x, { plotTop: TOP, plotBottom: bottom }, text.unit)}${drawn}`,
  )
}

/** Five inks, then the same with another dash. */
export function inkOf(at: number): string {
  return `n${(at % 5) + 1} ink-node`
}

function dashOf(at: number): string {
  return ['', 'dash1', 'dash2', 'dash3'][at % 4] ?? ''
}

function stairPath(steps: readonly SurvivalStep[], x: Scale, y: Scale, end: number): string {
  const last = steps.at(-1)
  const d = steps
    .map(({ at, survival }, index) => {
      return index === 0
        ? `M${px(x.at(at))} ${px(y.at(survival))}`
        : `H${px(x.at(at))}V${px(y.at(survival))}`
    })
    .join('')
  // Nobody is watched beyond the last trial.
  return last && last.survival === 0 ? `${d}H${px(x.at(end))}` : d
}

function bandPath(steps: readonly SurvivalStep[], x: Scale, y: Scale, end: number): string {
  const parts: string[] = []
  steps.forEach(({ at, low, high }, index) => {
    if (low === null || high === null) return
    const next = steps[index + 1]?.at ?? Math.min(at, end)
    if (next <= at) return
    const [left, right] = [px(x.at(at)), px(x.at(next))]
    parts.push(`M${left} ${px(y.at(high))}H${right}V${px(y.at(low))}H${left}z`)
  })
  return parts.join('')
}

function censored({ steps }: Survival, x: Scale, y: Scale): Markup {
  const d = steps
    .filter((step) => step.censored > 0)
    .map(({ at, survival }) => `M${px(x.at(at))} ${px(y.at(survival) - 4)}v8`)
    .join('')
  return svg`<path class="line" d="${d}"/>`
}
