/**
 * `paxos-lab sim`: seeds through the simulator, spread over the processors. One line a seed, in the
 * order of the seeds. Exit codes: 0 all valid, 1 one is violated, 2 one is not known.
 */
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { msToGrains } from '../../core/sim/agenda'
import { forkedWords } from '../../core/sim/fork'
import { MUTANT_IDS } from '../../core/paxos/mutant'
import { BREAKING_KINDS, FAULT_KINDS } from '../../core/sim/plan'
import type { SimFaultKind, SimFork, SimPlan } from '../../core/sim/plan'
import { drawPlan } from '../../core/sim/swarm'
import type { SwarmOptions } from '../../core/sim/swarm'
import { FrameError } from '../../shared/frame'
import { parseSimPlan } from '../../shared/simPlanCodec'
import { performTask, planOf } from '../sim/messages'
import type { SeedReport, SimAnswer, TrialTask } from '../sim/messages'
import { PLAN_FILE, recordMinimised, recordTrial, replayCommand } from '../sim/recordFailure'
import { SMALL_PLAN_FILE } from '../sim/recordFailure'
import { SimPool } from '../sim/simPool'
import { Ending } from './ending'
import { chooseRunsDir } from './labCommand'
import type { CliContext } from './labCommand'
import { EXIT, Output } from './output'
import { Progress } from './progress'
import { UsageError, cliCommand, wholeFlag } from './usage'
import type { CliCommand } from './usage'

const SEED_MAX = 0xffff_ffff
const SECONDS_MAX = 1_000_000
const STEPS_MAX = 1_000_000_000
const TICKS_PER_SECOND = 200
/** Failing seeds that get a run directory; the first of them is made smaller too. */
const RECORDED_MAX = 3
const SIM_NODES = [3, 4, 5, 6, 7, 9]
const KINDS: readonly SimFaultKind[] = [...FAULT_KINDS, ...BREAKING_KINDS]

const args = {
  seed: { type: 'string', valueHint: 'S', description: 'One seed; default 1' },
  seeds: { type: 'string', valueHint: 'A..B', description: 'Every seed from A to B' },
  seconds: {
    type: 'string',
    valueHint: 'T',
    description: 'Virtual seconds of faults; default: the seed draws 5 to 15',
  },
  steps: { type: 'string', valueHint: 'N', description: 'Faults end after N events instead' },
  nodes: { type: 'string', valueHint: 'N', description: 'Default: the seed draws 3, 5 or 7' },
  faults: {
    type: 'string',
    valueHint: 'LIST',
    description: 'These kinds and no others, with commas; none; default: the seed draws',
  },
  mutant: { type: 'string', valueHint: 'M1..M21', description: 'Breaks one rule on purpose' },
  'fork-at': {
    type: 'string',
    valueHint: 'T',
    description: 'Equal up to T virtual seconds, then as --fork-seed says; with one --seed',
  },
  'fork-seed': { type: 'string', valueHint: 'S', description: 'Chance after --fork-at' },
  plan: { type: 'string', valueHint: 'FILE', description: 'A plan.json instead of a seed' },
  out: { type: 'string', valueHint: 'DIR', description: 'Folder for runs of failing seeds' },
  json: { type: 'boolean', description: 'One JSON line a seed on standard output' },
} as const

type SimFlags = { readonly [name in keyof typeof args]?: string | boolean | undefined }

export function simCommand(context: CliContext): CliCommand {
  const meta = { name: 'sim', description: 'Simulates clusters by seed, with faults, and judges' }
  const more =
    `\n\nKINDS OF FAULTS\n\n  ${FAULT_KINDS.join(' ')}\n\n` +
    `  Disks that lie, never drawn by a seed: ${BREAKING_KINDS.join(' ')}`
  return cliCommand(meta, args, ({ args: flags }) => sim(flags, context), more)
}

async function sim(flags: SimFlags, context: CliContext): Promise<number> {
  const output = new Output(flags.json === true)
  const tasks = readTasks(flags)
  const ending = new Ending()
  const session = new SimSession(flags, context, output, tasks)
  try {
    return await session.run(ending.signal)
  } finally {
    ending.dispose()
  }
}

interface Tasks extends Iterable<TrialTask> {
  readonly count: number
}

