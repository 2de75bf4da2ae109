/** The points of a sweep, and what their trials are compared by. */
import type {
  DecisionTime,
  ExperimentResult,
  SweepPoint,
  TrialResult,
} from '../../shared/experimentResult'
import { clip } from './markup'

/** The trials of one point of the sweep. */
export interface PointTrials {
  readonly name: string
  readonly point: SweepPoint
  readonly trials: readonly TrialResult[]
}

export function decisionOf({ plan }: ExperimentResult, trial: TrialResult): DecisionTime | null {
  const isSwept = plan.sweep.some(({ name }) => name === 'policy' || name === 'cluster.policy')
  return isSwept ? (trial.firstDecision ?? trial.decision) : trial.decision
}

/** In the order of the plan; a point whose trials never ended has none. */
export function pointsOf({ plan, trials }: ExperimentResult): PointTrials[] {
  const points = new Map<string, { point: SweepPoint; trials: TrialResult[] }>()
  for (const trial of [...trials].sort((a, b) => a.trial - b.trial)) {
    const name = pointName(trial.point)
    const known = points.get(name) ?? { point: trial.point, trials: [] }
    known.trials.push(trial)
    points.set(name, known)
  }
  return [...points].map(([name, one]) => ({ name: name || clip(plan.title, 40), ...one }))
}

export function pointName(point: SweepPoint): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}
