/**
 * `paxos-lab run EXPERIMENT`: plays an experiment without a window; the exit code is the verdict.
 * One trial is played right here; several are run by `runMany.ts`, each in a process of its own.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { LabEvent } from '../../core/event'
import type { LivenessView } from '../../core/measure/series'
import { EMPTY_LIVENESS } from '../../core/measure/series'
import type { LabPush } from '../../shared/api'
import type { TrialResult, Verdicts } from '../../shared/experimentResult'
import { bundledScenarios } from '../assemble'
import { resultOf } from '../experiment/playTrials'
import { playTrial } from '../experiment/playTrial'
import type { PlayedTrial } from '../experiment/playTrial'
import { simulateTrial } from '../experiment/simulateTrial'
import { REPORT_FILE } from '../report/runReport'
import { alarmWords } from './alarms'
import { Ending } from './ending'
import { chooseRunsDir, finish, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { Output } from './output'
import { Progress } from './progress'
import { runMany, writeExports } from './runMany'
import { readRequest, RUN_ARGS } from './runRequest'
import type { RunRequest } from './runRequest'
import { cliCommand } from './usage'
import type { CliCommand } from './usage'

export function runCommand(context: CliContext): CliCommand {
  const meta = { name: 'run', description: 'Plays a scenario without a window and judges it' }
  return cliCommand(
    meta,
    RUN_ARGS,
    ({ args: flags, rawArgs }) => run(readRequest(flags, rawArgs, context), context),
    () => bundledWords(context),
  )
}

function bundledWords({ mainDir }: CliContext): string {
  const bundled = bundledScenarios(mainDir)
  const width = Math.max(...bundled.map(({ name }) => name.length))
  const lines = bundled.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `\n\nBUNDLED SCENARIOS\n\n${lines.join('\n')}`
}

async function run(request: RunRequest, context: CliContext): Promise<number> {
  const output = new Output(request.flags.json === true)
  const [only] = request.trials
  if (request.total > 1 || only === undefined) return await runMany(request, context, output)
  const { point, seed } = only
  const { flags, text, timeLimitMs, plan } = request
  const scenario = request.scenarioAt(point)
  const runsDir = chooseRunsDir(flags.out, output)
  const startedAt = new Date()
  const ending = new Ending()
  const watch = new RunWatch(output, scenario.name)
  try {
    watch.say(`${scenario.title}: ${scenario.summary}`)
    const play = plan.source === 'simulator' ? simulateTrial : playTrial
    const played = await play({
      ...{ mainDir: context.mainDir, appVersion: context.version, scenario, text, seed, point },
      ...{ runsDir, timeLimitMs, signal: ending.signal, watch, command: request.commandOf(only) },
    })
    watch.end()
    await exportOne(request, context, played, startedAt)
    return report(output, request, played)
  } finally {
    watch.end()
    ending.dispose()
  }
}

async function exportOne(
  request: RunRequest,
  { version }: CliContext,
  { result }: PlayedTrial,
  startedAt: Date,
): Promise<void> {
  const { runDir } = result
  const trials: TrialResult[] = [
    { trial: 1, ...result, runDir: runDir === null ? null : basename(runDir) },
  ]
  const whole = resultOf(request, { trials, startedAt, cancelled: false, appVersion: version })
  await writeExports(request, whole, runDir === null ? '' : dirname(runDir))
}

function report(output: Output, request: RunRequest, played: PlayedTrial): number {
  const { result, outcome, error, problems } = played
  const { verdict, verdicts, reason, measures, runDir, seed, point } = result
  for (const problem of problems) output.complain(problem)
  if (error !== null) return giveUp(output, error, runDir)
  for (const { text, held } of result.expectations) {
    output.say(`${held === null ? 'not known' : held ? 'held     ' : 'NOT held '}  ${text}`)
  }
  for (const { words, outcome: how, results } of outcome?.steps ?? []) {
    if (how !== 'done') output.say(`step "${words}" ${how}: ${results.at(-1) ?? ''}`)
  }
  for (const [name, value] of Object.entries(measures)) {
    if (isTelling(name, value)) output.say(`  ${name}: ${value}`)
  }
  const command = request.commandOf({ seed, point })
  output.say(verdictWords(verdicts))
  if (reason !== '') output.say(`why: ${reason}`)
  output.say(`repeat: ${command}`)
  const steps = outcome?.steps ?? []
  const { expectations } = result
  const what = { type: 'result', scenario: request.plan.name, seed, point, expectations, steps }
  const path = runDir === null ? '' : join(runDir, REPORT_FILE)
  const more = { verdicts, reason, command, report: existsSync(path) ? path : null }
  return finish(output, { verdict, measures, runDir }, { ...what, ...more })
}

/** By question, in one line. */
function verdictWords(verdicts: Verdicts): string {
  return Object.entries(verdicts)
    .map(([question, verdict]) => `${question} ${verdict === 'notJudged' ? 'not judged' : verdict}`)
    .join(', ')
}

/** What a person wants to read in the end; the result has all of it. */
function isTelling(name: string, value: number | string | null): boolean {
  return value !== null && value !== 'none' && !name.endsWith('SinceStep')
}

/** Tells of steps as they come, and keeps the live line of a terminal. */
class RunWatch implements LabPush {
  private liveness: LivenessView = EMPTY_LIVENESS
  private step = 'starting'
  private readonly progress: Progress

  constructor(
    private readonly output: Output,
    private readonly scenario: string,
  ) {
    this.progress = new Progress(output.people, () => this.line())
  }

  say(words: string): void {
    this.progress.say(words)
  }

  end(): void {
    this.progress.end()
  }

  status(): void {}

  events(batch: readonly LabEvent[]): void {
    for (const event of batch) {
      const alarm = alarmWords(event)
      if (alarm !== null) this.say(alarm)
      if (event.type !== 'acted') continue
      const { atMs } = event
      // Every step names its scenario in the record; here there is only one.
      const words = event.act.replace(`${this.scenario}: `, '')
      this.step = words
      this.say(`${(atMs / 1000).toFixed(1).padStart(6)} s  ${words}`)
      if (this.output.json) this.output.result({ type: 'step', atMs, words }, '')
    }
  }

  series({ liveness }: Parameters<LabPush['series']>[0]): void {
    this.liveness = liveness
  }

  reset(): void {
    this.liveness = EMPTY_LIVENESS
  }

  private line(): string {
    const { verdict, bids, undecidedBallots, chosenSlots } = this.liveness
    const figures = `${bids} ballots, ${undecidedBallots} undecided, ${chosenSlots} slots chosen`
    return `${verdict}: ${figures} | ${this.step}`
  }
}
