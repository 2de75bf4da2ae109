/**
 * SyntheticLab: a test double of `Lab` for component tests and the development harness. It plays a
 * believable run through the real event vocabulary, without any process. It never ships.
 */
import type { LabEvent, LearnerReadResult } from '../../src/core/event'
import type { FailpointArm, Link, SlowSetting, StorageFault } from '../../src/core/fault'
import { allLinks, linksAcross } from '../../src/core/fault'
import type { SlotView } from '../../src/core/machineTypes'
import type { ElectionPolicy } from '../../src/core/paxos/config'
import type { ReadSubject } from '../../src/core/paxos/message'
import { EAGER_POLICY, EXPONENTIAL_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER, LabCallError } from '../../src/shared/api'
import type {
  ClusterOptions,
  Lab,
  LabPush,
  LabSnapshot,
  LabStatus,
  LinkChange,
  LoadOptions,
  NodeLifeState,
  PartitionRequest,
  WriteResult,
} from '../../src/shared/api'
import type { ClockSetting, RecordView } from '../../src/shared/control'
import { SYNTHETIC_RUNS, SYNTHETIC_SCENARIOS } from './syntheticCards'
import type { SyntheticNode } from './syntheticModel'
import { followersOf, hasQuorum, statusOf } from './syntheticModel'
import { NoGate } from './noGate'
import { SyntheticWorld, TICK_MS } from './syntheticWorld'

export class SyntheticLab extends NoGate implements Lab {
  private readonly world = new SyntheticWorld()
  private readonly pushes = new Set<LabPush>()
  private timer: ReturnType<typeof setInterval> | undefined

  /** Time goes on by itself until `close`. */
  play(): void {
    this.timer = setInterval(() => this.forward(TICK_MS), TICK_MS)
  }

  /** Runs the model for this long at once. */
  forward(ms: number): void {
    for (let past = 0; past < ms; past += TICK_MS) this.world.tick()
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
    if (this.world.state !== 'idle')
      throw new LabCallError('alreadyRunning', 'A cluster runs already.')
    this.begin(options, null)
  }

  async stopCluster(): Promise<void> {
    this.world.end()
    this.flush()
  }

  async killNode(node: number): Promise<void> {
    this.world.endProcess(this.one(node, 'running'), 'killed', { kind: 'kill', node })
  }

  async stopNode(node: number): Promise<void> {
    this.world.endProcess(this.one(node, 'running'), 'stopped', { kind: 'stop', node })
  }

  async restartNode(node: number): Promise<void> {
    const found = this.one(node)
    if (found.state === 'running') throw new LabCallError('wrongState', `N${node} runs already.`)
    this.world.revive(found)
  }

  async pauseNode(node: number): Promise<void> {
    const found = this.one(node, 'running')
    found.state = 'paused'
    this.world.startFault({ kind: 'pause', node, cooperative: false })
  }

  async resumeNode(node: number): Promise<void> {
    this.world.revive(this.one(node, 'paused'))
  }

  async changeLinks(links: readonly Link[], change: LinkChange): Promise<string> {
    this.need()
    if (this.world.options?.direct) {
      throw new LabCallError('directMode', 'Nodes dial each other: there is no link to change.')
    }
    return this.world.startFault({ ...change, links })
  }

  async partition(request: PartitionRequest): Promise<string> {
    this.need()
    const members = this.world.nodes.map((node) => node.node)
    const leader = this.world.leader()?.node ?? 1
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
    return this.world.startFault({ kind: 'partition', preset: request.preset, groups, links })
  }

  async powerLoss(nodes: readonly number[], tornTail: boolean): Promise<readonly string[]> {
    return nodes.map((node) => {
      const fault = { kind: 'powerLoss', node, tornTail } as const
      this.world.endProcess(this.one(node, 'running'), 'killed', fault)
      return this.world.faults.at(-1)?.id ?? ''
    })
  }

