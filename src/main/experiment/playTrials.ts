/**
 * Plays planned trials into a directory of their own: the text, the result so far after every
 * trial, and a run directory for each of them.
 *
 * Errors: those of the file system. A trial that fails is a trial, with its reason.
 */
import { availableParallelism, release } from 'node:os'
import { experimentVerdict } from '../../shared/experimentCodec'
import type { ExperimentResult, TrialResult } from '../../shared/experimentResult'
import { makeExperimentDir, writeExperiment } from './experimentDir'
import type { TrialJob } from './messages'
import type { PlannedTrial } from './plan'
import { runTrials } from './runTrials'
import type { PlannedTrials } from './trialsPlan'

export interface TrialsPlace {
  /** Folder of the built entries. */
  readonly mainDir: string
  readonly appVersion: string
  /** Missing or empty. */
  readonly dir: string
  readonly startedAt: Date
  /** Aborted: what runs is stopped and not counted, what waits never begins. */
  readonly signal: AbortSignal
  /** The directory is there, and holds a result without trials. */
  onBegan?(): void
  /** Told one after another. */
  onEnd?(result: TrialResult, problems: readonly string[]): void
}

/** Resolves with the whole when no process is left; it is written already. */
export async function playTrials(
  planned: PlannedTrials,
  place: TrialsPlace,
): Promise<ExperimentResult> {
  const { mainDir, appVersion, dir, startedAt, signal } = place
  await makeExperimentDir(dir, planned.text)
  const trials: TrialResult[] = []
  const now = (cancelled: boolean): ExperimentResult =>
    resultOf(planned, { trials, startedAt, cancelled, appVersion })
  await writeExperiment(dir, now(false))
  place.onBegan?.()
  await runTrials({
    mainDir,
    jobs: planned.trials.map((trial) => jobOf(planned, place, trial)),
    atOnce: planned.atOnce,
    stopOnFailure: planned.stopOnFailure,
    signal,
    async onEnd(result, problems) {
      trials.push(result)
      trials.sort((left, right) => left.trial - right.trial)
      await writeExperiment(dir, now(false))
      place.onEnd?.(result, problems)
    },
  })
  const result = now(signal.aborted && trials.length < planned.trials.length)
  await writeExperiment(dir, result)
  return result
}

function jobOf(
  planned: PlannedTrials,
  { dir, appVersion }: TrialsPlace,
  { trial, seed, point }: PlannedTrial,
): TrialJob {
  const { text, file, clusterArgs, plan, timeLimitMs } = planned
  const command = planned.commandOf({ seed, point })
  return {
    ...{ kind: 'play', trial, seed, point, text, file, clusterArgs: [...clusterArgs] },
    ...{ source: plan.source, dir, timeLimitMs, appVersion, command },
  }
}

export interface Course {
  readonly trials: readonly TrialResult[]
  readonly startedAt: Date
  readonly cancelled: boolean
  readonly appVersion: string
}

export function resultOf(planned: PlannedTrials, course: Course): ExperimentResult {
  const { trials, startedAt, cancelled, appVersion } = course
  const count = planned.trials.length
  return {
    ...{ version: 1, plan: planned.plan, startedAt: startedAt.toISOString() },
    verdict: experimentVerdict({ trials, planned: count }),
    ...{ trials: [...trials], planned: count, cancelled, appVersion },
    ...{ nodeVersion: process.version, cpus: availableParallelism() },
    system: `${process.platform} ${process.arch} ${release()}`,
  }
}

/** Time that is left by what has ended, ms; null: nothing has. */
export function etaMs(ended: number, planned: number, elapsedMs: number): number | null {
  return ended === 0 ? null : (elapsedMs / ended) * (planned - ended)
}
