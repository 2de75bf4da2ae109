/** Session: a run with its cluster, and what acts on it: clients, load, node acts. */
import type { LabFact, LinkTraffic } from '../../core/event'
import type { LoadOptions, WriteResult } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { AdversaryView } from '../../shared/gate'
import { Clients, WAITING_MAX } from './clients'
import { Cluster } from './cluster'
import type { ClusterSetup } from './cluster'
import type { ClientTarget } from './respClient'
import { NodeActs } from './nodeActs'
import { PauseGuard } from './pauseGuard'
import type { Run, RunResult, ScenarioEnd } from './run'
import { Workload } from './workload'

const SAMPLE_MS = 250
/** A node answers by the deadline; where none comes, the load gives up this much later. */
const LOAD_GRACE_MS = 1000
const COMMAND_CHARS_MAX = 200

export type SessionSetup = Omit<ClusterSetup, 'clock' | 'tell' | 'onFacts' | 'onTraffic'>

export class Session {
  readonly cluster: Cluster
  readonly nodes: NodeActs
  load: LoadOptions | null = null
  /** Set once the end has begun, by whoever asked first. */
  private ending: Promise<RunResult> | null = null
  private readonly clients: Clients
  private readonly guard: PauseGuard
  private workload: Workload | null = null
  private readonly sampler: NodeJS.Timeout
  private sampledAtMs = 0

  constructor(
    readonly run: Run,
    private readonly setup: SessionSetup,
  ) {
    this.cluster = new Cluster({
      ...setup,
      clock: run.clock,
      tell: (fact) => this.tell(fact),
      onFacts: (node, dropped, facts) => run.timeline.addNode(node, dropped, facts),
      onTraffic: (links) => this.onTraffic(links),
    })
    this.guard = new PauseGuard((words) => this.tell({ type: 'labNote', level: 'warn', words }))
    this.nodes = new NodeActs(this.cluster, this.guard)
    this.clients = new Clients(setup.options.requestDeadlineMs)
    this.sampler = setInterval(() => this.sampleStatus(), SAMPLE_MS)
  }

  get options(): SessionSetup['options'] {
    return { ...this.setup.options, policy: this.cluster.policy }
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
    this.workload?.stop()
    this.workload = null
    this.load = load
    if (load === null) return
    const nodes = load.nodes.length > 0 ? load.nodes : this.identity.members
    this.workload = new Workload(
      { ...load, nodes },
      this.setup.options.seed,
      this.setup.options.requestDeadlineMs + LOAD_GRACE_MS,
      (node) => this.loadTarget(node),
      (fact) => this.tell(fact),
    )
  }

  /** Resolves when no child is left and the result is written. Asking twice is asking once. */
  end(scenario: () => ScenarioEnd | null): Promise<RunResult> {
    this.ending ??= this.endOnce(scenario)
    return this.ending
  }

  private async endOnce(scenario: () => ScenarioEnd | null): Promise<RunResult> {
    clearInterval(this.sampler)
    this.setLoad(null)
    this.clients.close()
    await this.cluster.stop()
    this.guard.close()
    this.tell({ type: 'clusterStopped' })
    return await this.run.end(scenario())
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
