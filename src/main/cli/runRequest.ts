/**
 * What `paxos-lab run` is asked to do: the experiment with every point of its sweep, its trials and
 * where results go. All of it is looked at before anything starts.
 *
 * Errors: UsageError, ScenarioError.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Scenario } from '../../shared/experiment'
import {
  checkAxes,
  parseScenario,
  parseSeeds,
  parseSweep,
  sweepPoints,
} from '../../shared/experiment'
import { PlanError } from '../../shared/experiment'
import type { ExperimentPlan, SweepAxis, SweepPoint } from '../../shared/experimentResult'
import { bundledNames, bundledText } from '../assemble'
import { planCommand, trialCommand, typedArgs } from '../experiment/command'
import { chooseSeeds, parseShard, SEED_MAX, shardOf, trialsOf } from '../experiment/plan'
import type { PlannedTrial } from '../experiment/plan'
import { CLUSTER_FLAGS, withFlags } from './clusterFlags'
import type { ClusterFlags } from './clusterFlags'
import { simRefusals } from '../lab/sim/simRefusals'
import type { CliContext } from './labCommand'
import { UsageError, wholeFlag } from './usage'

const REPEAT_MAX = 10_000
const JOBS_MAX = 64
const TIME_LIMIT_S_MAX = 86_400

export const RUN_ARGS = {
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
  repeat: {
    type: 'string',
    valueHint: 'N',
    description: 'Trials of each point, with the seeds S, S+1, ...',
  },
  seeds: {
    type: 'string',
    valueHint: 'A..B|LIST',
    description: 'One trial of each for each point',
  },
  sweep: {
    type: 'string',
    valueHint: 'NAME=V,V',
    description: 'Trials for each value of a parameter; once or twice',
  },
  jobs: { type: 'string', valueHint: 'K', default: '1', description: 'Trials at a time' },
  shard: { type: 'string', valueHint: 'I/N', description: 'Only every N-th trial, from the I-th' },
  sim: { type: 'boolean', description: 'In the simulator instead of on real processes' },
  'stop-on-failure': {
    type: 'boolean',
    description: 'Ends after the first trial that is not valid',
  },
  'time-limit': {
    type: 'string',
    valueHint: 'S',
    description: 'A trial that takes more seconds is stopped and unknown',
  },
  ...CLUSTER_FLAGS,
  out: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Folder in which the run is recorded; of several trials the empty one they fill',
  },
  junit: { type: 'string', valueHint: 'FILE', description: 'Also writes JUnit XML, for a CI' },
  csv: { type: 'string', valueHint: 'FILE', description: 'Also writes one line a trial as CSV' },
  json: { type: 'boolean', description: 'JSON lines on standard output, the last one the result' },
} as const

export interface RunFlags extends ClusterFlags {
  readonly scenario: string
  readonly seed?: string | undefined
  readonly repeat?: string | undefined
  readonly seeds?: string | undefined
  readonly jobs: string
  readonly shard?: string | undefined
  readonly sim?: boolean | undefined
  readonly 'stop-on-failure'?: boolean | undefined
  readonly 'time-limit'?: string | undefined
  readonly out?: string | undefined
  readonly junit?: string | undefined
  readonly csv?: string | undefined
  readonly json?: boolean | undefined
}

export interface RunRequest {
  readonly flags: RunFlags
  readonly text: string
  /** What the text is called in errors. */
  readonly file: string
  /** With the options of the command line, for the point of a trial. */
  scenarioAt(point: SweepPoint): Scenario
  readonly plan: ExperimentPlan
  /** Trials of the whole plan, and those of them that are to run here. */
  readonly total: number
  readonly trials: readonly PlannedTrial[]
  readonly clusterArgs: readonly string[]
  readonly atOnce: number
  readonly timeLimitMs: number | null
  commandOf(trial: Pick<PlannedTrial, 'seed' | 'point'>): string
}

const SWITCHES = new Set(
  Object.entries(RUN_ARGS).flatMap(([name, { type }]) => (type === 'boolean' ? [name] : [])),
)

export function readRequest(
  flags: RunFlags,
  rawArgs: readonly string[],
  context: CliContext,
): RunRequest {
  try {
    return read(flags, rawArgs, context)
  } catch (error) {
    throw error instanceof PlanError ? new UsageError(error.message) : error
  }
}

