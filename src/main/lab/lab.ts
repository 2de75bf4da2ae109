/**
 * The lab: starts and stops clusters, plays scenarios, and serves everything behind LabApi. Plain
 * Node; Electron shell, browser host and command line use it alike.
 *
 * One cluster at a time. A run (its events, record and checks) lasts from the start of a cluster to
 * its stop, and can be looked at until the next one starts.
 */
import { dirname, join, resolve } from 'node:path'
import type { LabEvent } from '../../core/event'
import { EMPTY_LIVENESS, EMPTY_SERIES } from '../../core/measure/series'
import type {
  ClusterOptions,
  Lab,
  LabPush,
  LabSnapshot,
  LabState,
  LabStatus,
  RunCard,
  ScenarioCard,
} from '../../shared/api'
import { LabCallError } from '../../shared/api'
import { clusterFault, clusterLabels } from '../../shared/clusterOptions'
import type { Scenario } from '../../shared/experiment'
import { policyWords } from '../../shared/labWords'
import { LabCalls } from './calls'
import type { ActedBy, LabCore } from './calls'
import type { Programs } from './cluster'
import { claimDataDir, newIdentity } from './dataDir'
import { Feed } from './feed'
import { launcherFor } from './launcher'
import { REAL_PAUSE } from './nodeActs'
import { Run } from './run'
import type { RunResult } from './run'
import { MessageViewers } from './messageViewers'
import { listRuns } from './runDir'
import { openSavedRuns } from './savedRunsThread'
import { ScenarioStage } from './scenarioStage'
import type { ScenarioOutcome } from './scenario'
import { Session } from './session'
import { sweepStaleRuns } from './sweep'

export interface LabOptions {
  /** Bundled programs of node and switchboard. */
  readonly nodeEntry: string
  readonly switchboardEntry: string
  /** A directory for run directories; made if it is missing. */
  readonly runsDir: string
  /** Program that runs the children; by default the one that runs this. */
  readonly execPath?: string
  readonly appVersion: string
  /** Bundled experiments, in the order of the start page. */
  readonly scenarios: readonly Scenario[]
}

/** The lab with what only its own process asks for. */
export interface LabController extends Lab {
  /** Plays any scenario as `runScenario` plays one of the lab's own. */
  playScenario(scenario: Scenario, seed: number | null): Promise<void>
  /** How the last scenario went; resolves when it is over. Rejects if it could not be played. */
  scenarioOutcome(): Promise<ScenarioOutcome>
  /** Result of the last run that was stopped; null: none was. */
  lastResult(): RunResult | null
  /** The lab now, without the events and runs of a snapshot. */
  status(): LabStatus
}

export function createLab(options: LabOptions): LabController {
  return new Controller(options)
}

class Controller extends LabCalls implements LabController {
  private readonly core: Core

  constructor(options: LabOptions) {
    const core = new Core(options)
    super(core, 'person')
    this.core = core
  }

  subscribe(push: LabPush): () => void {
    return this.core.feed.subscribe(push)
  }

  status(): LabStatus {
    return this.core.status()
  }

  async close(): Promise<void> {
    await this.core.close()
  }

  async playScenario(scenario: Scenario, seed: number | null): Promise<void> {
    await this.core.playScenario(scenario, seed)
  }

  async scenarioOutcome(): Promise<ScenarioOutcome> {
    return await this.core.stage.outcome()
  }

  lastResult(): RunResult | null {
    return this.core.run()?.result ?? null
  }
}

/** The scenario that a cluster belongs to. */
type Played = ScenarioStage['playing']

class Core implements LabCore {
  readonly feed: Feed
  readonly stage: ScenarioStage
  readonly messages = new MessageViewers((on) => this.watchMessages(on))
  readonly saved: ReturnType<typeof openSavedRuns>
  private state: LabState = 'idle'
  private active: Session | null = null
  private lastRun: Run | null = null
  private runs: readonly RunCard[] = []
  private readonly cards: readonly ScenarioCard[]
  private readonly runsDir: string
  private readonly programs: Programs
  private readonly listeners = new Set<(event: LabEvent) => void>()
  private readonly swept: Promise<string | null>
  private starting: Promise<void> | null = null
  private isClosed = false
  private readonly onExit = () => this.active?.cluster.killNow()