  async wipeNode(node: number): Promise<string> {
    this.world.endProcess(this.one(node, 'running'), 'killed', { kind: 'wipe', node })
    return this.world.faults.at(-1)?.id ?? ''
  }

  async storageFault(fault: StorageFault): Promise<string> {
    this.one(fault.node)
    return this.world.startFault(fault)
  }

  async clockFault(node: number, clock: ClockSetting): Promise<string> {
    this.one(node)
    return this.world.startFault({ kind: 'clock', node, ...clock })
  }

  async slowNode(node: number, slow: SlowSetting): Promise<string> {
    this.one(node)
    return this.world.startFault({ kind: 'slow', node, ...slow })
  }

  async failpoint(node: number, arm: FailpointArm): Promise<string> {
    this.one(node)
    return this.world.startFault({ kind: 'failpoint', node, arm })
  }

  async records(): Promise<readonly RecordView[]> {
    return []
  }

  async watchMessages(): Promise<void> {}

  async endFault(id: string): Promise<void> {
    const found = this.world.faults.find((fault) => fault.id === id)
    if (!found) throw new LabCallError('badArgument', `No fault ${id} is active.`)
    if ('node' in found.fault && this.one(found.fault.node).state !== 'running')
      return this.world.revive(this.one(found.fault.node))
    this.world.faults = this.world.faults.filter((fault) => fault !== found)
    this.world.tell({ type: 'faultEnded', fault: { ...found, endedAtMs: this.world.atMs } })
    this.flush()
  }

  async healAll(processes: boolean): Promise<void> {
    for (const { id, fault } of [...this.world.faults]) {
      if (!('node' in fault) || processes) await this.endFault(id)
    }
  }

  async command(node: number, args: readonly string[]): Promise<WriteResult> {
    const found = this.one(node, 'running')
    const works = hasQuorum(
      this.world.nodes,
      followersOf(this.world.nodes, this.world.faults, found).length,
    )
    const result: WriteResult = works
      ? {
          node,
          outcome: 'ok',
          reply: args[0]?.toLowerCase() === 'get' ? '"41"' : 'OK',
          latencyMs: 4.2,
        }
      : {
          node,
          outcome: 'unknown',
          reply: 'TIMEOUT no quorum answered in 5000 ms',
          latencyMs: 5000,
        }
    const { outcome, reply, latencyMs } = result
    const command = args.join(' ')
    this.world.tell({ type: 'clientReplied', node, command, reply, outcome, latencyMs })
    this.flush()
    return result
  }

  async propose(node: number, args: readonly string[]): Promise<WriteResult> {
    return this.command(node, args)
  }

  async read(node: number | null, subject: ReadSubject): Promise<LearnerReadResult> {
    return this.learnerRead(node, subject.kind === 'key' ? subject.key : String(subject.slot))
  }

  async learnerRead(node: number | null, key: string): Promise<LearnerReadResult> {
    this.need()
    const asker = node === null ? this.world.leader() : this.one(node)
    const heard = asker ? followersOf(this.world.nodes, this.world.faults, asker) : []
    const works = hasQuorum(this.world.nodes, heard.length)
    const result: LearnerReadResult = {
      verdict: works ? 'chosen' : 'undetermined',
      value: works ? '41' : null,
      reason: works
        ? ''
        : `${heard.length} of ${this.world.nodes.length} answered; a majority is 3.`,
      replies: heard.map(({ node: from, applied, promised }) => ({
        node: from,
        appliedThrough: applied,
        value: '41',
        votes: [{ slot: applied + 1, ballot: promised, id: 'c1:7' }],
      })),
    }
    this.world.tell({ type: 'learnerRead', node: asker?.node ?? 1, key, result, latencyMs: 3.1 })
    this.flush()
    return result
  }

  async startElection(node: number): Promise<void> {
    this.world.elect(this.one(node, 'running'), 'manual')
    this.flush()
  }

  async stepDown(node: number): Promise<void> {
    this.world.stepAside(this.one(node, 'running'), 'manual')
    this.flush()
  }

