/**
 * What happens in the test double `SyntheticLab`: elections, duels, progress, samples. Every change
 * is an event; the series are the product's own fold over them.
 */
import type { LabEvent, LabFact, LinkTraffic } from '../../src/core/event'
import type { ActiveFault, Fault } from '../../src/core/fault'
import { bucketOf } from '../../src/core/measure/histogram'
import { Measures } from '../../src/core/measure/measures'
import { compareBallot, formatBallot, maxBallot } from '../../src/core/paxos/ballot'
import type { ElectionPolicy } from '../../src/core/paxos/config'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { DEFAULT_LOAD } from '../../src/shared/api'
import type {
  ClusterOptions,
  LabState,
  LabStatus,
  LoadOptions,
  NodeLifeState,
} from '../../src/shared/api'
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

export const TICK_MS = 100
const ELECTION_TICKS = 5

export class SyntheticWorld {
  atMs = 0
  state: LabState = 'idle'
  options: ClusterOptions | null = null
  policy: ElectionPolicy = LEADER_POLICY
  nodes: SyntheticNode[] = []
  faults: ActiveFault[] = []
  load: LoadOptions | null = null
  scenario: LabStatus['scenario'] = null
  record: LabEvent[] = []
  measures = new Measures()
  /** Events since it was last emptied. */
  fresh: LabEvent[] = []
  script: { readonly atMs: number; readonly run: () => void }[] = []
  private seq = 0
  private faultCount = 0
  private leaderless = 0
  private duelTurn = 0
  private random = makeRandom(7)

  begin(options: ClusterOptions, scenario: string | null): void {
    this.atMs = 0
    this.seq = 0
    this.record = []
    this.fresh = []
    this.options = options
    this.policy = options.policy
    this.state = 'starting'
    this.nodes = makeNodes(options.nodes)
    this.faults = []
    this.script = []
    this.load = DEFAULT_LOAD
    const members = this.nodes.map((node) => node.node)
    const { mode, direct, seed, policy } = options
    const cluster = 'c7f3'
    this.tell({ type: 'clusterStarted', cluster, members, mode, direct, seed, policy, scenario })
    for (const node of this.nodes) {
      this.after(node.node * 200, () => {
        node.state = 'running'
        const clientPort = 46120 + node.node
        this.tell({ type: 'nodeReady', node: node.node, clientPort, life: 1 })
        if (this.nodes.every((other) => other.state !== 'starting')) this.state = 'running'
      })
    }
  }

  end(): void {
    this.tell({ type: 'clusterStopped' })
    this.nodes = []
    this.faults = []
    this.load = null
    this.scenario = null
    this.options = null
    this.state = 'idle'
  }

  /** Runs it at this lab time. */
  after(atMs: number, run: () => void): void {
    this.script.push({ atMs, run })
  }

