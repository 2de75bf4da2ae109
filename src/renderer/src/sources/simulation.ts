/**
 * A simulated run made in the page: one seed, the shipped core, the shipped checks. The same seed
 * and wishes give the same run here and at `paxos-lab sim`.
 */
import type { LabEvent } from '../../../core/event'
import { DEFAULT_REPLICA } from '../../../core/paxos/config'
import type { SimPlan } from '../../../core/sim/plan'
import { drawPlan } from '../../../core/sim/swarm'
import { runTrial } from '../../../core/trial/trial'
import type { TrialVerdict } from '../../../core/trial/trial'
import { DEFAULT_CLUSTER } from '../../../shared/api'
import type { ClusterOptions } from '../../../shared/api'
import { RecordView } from '../../../shared/recordView'
import type { RecordedView } from '../../../shared/recordView'
import type { SimulatedPart, SimWish } from './simWish'

export interface Simulated {
  /** What it is made of, without a hunt; missing: it was not made by a wish. */
  readonly part?: SimulatedPart
  readonly seed: number
  readonly nodes: number
  readonly verdict: TrialVerdict
  /** Why it is unknown, or what is violated; empty if it is valid. */
  readonly words: string
  /** The same for the same wish, byte for byte. */
  readonly hash: string
  readonly view: RecordedView
  /** Simulated time of the whole run, and what was done in it. */
  readonly seconds: number
  readonly operations: number
}

export type ToSimulator = { readonly kind: 'run'; readonly wish: SimWish }
export type FromSimulator =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'done'; readonly run: Simulated }
  /** The hunt found nothing. */
  | { readonly kind: 'nothing'; readonly seeds: number }
  | { readonly kind: 'failed'; readonly words: string }

export const HUNT_SEEDS_MAX = 2000
const TICKS_PER_SECOND = 200

/** Runs what is wished for and tells of it; throws what a wish that cannot be drawn throws. */
export function simulate(wish: SimWish, tell: (message: FromSimulator) => void): void {
  if (!wish.hunt) return tell({ kind: 'done', run: simulateSeed(wish, wish.seed) })
  for (let seed = wish.seed; seed < wish.seed + HUNT_SEEDS_MAX; seed++) {
    tell({ kind: 'seed', seed })
    // Judged first, without keeping a picture of it.
    if (runTrial({ plan: planOf(wish, seed) }).verdict === 'violated') {
      return tell({ kind: 'done', run: simulateSeed(wish, seed) })
    }
  }
  tell({ kind: 'nothing', seeds: HUNT_SEEDS_MAX })
}

function planOf({ nodes, faults, mutant, seconds, forks = [] }: SimWish, seed: number): SimPlan {
  const safetyTicks = seconds === null ? undefined : seconds * TICKS_PER_SECOND
  const plan = drawPlan({
    seed,
    nodes: nodes ?? undefined,
    faults: faults ?? undefined,
    mutant,
    safetyTicks,
  })
  return forks.length === 0 ? plan : { ...plan, forks }
}

function simulateSeed(wish: SimWish, seed: number): Simulated {
  const plan = planOf(wish, seed)
  const fold = new RecordView()
  const onEvent = (event: LabEvent): void => fold.feed(event)
  const trial = runTrial({ plan, onEvent, messages: true })
  const { verdict, violations, checks, hash, ticks, operations } = trial
  const frame = { options: optionsOf(plan), checks, scenario: null, runDir: null }
  return {
    ...{ seed, nodes: plan.nodes, verdict, hash, operations },
    part: {
      wish: { ...wish, seed, hunt: false },
      safetyMs: (plan.safetyTicks * 1000) / TICKS_PER_SECOND,
      // A run that a violation ended stops between two ticks.
      endMs: Math.max((ticks * 1000) / TICKS_PER_SECOND, fold.sofar.atMs),
      due: plan.forks?.at(-1)?.hold === true ? trial.due : null,
    },
    words: violations[0]?.words ?? trial.words,
    view: fold.view(frame),
    seconds: ticks / TICKS_PER_SECOND,
  }
}

/** What views ask of the options of a cluster, so that mutant and variant are labelled. */
function optionsOf({ config, nodes, seed }: ReturnType<typeof planOf>): ClusterOptions | null {
  if (nodes !== 3 && nodes !== 5 && nodes !== 7) return null
  const { mode, policy, variant, mutant, quorums, roles, learnerMode, phases, refusal } = {
    ...DEFAULT_CLUSTER,
    ...DEFAULT_REPLICA,
    ...config,
  }
  const rules = { mode, policy, variant, mutant, quorums, roles, learnerMode, phases, refusal }
  return { ...DEFAULT_CLUSTER, ...rules, policy, nodes, seed }
}