  constructor(private readonly options: LabOptions) {
    const { execPath, scenarios } = options
    this.runsDir = resolve(options.runsDir)
    const readerEntry = join(dirname(resolve(options.nodeEntry)), 'runs.js')
    const current = (): string | null => this.active?.run.dir ?? null
    this.saved = openSavedRuns(readerEntry, this.runsDir, current)
    this.programs = {
      launcher: launcherFor(execPath),
      nodeEntry: resolve(options.nodeEntry),
      switchboardEntry: resolve(options.switchboardEntry),
    }
    this.cards = scenarios.map(({ name, title, summary, seconds, level }) => ({
      ...{ name, title, summary },
      ...{ seconds, level },
    }))
    this.feed = new Feed({
      status: () => this.status(),
      frame: () => this.lastRun?.measures.frame() ?? null,
    })
    this.stage = new ScenarioStage(scenarios, {
      lab: new LabCalls(this, 'scenario'),
      subscribe: (listener) => this.listen(listener),
      liveness: () => this.lastRun?.measures.liveness ?? EMPTY_LIVENESS,
      status: () => this.status(),
      tell: (fact) => this.active?.tell(fact),
      changed: () => this.changed(),
    })
    this.swept = sweep(this.runsDir)
    process.on('exit', this.onExit)
  }

  session(): Session {
    if (this.active !== null && this.state === 'running') return this.active
    const words = this.state === 'idle' ? 'no cluster is running' : `the cluster is ${this.state}`
    throw new LabCallError('notRunning', words)
  }

  run(): Run | null {
    return this.lastRun
  }

  changed(): void {
    this.feed.touch(true)
  }

  async snapshot(): Promise<LabSnapshot> {
    await this.refreshRuns()
    // What the snapshot tells is not told again by the next batch.
    this.feed.flush()
    return this.snapshotNow()
  }

  async startCluster(options: ClusterOptions, by: ActedBy): Promise<void> {
    if (this.isClosed) throw new LabCallError('wrongState', 'the lab is closed')
    const fault = clusterFault(options)
    if (fault !== null) throw new LabCallError('badArgument', fault)
    if (this.state !== 'idle') {
      throw new LabCallError('alreadyRunning', `a cluster is ${this.state} already`)
    }
    this.setState('starting')
    if (by === 'person') this.stage.clear()
    this.starting = this.start(options, by === 'scenario' ? this.stage.playing : null)
    try {
      await this.starting
    } finally {
      this.starting = null
    }
    if (by === 'scenario') this.stage.clusterStarted()
  }

  async stopCluster(by: ActedBy): Promise<void> {
    if (this.state === 'idle') throw new LabCallError('notRunning', 'no cluster is running')
    // A scenario whose cluster a person stops is over; one that stops its own goes on.
    if (by === 'person') await this.endScenario()
    await this.stopNow()
  }

  async runScenario(name: string, seed: number | null): Promise<void> {
    await this.playScenario(this.stage.named(name), seed)
  }

  async playScenario(scenario: Scenario, seed: number | null): Promise<void> {
    if (this.isClosed) throw new LabCallError('wrongState', 'the lab is closed')
    await this.stage.play(scenario, seed)
  }

  async stopScenario(): Promise<void> {
    if (this.stage.playing === null) {
      throw new LabCallError('wrongState', 'no experiment is running')
    }
    await this.stage.stop()
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.endScenario()
    await this.stopNow()
    await this.stage.stop()
    await this.lastRun?.close()
    await this.saved.end()
    await this.swept
    this.feed.close()
    process.off('exit', this.onExit)
  }

  /** One that still starts its cluster ends when that is taken away; else it is awaited. */
  private async endScenario(): Promise<void> {
    if (this.state === 'starting') this.stage.abort()
    else await this.stage.stop()
  }

