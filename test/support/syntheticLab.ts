/**
 * SyntheticLab: a test double of `Lab` for component tests and the development harness. It plays a
 * believable run through the real event vocabulary, without any process. It never ships.
 */
import type { LabEvent, LabFact, LearnerReadResult, NodeStatus } from '../../src/core/event'
import type { ActiveFault, Fault, Link } from '../../src/core/fault'
import { allLinks, linksAcross } from '../../src/core/fault'
import type { SlotView } from '../../src/core/machineTypes'
import type { Ballot } from '../../src/core/paxos/ballot'
import { compareBallot, formatBallot, maxBallot } from '../../src/core/paxos/ballot'
import type { ElectionPolicy } from '../../src/core/paxos/config'
import { EAGER_POLICY, EXPONENTIAL_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { DEFAULT_CLUSTER, DEFAULT_LOAD, LabCallError } from '../../src/shared/api'
import type {
  ClusterOptions,
  Lab,
  LabPush,
  LabSnapshot,
  LabState,
  LabStatus,
  LinkChange,
  LoadOptions,
  NodeLifeState,
  PartitionRequest,
  WriteResult,
} from '../../src/shared/api'
import { SYNTHETIC_RUNS, SYNTHETIC_SCENARIOS } from './syntheticCards'
import type { SyntheticNode } from './syntheticModel'
import {
  followersOf,
  hasQuorum,
  isCut,
  makeNodes,
  makeRandom,
  nextOwnBallot,
  statusOf,
} from './syntheticModel'
import { SyntheticSeries } from './syntheticSeries'

const TICK_MS = 100
const ELECTION_TICKS = 5

export class SyntheticLab implements Lab {
  private atMs = 0
  private seq = 0
  private state: LabState = 'idle'
  private options: ClusterOptions | null = null
  private policy: ElectionPolicy = LEADER_POLICY
  private nodes: SyntheticNode[] = []
  private faults: ActiveFault[] = []
  private load: LoadOptions | null = null
  private scenario: LabStatus['scenario'] = null
  private events_: LabEvent[] = []
  private batch: LabEvent[] = []
  private series = new SyntheticSeries()
  private faultCount = 0
  private leaderless = 0
  private duelTurn = 0
  private random = makeRandom(7)
  private pushes = new Set<LabPush>()
  private timer: ReturnType<typeof setInterval> | undefined
  private script: { readonly atMs: number; readonly run: () => void }[] = []

  /** Time goes on by itself until `close`. */
  play(): void {
    this.timer = setInterval(() => this.forward(TICK_MS), TICK_MS)
  }

  /** Runs the model for this long at once. */
  forward(ms: number): void {
    for (let past = 0; past < ms; past += TICK_MS) this.tick()
    this.flush()
  }

  subscribe(push: LabPush): () => void {
    this.pushes.add(push)
    return () => this.pushes.delete(push)
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
  }

  async snapshot(): Promise<LabSnapshot> {
    return this.view()
  }

  async startCluster(options: ClusterOptions): Promise<void> {
    if (this.state !== 'idle') throw new LabCallError('alreadyRunning', 'A cluster runs already.')
    this.begin(options, null)
  }

  async stopCluster(): Promise<void> {
    this.need()
    this.tell({ type: 'clusterStopped' })
    this.nodes = []
    this.faults = []
    this.load = null
    this.scenario = null
    this.options = null
    this.state = 'idle'
    this.flush()
  }

  async killNode(node: number): Promise<void> {
    this.endProcess(this.one(node, 'running'), 'killed', { kind: 'kill', node })
  }

  async stopNode(node: number): Promise<void> {
    this.endProcess(this.one(node, 'running'), 'stopped', { kind: 'stop', node })
  }

  async restartNode(node: number): Promise<void> {
    const found = this.one(node)
    if (found.state === 'running') throw new LabCallError('wrongState', `N${node} runs already.`)
    this.revive(found)
  }

  async pauseNode(node: number): Promise<void> {
    const found = this.one(node, 'running')
    found.state = 'paused'
    this.series.openSpan({ node, kind: 'paused', ballot: null, fromMs: this.atMs, toMs: null })
    this.startFault({ kind: 'pause', node, cooperative: false })
  }

  async resumeNode(node: number): Promise<void> {
    this.revive(this.one(node, 'paused'))
  }

  async changeLinks(links: readonly Link[], change: LinkChange): Promise<string> {
    this.need()
    if (this.options?.direct) {
      throw new LabCallError('directMode', 'Nodes dial each other: there is no link to change.')
    }
    return this.startFault({ ...change, links })
  }

  async partition(request: PartitionRequest): Promise<string> {
    this.need()
    const members = this.nodes.map((node) => node.node)
    const leader = this.leader()?.node ?? 1
    const others = members.filter((node) => node !== leader)
    const small = [leader, ...others.slice(-Math.max(0, Math.floor((members.length - 1) / 2) - 1))]
    const rest = members.filter((node) => !small.includes(node))
    const groups =
      request.preset === 'custom'
        ? request.groups
        : request.preset === 'isolateLeader' || request.preset === 'oneWay'
          ? [others, [leader]]
          : request.preset === 'bridge'
            ? [members.slice(0, 3), members.slice(2)]
            : [rest, small]
    const links = linksAcross(members, groups)
    return this.startFault({ kind: 'partition', preset: request.preset, groups, links })
  }

  async endFault(id: string): Promise<void> {
    const found = this.faults.find((fault) => fault.id === id)
    if (!found) throw new LabCallError('badArgument', `No fault ${id} is active.`)
    if ('node' in found.fault) return this.revive(this.one(found.fault.node))
    this.faults = this.faults.filter((fault) => fault !== found)
    this.tell({ type: 'faultEnded', fault: { ...found, endedAtMs: this.atMs } })
    this.flush()
  }

  async healAll(processes: boolean): Promise<void> {
    for (const { id, fault } of [...this.faults]) {
      if (!('node' in fault) || processes) await this.endFault(id)
    }
  }

  async command(node: number, args: readonly string[]): Promise<WriteResult> {
    const found = this.one(node, 'running')
    const works = hasQuorum(this.nodes, followersOf(this.nodes, this.faults, found).length)
    const result: WriteResult = works
      ? { node, outcome: 'ok', reply: args[0]?.toLowerCase() === 'get' ? '"41"' : 'OK', latencyMs: 4.2 }
      : { node, outcome: 'unknown', reply: 'TIMEOUT no quorum answered in 5000 ms', latencyMs: 5000 }
    const { outcome, reply, latencyMs } = result
    const command = args.join(' ')
    this.tell({ type: 'clientReplied', node, command, reply, outcome, latencyMs })
    this.flush()
    return result
  }

  async propose(node: number, args: readonly string[]): Promise<WriteResult> {
    return this.command(node, args)
  }

  async learnerRead(node: number | null, key: string): Promise<LearnerReadResult> {
    this.need()
    const asker = node === null ? this.leader() : this.one(node)
    const heard = asker ? followersOf(this.nodes, this.faults, asker) : []
    const works = hasQuorum(this.nodes, heard.length)
    const result: LearnerReadResult = {
      verdict: works ? 'chosen' : 'undetermined',
      value: works ? '41' : null,
      reason: works ? '' : `${heard.length} of ${this.nodes.length} answered; a majority is 3.`,
      replies: heard.map(({ node: from, applied, promised }) => ({
        node: from,
        appliedThrough: applied,
        value: '41',
        votes: [{ slot: applied + 1, ballot: promised, id: 'c1:7' }],
      })),
    }
    this.tell({ type: 'learnerRead', node: asker?.node ?? 1, key, result, latencyMs: 3.1 })
    this.flush()
    return result
  }

  async startElection(node: number): Promise<void> {
    this.elect(this.one(node, 'running'), 'manual')
    this.flush()
  }

  async stepDown(node: number): Promise<void> {
    this.stepAside(this.one(node, 'running'), 'manual')
    this.flush()
  }

  async setPolicy(policy: ElectionPolicy): Promise<void> {
    this.need()
    this.usePolicy(policy)
    this.flush()
  }

  async setLoad(load: LoadOptions | null): Promise<void> {
    this.need()
    this.load = load
    this.tell({ type: 'acted', act: load ? `load ${load.clients} clients` : 'load off', by: 'person' })
    this.flush()
  }

  async slots(node: number, from: number, count: number): Promise<readonly SlotView[]> {
    const found = this.one(node)
    return Array.from({ length: count }, (_, index): SlotView => {
      const slot = from + index
      const command = { id: `c1:${slot}`, text: `SET k${slot % 100} v${slot}` }
      const vote = slot <= found.chosen + 1 ? { ballot: found.promised, ...command } : null
      const chosen = slot <= found.chosen ? command : null
      const state = slot <= found.applied ? 'applied' : chosen ? 'chosen' : vote ? 'voted' : 'open'
      return { slot, state, vote, chosen }
    })
  }

  async runScenario(name: string, seed: number | null): Promise<void> {
    if (this.state !== 'idle') await this.stopCluster()
    this.begin({ ...DEFAULT_CLUSTER, policy: LEADER_POLICY, seed: seed ?? 42 }, name)
    this.scenario = { name, step: 'two proposers, eager', done: false }
    const start = this.atMs
    this.at(start + 3000, () => this.usePolicy(EAGER_POLICY))
    this.at(start + 2500, () => {
      const links = allLinks(this.nodes.map((node) => node.node))
      this.startFault({ kind: 'delay', links, delayMs: 40, jitterMs: 0 })
    })
    this.at(start + 12_000, () => {
      this.usePolicy(EXPONENTIAL_POLICY)
      this.scenario = { name, step: 'back-off exponential random', done: false }
    })
    this.at(start + 15_000, () => (this.scenario = { name, step: 'done', done: true }))
    this.flush()
  }

  async stopScenario(): Promise<void> {
    this.scenario = null
    this.script = []
    this.flush()
  }

  async events(from: number, to: number): Promise<readonly LabEvent[]> {
    return this.events_.filter((event) => event.seq >= from && event.seq <= to)
  }

  // ---- the model -----------------------------------------------------------------------------

  private begin(options: ClusterOptions, scenario: string | null): void {
    this.atMs = 0
    this.seq = 0
    this.events_ = []
    this.batch = []
    this.series = new SyntheticSeries()
    this.options = options
    this.policy = options.policy
    this.state = 'starting'
    this.nodes = makeNodes(options.nodes)
    this.load = DEFAULT_LOAD
    const members = this.nodes.map((node) => node.node)
    const { mode, direct, seed, policy } = options
    const cluster = 'c7f3'
    this.tell({ type: 'clusterStarted', cluster, members, mode, direct, seed, policy, scenario })
    const view = this.view()
    for (const push of this.pushes) push.reset(view)
    this.batch = []
    for (const node of this.nodes) {
      this.at(node.node * 200, () => {
        node.state = 'running'
        const clientPort = 46120 + node.node
        this.tell({ type: 'nodeReady', node: node.node, clientPort, life: 1 })
        if (this.nodes.every((other) => other.state !== 'starting')) this.state = 'running'
      })
    }
  }

  private at(atMs: number, run: () => void): void {
    this.script.push({ atMs, run })
  }

  private tick(): void {
    if (this.state === 'idle') return
    this.atMs += TICK_MS
    const due = this.script.filter((step) => step.atMs <= this.atMs)
    this.script = this.script.filter((step) => step.atMs > this.atMs)
    for (const step of due) step.run()
    if (this.state !== 'running') return
    if (this.policy.kind === 'eager') this.duel()
    else this.keepLeader()
    this.progress()
    if (this.atMs % 200 === 0) this.sample()
  }

  private duel(): void {
    const rivals = this.nodes.filter((node) => node.state === 'running' && node.node % 2 === 0)
    const bidder = rivals[this.duelTurn++ % Math.max(1, rivals.length)]
    const other = rivals.find((node) => node !== bidder)
    if (!bidder) return
    this.bid(bidder, 'preempted')
    if (other?.role === 'preparing') {
      const by = bidder.ballot
      this.fact(other, { type: 'preempted', ballot: other.ballot, by, phase: 1 })
      other.preemptions += 1
      this.series.amend(other.ballot, { preemptedAtMs: this.atMs, preemptedBy: by })
      this.series.preempted(other.node, this.atMs)
      this.become(other, 'idle')
    }
    const { liveness } = this.series
    const undecidedBallots = liveness.undecidedBallots + 1
    this.series.liveness = {
      ...liveness,
      verdict: 'dueling',
      undecidedBallots,
      undecidedBallotsMax: Math.max(undecidedBallots, liveness.undecidedBallotsMax),
      preemptions: liveness.preemptions + 1,
      bids: liveness.bids + 1,
    }
  }

  private keepLeader(): void {
    const leader = this.leader()
    if (leader) this.leaderless = 0
    else if (++this.leaderless >= ELECTION_TICKS) {
      const able = this.nodes.filter(
        (node) =>
          node.state === 'running' &&
          hasQuorum(this.nodes, followersOf(this.nodes, this.faults, node).length),
      )
      const next = able[Math.floor(this.random() * able.length)]
      if (next) this.elect(next, 'election')
      else this.series.liveness = { ...this.series.liveness, verdict: 'noQuorum' }
    }
  }

  private bid(node: SyntheticNode, reason: 'election' | 'manual' | 'preempted'): void {
    const reached = followersOf(this.nodes, this.faults, node)
    node.promised = reached.reduce((top, other) => maxBallot(top, other.promised), node.promised)
    node.ballot = nextOwnBallot(node)
    node.bids += 1
    const ranges = [{ from: node.chosen + 1, to: null }]
    this.fact(node, { type: 'bid', ballot: node.ballot, ranges, reason })
    this.series.bid(node.ballot, this.atMs)
    this.become(node, 'preparing')
    for (const other of reached) {
      other.promised = node.ballot
      if (other !== node && other.role === 'leading') this.stepAside(other, 'preempted')
    }
  }

  private elect(node: SyntheticNode, reason: 'election' | 'manual'): void {
    this.bid(node, reason)
    const reached = followersOf(this.nodes, this.faults, node)
    if (!hasQuorum(this.nodes, reached.length)) return
    const witnesses = reached.map((other) => other.node)
    const { ballot } = node
    this.fact(node, { type: 'elected', ballot, witnesses, forced: 0, noops: 0 })
    this.become(node, 'leading')
    this.series.amend(ballot, { electedAtMs: this.atMs, chosenAtMs: this.atMs + TICK_MS })
    for (const other of reached) other.leader = ballot
    this.leaderless = 0
    this.series.liveness = { ...this.series.liveness, verdict: 'progressing', undecidedBallots: 0 }
  }

  private stepAside(node: SyntheticNode, reason: 'preempted' | 'manual' | 'policy'): void {
    if (node.role === 'idle') return
    this.fact(node, { type: 'steppedDown', ballot: node.ballot, reason })
    this.become(node, 'idle')
  }

  private become(node: SyntheticNode, role: NodeStatus['role']): void {
    node.role = role
    this.series.closeSpans(node.node, this.atMs)
    if (role === 'idle') return
    const span = { node: node.node, ballot: node.ballot, fromMs: this.atMs, toMs: null }
    this.series.openSpan({ ...span, kind: role })
  }

  private progress(): void {
    const leader = this.leader()
    const asked = this.load ? this.load.targetPerSecond || 900 : 0
    const busy = leader !== null && asked > 0
    const acked = busy ? asked * (0.96 + this.random() * 0.08) : 0
    if (leader) {
      const reached = followersOf(this.nodes, this.faults, leader)
      const before = leader.chosen
      for (const node of reached) {
        node.chosen = Math.max(node.chosen, before + Math.round((acked * TICK_MS) / 1000))
        node.applied = node.chosen
        node.acked += Math.round((acked * TICK_MS) / 1000 / reached.length)
      }
      const count = leader.chosen - before
      const ids = [`c1:${leader.chosen}`]
      const { ballot } = leader
      if (count > 0) this.fact(leader, { type: 'chosen', ballot, slot: before + 1, count, ids })
      const liveness = { ...this.series.liveness, chosenSlots: leader.chosen }
      this.series.liveness = count > 0 ? { ...liveness, chosenAtMs: this.atMs } : liveness
    }
    const ms = busy ? 3.4 + this.random() : null
    this.series.addLoad({
      atMs: this.atMs,
      ackedPerSecond: acked,
      sentPerSecond: asked,
      failedPerSecond: busy ? 0 : asked / 8,
      p50Ms: ms,
      p95Ms: ms && ms * 1.8,
      p99Ms: ms && ms * 2.6,
      maxMs: ms && ms * (3 + this.random() * 4),
    })
    this.series.addProgress(
      this.nodes.map(({ node, chosen, applied }) => ({
        atMs: this.atMs,
        node,
        chosenThrough: chosen,
        appliedThrough: applied,
      })),
    )
  }

  private sample(): void {
    const up = this.nodes.filter((node) => node.state === 'running')
    this.tell({ type: 'statusSampled', nodes: up.map((node) => statusOf(node, this.policy)) })
    const leader = this.leader() ?? up.find((node) => node.role === 'preparing')
    if (!leader) return
    const ballot = formatBallot(leader.ballot)
    const links = up
      .filter((node) => node !== leader)
      .flatMap((node) => [
        { from: leader.node, to: node.node, out: true },
        { from: node.node, to: leader.node, out: false },
      ])
      .map(({ from, to, out }) => {
        const cut = isCut(this.faults, { from, to })
        const asking = leader.role === 'preparing'
        const type = asking ? (out ? 'prepare' : 'promise') : out ? 'accept' : 'accepted'
        const frames = asking ? 2 : 8
        const fate = cut ? 'dropped' : 'passed'
        return {
          from,
          to,
          frames,
          bytes: frames * 190,
          dropped: cut ? frames : 0,
          duplicated: 0,
          types: { [type]: frames },
          samples: [[type, ballot, leader.chosen + 1, fate] as const],
        }
      })
    this.tell({ type: 'trafficSampled', links })
  }

  private leader(): SyntheticNode | null {
    const able = this.nodes.filter(
      (node) =>
        node.role === 'leading' &&
        hasQuorum(this.nodes, followersOf(this.nodes, this.faults, node).length),
    )
    return able.sort((a, b) => compareBallot(b.ballot, a.ballot))[0] ?? null
  }

  private usePolicy(policy: ElectionPolicy): void {
    this.policy = policy
    const name = policy.kind === 'backoff' ? `back-off ${policy.backoff.kind}` : policy.kind
    this.tell({ type: 'acted', act: `policy ${name}`, by: this.scenario ? 'scenario' : 'person' })
    if (policy.kind === 'eager') for (const node of this.nodes) this.stepAside(node, 'policy')
  }

  private startFault(fault: Fault): string {
    const id = `f${++this.faultCount}`
    const active: ActiveFault = { id, fault, startedAtMs: this.atMs, endedAtMs: null }
    this.faults = [...this.faults, active]
    this.tell({ type: 'faultStarted', fault: active })
    this.flush()
    return id
  }

  private endProcess(node: SyntheticNode, state: NodeLifeState, fault: Fault): void {
    node.state = state
    node.role = 'idle'
    const signal = state === 'killed' ? 'SIGKILL' : null
    const exit = { code: signal ? null : 0, signal, injected: true, tail: [] }
    this.tell({ type: 'nodeExited', node: node.node, ...exit })
    this.series.closeSpans(node.node, this.atMs)
    const span = { node: node.node, ballot: null, fromMs: this.atMs, toMs: null }
    this.series.openSpan({ ...span, kind: 'down' })
    this.startFault(fault)
  }

  private revive(node: SyntheticNode): void {
    const fresh = node.state !== 'paused'
    node.state = 'running'
    this.series.closeSpans(node.node, this.atMs)
    if (fresh) {
      node.life += 1
      const clientPort = 46120 + node.node
      this.tell({ type: 'nodeReady', node: node.node, clientPort, life: node.life })
    }
    const ended = this.faults.filter(({ fault }) => 'node' in fault && fault.node === node.node)
    this.faults = this.faults.filter((fault) => !ended.includes(fault))
    for (const fault of ended) {
      this.tell({ type: 'faultEnded', fault: { ...fault, endedAtMs: this.atMs } })
    }
    this.flush()
  }

  // ---- events and pushes -----------------------------------------------------------------------

  private tell(fact: LabFact): void {
    this.record({ seq: ++this.seq, atMs: this.atMs, by: 'lab', ...fact })
  }

  private fact(node: SyntheticNode, fact: PaxosFact): void {
    const stamp = { seq: ++this.seq, atMs: this.atMs, nodeSeq: this.seq, life: node.life }
    this.record({ ...stamp, by: node.node, ...fact })
  }

  private record(event: LabEvent): void {
    this.events_.push(event)
    this.batch.push(event)
  }

  private flush(): void {
    const { batch } = this
    this.batch = []
    const status = this.status()
    const frame = this.series.frame()
    for (const push of this.pushes) {
      if (batch.length > 0) push.events(batch)
      push.series(frame)
      push.status(status)
    }
  }

  private need(): void {
    if (this.state !== 'running') throw new LabCallError('notRunning', 'No cluster runs.')
  }

  private one(node: number, state?: NodeLifeState): SyntheticNode {
    this.need()
    const found = this.nodes.find((other) => other.node === node)
    if (!found) throw new LabCallError('noSuchNode', `There is no N${node}.`)
    if (state && found.state !== state) {
      throw new LabCallError('wrongState', `N${node} is ${found.state}, not ${state}.`)
    }
    return found
  }

  private view(): LabSnapshot {
    return {
      status: this.status(),
      events: this.events_.slice(-5000),
      series: this.series.snapshot(),
      scenarios: SYNTHETIC_SCENARIOS,
      runs: SYNTHETIC_RUNS,
    }
  }

  private status(): LabStatus {
    const ballotNow = (node: SyntheticNode): Ballot => node.promised
    const checked = this.events_.length
    return {
      state: this.state,
      atMs: this.atMs,
      cluster: this.options ? 'c7f3' : null,
      options: this.options ? { ...this.options, policy: this.policy } : null,
      nodes: this.nodes.map((node) => ({
        node: node.node,
        state: node.state,
        pid: node.state === 'killed' || node.state === 'stopped' ? null : 4200 + node.node,
        life: node.life,
        clientHost: '127.0.0.1',
        clientPort: node.state === 'starting' ? 0 : 46120 + node.node,
        status: ballotNow(node).round === 0 ? null : statusOf(node, this.policy),
        statusAtMs: this.atMs,
        failure: [],
      })),
      faults: this.faults,
      load: this.load,
      scenario: this.scenario,
      runDir: this.options ? 'runs/2026-01-05T10-42-00' : null,
      events: checked,
      dropped: 0,
      checks: [
        {
          id: 'I1',
          title: 'Agreement: one value a slot',
          state: checked > 0 ? 'holds' : 'idle',
          words: `No violation in ${checked} events`,
          evidence: [],
        },
      ],
      realPause: true,
    }
  }
}
