/** Survival curves of trials: how many are undecided after k ballots, or after some time. */
import { survivalOf } from '../../../../core/report/survival'
import type { Survival, SurvivalStep } from '../../../../core/report/survival'
import type { TrialResult } from '../../../../shared/experimentResult'
import { decisionOf, figure } from './measures'

export type SurvivalBy = 'ballots' | 'time'

export const BY_UNIT: Readonly<Record<SurvivalBy, string>> = { ballots: 'ballots', time: 's' }

export interface Group {
  readonly name: string
  /** Policies are compared: the clock of the first one counts. Missing: they are. */
  readonly isOfPolicy?: boolean
  readonly trials: readonly TrialResult[]
}

export interface Curve {
  readonly name: string
  /** Which of the inks, from 0. */
  readonly ink: number
  readonly survival: Survival
}

/** More curves than this cannot be told apart. */
export const CURVES_MAX = 10
/** One trial is no curve. */
const TRIALS_MIN = 2

export function curvesOf(groups: readonly Group[], by: SurvivalBy): Curve[] {
  return groups
    .flatMap(({ name, trials, isOfPolicy = true }, ink) => {
      const times = trials.flatMap((trial) => decisionOf(trial, isOfPolicy) ?? [])
      if (times.length < TRIALS_MIN) return []
      const lifetimes = times.map(({ ballots, ms, decided }) => {
        return { at: by === 'ballots' ? ballots : ms / 1000, decided }
      })
      return [{ name, ink, survival: survivalOf(lifetimes) }]
    })
    .slice(0, CURVES_MAX)
}

export function curveSentence({ name, survival }: Curve, by: SurvivalBy): string {
  const { decided, trials, median } = survival
  const half =
    median === null ? 'fewer than half decided' : `half by ${figure(median)} ${BY_UNIT[by]}`
  return `${name}: ${decided} of ${trials} trials decided, ${half}`
}

/** Every step as a row, for the table and for CSV. */
export function curveRows(curves: readonly Curve[]): (string | number)[][] {
  return curves.flatMap(({ name, survival }) =>
    survival.steps.map(({ at, atRisk, decided, censored, survival: share, low, high }) => {
      return [name, at, atRisk, decided, censored, share, low ?? '', high ?? '']
    }),
  )
}

export const CURVE_COLUMNS = [
  ...['point', 'at', 'at risk', 'decided', 'ended first'],
  ...['share undecided', 'low 95 %', 'high 95 %'],
] as const

export interface Place {
  x(value: number): number
  y(value: number): number
}

/** The curve as stairs; it ends with the last trial unless all have decided. */
export function stairPath(steps: readonly SurvivalStep[], { x, y }: Place, end: number): string {
  const last = steps.at(-1)
  const d = steps
    .map(({ at, survival }, index) => {
      const [left, top] = [px(x(at)), px(y(survival))]
      return index === 0 ? `M${left} ${top}` : `H${left}V${top}`
    })
    .join('')
  return last?.survival === 0 ? `${d}H${px(x(end))}` : d
}

export function bandPath(steps: readonly SurvivalStep[], { x, y }: Place): string {
  return steps
    .map(({ at, low, high }, index) => {
      const next = steps[index + 1]?.at ?? at
      if (low === null || high === null || next <= at) return ''
      const [left, right] = [px(x(at)), px(x(next))]
      return `M${left} ${px(y(high))}H${right}V${px(y(low))}H${left}z`
    })
    .join('')
}

/** A tick for each time at which a trial ended first. */
export function censoredPath(steps: readonly SurvivalStep[], { x, y }: Place): string {
  return steps
    .filter(({ censored }) => censored > 0)
    .map(({ at, survival }) => `M${px(x(at))} ${px(y(survival) - 4)}v8`)
    .join('')
}

/** One decimal is finer than any screen. */
export function px(value: number): number {
  return Math.round(value * 10) / 10
}
