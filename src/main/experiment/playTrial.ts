/**
 * Plays one trial on real processes: a lab of its own from start to stop, then figures, verdicts
 * and report of its run directory.
 *
 * Errors: none is thrown for what happens in a trial, which is its outcome: a cluster that does not
 *         start makes it unknown, with the reason.
 * Units:  ms.
 */
import type { LabPush, LabStatus } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { Scenario } from '../../shared/experiment'
import type { SweepPoint, TrialResult } from '../../shared/experimentResult'
import type { Verdict } from '../../shared/labWords'
import { childEntries } from '../assemble'
import { createLab } from '../lab/lab'
import type { LabController } from '../lab/lab'
import type { RunResult } from '../lab/run'
import type { ScenarioOutcome } from '../lab/scenario'
import { concludeRun, keepText, NO_FIGURES } from './concludeRun'
import type { Conclusion } from './concludeRun'
import { shownViolation } from './shownViolations'

export interface TrialSetup {
  /** Folder of the built entries. */
  readonly mainDir: string
  readonly appVersion: string
  /** With the values of the point, and the options of the command line. */
  readonly scenario: Scenario
  readonly text: string
  readonly seed: number
  readonly point: SweepPoint
  /** Where its run directory is made. */
  readonly runsDir: string
  readonly command: string
  /** A trial that takes longer is stopped; null: it takes what it takes. */
  readonly timeLimitMs: number | null
  /** Ends it before its end. */
  readonly signal: AbortSignal
  readonly watch?: LabPush
  /** Its run directory is there. */
  readonly onBegan?: (runDir: string) => void
}

export interface PlayedTrial {
  /** `runDir` is absolute. */
  readonly result: Omit<TrialResult, 'trial'>
  /** Null: it could not be played. */
  readonly outcome: ScenarioOutcome | null
  /** Why it could not be played; null otherwise. */
  readonly error: unknown
  readonly problems: readonly string[]
}

export async function playTrial(setup: TrialSetup): Promise<PlayedTrial> {
  const { mainDir, appVersion, runsDir, scenario, watch } = setup
  const startMs = performance.now()
  const lab = createLab({
    ...childEntries(mainDir),
    ...{ runsDir, appVersion, scenarios: [scenario] },
  })
  const unsubscribe = [
    ...(watch === undefined ? [] : [lab.subscribe(watch)]),
    ...(setup.onBegan === undefined ? [] : [lab.subscribe(onceBegun(setup.onBegan))]),
  ]
  const limit = new TimeLimit(setup.timeLimitMs)
  let outcome: ScenarioOutcome | null = null
  let error: unknown = null
  try {
    outcome = await playOn(lab, setup, limit)
  } catch (thrown) {
    if (!(thrown instanceof LabCallError)) throw thrown
    error = thrown
  } finally {
    limit.clear()
    for (const end of unsubscribe) end()
    await lab.close()
  }
  const ranMs = performance.now() - startMs
  const [{ runDir }, last] = [lab.status(), lab.lastResult()]
  return await concludeTrial(setup, { runDir, last, outcome, error, ranMs, limit })
}

/** Tells the run directory before the nodes start: a trial that dies early leaves one, too. */
function onceBegun(tell: (runDir: string) => void): LabPush {
  let isTold = false
  const look = ({ runDir }: LabStatus): void => {
    if (isTold || runDir === null) return
    isTold = true
    tell(runDir)
  }
  return {
    status: look,
    reset: ({ status }) => look(status),
    events: () => {},
    series: () => {},
  }
}

async function playOn(
  lab: LabController,
  setup: TrialSetup,
  limit: TimeLimit,
): Promise<ScenarioOutcome> {
  // A scenario that is over by then needs no stopping.
  const stop = (): void => void lab.stopScenario().catch(() => {})
  for (const signal of [setup.signal, limit.signal]) {
    signal.addEventListener('abort', stop, { once: true })
  }
  const started = lab.runScenario(setup.scenario.name, setup.seed)
  if (setup.signal.aborted) stop()
  await started
  const { runDir } = lab.status()
  if (runDir !== null) await keepText(runDir, setup.text)
  const outcome = await lab.scenarioOutcome()
  if (lab.status().state === 'running') await lab.stopCluster()
  return outcome
}

/** What became of a trial, wherever it ran. */
export interface EndedTrial {
  readonly runDir: string | null
  /** Null: its run has no result. */
  readonly last: Pick<RunResult, 'verdict' | 'measures' | 'checks'> | null
  readonly outcome: ScenarioOutcome | null
  readonly error: unknown
  readonly ranMs: number
  readonly limit: TimeLimit
}

export async function concludeTrial(setup: TrialSetup, ended: EndedTrial): Promise<PlayedTrial> {
  const { runDir, last, outcome, error, ranMs } = ended
  const { seed, point, command, signal } = setup
  const verdict = verdictOf(outcome, last)
  // What is violated goes before what cut it short.
  const reason = verdict === 'unknown' ? reasonOf(setup, ended) : ''
  let conclusion: Conclusion = { verdict, reason, figures: NO_FIGURES, problems: [] }
  if (runDir !== null && last !== null) {
    const isCancelled = signal.aborted
    const ending = { verdict, reason, seed, point, command, isCancelled }
    conclusion = await concludeRun(runDir, ending)
  }
  // The run itself stays violated, for whoever opens it; the trial did what it is there for.
  const shown = last && outcome && shownViolation(setup.scenario, last.checks, outcome)
  const judged = signal.aborted ? conclusion : (shown ?? conclusion)
  const { availability, cost, decision, firstDecision, verdicts } = conclusion.figures
  const measures = { ...last?.measures, ...outcome?.measures }
  const expectations = outcome?.expectations ?? []
  const result = {
    ...{ seed, point, verdict: judged.verdict, verdicts, reason: judged.reason },
    ...{ runDir, ranMs, measures, expectations, availability, cost, decision, firstDecision },
  }
  return { result, outcome, error, problems: conclusion.problems }
}

/** The record can be lossy where the scenario saw everything: then nobody can check the verdict. */
function verdictOf(outcome: ScenarioOutcome | null, last: EndedTrial['last']): Verdict {
  const verdicts = [outcome?.verdict ?? 'unknown', last?.verdict ?? 'unknown']
  return (['violated', 'unknown'] as const).find((each) => verdicts.includes(each)) ?? 'valid'
}

/** Why it ended before its end; empty: the record says why it is not valid. */
function reasonOf(setup: TrialSetup, { error, limit }: EndedTrial): string {
  if (error instanceof Error) return error.message
  if (setup.signal.aborted) return `it was ended before its end: ${String(setup.signal.reason)}`
  if (limit.signal.aborted) return `it took longer than ${(setup.timeLimitMs ?? 0) / 1000} s`
  return ''
}

export class TimeLimit {
  private readonly controller = new AbortController()
  private readonly timer: NodeJS.Timeout | null

  constructor(limitMs: number | null) {
    const end = (): void => this.controller.abort()
    this.timer = limitMs === null ? null : setTimeout(end, limitMs)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  clear(): void {
    if (this.timer !== null) clearTimeout(this.timer)
  }
}
