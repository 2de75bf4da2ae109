/**
 * The figures of a trial that tables show and comparisons compare, and their middle and spread over
 * the trials of a point.
 *
 * Units: as the names say; `null` is "not known", never zero, and is left out of middles.
 */
import type { SweepPoint, TrialResult } from '../../shared/experimentResult'
import type { Verdict } from '../../shared/labWords'
import { pointKey } from './plan'

/** Of a trial, by name; a measure that is a text is none. */
export type TrialFigureSet = Readonly<Record<string, number | null>>

export interface Spread {
  /** Trials with this figure. */
  readonly count: number
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface PointSummary {
  readonly point: SweepPoint
  readonly trials: number
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** By figure; null: no trial has it. */
  readonly figures: Readonly<Record<string, Spread | null>>
}

/** What the result table shows. */
export const MAIN_FIGURES = [
  'chosenSlots',
  'ballotsPerChosenSlot',
  'p95Ms',
  'unavailableSeconds',
] as const

/** All figures of a trial: its measures, and what follows from them. */
export function figuresOf(trial: TrialResult): TrialFigureSet {
  const figures: Record<string, number | null> = {}
  for (const [name, value] of Object.entries(trial.measures)) {
    if (typeof value === 'number' || value === null) figures[name] = value
  }
  const { cost } = trial
  // A sweep over policies asks how long each took, not the one that was switched to.
  const decision = trial.firstDecision ?? trial.decision
  const slots = figures['chosenSlots'] ?? null
  const ballots = figures['bids'] ?? null
  return {
    ...figures,
    ballotsPerChosenSlot: slots !== null && slots > 0 && ballots !== null ? ballots / slots : null,
    unavailableSeconds: unavailableSeconds(trial),
    messagesPerSlot: cost?.messagesPerSlot ?? null,
    bytesPerSlot: cost?.bytesPerSlot ?? null,
    flushesPerSlot: cost?.flushesPerSlot ?? null,
    decisionMs: decision?.decided === true ? decision.ms : null,
    decisionBallots: decision?.decided === true ? decision.ballots : null,
  }
}

/** The worst fault: what several faults at once did would count twice in a sum. */
function unavailableSeconds({ availability }: TrialResult): number | null {
  if (availability.length === 0) return null
  return Math.max(...availability.map(({ totalOutageMs }) => totalOutageMs)) / 1000
}

export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null).sort((left, right) => left - right)
  const [min] = known
  const max = known.at(-1)
  if (min === undefined || max === undefined) return null
  return { count: known.length, median: medianOf(known), min, max }
}

/** Of values in order, at least one. */
export function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2
  const at = (index: number): number => sorted[index] ?? NaN
  if (!Number.isInteger(middle)) return at(Math.floor(middle))
  return (at(middle - 1) + at(middle)) / 2
}

/** One summary a point, in the order in which trials came to them. */
export function summarise(trials: readonly TrialResult[]): PointSummary[] {
  const byPoint = new Map<string, TrialResult[]>()
  for (const trial of [...trials].sort((left, right) => left.trial - right.trial)) {
    const key = pointKey(trial.point)
    const group = byPoint.get(key)
    if (group === undefined) byPoint.set(key, [trial])
    else group.push(trial)
  }
  return [...byPoint.values()].map((group) => summaryOf(group))
}

function summaryOf(group: readonly TrialResult[]): PointSummary {
  const sets = group.map((trial) => figuresOf(trial))
  const names = [...new Set(sets.flatMap((set) => Object.keys(set)))]
  const spread = (name: string) => spreadOf(sets.map((set) => set[name] ?? null))
  return {
    point: group[0]?.point ?? {},
    trials: group.length,
    verdicts: countVerdicts(group),
    figures: Object.fromEntries(names.map((name) => [name, spread(name)])),
  }
}

export function countVerdicts(trials: readonly TrialResult[]): Record<Verdict, number> {
  const counts = { valid: 0, violated: 0, unknown: 0 }
  for (const { verdict } of trials) counts[verdict] += 1
  return counts
}
