/** Session: a run with its cluster, and what acts on it: clients, load, node acts. */
import { join } from 'node:path'
import type { Violation } from '../../core/check/violation'
import type { LabFact, LinkTraffic } from '../../core/event'
import { allLinks } from '../../core/fault'
import type { LoadOptions, WriteResult } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { AdversaryView } from '../../shared/gate'
import { Clients, WAITING_MAX } from './clients'
import { Cluster } from './cluster'
import type { ClusterSetup } from './cluster'
import { RanNodes } from './dataDir'
import { HistoryBook } from './historyBook'
import type { OnHistoryReply } from './historyBook'
import { findingOfBook } from './historyFinding'
import type { ClientTarget } from './respClient'
import { NodeActs } from './nodeActs'
import { HISTORY_FILE } from './offlineRun'
import type { HeldTo } from './patience'
import { PauseGuard } from './pauseGuard'
import type { Run, RunResult, ScenarioEnd } from './run'
import { Stepping } from './stepping'
import { Storm } from './storm'
import type { StormHost } from './storm'
import { Workload } from './workload'

const SAMPLE_MS = 250
/** A node answers by the deadline; where none comes, the load gives up this much later. */
const LOAD_GRACE_MS = 1000
/** Beyond a node's own deadline: then it does not answer at all. */
const ANSWER_GRACE_MS = 2000
const COMMAND_CHARS_MAX = 200

export type SessionSetup = Omit<
  ClusterSetup,
  'clock' | 'logs' | 'tell' | 'onFacts' | 'onTraffic' | 'isStepping'
>

export class Session {
  readonly cluster: Cluster
  readonly nodes: NodeActs
  readonly storm: Storm
  readonly stepping: Stepping
  load: LoadOptions | null = null
  /** Set once the end has begun, by whoever asked first. */
  private ending: Promise<RunResult> | null = null
  private readonly clients: Clients
  /** Null: the keys hold what an earlier run wrote, and nobody knows what that is. */
  private readonly book: HistoryBook | null
  private readonly guard: PauseGuard
  private workload: Workload | null = null
  private readonly sampler: NodeJS.Timeout
  private sampledAtMs = 0
  private isFrozen = false
  /** Null: the record does not say yet. */
  private isWatched: boolean | null = null

  constructor(
    readonly run: Run,
    private readonly setup: SessionSetup,
  ) {
    this.book = this.openBook()
    this.cluster = new Cluster({
      ...setup,
      clock: run.clock,
      logs: run.logs,
      tell: (fact) => this.tell(fact),
      onFacts: (node, dropped, facts) => run.timeline.addNode(node, dropped, facts),
      onTraffic: (links) => this.onTraffic(links),
      isStepping: () => this.stepping.isOn,
    })
    this.stepping = new Stepping(this)
    run.onViolated = (violation) => void this.freeze(violation)
    this.guard = new PauseGuard((words) => this.tell({ type: 'labNote', level: 'warn', words }))
    this.nodes = new NodeActs(this.cluster, this.guard)
    this.storm = new Storm(this.stormHost())
    const { requestDeadlineMs } = setup.options
    this.clients = new Clients(requestDeadlineMs, this.onRequest, this.heldTo)
    this.sampler = setInterval(() => this.sampleStatus(), SAMPLE_MS)
  }

  get options(): SessionSetup['options'] {
    return { ...this.setup.options, policy: this.cluster.policy }
  }

  /** In which a node answers, if only that its own deadline has passed. */
  get answerMs(): number {
    return this.setup.options.requestDeadlineMs + ANSWER_GRACE_MS
  }

  get identity(): SessionSetup['identity'] {
    return this.setup.identity
  }

  adversary(): AdversaryView | null {
    const view = this.cluster.adversary.view()
    const { undecidedBallots } = this.run.measures.liveness
    return view && { ...view, undecidedBallots }
  }

  tell(fact: LabFact): void {
    this.run.tell(fact)
    this.stepping.note(fact)
  }

  /** Tells messages while a window looks, or always if the run records them. */
  watchMessages(wanted: boolean): void {
    const on = wanted || this.setup.options.recordMessages
    this.cluster.watchMessages(on)
    if (on === this.isWatched) return
    this.isWatched = on
    this.tell({ type: 'messagesWatched', on })
  }

  /** Something that the status shows is other than before. */
  changed(): void {
    this.setup.onStatus(true)
  }

  /** Runs a command through the client port of `node`. A paused node takes it and is silent. */
  async command(node: number, args: readonly string[]): Promise<WriteResult> {
    const target = this.target(node)
    if (args.length === 0) throw new LabCallError('badArgument', 'the command is empty')
    if (this.clients.waitingAt(node) >= WAITING_MAX) {
      const words = `${WAITING_MAX} commands wait for an answer of node ${node} already`
      throw new LabCallError('wrongState', words)
    }
    const result = await this.clients.command(node, target, args)
    this.tellReply(args, result)
    return result
  }