  private listen(listener: (event: LabEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Ends what runs, starts or stops; nothing to do when idle. */
  private async stopNow(): Promise<void> {
    const session = this.active
    if (session === null && this.starting === null) return
    this.setState('stopping')
    try {
      if (session !== null) await session.end(() => this.stage.takeEnd())
      // A start that was cut short ends itself; its rejection is the business of who asked for it.
      await this.starting?.catch(() => {})
    } finally {
      this.active = null
      this.setState('idle')
    }
  }

  private async start(options: ClusterOptions, scenario: Played): Promise<void> {
    let session: Session | null = null
    try {
      const note = await this.swept
      session = await this.open(options, scenario)
      if (note !== null) session.tell({ type: 'labNote', level: 'warn', words: note })
      await session.cluster.start()
      if (hasLeader(options)) await session.cluster.awaitLeader()
      else await session.cluster.refreshStatus()
      if (session.cluster.stopping) throw new LabCallError('wrongState', 'the start was stopped')
      this.setState('running')
    } catch (error) {
      await session?.end(() => null)
      this.active = null
      this.setState('idle')
      throw asCallError(error)
    }
  }

  /** A new run with a cluster that has not started. */
  private async open(options: ClusterOptions, scenario: Played): Promise<Session> {
    const { nodes, mode } = options
    // Children run in the run directory: a relative path would be another one there.
    const dataDir = options.dataDir === null ? null : resolve(options.dataDir)
    const identity =
      dataDir === null
        ? newIdentity(nodes, mode, options)
        : await claimDataDir(dataDir, nodes, mode, options)
    await this.lastRun?.close()
    const start = {
      title: scenario?.title ?? titleOf(options),
      startedAt: new Date().toISOString(),
      scenario: scenario?.name ?? null,
      options,
      appVersion: this.options.appVersion,
    }
    const run = await Run.begin(this.runsDir, start, (event) => this.take(event))
    this.lastRun = run
    await this.refreshRuns()
    const session = new Session(run, {
      programs: this.programs,
      options,
      identity,
      runDir: run.dir,
      dataDir: dataDir ?? run.dir,
      onStatus: (changed) => this.feed.touch(changed),
    })
    this.active = session
    this.feed.reset(() => this.snapshotNow())
    session.tell({
      type: 'clusterStarted',
      ...identity,
      direct: options.direct,
      seed: options.seed,
      policy: options.policy,
      scenario: scenario?.name ?? null,
      ...(options.stallMsMax > 0 && { stallMsMax: options.stallMsMax }),
      ...(options.unnamed !== undefined && { unnamed: options.unnamed }),
    })
    session.watchMessages(this.messages.any)
    return session
  }

  private watchMessages(on: boolean): void {
    this.active?.watchMessages(on)
  }

  private take(event: LabEvent): void {
    this.feed.add(event)
    for (const listener of [...this.listeners]) listener(event)
  }

  private setState(state: LabState): void {
    this.state = state
    this.changed()
  }

  status(): LabStatus {
    const { active, lastRun } = this
    return {
      state: this.state,
      atMs: lastRun?.nowMs ?? 0,
      cluster: active?.identity.cluster ?? null,
      options: active?.options ?? null,
      nodes: active?.cluster.members.map((member) => member.view()) ?? [],
      faults: active?.cluster.faults.active() ?? [],
      load: active?.load ?? null,
      scenario: this.stage.view(),
      adversary: active?.adversary() ?? null,
      stepping: active?.stepping.view() ?? null,
      storm: active?.storm.view() ?? null,
      runDir: lastRun?.dir ?? null,
      events: lastRun?.eventCount ?? 0,
      dropped: lastRun?.dropped ?? 0,
      checks: lastRun?.checkViews() ?? [],
      realPause: REAL_PAUSE,
    }
  }

  private snapshotNow(): LabSnapshot {
    return {
      status: this.status(),
      events: this.feed.milestones(),
      earlier: this.feed.earlier(),
      series: this.lastRun?.measures.snapshot() ?? EMPTY_SERIES,
      scenarios: this.cards,
      runs: this.runs,
    }
  }

  private async refreshRuns(): Promise<void> {
    this.runs = await listRuns(this.runsDir, this.active?.run.dir ?? null)
  }
}

/** Of a cluster that no scenario started. */
function titleOf(options: ClusterOptions): string {
  const words = `${options.nodes} nodes, ${policyWords(options.policy, options.tickMs)}`
  return [words, ...clusterLabels(options)].join(', ')
}

/** What was found, in words for the first run; null when there was nothing to do. */
async function sweep(runsDir: string): Promise<string | null> {
  try {
    const { killed } = await sweepStaleRuns(runsDir)
    return killed === 0 ? null : `${killed} processes that a former lab left behind were ended`
  } catch (error) {
    return `left-overs of former labs could not be looked for: ${String(error)}`
  }
}

function hasLeader({ policy, variant }: ClusterOptions): boolean {
  return variant === 'lamport' && (policy.kind === 'leader' || policy.kind === 'lease')
}

function asCallError(error: unknown): LabCallError {
  if (error instanceof LabCallError) return error
  const words = error instanceof Error ? error.message : String(error)
  return new LabCallError('internal', `the cluster did not start: ${words}`)
}
