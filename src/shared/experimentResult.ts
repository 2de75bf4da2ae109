/**
 * What an experiment leaves behind: one result for each trial (a run of its own, with its own run
 * directory), and the plan that they were made by.
 *
 * Units: ms; bytes. `null` is "not known" or "did not happen", never zero.
 */
import type { Verdict } from './labWords'

/** A parameter that is swept, and the values it takes, as text of the command line or file. */
export interface SweepAxis {
  /** `policy`, `nodes`, `load.clients`, …: a key of `cluster`, or a path from the root. */
  readonly name: string
  readonly values: readonly string[]
}

/** One value of each axis, by name. Empty without a sweep. */
export type SweepPoint = Readonly<Record<string, string>>

export interface ExperimentPlan {
  /** Name of the experiment. */
  readonly name: string
  readonly title: string
  readonly sweep: readonly SweepAxis[]
  /** Trials of each point have these seeds, in this order. */
  readonly seeds: readonly number[]
  /** Where the trials ran. */
  readonly source: 'processes' | 'simulator'
  /** The command that repeats it. */
  readonly command: string
}

/** How a run ended, by question. `notJudged`: nobody asked, or there was nothing to judge. */
export interface Verdicts {
  /** Invariants, and expectations marked `safety`. */
  readonly safety: Verdict
  /** Steps that had to happen, and expectations marked `progress`. */
  readonly liveness: Verdict
  /** I14, over what the clients saw. */
  readonly linearizability: Verdict | 'notJudged'
  /** Whether recorded inputs replay to the same effects. */
  readonly replay: Verdict | 'notJudged'
}

/** How one fault touched what clients got, against the time before it. */
export interface AvailabilityCard {
  readonly fault: string
  /** In words, as the interface names it. */
  readonly words: string
  readonly startedAtMs: number
  /** Null: it lasted to the end of the run. */
  readonly endedAtMs: number | null
  /** Acknowledged requests a second just before it. */
  readonly baselinePerSecond: number
  /** Time without any acknowledged request. */
  readonly totalOutageMs: number
  /** Time at less than half of the baseline, total outage left out. */
  readonly partialOutageMs: number
  /** From its start until the baseline was nearly reached again; null: not in this run. */
  readonly recoveryMs: number | null
}

/** What the run spent, against the least that its mode needs. */
export interface CostLedger {
  readonly chosenSlots: number
  /** Frames between different nodes; what a node says to itself is counted apart. */
  readonly messages: number
  readonly bytes: number
  readonly flushes: number
  readonly messagesPerSlot: number | null
  readonly bytesPerSlot: number | null
  readonly flushesPerSlot: number | null
  /** Least messages and flushes for one slot in this mode, without batching, and why. */
  readonly leastMessagesPerSlot: number
  readonly leastFlushesPerSlot: number
  readonly leastWords: string
}

/** How long until a value was chosen, for survival curves; `decided` false: the run ended first. */
export interface DecisionTime {
  readonly decided: boolean
  /** Ballots begun before it, and time. */
  readonly ballots: number
  readonly ms: number
}

export interface TrialResult {
  /** From 1, in the order of the plan: all seeds of the first point, then of the second, … */
  readonly trial: number
  readonly seed: number
  readonly point: SweepPoint
  readonly verdict: Verdict
  readonly verdicts: Verdicts
  /** Why it is not valid, one sentence; empty otherwise. */
  readonly reason: string
  /** Its run directory, relative to that of the experiment; null: it never began. */
  readonly runDir: string | null
  readonly ranMs: number
  readonly measures: Readonly<Record<string, number | string | null>>
  readonly expectations: readonly {
    readonly kind: 'safety' | 'progress'
    readonly text: string
    readonly held: boolean | null
  }[]
  readonly availability: readonly AvailabilityCard[]
  readonly cost: CostLedger | null
  readonly decision: DecisionTime | null
  /**
   * From the first ballot, under the policy that it began with, censored where that was switched:
   * what a sweep over policies compares. Missing in older results.
   */
  readonly firstDecision?: DecisionTime | null | undefined
}

/** The content of `experiment.json`. */
export interface ExperimentResult {
  readonly version: 1
  readonly plan: ExperimentPlan
  readonly startedAt: string
  readonly verdict: Verdict
  /** Trials that ended, by `trial`. Fewer than planned: it was cancelled or cut short. */
  readonly trials: readonly TrialResult[]
  readonly planned: number
  readonly cancelled: boolean
  readonly appVersion: string
  readonly nodeVersion: string
  readonly system: string
  readonly cpus: number
}