  tellReply(args: readonly string[], { node, outcome, reply, latencyMs }: WriteResult): void {
    const command = args.join(' ').slice(0, COMMAND_CHARS_MAX)
    const shown = reply.slice(0, COMMAND_CHARS_MAX)
    this.tell({ type: 'clientReplied', node, command, reply: shown, outcome, latencyMs })
  }

  setLoad(load: LoadOptions | null): void {
    this.load = load
    if (load === null) return this.workload?.stop()
    this.workload?.close()
    const nodes = load.nodes.length > 0 ? load.nodes : this.identity.members
    this.workload = new Workload(
      { ...load, nodes },
      this.setup.options.seed,
      this.setup.options.requestDeadlineMs + LOAD_GRACE_MS,
      (node) => this.loadTarget(node),
      (fact) => this.tell(fact),
      this.onRequest,
    )
  }

  /** Resolves when no child is left and the result is written. Asking twice is asking once. */
  end(scenario: () => ScenarioEnd | null): Promise<RunResult> {
    this.ending ??= this.endOnce(scenario)
    return this.ending
  }

  /** At the first violation every frame waits at the gate, so that it can be looked at. */
  private async freeze({ invariant }: Violation): Promise<void> {
    const { freezeOnViolation, direct, variant } = this.setup.options
    // The blog variant breaks rules by design: its lessons would all end at the first write.
    if (!freezeOnViolation || direct || variant !== 'lamport' || this.isFrozen) return
    // Frames that wait would only lengthen a stall.
    if (invariant === 'I15') return
    this.isFrozen = true
    const links = allLinks(this.identity.members)
    try {
      const id = await this.cluster.links.start({
        kind: 'hold',
        links,
        match: {},
        atEnd: 'release',
      })
      const words = `${invariant} is violated: every frame waits at the gate; end fault ${id} to go on`
      this.tell({ type: 'labNote', level: 'error', words })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.tell({ type: 'labNote', level: 'warn', words: `the gate could not be frozen: ${why}` })
    }
  }

  private async endOnce(scenario: () => ScenarioEnd | null): Promise<RunResult> {
    clearInterval(this.sampler)
    this.stepping.close()
    await this.storm.close()
    this.setLoad(null)
    this.workload?.close()
    this.clients.close()
    try {
      await this.cluster.stop()
      this.guard.close()
      this.tell({ type: 'clusterStopped' })
      await this.judgeHistory()
      return await this.run.end(scenario())
    } finally {
      // With the result written, nothing of this lab is left there.
      this.cluster.pids.close()
    }
  }

  private stormHost(): StormHost {
    const { run, setup } = this
    const load = () => this.load
    const bound = () =>
      this.cluster.policy.kind === 'lease' ? this.cluster.policy.driftBound : null
    return {
      ...{ cluster: this.cluster, nodes: this.nodes },
      ...{ runDir: run.dir, clock: run.clock, isDirect: setup.options.direct },
      get load() {
        return load()
      },
      get driftBound() {
        return bound()
      },
      command: (node, args) => this.command(node, args),
      note: (level, words) => this.tell({ type: 'labNote', level, words }),
      changed: () => setup.onStatus(true),
    }
  }

  private openBook(): HistoryBook | null {
    const { dataDir, identity } = this.setup
    const ran = RanNodes.open(dataDir)
    if (identity.members.some((node) => ran.has(node))) return null
    const { run } = this
    const problem = (words: string) => this.tell({ type: 'labNote', level: 'error', words })
    return new HistoryBook(join(run.dir, HISTORY_FILE), () => run.nowMs, problem)
  }

  readonly heldTo: HeldTo = () => this.stepping.heldToMs

  private readonly onRequest = (args: readonly string[]): OnHistoryReply => {
    return this.book?.begin(args) ?? (() => {})
  }

  private async judgeHistory(): Promise<void> {
    const finding = this.book && (await findingOfBook(this.book))
    // There is no gate any more that could be frozen.
    this.run.onViolated = () => {}
    if (finding !== null) this.run.setHistory(finding)
  }

  private target(node: number): ClientTarget {
    const { state, clientPort } = this.cluster.member(node)
    if (state === 'running' || state === 'paused')
      return { host: this.host(node), port: clientPort }
    throw new LabCallError('wrongState', `node ${node} is ${state}: it takes no commands`)
  }

  private loadTarget(node: number): ClientTarget | null {
    const { answers, clientPort } = this.cluster.member(node)
    return answers ? { host: this.host(node), port: clientPort } : null
  }

  private host(node: number): string {
    return this.cluster.member(node).view().clientHost
  }

  private onTraffic(links: readonly LinkTraffic[]): void {
    this.tell({ type: 'trafficSampled', links })
  }

  /** Only what is new: a node that is paused or gone has nothing to say. */
  private sampleStatus(): void {
    const fresh = this.cluster.members
      .map((member) => member.view())
      .filter(({ statusAtMs }) => statusAtMs > this.sampledAtMs)
    if (fresh.length === 0) return
    this.sampledAtMs = Math.max(...fresh.map(({ statusAtMs }) => statusAtMs))
    const nodes = fresh.map(({ status }) => status).filter((status) => status !== null)
    this.tell({ type: 'statusSampled', nodes })
  }
}