function read(flags: RunFlags, rawArgs: readonly string[], context: CliContext): RunRequest {
  const typed = typedArgs(rawArgs, SWITCHES)
  const { text, file } = findText(flags.scenario, context)
  const scenario = parseScenario(text, file)
  const sweep = sweepOf(
    scenario,
    typed.flatMap(({ name, value }) => (name === 'sweep' ? [value ?? ''] : [])),
  )
  const points = sweepPoints(sweep)
  const clusterTyped = typed.filter(
    ({ name }) => name !== null && Object.hasOwn(CLUSTER_FLAGS, name),
  )
  refuseContradiction(
    sweep,
    clusterTyped.map(({ name }) => name ?? ''),
  )
  const scenarios = new Map(points.map((point) => [point, scenarioOf(text, file, point, flags)]))
  if (flags.sim === true) [...scenarios.values()].forEach(refuseUnsimulated)
  const seeds = seedsOf(scenario, flags)
  const planned = trialsOf(points, seeds)
  const shard = flags.shard === undefined ? null : parseShard(flags.shard)
  const { 'time-limit': limit } = flags
  for (const name of ['junit', 'csv'] as const) checkFile(name, flags[name])
  return {
    ...{ flags, text, file },
    scenarioAt: (point) => scenarios.get(point) ?? scenarioOf(text, file, point, flags),
    plan: {
      ...{ name: scenario.name, title: scenario.title, sweep, seeds },
      source: flags.sim === true ? 'simulator' : 'processes',
      command: planCommand(typed),
    },
    total: planned.length,
    trials: shardOf(planned, shard),
    clusterArgs: clusterTyped.flatMap(({ words }) => words),
    atOnce: wholeFlag(flags.jobs, 'jobs', 1, JOBS_MAX),
    timeLimitMs:
      limit === undefined ? null : wholeFlag(limit, 'time-limit', 1, TIME_LIMIT_S_MAX) * 1000,
    commandOf: (trial) => trialCommand(typed, trial),
  }
}

function scenarioOf(text: string, file: string, point: SweepPoint, flags: RunFlags): Scenario {
  const scenario = parseScenario(text, file, point)
  return { ...scenario, cluster: withFlags(scenario.cluster, flags) }
}

function refuseUnsimulated(scenario: Scenario): void {
  const refusals = simRefusals(scenario)
  if (refusals.length > 0) throw new UsageError(`--sim: ${refusals.join('\n')}`)
}

/** A bundled name, or a file. */
function findText(named: string, context: CliContext): { text: string; file: string } {
  const isFile = /[\\/]|\.ya?ml$/.test(named)
  if (isFile) {
    const path = resolve(named)
    if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
    if (!statSync(path).isFile()) throw new UsageError(`${path} is no file`)
    return { text: readFileSync(path, 'utf8'), file: basename(path) }
  }
  const names = bundledNames(context.mainDir)
  if (names.includes(named)) return bundledText(context.mainDir, named)
  throw new UsageError(`there is no scenario "${named}"; there are ${names.join(', ')}`)
}

/** A sweep of the command line stands in place of that of the file. */
function sweepOf(scenario: Scenario, texts: readonly string[]): readonly SweepAxis[] {
  if (texts.length === 0) return scenario.plan.sweep
  const axes = texts.map((text) => parseSweep(text))
  try {
    checkAxes(axes)
  } catch (error) {
    throw error instanceof PlanError ? new UsageError(`--sweep ${error.message}`) : error
  }
  return axes
}

/** A flag would silently win over every value of the sweep. */
function refuseContradiction(sweep: readonly SweepAxis[], flagNames: readonly string[]): void {
  for (const name of flagNames) {
    const key = name === 'clock' ? 'clocks' : camelCase(name)
    const axis = sweep.find((each) => each.name === key || each.name === `cluster.${key}`)
    if (axis !== undefined) throw new UsageError(`--${name}: ${axis.name} is swept already`)
  }
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function seedsOf(scenario: Scenario, flags: RunFlags): number[] {
  const { seed, repeat, seeds } = flags
  return chooseSeeds(scenario.plan, scenario.cluster.seed, {
    seed: seed === undefined ? null : wholeFlag(seed, 'seed', 0, SEED_MAX),
    repeat: repeat === undefined ? null : wholeFlag(repeat, 'repeat', 1, REPEAT_MAX),
    seeds: seeds === undefined ? null : parseSeeds(seeds),
  })
}

function checkFile(name: string, path: string | undefined): void {
  if (path === undefined) return
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) throw new UsageError(`--${name} ${path}: there is no folder ${folder}`)
  const isFolder = statSync(resolve(path), { throwIfNoEntry: false })?.isDirectory() === true
  if (isFolder) throw new UsageError(`--${name} ${path} is a folder`)
}
