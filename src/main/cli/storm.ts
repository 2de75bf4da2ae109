/**
 * `paxos-lab storm`: a cluster under load, random faults, then calm; judged. Exit codes: 0 valid, 1
 * violated, lost or not converged, 2 unknown.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { LEADER_POLICY } from '../../core/paxos/config'
import { ALL_STORM_FAMILIES, DEFAULT_STORM, STORM_FAMILIES } from '../../core/storm/storm'
import type { StormFamily, StormOptions } from '../../core/storm/storm'
import { DEFAULT_CLUSTER, DEFAULT_LOAD } from '../../shared/api'
import type { ClusterOptions, LoadOptions } from '../../shared/api'
import { verdictOf } from '../../shared/labWords'
import { familiesOf } from '../../shared/stormVerb'
import { parseVerb, VerbError } from '../../shared/verbs'
import { assembleLab } from '../assemble'
import type { LabController } from '../lab/lab'
import { readEvents } from '../lab/textLines'
import { alarmViewer } from './alarms'
import { CLUSTER_FLAGS, withFlags } from './clusterFlags'
import type { ClusterFlags } from './clusterFlags'
import { Ending } from './ending'
import { chooseRunsDir, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { Output } from './output'
import { Progress } from './progress'
import { judgeToTheEnd } from './stormJudge'
import { reportStorm } from './stormReport'
import type { StormFound } from './stormReport'
import { lostWritesOf, readBack } from './stormReadBack'
import { UsageError, cliCommand, wholeFlag } from './usage'
import type { CliCommand } from './usage'

const SEED_MAX = 0xffff_ffff
const SECONDS_MAX = 86_400
const LOOK_MS = 50
const NODE_COUNTS = [3, 5, 7, 9] as const

/**
 * Reads and writes of every kind; few requests on many keys, so that I14 can be judged to the end.
 */
const STORM_LOAD: LoadOptions = {
  ...DEFAULT_LOAD,
  clients: 8,
  readRatio: 0.4,
  mixRatio: 0.6,
  keys: 200,
  targetPerSecond: 100,
}

const args = {
  seconds: { type: 'string', default: '60', valueHint: 'S', description: 'How long faults come' },
  nodes: { type: 'string', default: '5', valueHint: '3|5|7|9', description: 'Number of nodes' },
  families: {
    type: 'string',
    valueHint: 'LIST',
    description: `With commas; default: all, which is ${STORM_FAMILIES.join(',')}`,
  },
  intensity: { type: 'string', default: '0.5', valueHint: '0..1', description: 'How much at once' },
  seed: { type: 'string', valueHint: 'S', description: 'Of faults and load; default: drawn' },
  load: {
    type: 'string',
    valueHint: 'WORDS',
    description: 'As the verb load has it, such as "8 rate 100 mix 0.6"',
  },
  ...CLUSTER_FLAGS,
  out: { type: 'string', valueHint: 'DIR', description: 'Folder in which the run is recorded' },
  json: { type: 'boolean', description: 'JSON lines on standard output, the last one the result' },
} as const

interface StormFlags extends ClusterFlags {
  readonly seconds: string
  readonly nodes: string
  readonly families?: string | undefined
  readonly intensity: string
  readonly seed?: string | undefined
  readonly load?: string | undefined
  readonly out?: string | undefined
  readonly json?: boolean | undefined
}

export function stormCommand(context: CliContext): CliCommand {
  const meta = { name: 'storm', description: 'Random faults on a real cluster under load, judged' }
  const more = `\n\nFAMILIES\n\n  ${ALL_STORM_FAMILIES.join(' ')}`
  return cliCommand(meta, args, ({ args: flags }) => storm(flags, context), more)
}

async function storm(flags: StormFlags, context: CliContext): Promise<number> {
  const output = new Output(flags.json === true)
  const options = readStorm(flags)
  const cluster = readCluster(flags, options.seed)
  const load = readLoad(flags.load)
  const ending = new Ending()
  const lab = await assembleLab({
    mainDir: context.mainDir,
    runsDir: chooseRunsDir(flags.out, output),
    appVersion: context.version,
  })
  lab.subscribe(alarmViewer((words) => output.complain(words)))
  const run = new StormRun(lab, output, ending)
  try {
    const found = await run.play(options, cluster, load)
    const result = await judgeToTheEnd(lab.lastResult())
    return reportStorm(output, result, { ...found, options, flags })
  } catch (error) {
    return giveUp(output, error, lab.status().runDir)
  } finally {
    run.end()
    await lab.close()
    ending.dispose()
  }
}

