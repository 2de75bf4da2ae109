/**
 * The points of a sweep: their trials, verdicts and middles.
 *
 * The interval of a median goes by ranks (binomial, at least 95 %), so that it asks nothing of how
 * values are spread; below six values no interval is 95 % sure, and there is none.
 */
import { distributionOf } from '../../../../core/report/distribution'
import type { ExperimentResult, SweepPoint, TrialResult } from '../../../../shared/experimentResult'
import type { Verdict } from '../../../../shared/labWords'
import type { Measure } from './measures'

const CONFIDENCE = 0.95

export interface PointTrials {
  readonly key: string
  /** Such as `policy=eager, nodes=5`; "all trials" without a sweep. */
  readonly name: string
  readonly point: SweepPoint
  readonly trials: readonly TrialResult[]
}

export interface Middle {
  readonly count: number
  readonly median: number
  readonly min: number
  readonly max: number
  /** 95 % interval of the median; null: too few values. */
  readonly interval: readonly [low: number, high: number] | null
}

export interface PointSummary extends PointTrials {
  readonly counts: Readonly<Record<Verdict, number>>
  /** In the order of the measures; null: nobody has it. */
  readonly middles: readonly (Middle | null)[]
}

export function pointName(point: SweepPoint): string {
  const words = Object.entries(point).map(([name, value]) => `${name}=${value}`)
  return words.length === 0 ? 'all trials' : words.join(', ')
}

/** Equal for equal points, whatever the order of their names. */
export function pointKey(point: SweepPoint): string {
  return JSON.stringify(Object.entries(point).sort(([left], [right]) => (left < right ? -1 : 1)))
}

/** In the order of the plan; a point whose trials never ended is not there. */
export function pointsOf({ trials }: Pick<ExperimentResult, 'trials'>): PointTrials[] {
  const groups = new Map<string, TrialResult[]>()
  for (const trial of [...trials].sort((a, b) => a.trial - b.trial)) {
    const key = pointKey(trial.point)
    const group = groups.get(key)
    if (group) group.push(trial)
    else groups.set(key, [trial])
  }
  return [...groups].map(([key, group]) => {
    const point = group[0]?.point ?? {}
    return { key, name: pointName(point), point, trials: group }
  })
}

/** Trials at this point; null: all of them. */
export function trialsAt(
  { trials }: Pick<ExperimentResult, 'trials'>,
  point: SweepPoint | null,
): readonly TrialResult[] {
  if (point === null) return trials
  const key = pointKey(point)
  return trials.filter((trial) => pointKey(trial.point) === key)
}

export function valuesOf(trials: readonly TrialResult[], { value }: Pick<Measure, 'value'>) {
  return trials.flatMap((trial) => value(trial) ?? [])
}

export function countVerdicts(trials: readonly Pick<TrialResult, 'verdict'>[]) {
  const counts: Record<Verdict, number> = { valid: 0, violated: 0, unknown: 0 }
  for (const { verdict } of trials) counts[verdict] += 1
  return counts
}

export function summarise(
  points: readonly PointTrials[],
  measures: readonly Measure[],
): PointSummary[] {
  return points.map((one) => ({
    ...one,
    counts: countVerdicts(one.trials),
    middles: measures.map((measure) => middleOf(valuesOf(one.trials, measure))),
  }))
}

export function middleOf(values: readonly number[]): Middle | null {
  const found = distributionOf(values)
  if (found === null) return null
  const { count, median, min, max } = found
  return { count, median, min, max, interval: medianInterval(values) }
}

/** By the ranks whose coverage of the median is at least 95 %. */
export function medianInterval(values: readonly number[]): readonly [number, number] | null {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = intervalRank(sorted.length)
  const [low, high] = [sorted[rank - 1], sorted[sorted.length - rank]]
  return rank === 0 || low === undefined || high === undefined ? null : [low, high]
}

/** How far from the ends, from 1; 0: too few values. */
function intervalRank(count: number): number {
  // Sums of binomial coefficients by 2^count, in logarithms: a thousand trials stay exact enough.
  let term = count * Math.log(0.5)
  let below = 0
  let rank = 0
  for (let at = 0; at < count / 2; at += 1) {
    below += Math.exp(term)
    if (2 * below > 1 - CONFIDENCE) break
    rank += 1
    term += Math.log((count - at) / (at + 1))
  }
  return rank
}

/** Whether the policy is what a sweep varies. */
export function sweepsPolicy({ plan }: Pick<ExperimentResult, 'plan'>): boolean {
  return plan.sweep.some(({ name }) => name === 'policy' || name === 'cluster.policy')
}
