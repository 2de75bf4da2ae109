/**
 * `paxos-lab run` with several trials: progress, the result after each, the table in the end.
 * Exit codes: 0 every planned trial is valid, 1 any is violated, 2 otherwise.
 */
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { experimentReason } from '../../shared/experimentCodec'
import type { ExperimentResult, TrialResult } from '../../shared/experimentResult'
import { toCsv } from '../experiment/csv'
import { checkVacant, ExperimentDirError } from '../experiment/experimentDir'
import { countVerdicts, summarise } from '../experiment/figures'
import { toJunit } from '../experiment/junit'
import { etaMs, playTrials } from '../experiment/playTrials'
import { failureLines, resultTable, trialWords } from '../experiment/table'
import { runName } from '../lab/runDir'
import { writeExperimentReport } from '../report/experimentReport'
import { Ending } from './ending'
import { chooseRunsDir, errorWords, finish } from './labCommand'
import type { CliContext } from './labCommand'
import type { Output } from './output'
import { Progress } from './progress'
import type { RunRequest } from './runRequest'
import { UsageError } from './usage'

export async function runMany(
  request: RunRequest,
  context: CliContext,
  output: Output,
): Promise<number> {
  const startedAt = new Date()
  const dir = vacantDir(request, output, startedAt)
  const watch = new TrialsWatch(output, request)
  const ending = new Ending()
  try {
    const result = await playTrials(request, {
      ...{ mainDir: context.mainDir, appVersion: context.version, dir, startedAt },
      signal: ending.signal,
      onBegan: () => watch.begin(dir),
      onEnd: (trial, problems) => watch.ended(trial, problems),
    })
    watch.end()
    return await conclude(request, output, dir, result)
  } finally {
    watch.end()
    ending.dispose()
  }
}

function vacantDir({ flags }: RunRequest, output: Output, startedAt: Date): string {
  if (flags.out === undefined) {
    return join(chooseRunsDir(undefined, output), `experiment-${runName(startedAt)}`)
  }
  const dir = resolve(flags.out)
  try {
    checkVacant(dir)
  } catch (error) {
    throw error instanceof ExperimentDirError ? new UsageError(`--out: ${error.message}`) : error
  }
  return dir
}

/** JUnit and CSV, where they were asked for. */
export async function writeExports(
  request: RunRequest,
  result: ExperimentResult,
  dir: string,
): Promise<void> {
  const { junit, csv } = request.flags
  const { trials: planned, commandOf } = request
  if (csv !== undefined) await writeFile(resolve(csv), toCsv(result))
  if (junit === undefined) return
  await writeFile(resolve(junit), toJunit(result, { planned, dir, commandOf }))
}

async function conclude(
  request: RunRequest,
  output: Output,
  dir: string,
  result: ExperimentResult,
): Promise<number> {
  const { verdict, trials, planned, cancelled, plan } = result
  await writeExports(request, result, dir)
  const reason = experimentReason(result)
  for (const line of resultTable(result)) output.say(line)
  for (const line of failureLines(trials, dir, request.commandOf)) output.say(line)
  if (reason !== '') output.say(`why: ${reason}`)
  const report = await reportOf(output, dir, result)
  if (report !== null) output.say(`report: ${report}`)
  output.say(`repeat: ${plan.command}`)
  const measures = { trials: trials.length, planned, ...countVerdicts(trials) }
  const { name, command } = { ...plan }
  return finish(
    output,
    { verdict, measures, runDir: dir },
    {
      ...{ type: 'experiment', experiment: name, reason, cancelled, command, report },
      points: summarise(trials),
    },
  )
}

async function reportOf(
  output: Output,
  dir: string,
  result: ExperimentResult,
): Promise<string | null> {
  try {
    return await writeExperimentReport(dir, result)
  } catch (error) {
    output.complain(`the report could not be written: ${errorWords(error)}`)
    return null
  }
}

/** Progress: on a terminal a live line, and a line for what was not valid; else a line a trial. */
class TrialsWatch {
  private readonly startMs = performance.now()
  private readonly progress: Progress
  private done = 0
  private notValid = 0

  constructor(
    private readonly output: Output,
    private readonly request: RunRequest,
  ) {
    this.progress = new Progress(output.people, () => this.line())
  }

  begin(dir: string): void {
    const { plan, trials } = this.request
    this.progress.say(`${plan.title}: ${trials.length} trials in ${dir}`)
  }

  ended(result: TrialResult, problems: readonly string[]): void {
    this.done += 1
    if (result.verdict !== 'valid') this.notValid += 1
    const { verdict, ranMs, reason, trial } = result
    const why = reason === '' ? '' : `: ${reason}`
    const where = `${this.done}/${this.request.trials.length}  trial ${trial}`
    const took = `${(ranMs / 1000).toFixed(1)} s`
    const words = `${where}, ${trialWords(result)}  ${verdict}  ${took}${why}`
    const { json, people } = this.output
    if (json) this.output.result({ type: 'trial', ...result }, '')
    if (!people.isTerminal || verdict !== 'valid') this.progress.say(words)
    for (const problem of problems) this.progress.say(`trial ${trial}: ${problem}`)
  }

  end(): void {
    this.progress.end()
  }

  private line(): string {
    const elapsedMs = performance.now() - this.startMs
    const bad = this.notValid === 0 ? '' : ` · ${this.notValid} not valid`
    const { length } = this.request.trials
    return `${this.done}/${length} · ETA ${etaWords(this.done, length, elapsedMs)}${bad}`
  }
}

/** Such as `2:10`; unknown until the first trial ended. */
export function etaWords(done: number, planned: number, elapsedMs: number): string {
  const leftMs = etaMs(done, planned, elapsedMs)
  if (leftMs === null) return '-:--'
  const seconds = Math.round(leftMs / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, at) => (at === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':')
}
