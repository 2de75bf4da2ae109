/**
 * Plain Node entry: the process of one trial. It gets a job from the runner that started it, plays
 * it, answers once and ends. A runner that is gone, even by SIGKILL, ends it in order.
 */
import { isAbsolute, join, relative } from 'node:path'
import { parseArgs } from 'citty'
import { parseScenario } from '../../shared/experiment'
import { FrameError } from '../../shared/frame'
import { CLUSTER_FLAGS, withFlags } from '../cli/clusterFlags'
import { RUNS_FOLDER } from './experimentDir'
import { parseOrder } from './messages'
import type { TrialJob, TrialTold } from './messages'
import { playTrial } from './playTrial'
import type { PlayedTrial } from './playTrial'
import { simulateTrial } from './simulateTrial'

/** Only an entry knows where the bundles lie. */
const mainDir = import.meta.dirname

/** After this a trial that nobody waits for any more ends at once; its nodes go with it. */
const END_MS_MAX = 2500
const EXIT_ABANDONED = 2

const stopping = new AbortController()

function stop(reason: string): void {
  if (stopping.signal.aborted) return
  stopping.abort(reason)
  setTimeout(() => process.exit(EXIT_ABANDONED), END_MS_MAX).unref()
}

async function play(job: TrialJob): Promise<PlayedTrial> {
  const { text, file, point, seed, source, timeLimitMs, appVersion, command } = job
  const parsed = parseScenario(text, file, point)
  const flags = parseArgs<typeof CLUSTER_FLAGS>(job.clusterArgs, CLUSTER_FLAGS)
  const scenario = { ...parsed, cluster: withFlags(parsed.cluster, flags) }
  const setup = {
    ...{ mainDir, appVersion, scenario, text, seed, point, command, timeLimitMs },
    runsDir: join(job.dir, RUNS_FOLDER),
    signal: stopping.signal,
    onBegan: (runDir: string) => tell({ kind: 'began', runDir: relative(job.dir, runDir) }),
  }
  return source === 'simulator' ? await simulateTrial(setup) : await playTrial(setup)
}

async function perform(job: TrialJob): Promise<void> {
  const { result, problems } = await play(job)
  const { runDir } = result
  const own = runDir !== null && isAbsolute(runDir) ? relative(job.dir, runDir) : runDir
  const whole = { trial: job.trial, ...result, runDir: own }
  tell({ kind: 'ended', result: whole, problems }, () => process.exit(0))
}

/** The runner may be gone: then the run directory is all that is left. */
function tell(told: TrialTold, then: () => void = () => {}): void {
  if (process.connected) process.send?.(told, then)
  else then()
}

process.on('disconnect', () => stop('the runner is gone'))
process.on('SIGTERM', () => stop('SIGTERM'))
process.on('message', (message) => {
  try {
    const order = parseOrder(message)
    if (order.kind === 'stop') stop(order.reason)
    else void perform(order).catch(fail)
  } catch (error) {
    fail(error)
  }
})

/** The end of standard error is what the runner tells of a process that ended without an answer. */
function fail(error: unknown): void {
  const words = error instanceof FrameError ? error.message : wordsOf(error)
  process.stderr.write(`${words}\n`, () => process.exit(EXIT_ABANDONED))
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
