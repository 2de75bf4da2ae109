/**
 * World: a cluster in virtual time. Safety phase: clients work while faults strike. Then all is
 * healed, and the liveness phase: every pending request is answered, all replicas become equal, and
 * every key can be read through every node (S31, I15).
 *
 * Same plan, same run, byte for byte: no clock, no randomness but the seed's, no promise.
 * Events: every fact, and every message sent and received, whether they are told or not.
 * Order:  the events come in the order in which they happened: a total order.
 */
import type { LabEvent, LabFact, LearnerReadResult, NodeFact } from '../event'
import type { HistoryEntry } from '../history'
import type { MachineInput, MachineReply, ReadAnswer } from '../machineTypes'
import { compareBallot } from '../paxos/ballot'
import type { NodeId } from '../paxos/ballot'
import { DEFAULT_REPLICA } from '../paxos/config'
import type { ReplicaConfig } from '../paxos/config'
import type { Message } from '../paxos/message'
import { sendsEarly } from '../paxos/mutant'
import { Agenda, GRAINS_PER_TICK, toMs } from './agenda'
import type { Due } from './agenda'
import { EventLog } from './eventLog'
import { FaultDriver } from './faults'
import { Forks } from './fork'
import { deepFreeze } from './freeze'
import { policyAfterFaults } from './healing'
import { Network } from './network'
import type { Losses } from './network'
import type { SimFaultKind, SimPlan } from './plan'
import { createChance } from './prng'
import type { Chance } from './prng'
import { SimNode } from './simNode'
import type { SimNodeHost } from './simNode'
import type { SimStart } from './start'
import { tellStatus } from './statusSample'
import { Workload } from './workload'

export interface SimOptions {
  readonly plan: SimPlan
  readonly sink: (event: LabEvent) => void
  /** True: `sent`, `received` and status lines are told too. The run is the same. */
  readonly messages?: boolean
  /** Name of the experiment that is played. */
  readonly scenario?: string
  /** True: messages are frozen, so that a machine that changes one is caught (tests). */
  readonly freeze?: boolean
  /** Sees every round of every node, as a real node records them. */
  readonly onRound?: (node: SimNode, ticks: number, inputs: readonly MachineInput[]) => void
  /** Goes on from a recorded run instead of an empty cluster. */
  readonly start?: readonly SimStart[]
  /** Stamps of the recorded run: the next events are counted on from there. */
  readonly after?: StampsSoFar
}

export interface StampsSoFar {
  readonly seq: number
  readonly atMs: number
  readonly nodeSeqs: ReadonlyMap<NodeId, number>
}

/** What the world itself can judge; facts are judged by others. */
export interface SimProblem {
  /** `I15`, or `machine` for a node that contradicted itself. */
  readonly invariant: 'I15' | 'machine'
  readonly words: string
}

export interface SimEnd {
  readonly events: number
  readonly ticks: number
  readonly hash: string
  readonly history: readonly HistoryEntry[]
  readonly problems: readonly SimProblem[]
  readonly strikes: ReadonlyMap<SimFaultKind, number>
  readonly losses: Losses
  readonly operations: number
  /** Of a run that waits: what can come next. */
  readonly due: readonly Due[]
  /** Ticks from the end of the faults until all was answered and equal; null: it never was. */
  readonly healTicks: number | null
}

const LOOK_TICKS = 5

export class World {
  readonly agenda = new Agenda()
  readonly nodes: readonly SimNode[]
  private readonly members: readonly NodeId[]
  readonly network: Network
  readonly faults: FaultDriver
  readonly workload: Workload
  private readonly log: EventLog
  private readonly chance: Chance
  private readonly forks: Forks
  private readonly problems: SimProblem[] = []
  private readonly broken = new Set<NodeId>()
  private stopped = false

  constructor(readonly options: SimOptions) {
    const { plan, start } = options
    this.chance = createChance(plan.seed)
    this.log = new EventLog(this.agenda, options)
    this.members = start?.[0]?.config.members ?? membersOf(plan.nodes)
    this.nodes = this.members.map((node) => this.makeNode(node))
    this.network = new Network(this.agenda, this.chance, this.members, plan.delayGrains, {
      onArrival: (from, to, id, message) => this.arrive(from, to, id, message),
      onStrike: (kind) => this.faults.strike(kind),
    })
    this.faults = new FaultDriver(this.faultHost(), plan.faults)
    this.workload = new Workload(plan.clients, this.chance, {
      agenda: this.agenda,
      nodes: this.nodes,
      onRead: (node, read, result, grains) => this.tellRead(node, read, result, grains),
    })
    this.forks = new Forks(this, this.chance)
  }

  /** Ends the run where it is: whoever judges has seen enough. */
  stop(): void {
    this.stopped = true
  }