function readStorm(flags: StormFlags): StormOptions {
  const intensity = /^\d(\.\d+)?$/.test(flags.intensity) ? Number(flags.intensity) : NaN
  if (!(intensity >= 0 && intensity <= 1)) {
    throw new UsageError(`--intensity ${flags.intensity} is not a number from 0 to 1`)
  }
  const { seed: text } = flags
  const seed =
    text === undefined ? Math.floor(Math.random() * SEED_MAX) : wholeFlag(text, 'seed', 0, SEED_MAX)
  const forMs = 1000 * wholeFlag(flags.seconds, 'seconds', 1, SECONDS_MAX)
  return { seed, families: readFamilies(flags.families), intensity, forMs }
}

function readFamilies(text: string | undefined): readonly StormFamily[] {
  if (text === undefined) return DEFAULT_STORM.families
  const found = familiesOf(text)
  if (typeof found === 'string') throw new UsageError(`--families: ${found}`)
  return found
}

function readCluster(flags: StormFlags, seed: number): ClusterOptions {
  const nodes = NODE_COUNTS.find((each) => String(each) === flags.nodes)
  if (nodes === undefined) throw new UsageError(`--nodes ${flags.nodes} is none of 3, 5, 7, 9`)
  const base: ClusterOptions = { ...DEFAULT_CLUSTER, nodes, policy: LEADER_POLICY, seed }
  // A gate that freezes at a violation would end the run before it is judged.
  return { ...withFlags(base, flags), freezeOnViolation: false }
}

function readLoad(text: string | undefined): LoadOptions {
  if (text === undefined) return STORM_LOAD
  try {
    const verb = parseVerb(`load ${text}`)
    if (verb.verb === 'load' && verb.load !== null) return verb.load
    throw new UsageError('--load off: a storm without load proves nothing')
  } catch (error) {
    if (error instanceof VerbError) throw new UsageError(`--load: ${error.message}`)
    throw error
  }
}

/** One run, from start to stop. */
class StormRun {
  private readonly progress: Progress

  constructor(
    private readonly lab: LabController,
    output: Output,
    private readonly ending: Ending,
  ) {
    this.progress = new Progress(output.people, () => this.line())
  }

  async play(
    options: StormOptions,
    cluster: ClusterOptions,
    load: LoadOptions,
  ): Promise<StormFound> {
    const { lab } = this
    await lab.startCluster(cluster)
    await lab.setLoad(load)
    const startedAtMs = lab.status().atMs
    await lab.startStorm(options)
    const runDir = lab.status().runDir ?? ''
    this.progress.say(`seed ${options.seed}; the run is in ${runDir}`)
    const why = await this.storm(options.forMs ?? 0)
    // After a violation nothing more is to be found out, and much to be kept as it is.
    const calm = why === 'over' ? await this.calm(runDir) : null
    const view = lab.status().storm ?? null
    if (lab.status().state === 'running') await lab.stopCluster()
    const { violatedAtMs, endedNodes } = await eventsOf(runDir)
    return {
      ...{ cut: why === 'asked', calm, view, endedNodes },
      violatedAfterMs: violatedAtMs === null ? null : Math.round(violatedAtMs - startedAtMs),
      lost: await lostWritesOf(runDir),
    }
  }

  end(): void {
    this.progress.end()
  }

  /** Until the time is over, a check is violated, or somebody wants the end. */
  private async storm(forMs: number): Promise<'over' | 'violated' | 'asked'> {
    const endMs = performance.now() + forMs
    while (performance.now() < endMs) {
      if (this.ending.signal.aborted) return 'asked'
      if (verdictOf(this.lab.status()) === 'violated') return 'violated'
      await wait(LOOK_MS)
    }
    return 'over'
  }

  private async calm(runDir: string): Promise<StormFound['calm']> {
    const { lab } = this
    this.progress.say('calm: everything is healed')
    const underLoad = await lab.stopStorm()
    await lab.setLoad(null)
    const keysAsked = await readBack(lab, runDir)
    return { underLoad, keysAsked }
  }

  private line(): string {
    const { storm, atMs, faults } = this.lab.status()
    const made = storm ? `${storm.started} faults, ${faults.length} now` : 'starting'
    return `${(atMs / 1000).toFixed(0)} s: ${storm?.phase ?? ''} ${made}`
  }
}

interface EventsFound {
  /** Lab time of the first violation; null: there was none before the end. */
  readonly violatedAtMs: number | null
  /** Nodes that ended although no fault explains it, in words. */
  readonly endedNodes: readonly string[]
}

/** From the record: viewers that cannot keep up are not told every event. */
async function eventsOf(runDir: string): Promise<EventsFound> {
  let violatedAtMs: number | null = null
  const endedNodes: string[] = []
  const wants = (text: string) => text.includes('"violated"') || text.includes('"nodeExited"')
  for await (const event of readEvents(runDir, wants)) {
    if (event.type === 'violated') violatedAtMs ??= event.atMs
    else if (event.type === 'nodeExited' && !event.injected) {
      const how = event.signal ?? `code ${event.code}`
      endedNodes.push(`node ${event.node} ended by itself at ${event.atMs} ms (${how})`)
    }
  }
  return { violatedAtMs, endedNodes }
}
