/**
 * Runs the trials of a plan, each in a process of its own, some of them at a time.
 *
 * Order:  trials begin in the order of the plan; with several at a time they may end in another.
 * Errors: a trial whose process ends without an answer is an unknown trial, with the reason.
 */
import type { TrialResult } from '../../shared/experimentResult'
import { NO_FIGURES } from './concludeRun'
import type { TrialJob } from './messages'
import { TrialChild } from './trialChild'

/** Beyond its own limit a trial still stops its nodes and writes its report. */
const LATE_MS_MAX = 30_000

export interface TrialsSetup {
  readonly mainDir: string
  readonly jobs: readonly TrialJob[]
  /** Trials at a time. */
  readonly atOnce: number
  readonly stopOnFailure: boolean
  /** Aborted: what runs is stopped and not counted, what waits never begins. */
  readonly signal: AbortSignal
  /** Told one after another: the next end waits until this one is done. */
  onEnd(result: TrialResult, problems: readonly string[]): Promise<void>
}

/** Resolves when no process is left. */
export async function runTrials(setup: TrialsSetup): Promise<void> {
  const { jobs, atOnce, stopOnFailure, signal } = setup
  const waiting = [...jobs]
  const running = new Set<TrialChild>()
  let told: Promise<void> = Promise.resolve()
  let isOver = false
  const stopAll = (reason: string): void => {
    isOver = true
    for (const child of running) child.stop(reason)
  }
  const onAbort = (): void => stopAll(String(signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  const work = async (): Promise<void> => {
    while (!isOver && !signal.aborted) {
      const job = waiting.shift()
      if (job === undefined) return
      const { result, problems } = await runOne(setup.mainDir, job, running)
      if (isOver) return
      told = told.then(() => setup.onEnd(result, problems))
      if (stopOnFailure && result.verdict !== 'valid') {
        stopAll(`trial ${job.trial} was ${result.verdict}`)
      }
      await told
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, work))
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function runOne(
  mainDir: string,
  job: TrialJob,
  running: Set<TrialChild>,
): Promise<{ result: TrialResult; problems: readonly string[] }> {
  const startMs = performance.now()
  const child = new TrialChild(mainDir, job)
  running.add(child)
  const { timeLimitMs } = job
  const late = () => child.stop('it did not end after its time limit')
  const timer = timeLimitMs === null ? null : setTimeout(late, timeLimitMs + LATE_MS_MAX)
  try {
    const { answer, words, runDir } = await child.ended
    if (answer !== null) return answer
    const ranMs = performance.now() - startMs
    return { result: crashed(job, words, runDir, ranMs), problems: [] }
  } finally {
    if (timer !== null) clearTimeout(timer)
    running.delete(child)
  }
}

function crashed(job: TrialJob, reason: string, runDir: string | null, ranMs: number): TrialResult {
  const { trial, seed, point } = job
  const { verdicts, availability, cost, decision, firstDecision } = NO_FIGURES
  return {
    ...{ trial, seed, point, verdict: 'unknown', verdicts, reason, runDir, ranMs },
    ...{ measures: {}, expectations: [], availability, cost, decision, firstDecision },
  }
}
