/** Charts over many trials: survival until a decision, and how measures are spread. */
import { survivalOf } from '../../core/report/survival'
import type { DecisionTime, TrialResult } from '../../shared/experimentResult'
import { boxChart } from './charts/boxChart'
import { survivalChart } from './charts/survivalChart'
import type { PointTrials } from './points'
import { html } from './markup'
import type { Markup } from './markup'
import { section, table } from './page'
import { MEASURES, valuesOf } from './pointTable'
import { figure, NONE } from './words'

type DecisionOf = (trial: TrialResult) => DecisionTime | null

/** More curves than this cannot be told apart. */
const CURVES_MAX = 10
/** One trial is no curve. */
const TRIALS_MIN = 2

/** Null where too few trials tell of a ballot. */
export function survivalCharts(points: readonly PointTrials[], of: DecisionOf): Markup | null {
  const told = points.map(({ name, trials }) => {
    return { name, times: trials.flatMap((trial) => of(trial) ?? []) }
  })
  const shown = told.filter(({ times }) => times.length >= TRIALS_MIN).slice(0, CURVES_MAX)
  if (shown.length === 0) return null
  const curvesOf = (value: (time: DecisionTime) => number) =>
    shown.map(({ name, times }) => {
      const lifetimes = times.map((time) => ({ at: value(time), decided: time.decided }))
      return { name, survival: survivalOf(lifetimes) }
    })
  const byBallots = curvesOf(({ ballots }) => ballots)
  const bySeconds = curvesOf(({ ms }) => ms / 1000)
  const rows = byBallots.map(({ name, survival }, at) => {
    const { trials, decided, median } = survival
    const half = (value: number | null | undefined, unit: string): string =>
      value == null ? NONE : `${figure(value)} ${unit}`
    return {
      cells: [
        ...[name, trials, decided, trials - decided],
        ...[half(median, 'ballots'), half(bySeconds[at]?.survival.median, 's')],
      ],
    }
  })
  const columns = [
    { name: 'Point', classes: 'point' },
    ...['Trials', 'Decided', 'Ended first', 'Half decided by', 'and by'].map((name) => {
      return { name, classes: 'num' }
    }),
  ]
  return section('survival', 'Until a value was chosen', [
    survivalChart(byBallots, {
      id: 'survival-ballots',
      title: 'Survival by ballots',
      unit: 'ballots',
    }),
    survivalChart(bySeconds, { id: 'survival-time', title: 'Survival by time', unit: 's' }),
    table('Decisions by point', columns, rows),
    told.length > shown.length
      ? html`<p class="note">
          Points with fewer than two trials, or beyond the tenth, have no curve.
        </p>`
      : null,
  ])
}

/** Null where there is nothing to compare. */
export function measureCharts(points: readonly PointTrials[], of: DecisionOf): Markup | null {
  const decided = {
    ...{ id: 'decision', name: 'Time until a value was chosen', unit: 'ms' },
    value: (trial: TrialResult) => {
      const time = of(trial)
      return time?.decided === true ? time.ms : null
    },
  }
  const charts = [decided, ...MEASURES].flatMap((one) => {
    const rows = points.map((point) => ({ name: point.name, values: valuesOf(point, one) }))
    return boxChart(rows, { id: `spread-${one.id}`, title: one.name, unit: one.unit }) ?? []
  })
  if (charts.length === 0) return null
  return section('spread', 'How measures are spread', [
    html`<p class="note" style="margin-bottom:12px">
      A dot is a trial, the box the middle half, the line in it and the figure at the right the
      median.
    </p>`,
    charts,
  ])
}