  tick(): void {
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
    if (other?.role !== 'preparing') return
    const { ballot } = other
    this.fact(other, { type: 'preempted', ballot, rival: bidder.ballot, phase: 1 })
    other.preemptions += 1
    other.role = 'idle'
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
    }
  }

  private bid(node: SyntheticNode, reason: 'election' | 'manual' | 'preempted'): void {
    const reached = followersOf(this.nodes, this.faults, node)
    node.promised = reached.reduce((top, other) => maxBallot(top, other.promised), node.promised)
    node.ballot = nextOwnBallot(node)
    node.bids += 1
    const ranges = [{ from: node.chosen + 1, to: null }]
    this.fact(node, { type: 'bid', ballot: node.ballot, ranges, reason })
    node.role = 'preparing'
    for (const other of reached) {
      other.promised = node.ballot
      if (other !== node && other.role === 'leading') this.stepAside(other, 'preempted')
    }
  }

  elect(node: SyntheticNode, reason: 'election' | 'manual'): void {
    this.bid(node, reason)
    const reached = followersOf(this.nodes, this.faults, node)
    if (!hasQuorum(this.nodes, reached.length)) return
    const witnesses = reached.map((other) => other.node)
    const { ballot } = node
    this.fact(node, { type: 'elected', ballot, witnesses, forced: 0, noops: 0 })
    node.role = 'leading'
    for (const other of reached) {
      other.leader = ballot
      if (other !== node && other.role === 'preparing') other.role = 'idle'
    }
    this.leaderless = 0
  }

  stepAside(node: SyntheticNode, reason: 'preempted' | 'manual' | 'policy'): void {
    if (node.role === 'idle') return
    this.fact(node, { type: 'steppedDown', ballot: node.ballot, reason })
    node.role = 'idle'
  }

  private progress(): void {
    const leader = this.leader()
    const asked = this.load ? this.load.targetPerSecond || 900 : 0
    const perTick = (asked * TICK_MS) / 1000
    const acked = leader ? Math.round(perTick * (0.9 + this.random() * 0.2)) : 0
    if (leader && acked > 0) this.choose(leader, acked)
    if (!this.load) return
    const latency = Array.from({ length: acked }, () => {
      const slow = this.random() > 0.9 ? 6 * this.random() : 0
      return [bucketOf(3.4 + this.random() + slow), 1] as const
    })
    this.tell({
      type: 'loadSampled',
      spanMs: TICK_MS,
      clients: this.load.clients,
      sent: Math.round(perTick),
      acked,
      failed: leader ? 0 : Math.round(perTick / 8),
      unknown: 0,
      waiting: leader ? 0 : this.load.clients,
      waitMsMax: leader ? 0 : this.leaderless * TICK_MS,
      latency,
    })
  }

  private choose(leader: SyntheticNode, many: number): void {
    const reached = followersOf(this.nodes, this.faults, leader)
    const slot = leader.chosen + 1
    for (const node of reached) {
      node.chosen = Math.max(node.chosen, leader.chosen + (node === leader ? 0 : many))
      node.applied = node.chosen
      node.acked += Math.round(many / reached.length)
    }
    leader.chosen = slot + many - 1
    leader.applied = leader.chosen
    const ids = [`c1:${leader.chosen}`]
    this.fact(leader, { type: 'chosen', ballot: leader.ballot, slot, count: many, ids })
  }

  private sample(): void {
    const up = this.nodes.filter((node) => node.state === 'running')
    this.tell({ type: 'statusSampled', nodes: up.map((node) => statusOf(node, this.policy)) })
    const speaker = this.leader() ?? up.find((node) => node.role === 'preparing')
    if (!speaker) return
    const others = up.filter((node) => node !== speaker)
    const links = others.flatMap((other) => [
      this.traffic(speaker, speaker, other),
      this.traffic(speaker, other, speaker),
    ])
    this.tell({ type: 'trafficSampled', links })
  }

  private traffic(speaker: SyntheticNode, from: SyntheticNode, to: SyntheticNode): LinkTraffic {
    const ends = { from: from.node, to: to.node }
    const cut = isCut(this.faults, ends)
    const asks = from === speaker
    const first = speaker.role === 'preparing'
    const type = first ? (asks ? 'prepare' : 'promise') : asks ? 'accept' : 'accepted'
    const frames = first ? 2 : 8
    const ballot = formatBallot(speaker.ballot)
    return {
      ...ends,
      frames,
      bytes: frames * 190,
      dropped: cut ? frames : 0,
      duplicated: 0,
      types: { [type]: frames },
      samples: [[type, ballot, speaker.chosen + 1, cut ? 'dropped' : 'passed']],
    }
  }

  leader(): SyntheticNode | null {
    const able = this.nodes.filter(
      (node) =>
        node.role === 'leading' &&
        hasQuorum(this.nodes, followersOf(this.nodes, this.faults, node).length),
    )
    return able.sort((a, b) => compareBallot(b.ballot, a.ballot))[0] ?? null
  }

  usePolicy(policy: ElectionPolicy): void {
    this.policy = policy
    const name = policy.kind === 'backoff' ? `back-off ${policy.backoff.kind}` : policy.kind
    const actor = this.scenario ? 'scenario' : 'person'
    this.tell({ type: 'acted', act: `policy ${name}`, actor })
    if (policy.kind === 'eager') for (const node of this.nodes) this.stepAside(node, 'policy')
  }

  startFault(fault: Fault): string {
    const id = `f${++this.faultCount}`
    const active: ActiveFault = { id, fault, startedAtMs: this.atMs, endedAtMs: null }
    this.faults = [...this.faults, active]
    this.tell({ type: 'faultStarted', fault: active })
    return id
  }

  endProcess(node: SyntheticNode, state: NodeLifeState, fault: Fault): void {
    node.state = state
    node.role = 'idle'
    const signal = state === 'killed' ? 'SIGKILL' : null
    const exit = { code: signal ? null : 0, signal, injected: true, tail: [] }
    this.tell({ type: 'nodeExited', node: node.node, ...exit })
    this.startFault(fault)
  }

  revive(node: SyntheticNode): void {
    const fresh = node.state !== 'paused'
    node.state = 'running'
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
  }

  tell(fact: LabFact): void {
    this.add({ seq: ++this.seq, atMs: this.atMs, by: 'lab', ...fact })
  }

  private fact(node: SyntheticNode, fact: PaxosFact): void {
    const stamp = { seq: ++this.seq, atMs: this.atMs, nodeSeq: this.seq, life: node.life }
    this.add({ ...stamp, by: node.node, ...fact })
  }

  private add(event: LabEvent): void {
    this.record.push(event)
    this.fresh.push(event)
    this.measures.feed(event)
  }
}