  async setPolicy(policy: ElectionPolicy): Promise<void> {
    this.need()
    this.world.usePolicy(policy)
    this.flush()
  }

  async setLoad(load: LoadOptions | null): Promise<void> {
    this.need()
    this.world.load = load
    this.world.tell({
      type: 'acted',
      act: load ? `load ${load.clients} clients` : 'load off',
      actor: 'person',
    })
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
    if (this.world.state !== 'idle') await this.stopCluster()
    this.begin({ ...DEFAULT_CLUSTER, policy: LEADER_POLICY, seed: seed ?? 42 }, name)
    this.world.scenario = { name, step: 'two proposers, eager', done: false }
    const start = this.world.atMs
    this.world.after(start + 3000, () => this.world.usePolicy(EAGER_POLICY))
    this.world.after(start + 2500, () => {
      const links = allLinks(this.world.nodes.map((node) => node.node))
      this.world.startFault({ kind: 'delay', links, delayMs: 40, jitterMs: 0 })
    })
    this.world.after(start + 12_000, () => {
      this.world.usePolicy(EXPONENTIAL_POLICY)
      this.world.scenario = { name, step: 'back-off exponential random', done: false }
    })
    this.world.after(
      start + 15_000,
      () => (this.world.scenario = { name, step: 'done', done: true }),
    )
    this.flush()
  }

  async markLesson(words: string): Promise<void> {
    this.world.tell({ type: 'acted', act: words, actor: 'lesson' })
    this.flush()
  }

  async stopScenario(): Promise<void> {
    this.world.scenario = null
    this.world.script = []
    this.flush()
  }

  async events(from: number, to: number): Promise<readonly LabEvent[]> {
    return this.world.record.filter((event) => event.seq >= from && event.seq <= to)
  }

  private begin(options: ClusterOptions, scenario: string | null): void {
    this.world.begin(options, scenario)
    this.world.fresh = []
    const view = this.view()
    for (const push of this.pushes) push.reset(view)
  }

  private flush(): void {
    const batch = this.world.fresh
    this.world.fresh = []
    const status = this.status()
    const frame = this.world.measures.frame()
    for (const push of this.pushes) {
      if (batch.length > 0) push.events(batch)
      push.series(frame)
      push.status(status)
    }
  }

  private need(): void {
    if (this.world.state !== 'running') throw new LabCallError('notRunning', 'No cluster runs.')
  }

  private one(node: number, state?: NodeLifeState): SyntheticNode {
    this.need()
    const found = this.world.nodes.find((other) => other.node === node)
    if (!found) throw new LabCallError('noSuchNode', `There is no N${node}.`)
    if (state && found.state !== state) {
      throw new LabCallError('wrongState', `N${node} is ${found.state}, not ${state}.`)
    }
    return found
  }

  private view(): LabSnapshot {
    return {
      status: this.status(),
      events: this.world.record.slice(-5000),
      earlier: [],
      series: this.world.measures.snapshot(),
      scenarios: SYNTHETIC_SCENARIOS,
      runs: SYNTHETIC_RUNS,
    }
  }

  private status(): LabStatus {
    const checked = this.world.record.length
    return {
      state: this.world.state,
      atMs: this.world.atMs,
      cluster: this.world.options ? 'c7f3' : null,
      options: this.world.options ? { ...this.world.options, policy: this.world.policy } : null,
      nodes: this.world.nodes.map((node) => ({
        node: node.node,
        state: node.state,
        pid: node.state === 'killed' || node.state === 'stopped' ? null : 4200 + node.node,
        life: node.life,
        clientHost: '127.0.0.1',
        clientPort: node.state === 'starting' ? 0 : 46120 + node.node,
        status: node.promised.round === 0 ? null : statusOf(node, this.world.policy),
        statusAtMs: this.world.atMs,
        failure: [],
      })),
      faults: this.world.faults,
      load: this.world.load,
      scenario: this.world.scenario,
      adversary: null,
      runDir: this.world.options ? 'runs/2026-01-05T10-42-00' : null,
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
