/**
 * Calls about experiments, their results and their reports: what a window asks of the desk beside
 * the lab (`src/main/experiment/desk.ts`). A host without a desk refuses them with `unavailable`.
 *
 * Units:  ms, s where a name ends in S.
 * Errors: LabCallError; what is wrong in a file has its place in `details`.
 */
import type { RunCard } from './api'
import type { ExperimentResult, SweepPoint } from './experimentResult'
import type { Verdict } from './labWords'
import type { LessonRunApi } from './lessonRunApi'
import type { Pin, PinDraft } from './pins'
import type { ReenactApi } from './reenactApi'

/** One that can be opened: bundled ones cannot be changed, own ones are files of the user. */
export interface ExperimentCard {
  /** `bundled/NAME` or `own/NAME`. */
  readonly id: string
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly source: 'bundled' | 'own'
  /** ISO 8601; null: bundled. */
  readonly changedAt: string | null
  /** Why it cannot be played, one sentence; empty: it can. */
  readonly problem: string
}

export interface ExperimentText {
  readonly card: ExperimentCard
  readonly text: string
}

/** What was being written when the window went away. */
export interface ExperimentDraft {
  /** Null: it was never saved. */
  readonly id: string | null
  readonly text: string
  readonly savedAt: string
}

/** Trials of one experiment; empty and null take what the file says. */
export interface TrialsRequest {
  readonly text: string
  /** What the text is called in errors and results, such as `own.paxlab.yaml`. */
  readonly file: string
  /** `1..30` or `1,5,9`; empty: `repeat` trials from `seed` on. */
  readonly seeds: string
  readonly seed: number | null
  readonly repeat: number | null
  /** `policy=eager,exponential`; at most two. */
  readonly sweep: readonly string[]
  /** Trials at a time. */
  readonly jobs: number
  readonly source: 'processes' | 'simulator'
  readonly stopOnFailure: boolean
  readonly timeLimitS: number | null
}

export interface TrialsPlan {
  readonly trials: number
  readonly points: number
  /** As the file estimates one trial, all of them at this many at a time. */
  readonly estimatedS: number
  /** The same as a command line. */
  readonly command: string
}

/** The trials that run now, or the last ones of this host. */
export interface TrialsView {
  /** Of its result. */
  readonly id: string
  readonly title: string
  readonly state: 'running' | 'stopping' | 'done'
  readonly planned: number
  readonly ended: number
  readonly counts: Readonly<Record<Verdict, number>>
  readonly startedAt: string
  /** Null: no trial has ended yet. */
  readonly etaMs: number | null
  /** How it ended before its end; empty otherwise. */
  readonly words: string
}

export interface ResultCard {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly startedAt: string
  readonly source: 'processes' | 'simulator'
  readonly verdict: Verdict
  readonly planned: number
  readonly ended: number
}

/** One side of a comparison: a result, or one point of its sweep. */
export interface ComparedPart {
  readonly id: string
  readonly point: SweepPoint | null
}

export interface ComparedSpread {
  readonly count: number
  readonly median: number
  readonly low: number
  readonly high: number
}

export interface ComparedRow {
  readonly measure: string
  readonly a: ComparedSpread | null
  readonly b: ComparedSpread | null
  /** B minus A of the medians with its 95 % interval; null: one side has none. */
  readonly shift: { readonly by: number; readonly low: number; readonly high: number } | null
}

export interface DeskApi extends ReenactApi, LessonRunApi {
  experimentFiles(): Promise<readonly ExperimentCard[]>
  experimentText(id: string): Promise<ExperimentText>
  /** Writes `NAME.paxlab.yaml` into the folder of own experiments, with the schema beside it. */
  saveExperiment(name: string, text: string): Promise<ExperimentCard>
  deleteExperiment(id: string): Promise<void>
  /** Plays the text on this lab, as a bundled one is played: in every view of the window. */
  playExperiment(text: string, file: string, seed: number | null): Promise<void>
  /** Null: there is none. */
  experimentDraft(): Promise<ExperimentDraft | null>
  /** Null forgets it. */
  keepDraft(draft: { readonly id: string | null; readonly text: string } | null): Promise<void>
  /** Looks at everything and starts nothing. */
  planTrials(request: TrialsRequest): Promise<TrialsPlan>
  /** Answers the id of the result. One set of trials at a time. */
  startTrials(request: TrialsRequest): Promise<string>
  /** Ends the children within 3 s; what has ended is kept. */
  stopTrials(): Promise<void>
  /** Null: none was started since this host began. */
  trialsNow(): Promise<TrialsView | null>
  /** Runs of the past, newest first; what a snapshot says of them is as old as it is. */
  runs(): Promise<readonly RunCard[]>
  /** Newest first. */
  results(): Promise<readonly ResultCard[]>
  result(id: string): Promise<ExperimentResult>
  deleteResult(id: string): Promise<void>
  compareResults(a: ComparedPart, b: ComparedPart): Promise<readonly ComparedRow[]>
  /** What is pinned to the report of a run, by the id of its card. */
  pins(run: string): Promise<readonly Pin[]>
  /** Writes it into the directory of the run, of one that goes on too; answers all its pins. */
  addPin(run: string, pin: PinDraft): Promise<readonly Pin[]>
  removePin(run: string, id: string): Promise<readonly Pin[]>
  /** One place earlier or later in the report. */
  movePin(run: string, id: string, by: -1 | 1): Promise<readonly Pin[]>
  /** For good. Refused for one that is being recorded, and for a trial of a result. */
  deleteRun(id: string): Promise<void>
  /** Writes the report of a run (id of its card) or a result if there is none; answers its page. */
  reportPage(id: string): Promise<string>
}

/** Calls that only look: allowed without control. */
export const DESK_LOOKING: ReadonlySet<keyof DeskApi> = new Set([
  'experimentFiles',
  'experimentText',
  'experimentDraft',
  'planTrials',
  'trialsNow',
  'runs',
  'results',
  'result',
  'compareResults',
  'pins',
  'reportPage',
  'reenactmentNow',
  'runExtras',
  'replayRun',
  'lessonRun',
  'lessonRunText',
] as const)

/** All of them, by name: what a run that is over does not stand in the way of. */
const DESK_CALLS: Readonly<Record<keyof DeskApi, true>> = {
  ...{ experimentFiles: true, experimentText: true, saveExperiment: true, deleteExperiment: true },
  ...{ playExperiment: true, experimentDraft: true, keepDraft: true, planTrials: true },
  ...{ startTrials: true, stopTrials: true, trialsNow: true, runs: true, results: true },
  ...{ result: true, deleteResult: true, compareResults: true, reportPage: true },
  ...{ pins: true, addPin: true, removePin: true, movePin: true, deleteRun: true },
  ...{ startReenactment: true, stopReenactment: true, reenactmentNow: true },
  ...{ runExtras: true, replayRun: true, forkRun: true },
  ...{ lessonRun: true, lessonRunText: true },
}

export function isDeskCall(name: string | symbol): name is keyof DeskApi {
  return Object.hasOwn(DESK_CALLS, name)
}
