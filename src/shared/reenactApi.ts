/**
 * Calls about schedules and recordings of runs: a counterexample driven on real processes, a
 * recorded run replayed against the core, and a fork of it. Part of the desk (`deskApi.ts`).
 *
 * Errors: LabCallError; what goes wrong after the start of a re-enactment stands in its view.
 */
import type { MutantId } from '../core/paxos/mutant'
import type { RunCard } from './api'

/** The re-enactment that runs now, or the last one of this host. */
export interface ReenactmentView {
  readonly title: string
  /** Which rule is broken on purpose; null: none is. */
  readonly mutant: MutantId | null
  readonly nodes: number
  readonly state: 'running' | 'stopping' | 'done'
  /** Of the schedule. */
  readonly acts: number
  /** Number of the act that is performed, from 1; 0: the processes start. */
  readonly act: number
  /** That act, in words. */
  readonly words: string
  /** The invariant that the schedule names; null: nothing is to be violated. */
  readonly expected: string | null
  /** Its run directory as the list of runs names it; null: there is none yet. */
  readonly run: string | null
  /** Null: it has not come to its end. */
  readonly end: ReenactmentEnd | null
  /** Why it ended before its end; empty: it did not. */
  readonly failure: string
}

export interface ReenactmentEnd {
  /** It ended as the schedule says: in that violation, or in none. */
  readonly same: boolean
  /** Invariants that were violated, by the live checks. */
  readonly violated: readonly string[]
  /** Most values that are chosen in one slot by the votes on the disks. */
  readonly valuesOnDisk: number
}

/** What a run directory holds beside its record. */
export interface RunExtras {
  /** Its `schedule.json`; null: none, or one that is too long for a window. */
  readonly schedule: string | null
  /** How it ended if it is a re-enactment; null: it is none. */
  readonly reenacted: { readonly same: boolean; readonly expected: string } | null
  /** What a replay has to go by: recorded inputs, the plan of a simulation, or nothing. */
  readonly replay: 'inputs' | 'plan' | null
}

/** One life of one node, replayed. */
export interface ReplayedLife {
  readonly node: number
  readonly life: number
  readonly state:
    'whole' | 'cut' | 'stopped' | 'short' | 'different' | 'changed' | 'unreadable' | 'missing'
  /** Rounds that were replayed and equal. */
  readonly rounds: number
  /** Facts that the node had told by the last of them. */
  readonly facts: number
  /** Empty for a life that was replayed whole. */
  readonly words: string
}

export interface ReplayReport {
  readonly verdict: RunCard['verdict']
  readonly rounds: number
  readonly nodes: number
  /** Empty for a simulated run, which is run again as a whole. */
  readonly lives: readonly ReplayedLife[]
  /** Of a simulated run: events that were equal. */
  readonly events: number
  /** The first difference, in words; empty: all was equal. */
  readonly words: string
}

export interface RunFork {
  readonly run: string
  /** `seq` of an event of its record. */
  readonly step: number
  readonly seed: number
  /** How long faults strike after it, in simulated seconds. */
  readonly seconds: number
}

export interface ReenactApi {
  /** Drives a schedule, as its text, on processes of its own. One at a time. */
  startReenactment(schedule: string): Promise<void>
  /** Ends the processes; what was recorded is kept. */
  stopReenactment(): Promise<void>
  /** Null: none was started since this host began. */
  reenactmentNow(): Promise<ReenactmentView | null>
  runExtras(run: string): Promise<RunExtras>
  /** Feeds what was recorded to the core again, and compares every answer. */
  replayRun(run: string): Promise<ReplayReport>
  /** Goes on in the simulator from an event of a recorded run; answers the new run. */
  forkRun(fork: RunFork): Promise<string>
}

/** Characters of a schedule that a window hands over or is handed. */
export const SCHEDULE_CHARS_MAX = 262_144
/** Of a fork, in simulated seconds. */
export const FORK_SECONDS_MAX = 60
