/** `paxos-lab run SCENARIO`: plays a scenario without a window; the exit code is the verdict. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { LabEvent } from '../../core/event'
import type { LivenessView } from '../../core/measure/series'
import { EMPTY_LIVENESS } from '../../core/measure/series'
import type { LabPush } from '../../shared/api'
import type { Scenario } from '../../shared/experiment'
import { parseScenario } from '../../shared/experiment'
import { assembleLab, bundledScenarios } from '../assemble'
import type { LabController } from '../lab/lab'
import type { ScenarioOutcome } from '../lab/scenario'
import { alarmWords } from './alarms'
import { CLUSTER_FLAGS, withFlags } from './clusterFlags'
import type { ClusterFlags } from './clusterFlags'
import { Ending } from './ending'
import { chooseRunsDir, finish, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { Output } from './output'
import { Progress } from './progress'
import { UsageError, wholeFlag, cliCommand } from './usage'
import type { CliCommand } from './usage'

const SEED_MAX = 0xffff_ffff

const args = {
  scenario: {
    type: 'positional',
    required: true,
    description: 'Name of a bundled scenario, or a *.paxlab.yaml file',
  },
  seed: {
    type: 'string',
    valueHint: 'S',
    description: 'Randomness; default: that of the scenario',
  },
  ...CLUSTER_FLAGS,
  out: { type: 'string', valueHint: 'DIR', description: 'Folder in which the run is recorded' },
  json: { type: 'boolean', description: 'JSON lines on standard output, the last one the result' },
} as const

interface RunFlags extends ClusterFlags {
  readonly scenario: string
  readonly seed?: string | undefined
  readonly out?: string | undefined
  readonly json?: boolean | undefined
}

export function runCommand(context: CliContext): CliCommand {
  const meta = { name: 'run', description: 'Plays a scenario without a window and judges it' }
  const bundled = bundledScenarios(context.mainDir)
  const width = Math.max(...bundled.map(({ name }) => name.length))
  const lines = bundled.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  const more = `\n\nBUNDLED SCENARIOS\n\n${lines.join('\n')}`
  return cliCommand(meta, args, ({ args: flags }) => run(flags, context), more)
}

async function run(flags: RunFlags, context: CliContext): Promise<number> {
  const output = new Output(flags.json === true)
  const found = findScenario(flags.scenario, context)
  const scenario = { ...found, cluster: withFlags(found.cluster, flags) }
  const { seed: text } = flags
  const seed = text === undefined ? scenario.cluster.seed : wholeFlag(text, 'seed', 0, SEED_MAX)
  const ending = new Ending()
  const lab = await assembleLab({
    mainDir: context.mainDir,
    runsDir: chooseRunsDir(flags.out, output),
    appVersion: context.version,
    scenarios: [scenario],
  })
  const watch = new RunWatch(output, scenario.name)
  const unsubscribe = lab.subscribe(watch)
  try {
    watch.say(`${scenario.title}: ${scenario.summary}`)
    // A scenario that is over by then needs no stopping.
    void ending.asked.then(() => lab.stopScenario().catch(() => {}))
    await lab.runScenario(scenario.name, seed)
    const outcome = await lab.scenarioOutcome()
    watch.end()
    return await report(lab, output, scenario, seed, outcome)
  } catch (error) {
    watch.end()
    return giveUp(output, error, lab.status().runDir)
  } finally {
    unsubscribe()
    await lab.close()
    ending.dispose()
  }
}

/** A bundled name, or a file. Throws UsageError or ScenarioError. */
function findScenario(named: string, context: CliContext): Scenario {
  const isFile = /[\\/]|\.ya?ml$/.test(named)
  if (isFile) {
    const path = resolve(named)
    if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
    return parseScenario(readFileSync(path, 'utf8'), basename(path))
  }
  const bundled = bundledScenarios(context.mainDir)
  const found = bundled.find(({ name }) => name === named)
  if (found !== undefined) return found
  const names = bundled.map(({ name }) => name).join(', ')
  throw new UsageError(`there is no scenario "${named}"; there are ${names}`)
}

async function report(
  lab: LabController,
  output: Output,
  scenario: Scenario,
  seed: number,
  outcome: ScenarioOutcome,
): Promise<number> {
  const { runDir, state } = lab.status()
  if (state === 'running') await lab.stopCluster()
  const last = lab.lastResult()
  for (const { text, held } of outcome.expectations) {
    output.say(`${held === null ? 'not known' : held ? 'held     ' : 'NOT held '}  ${text}`)
  }
  for (const { words, outcome: how, results } of outcome.steps) {
    if (how !== 'done') output.say(`step "${words}" ${how}: ${results.at(-1) ?? ''}`)
  }
  const measures = { ...last?.measures, ...outcome.measures }
  for (const [name, value] of Object.entries(measures)) {
    if (isTelling(name, value)) output.say(`  ${name}: ${value}`)
  }
  const { expectations, steps } = outcome
  const what = { type: 'result', scenario: scenario.name, seed, expectations, steps }
  // The record can be lossy where the scenario saw everything: then nobody can check the verdict.
  const verdict = outcome.verdict === 'valid' ? (last?.verdict ?? 'unknown') : outcome.verdict
  return finish(output, { verdict, measures, runDir }, what)
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