  run(): SimEnd {
    this.begin()
    this.safetyPhase()
    const healTicks = this.stopped ? null : this.livenessPhase()
    this.forks.finish()
    return this.end(healTicks)
  }

  /** The run so far. */
  end(healTicks: number | null): SimEnd {
    const { log, workload, faults, network, problems } = this
    return {
      events: log.events,
      ticks: Math.floor(this.agenda.now / GRAINS_PER_TICK),
      hash: log.hash.digits(),
      history: workload.history,
      problems,
      strikes: faults.strikes,
      losses: network.losses,
      operations: workload.asked,
      due: this.forks.due,
      healTicks,
    }
  }

  /** The nodes begin; `run` does so by itself. */
  begin(): void {
    const { plan, start, messages } = this.options
    if (start === undefined) {
      this.tellStarted(plan)
      for (const node of this.nodes) this.startNode(node)
    } else {
      for (const recorded of start) this.resume(recorded)
    }
    if (messages !== true) return
    const aside = (fact: LabFact): void => this.log.aside(fact)
    tellStatus(this.agenda, this.nodes, aside)
    this.workload.tally.begin(aside)
  }

  private resume(recorded: SimStart): void {
    const own = this.node(recorded.node)
    own.nodeSeq = this.options.after?.nodeSeqs.get(own.node) ?? 0
    if (recorded.down !== true) return own.resumeLife(recorded)
    own.life = recorded.life
    own.disk.load(recorded.snapshot, recorded.records)
  }

  private safetyPhase(): void {
    const { safetyTicks, stepsMax } = this.options.plan
    const until = this.agenda.now + safetyTicks * GRAINS_PER_TICK
    const enough = stepsMax ?? Infinity
    while (this.agenda.now < until && this.log.events < enough && !this.stopped) {
      const happening = this.forks.take(until)
      if (happening === null) return
      happening()
    }
  }

  /** Answers the ticks that it took; null if it failed, and the problem is told. */
  private livenessPhase(): number | null {
    const { livenessTicks, convergeTicks } = this.options.plan
    const from = this.agenda.now
    this.heal()
    this.log.lab({ type: 'acted', act: 'all faults are healed', actor: 'scenario' })
    if (!this.waitFor(livenessTicks, () => this.workload.busy === 0)) {
      const waits = this.workload.waits()
      const first = waits[0] ?? `${this.workload.busy} clients got no answer`
      return this.missed(`${livenessTicks} ticks after the faults ${first}`)
    }
    let open = true
    this.workload.probe(() => {
      open = false
    })
    if (!this.waitFor(livenessTicks, () => !open)) {
      return this.missed(`a read through the log took more than ${livenessTicks} ticks`)
    }
    if (!this.waitFor(convergeTicks, () => this.isConverged())) {
      return this.missed(`replicas differ ${convergeTicks} ticks later: ${this.describeLogs()}`)
    }
    return Math.round((this.agenda.now - from) / GRAINS_PER_TICK)
  }

  private missed(words: string): null {
    if (!this.stopped) this.problems.push({ invariant: 'I15', words })
    return null
  }

  private heal(): void {
    this.workload.resting = true
    this.faults.healAll()
    for (const node of this.nodes) if (!node.alive) this.startNode(node)
    const policy = policyAfterFaults(this.options.plan)
    if (policy === null) return
    for (const node of this.nodes) node.push({ type: 'setPolicy', policy })
  }

  /** False if it did not become true in time. */
  private waitFor(ticks: number, isTrue: () => boolean): boolean {
    const until = this.agenda.now + ticks * GRAINS_PER_TICK
    while (!this.stopped) {
      if (isTrue()) return true
      if (this.agenda.now >= until) return false
      this.advance(Math.min(until, this.agenda.now + LOOK_TICKS * GRAINS_PER_TICK))
    }
    return false
  }

  /** Time passes up to `until`, in grains. */
  advance(until: number): void {
    while (!this.stopped) {
      const happening = this.forks.take(until)
      if (happening === null) return
      happening()
    }
  }

  private isConverged(): boolean {
    return new Set(this.logs()).size <= 1
  }

  private logs(): string[] {
    return this.nodes.flatMap(({ machine }) => {
      if (machine === null) return []
      const { appliedThrough, digest } = machine.status()
      return [`slot ${appliedThrough} ${digest}`]
    })
  }

  private describeLogs(): string {
    return this.logs().join(', ')
  }

  private makeNode(node: NodeId): SimNode {
    const { plan } = this.options
    const recorded = this.options.start?.find((each) => each.node === node)
    const config: ReplicaConfig = recorded?.config ?? {
      ...DEFAULT_REPLICA,
      ...plan.config,
      node,
      members: this.members,
    }
    return new SimNode({
      config,
      agenda: this.agenda,
      timerPrng: this.chance.stream(201, node),
      diskPrng: this.chance.stream(202, node),
      flushGrains: plan.flushGrains,
      roundGrains: plan.roundGrains,
      sendsEarly: sendsEarly(config.mutant),
      host: this.nodeHost(),
    })
  }