function readTasks(flags: SimFlags): Tasks {
  if (typeof flags.plan === 'string') {
    const other = (
      ['seed', 'seeds', 'mutant', 'faults', 'nodes', 'fork-at', 'fork-seed'] as const
    ).find((one) => flags[one])
    if (other !== undefined) throw new UsageError(`--plan says everything; drop --${other}`)
    const plan = readPlan(flags.plan)
    return { count: 1, [Symbol.iterator]: () => [{ kind: 'plan', plan } as const].values() }
  }
  const [from, to] = readSeeds(flags)
  const fixed = readOptions(flags)
  const fork = readFork(flags)
  if (fork !== null) {
    const plan = { ...drawPlan({ ...fixed, seed: from }), forks: [fork] }
    return { count: 1, [Symbol.iterator]: () => [{ kind: 'plan', plan } as const].values() }
  }
  return {
    count: to - from + 1,
    *[Symbol.iterator]() {
      for (let seed = from; seed <= to; seed += 1) {
        yield { kind: 'seed', options: { ...fixed, seed } } as const
      }
    },
  }
}

function readPlan(named: string): SimPlan {
  const path = resolve(named)
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
  try {
    return parseSimPlan(readFileSync(path, 'utf8'), path)
  } catch (error) {
    if (error instanceof FrameError) throw new UsageError(error.message)
    throw error
  }
}

function readSeeds({ seed, seeds }: SimFlags): readonly [number, number] {
  if (typeof seeds !== 'string') {
    const one = typeof seed === 'string' ? wholeFlag(seed, 'seed', 0, SEED_MAX) : 1
    return [one, one]
  }
  if (seed !== undefined) throw new UsageError('--seed and --seeds exclude each other')
  const [first = '', last = '', ...more] = seeds.split('..')
  if (more.length > 0 || last === '') throw new UsageError(`--seeds ${seeds} is not A..B`)
  const from = wholeFlag(first, 'seeds', 0, SEED_MAX)
  return [from, wholeFlag(last, 'seeds', from, SEED_MAX)]
}

/** Null: the run does not fork. */
function readFork(flags: SimFlags): SimFork | null {
  const { 'fork-at': at, 'fork-seed': seed } = flags
  if (typeof at !== 'string' && typeof seed !== 'string') return null
  if (typeof at !== 'string' || typeof seed !== 'string') {
    throw new UsageError('a fork needs both: --fork-at T and --fork-seed S')
  }
  if (flags.seeds !== undefined) throw new UsageError('--fork-at needs one --seed, not --seeds')
  const seconds = /^\d+(\.\d{1,5})?$/.test(at) ? Number(at) : NaN
  if (!(seconds <= SECONDS_MAX)) {
    throw new UsageError(`--fork-at ${at} is not a time from 0 to ${SECONDS_MAX} s`)
  }
  return { atGrains: msToGrains(seconds * 1000), seed: wholeFlag(seed, 'fork-seed', 0, SEED_MAX) }
}

function readOptions(flags: SimFlags): Omit<SwarmOptions, 'seed'> {
  const { seconds, steps, nodes, mutant } = flags
  if (seconds !== undefined && steps !== undefined) {
    throw new UsageError('--seconds and --steps exclude each other')
  }
  const whole = (value: string | boolean | undefined, name: string, min: number, max: number) =>
    typeof value === 'string' ? wholeFlag(value, name, min, max) : undefined
  const virtual = whole(seconds, 'seconds', 1, SECONDS_MAX)
  const count = whole(nodes, 'nodes', 1, 99)
  if (count !== undefined && !SIM_NODES.includes(count)) {
    throw new UsageError(`--nodes ${count} is none of ${SIM_NODES.join(', ')}`)
  }
  const id = MUTANT_IDS.find((each) => each === mutant)
  if (mutant !== undefined && id === undefined) {
    throw new UsageError(`--mutant ${String(mutant)} is none of ${MUTANT_IDS.join(', ')}`)
  }
  return {
    nodes: count,
    faults: readKinds(flags.faults),
    mutant: id,
    safetyTicks: virtual === undefined ? undefined : virtual * TICKS_PER_SECOND,
    stepsMax: whole(steps, 'steps', 1, STEPS_MAX),
  }
}

function readKinds(list: string | boolean | undefined): SimFaultKind[] | undefined {
  if (typeof list !== 'string') return undefined
  if (list === 'none') return []
  if (list === 'all') return [...FAULT_KINDS]
  return list.split(',').map((name) => {
    const kind = KINDS.find((each) => each === name.trim())
    if (kind === undefined) {
      throw new UsageError(`--faults: there is no kind "${name}"; there are ${KINDS.join(', ')}`)
    }
    return kind
  })
}

class SimSession {
  private readonly counts = { valid: 0, violated: 0, unknown: 0 }
  private events = 0
  private recorded = 0
  private pool: SimPool | null = null
  private readonly progress: Progress
  private readonly startedAt = performance.now()

