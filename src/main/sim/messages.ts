/** What the command line and the threads of the simulator say to each other. */
import type { Violation } from '../../core/check/violation'
import type { SimFaultKind, SimPlan } from '../../core/sim/plan'
import { ForkError } from '../../core/sim/fork'
import { drawPlan } from '../../core/sim/swarm'
import type { SwarmOptions } from '../../core/sim/swarm'
import { minimise } from '../../core/trial/minimise'
import { runTrial } from '../../core/trial/trial'
import type { TrialVerdict } from '../../core/trial/trial'

/** A seed with what a person fixed, or a whole plan. */
export type TrialTask =
  | { readonly kind: 'seed'; readonly options: SwarmOptions }
  | { readonly kind: 'plan'; readonly plan: SimPlan }

export type SimTask = TrialTask | { readonly kind: 'minimise'; readonly plan: SimPlan }

/** A trial without its history: that stays in the thread. */
export interface SeedReport {
  readonly seed: number
  readonly verdict: TrialVerdict
  readonly violations: readonly Violation[]
  readonly events: number
  readonly eventsPerSecond: number
  readonly hash: string
  /** Virtual time. */
  readonly seconds: number
  readonly chosenSlots: number
  readonly operations: number
  readonly faults: Readonly<Partial<Record<SimFaultKind, number>>>
  readonly healTicks: number | null
  readonly words: string
}

export interface MinimisedReport {
  readonly plan: SimPlan
  readonly trials: number
  readonly violation: Violation | null
}

export type SimAnswer =
  | { readonly kind: 'trial'; readonly report: SeedReport }
  | { readonly kind: 'minimised'; readonly report: MinimisedReport | null }
  /** The run cannot fork where it should. */
  | { readonly kind: 'refused'; readonly words: string }
  /** A defect of the simulator itself. */
  | { readonly kind: 'failed'; readonly words: string }

const TICKS_PER_SECOND = 200

export function planOf(task: TrialTask): SimPlan {
  return task.kind === 'plan' ? task.plan : drawPlan(task.options)
}

/** Does a task here and now; `nowMs` is for the figure of speed alone. */
export function performTask(task: SimTask, nowMs: () => number): SimAnswer {
  try {
    if (task.kind !== 'minimise') return { kind: 'trial', report: tryOut(planOf(task), nowMs) }
    const smaller = minimise(task.plan)
    if (smaller === null) return { kind: 'minimised', report: null }
    const { plan, trials, result } = smaller
    const violation = result.violations[0] ?? null
    return { kind: 'minimised', report: { plan, trials, violation } }
  } catch (error) {
    if (error instanceof ForkError) return { kind: 'refused', words: error.message }
    return { kind: 'failed', words: error instanceof Error ? (error.stack ?? '') : String(error) }
  }
}

function tryOut(plan: SimPlan, nowMs: () => number): SeedReport {
  const startMs = nowMs()
  const result = runTrial({ plan })
  const tookMs = Math.max(1e-3, nowMs() - startMs)
  const { seed, verdict, violations, events, hash, chosenSlots, operations, faults } = result
  return {
    ...{ seed, verdict, violations, events },
    eventsPerSecond: Math.round((events * 1000) / tookMs),
    ...{ hash, seconds: result.ticks / TICKS_PER_SECOND, chosenSlots, operations, faults },
    ...{ healTicks: result.healTicks, words: result.words },
  }
}
