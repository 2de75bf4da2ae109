/**
 * What a set of trials is: the experiment with every point of its sweep, the trials with their
 * seeds, and the command that repeats it. All of it is looked at before anything starts.
 *
 * Errors: ScenarioError for the text, PlanError for the wish, UnsimulatedError for the simulator.
 */
import type { Scenario } from '../../shared/experiment'
import { parseScenario, parsingScenario, PlanError, sweepPoints } from '../../shared/experiment'
import type { ExperimentPlan, SweepAxis, SweepPoint } from '../../shared/experimentResult'
import { simRefusals } from '../lab/sim/simRefusals'
import { planCommand, trialCommand } from './command'
import type { TypedArg } from './command'
import { chooseSeeds, shardOf, trialsOf } from './plan'
import type { PlannedTrial, SeedWish, Shard } from './plan'

/** What is wanted of an experiment; null: what its file says. */
export interface TrialsWish {
  readonly text: string
  /** What the text is called in errors. */
  readonly file: string
  readonly sweep: readonly SweepAxis[] | null
  readonly seeds: SeedWish
  readonly shard: Shard | null
  readonly source: ExperimentPlan['source']
  /** Trials at a time. */
  readonly atOnce: number
  readonly timeLimitMs: number | null
  readonly stopOnFailure: boolean
  /** The arguments of `run` that ask for this. */
  readonly typed: readonly TypedArg[]
  /** Those of them that are options of the cluster, and what these make of a scenario. */
  readonly clusterArgs: readonly string[]
  adjust(scenario: Scenario): Scenario
}

export interface PlannedTrials {
  readonly text: string
  readonly file: string
  /** With the options of the cluster, for the point of a trial. */
  scenarioAt(point: SweepPoint): Scenario
  readonly plan: ExperimentPlan
  /** Trials of the whole plan, and those of them that are to run here. */
  readonly total: number
  readonly points: number
  /** About how long one trial takes, as the file says. */
  readonly seconds: number
  readonly trials: readonly PlannedTrial[]
  readonly clusterArgs: readonly string[]
  readonly atOnce: number
  readonly timeLimitMs: number | null
  readonly stopOnFailure: boolean
  commandOf(trial: Pick<PlannedTrial, 'seed' | 'point'>): string
}

/** A step or an option that only real processes have. */
export class UnsimulatedError extends PlanError {}

export function planTrials(wish: TrialsWish): PlannedTrials {
  const planning = planningTrials(wish)
  for (;;) {
    const { done, value } = planning.next()
    if (done === true) return value
  }
}

/** The same, point by point: a sweep can have thousands, and others want their turn. */
export function* planningTrials(wish: TrialsWish): Generator<void, PlannedTrials> {
  const { text, file, typed, source, atOnce, timeLimitMs, stopOnFailure } = wish
  const scenario = yield* parsingScenario(text, file)
  const sweep = wish.sweep ?? scenario.plan.sweep
  const points = sweepPoints(sweep)
  const scenarioOf = (point: SweepPoint): Scenario => wish.adjust(parseScenario(text, file, point))
  const scenarios = new Map<SweepPoint, Scenario>()
  for (const point of points) {
    yield
    const each = scenarioOf(point)
    if (source === 'simulator') refuseUnsimulated(each)
    scenarios.set(point, each)
  }
  const seeds = chooseSeeds(scenario.plan, scenario.cluster.seed, wish.seeds)
  const planned = trialsOf(points, seeds)
  const { name, title, seconds } = scenario
  return {
    ...{ text, file, atOnce, timeLimitMs, stopOnFailure, seconds },
    scenarioAt: (point) => scenarios.get(point) ?? scenarioOf(point),
    plan: { name, title, sweep, seeds, source, command: planCommand(typed) },
    total: planned.length,
    points: points.length,
    trials: shardOf(planned, wish.shard),
    clusterArgs: wish.clusterArgs,
    commandOf: (trial) => trialCommand(typed, trial),
  }
}

function refuseUnsimulated(scenario: Scenario): void {
  const refusals = simRefusals(scenario)
  if (refusals.length > 0) throw new UnsimulatedError(refusals.join('\n'))
}