  constructor(
    private readonly flags: SimFlags,
    private readonly context: CliContext,
    private readonly output: Output,
    private readonly tasks: Tasks,
  ) {
    this.progress = new Progress(output.people, () => this.line())
  }

  async run(signal: AbortSignal): Promise<number> {
    try {
      if (this.tasks.count === 1) await this.runHere()
      else await this.runInThreads(signal)
    } finally {
      this.progress.end()
      await this.pool?.close()
    }
    if (this.done < this.tasks.count) this.counts.unknown += 1
    if (this.tasks.count > 1) this.output.say(this.summary())
    const { violated, unknown } = this.counts
    return violated > 0 ? EXIT.violated : unknown > 0 ? EXIT.unknown : EXIT.valid
  }

  private get done(): number {
    return this.counts.valid + this.counts.violated + this.counts.unknown
  }

  private async runHere(): Promise<void> {
    for (const task of this.tasks)
      await this.take(
        task,
        performTask(task, () => performance.now()),
      )
  }

  private async runInThreads(signal: AbortSignal): Promise<void> {
    const threads = Math.min(availableParallelism(), this.tasks.count)
    this.pool = new SimPool(this.context.mainDir, threads)
    const tasks = this.tasks[Symbol.iterator]()
    for await (const answer of this.pool.run(this.tasks, signal)) {
      const task = tasks.next()
      if (task.done !== true) await this.take(task.value, answer)
    }
  }

  private async take(task: TrialTask, answer: SimAnswer): Promise<void> {
    if (answer.kind === 'refused') throw new UsageError(answer.words)
    if (answer.kind !== 'trial') {
      throw new Error(answer.kind === 'failed' ? answer.words : `a trial gave ${answer.kind}`)
    }
    const { report } = answer
    this.counts[report.verdict] += 1
    this.events += report.events
    const isFirst = this.recorded < RECORDED_MAX
    const runDir = report.verdict === 'violated' && isFirst ? await this.record(task) : null
    const { forks } = task.kind === 'plan' ? task.plan : {}
    this.tell(report, runDir, forkedWords(report.seed, forks))
  }

  private tell(report: SeedReport, runDir: string | null, named: string): void {
    const { verdict, violations, words } = report
    const why = violations[0] === undefined ? words : `${violations[0].invariant} ${where(report)}`
    const line = `${named}: ${verdict}${why === '' ? '' : `: ${why}`}`
    if (this.output.json) this.output.result({ ...report, runDir }, '')
    else if (verdict !== 'valid' || this.tasks.count === 1) {
      const { events, eventsPerSecond, hash } = report
      this.progress.say(`${line} (${events} events, ${eventsPerSecond}/s, hash ${hash})`)
    }
    if (runDir !== null) this.progress.say(`  ${runDir}`)
  }

  /** The run again, with its messages, and a smaller one for the first. */
  private async record(task: TrialTask): Promise<string> {
    this.recorded += 1
    const plan = planOf(task)
    const runsDir = chooseRunsDir(
      typeof this.flags.out === 'string' ? this.flags.out : undefined,
      this.output,
    )
    const { runDir } = await recordTrial(runsDir, plan, this.context.version)
    this.progress.say(`again: ${replayCommand(join(runDir, PLAN_FILE))}`)
    // A plan is small already, or was kept on purpose.
    if (this.recorded > 1 || task.kind === 'plan') return runDir
    this.progress.say('making it smaller ...')
    const answer = performTask({ kind: 'minimise', plan }, () => performance.now())
    if (answer.kind !== 'minimised' || answer.report === null) return runDir
    await recordMinimised(runDir, answer.report)
    const { trials, plan: small } = answer.report
    const size = `${small.nodes} nodes, ${small.faults.length} faults`
    this.progress.say(`smaller, after ${trials} runs (${size}):`)
    this.progress.say(`  ${replayCommand(join(runDir, SMALL_PLAN_FILE))}`)
    return runDir
  }

  private line(): string {
    return `${this.done} of ${this.tasks.count} seeds, ${this.figures()}`
  }

  private figures(): string {
    const seconds = (performance.now() - this.startedAt) / 1000
    const rate = Math.round(this.events / Math.max(0.001, seconds))
    const { violated, unknown } = this.counts
    return `${violated} violated, ${unknown} unknown, ${this.events} events, ${rate} events/s`
  }

  private summary(): string {
    return `${this.counts.valid} of ${this.tasks.count} seeds valid, ${this.figures()}`
  }
}

function where({ violations }: SeedReport): string {
  return violations[0]?.words ?? ''
}