  private nodeHost(): SimNodeHost {
    return {
      onFact: (node, fact) => this.log.fact(node, fact),
      onRound: (node, ticks, inputs) => this.options.onRound?.(node, ticks, inputs),
      onSend: (node, to, message, after) => this.send(node, to, message, after),
      onReplies: (_node, replies: readonly MachineReply[]) => this.workload.onReplies(replies),
      onReads: (_node, reads: readonly ReadAnswer[]) => this.workload.onReads(reads),
      onStrike: (kind) => this.faults.strike(kind),
      onFailed: (node, reason, injected) => this.failed(node, reason, injected),
    }
  }

  private faultHost() {
    return {
      agenda: this.agenda,
      members: this.members,
      network: this.network,
      node: (node: NodeId) => this.node(node),
      leader: () => this.leader(),
      tell: (fact: LabFact) => this.log.lab(fact),
      end: (node: SimNode, how: 'kill' | 'powerLoss' | 'close') => this.endNode(node, how),
      start: (node: SimNode) => this.startNode(node),
    }
  }

  node(node: NodeId): SimNode {
    const own = this.nodes.find((each) => each.node === node)
    if (own === undefined) throw new Error(`there is no node ${node}`)
    return own
  }

  tell(fact: LabFact): void {
    this.log.lab(fact)
  }

  leader(): NodeId | null {
    const leading = this.nodes
      .flatMap(({ machine }) => (machine === null ? [] : [machine.status()]))
      .filter(({ role }) => role === 'leading')
      .sort((a, b) => compareBallot(b.ballot, a.ballot))
    return leading[0]?.node ?? null
  }

  private send(from: SimNode, to: NodeId, message: Message, after: number): void {
    if (this.options.freeze === true) deepFreeze(message)
    from.sent += 1
    this.log.sent(from, to, from.sent, message, after)
    this.network.send(from.node, to, from.sent, message)
  }

  private arrive(from: NodeId, to: NodeId, id: number, message: Message): void {
    const own = this.nodes[to - 1] ?? this.node(to)
    if (own.machine === null) return
    this.log.received(own, from, id, message)
    own.push({ type: 'message', from, message })
  }

  startNode(own: SimNode): void {
    const { node } = own
    if (own.alive || this.broken.has(node)) return
    this.log.lab({ type: 'nodeStarted', node, pid: 0 })
    own.boot()
    if (own.alive) this.log.lab({ type: 'nodeReady', node, clientPort: 0, life: own.life })
  }

  private endNode(own: SimNode, how: 'kill' | 'powerLoss' | 'close'): void {
    const { node } = own
    own.end(how)
    this.network.disconnect(node, this.members)
    const signal = how === 'close' ? null : 'SIGKILL'
    const code = how === 'close' ? 0 : null
    this.log.lab({ type: 'nodeExited', node, code, signal, injected: true, tail: [] })
    this.workload.onEnded(node)
  }

  private failed(own: SimNode, reason: string, injected: boolean): void {
    const { node } = own
    own.nodeSeq += 1
    const type = injected ? 'storageFailed' : 'nodeFailed'
    this.log.fact(own, { type, reason } satisfies NodeFact)
    own.end('kill')
    this.network.disconnect(node, this.members)
    const tail = [reason]
    this.log.lab({ type: 'nodeExited', node, code: 1, signal: null, injected, tail })
    this.workload.onEnded(node)
    if (injected) return
    this.broken.add(node)
    const words = `N${node} contradicted itself and ended: ${reason}`
    this.problems.push({ invariant: 'machine', words })
    this.stop()
  }

  private tellStarted({ seed, config }: SimPlan): void {
    const { mode, policy, quorums, roles, variant, mutant } = { ...DEFAULT_REPLICA, ...config }
    this.log.lab({
      type: 'clusterStarted',
      cluster: 'simulated',
      members: this.members,
      direct: false,
      scenario: this.options.scenario ?? null,
      source: 'simulator',
      ...{ mode, seed, policy, quorums, roles, variant, mutant },
    })
  }

  private tellRead(
    node: NodeId,
    read: Parameters<ConstructorParameters<typeof Workload>[2]['onRead']>[1],
    result: LearnerReadResult,
    grains: number,
  ): void {
    if (read === null) return
    const { subject, mode } = read
    const what = subject.kind === 'key' ? { key: subject.key } : { key: '', slot: subject.slot }
    const latencyMs = toMs(grains)
    this.log.lab({ type: 'learnerRead', node, ...what, mode, result, latencyMs })
  }
}

function membersOf(nodes: number): NodeId[] {
  return Array.from({ length: nodes }, (_, index) => index + 1)
}
