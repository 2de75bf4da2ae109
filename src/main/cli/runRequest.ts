/**
 * What `paxos-lab run` is asked to do: the experiment with every point of its sweep, its trials and
 * where results go. All of it is looked at before anything starts.
 *
 * Errors: UsageError, ScenarioError.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { checkAxes, parseSeeds, parseSweep, PlanError } from '../../shared/experiment'
import type { SweepAxis } from '../../shared/experimentResult'
import { bundledNames, bundledText } from '../assemble'
import { typedArgs } from '../experiment/command'
import { parseShard, SEED_MAX } from '../experiment/plan'
import type { SeedWish } from '../experiment/plan'
import { planTrials, UnsimulatedError } from '../experiment/trialsPlan'
import type { PlannedTrials } from '../experiment/trialsPlan'
import { CLUSTER_FLAGS, withFlags } from './clusterFlags'
import type { ClusterFlags } from './clusterFlags'
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

export interface RunRequest extends PlannedTrials {
  readonly flags: RunFlags
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
    if (error instanceof UnsimulatedError) throw new UsageError(`--sim: ${error.message}`)
    throw error instanceof PlanError ? new UsageError(error.message) : error
  }
}

function read(flags: RunFlags, rawArgs: readonly string[], context: CliContext): RunRequest {
  const typed = typedArgs(rawArgs, SWITCHES)
  const clusterTyped = typed.filter(
    ({ name }) => name !== null && Object.hasOwn(CLUSTER_FLAGS, name),
  )
  const { shard, 'time-limit': limit } = flags
  const planned = planTrials({
    ...findText(flags.scenario, context),
    sweep: sweepOf(typed.flatMap(({ name, value }) => (name === 'sweep' ? [value ?? ''] : []))),
    seeds: seedsOf(flags),
    shard: shard === undefined ? null : parseShard(shard),
    source: flags.sim === true ? 'simulator' : 'processes',
    atOnce: wholeFlag(flags.jobs, 'jobs', 1, JOBS_MAX),
    timeLimitMs:
      limit === undefined ? null : wholeFlag(limit, 'time-limit', 1, TIME_LIMIT_S_MAX) * 1000,
    stopOnFailure: flags['stop-on-failure'] === true,
    typed,
    clusterArgs: clusterTyped.flatMap(({ words }) => words),
    adjust: (scenario) => ({ ...scenario, cluster: withFlags(scenario.cluster, flags) }),
  })
  refuseContradiction(
    planned.plan.sweep,
    clusterTyped.map(({ name }) => name ?? ''),
  )
  for (const name of ['junit', 'csv'] as const) checkFile(name, flags[name])
  return { ...planned, flags }
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
function sweepOf(texts: readonly string[]): readonly SweepAxis[] | null {
  if (texts.length === 0) return null
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

function seedsOf({ seed, repeat, seeds }: RunFlags): SeedWish {
  return {
    seed: seed === undefined ? null : wholeFlag(seed, 'seed', 0, SEED_MAX),
    repeat: repeat === undefined ? null : wholeFlag(repeat, 'repeat', 1, REPEAT_MAX),
    seeds: seeds === undefined ? null : parseSeeds(seeds),
  }
}

function checkFile(name: string, path: string | undefined): void {
  if (path === undefined) return
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) throw new UsageError(`--${name} ${path}: there is no folder ${folder}`)
  const isFolder = statSync(resolve(path), { throwIfNoEntry: false })?.isDirectory() === true
  if (isFolder) throw new UsageError(`--${name} ${path} is a folder`)
}
