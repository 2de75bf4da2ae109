/**
 * A simulated cluster as a scenario sees one: its status, its clients, its load, its faults.
 *
 * Units: ms of virtual time. The same options, seed and acts give the same run.
 */
import type { LabEvent, LabFact } from '../../../core/event'
import type { Fault, FaultKind } from '../../../core/fault'
import type { ReadMode } from '../../../core/kv/readMode'
import type { SlotView } from '../../../core/machineTypes'
import type { ElectionPolicy } from '../../../core/paxos/config'
import type { ReadSubject } from '../../../core/paxos/message'
import { toMs } from '../../../core/sim/agenda'
import type { Answer } from '../../../core/sim/client'
import type { SimFault, SimPlan } from '../../../core/sim/plan'
import type { SimNode } from '../../../core/sim/simNode'
import { sampleStatus } from '../../../core/sim/statusSample'
import { World } from '../../../core/sim/world'
import { LabCallError } from '../../../shared/api'
import type { CheckView, LabStatus, NodeView, WriteResult } from '../../../shared/api'
import type { ClusterOptions } from '../../../shared/clusterOptions'
import type { LoadOptions } from '../../../shared/load'
import { fromBinary, toBinary } from '../bytes'
import type { HistoryBook } from '../historyBook'
import { Workload } from '../workload'
import { GRACE_MS, simCommand, simLoadWorld } from './simClients'
import { SimClock } from './simClock'

/** A fast network and disk, as on one machine: 0.1 to 0.5 ms, and 0.5 to 2 ms. */
const DELAY_GRAINS = [2, 10] as const
const FLUSH_GRAINS = [10, 40] as const
const COMMAND_CHARS_MAX = 1000
const READ_MS_MAX = 10_000
const NEVER = new AbortController().signal

interface SimClusterParts {
  readonly options: ClusterOptions
  readonly scenario: string
  readonly runDir: string
  readonly sink: (event: LabEvent) => void
  readonly checks: () => readonly CheckView[]
  readonly history: () => HistoryBook
}

export class SimCluster {
  readonly world: World
  readonly clock: SimClock
  private policy: ElectionPolicy
  private workload: Workload | null = null
  private load: LoadOptions | null = null
  private events = 0
  private started = false

  constructor(private readonly parts: SimClusterParts) {
    const { options, scenario } = parts
    this.policy = options.policy
    this.world = new World({
      plan: planOf(options),
      scenario,
      messages: true,
      sink: (event) => {
        this.events = event.seq
        parts.sink(event)
      },
    })
    this.clock = new SimClock(this.world)
  }

  get options(): ClusterOptions {
    return { ...this.parts.options, policy: this.policy }
  }

  start(): void {
    const { clocks, flush } = this.parts.options
    this.started = true
    if (!flush) for (const { disk } of this.world.nodes) disk.faults.flushOff = true
    this.world.begin()
    for (const { node, ...clock } of clocks) this.startFault({ kind: 'clock', node, ...clock })
  }

  tell(fact: LabFact): void {
    this.world.tell(fact)
  }

  status(): LabStatus {
    const { world, parts } = this
    const faults = world.faults.active()
    return {
      state: this.started ? 'running' : 'idle',
      atMs: toMs(world.agenda.now),
      cluster: 'simulated',
      options: this.options,
      nodes: world.nodes.map((own) => this.viewOf(own, faults)),
      faults,
      load: this.load,
      scenario: null,
      adversary: null,
      runDir: parts.runDir,
      events: this.events,
      dropped: 0,
      checks: parts.checks(),
      realPause: true,
    }
  }

  /** Answers its id; `now` where it was over at once. Throws `wrongState` if it cannot strike. */
  startFault(fault: SimFault): string {
    const isOnce = ['reset', 'elect', 'stepDown', 'policy'].includes(fault.kind)
    const active = this.world.faults.begin(fault, null)
    if (active !== null) return active.id
    if (isOnce) return 'now'
    throw new LabCallError('wrongState', `${fault.kind} cannot strike now`)
  }

  endOfNode(node: number, kinds: readonly FaultKind[]): void {
    for (const { id, fault } of this.world.faults.active()) {
      if (isAt(fault, node) && kinds.includes(fault.kind)) this.world.faults.finish(id)
    }
  }

  /** Ends what keeps a node down; one that a disk ended begins again by itself. */
  restart(node: number, kinds: readonly FaultKind[]): void {
    this.endOfNode(node, kinds)
    this.world.startNode(this.world.node(node))
    this.tellPolicy()
  }

  setPolicy(policy: ElectionPolicy): void {
    this.policy = policy
    this.world.faults.begin({ kind: 'policy', policy }, null)
  }

  /** Nodes begin with the policy of the start: whoever came back hears of the present one. */
  tellPolicy(): void {
    for (const own of this.world.nodes) {
      const known = own.machine?.status().policy
      if (known === undefined || JSON.stringify(known) === JSON.stringify(this.policy)) continue
      own.push({ type: 'setPolicy', policy: this.policy })
    }
  }

  setLoad(load: LoadOptions | null): void {
    this.workload?.stop()
    this.workload = null
    this.load = load
    if (load === null) return
    const { requestDeadlineMs, seed } = this.parts.options
    const members = this.world.nodes.map(({ node }) => node)
    this.workload = new Workload(
      { ...load, nodes: load.nodes.length > 0 ? load.nodes : members },
      seed,
      requestDeadlineMs + GRACE_MS,
      () => null,
      (fact) => this.tell(fact),
      (args) => this.parts.history().begin(args),
      simLoadWorld(this.world, requestDeadlineMs),
    )
  }

  async command(node: number, args: readonly string[], isProposal: boolean): Promise<WriteResult> {
    this.up(node)
    const told = this.parts.history().begin(args)
    const request = { type: isProposal ? 'propose' : 'request', args } as const
    const { requestDeadlineMs } = this.parts.options
    const result = await simCommand(this.world, this.clock, node, request, requestDeadlineMs, told)
    const { outcome, latencyMs } = result
    const command = args.join(' ').slice(0, COMMAND_CHARS_MAX)
    const reply = result.reply.slice(0, COMMAND_CHARS_MAX)
    this.tell({ type: 'clientReplied', node, command, reply, outcome, latencyMs })
    return result
  }

  async read(node: number | null, subject: ReadSubject, mode: ReadMode) {
    const first = this.world.nodes.find(({ alive, paused }) => alive && !paused)
    const at = node ?? first?.node ?? 1
    this.up(at)
    const asked: ReadSubject =
      subject.kind === 'key' ? { ...subject, key: toBinary(subject.key) } : subject
    let answer: Answer | null = null
    this.world.workload.ask(at, { type: 'read', subject: asked, mode }, (came) => {
      answer = came
    })
    await this.clock.until(() => answer !== null, READ_MS_MAX, NEVER)
    return readResult(answer)
  }

  slots(node: number, from: number, count: number): SlotView[] {
    return this.up(node).machine?.slots(from, count) ?? []
  }

  private up(node: number): SimNode {
    const own = this.world.node(node)
    if (own.alive) return own
    throw new LabCallError('wrongState', `node ${node} does not run`)
  }

  private viewOf(own: SimNode, faults: LabStatus['faults']): NodeView {
    const { node, life } = own
    const [status = null] = sampleStatus(own)
    const isStopped = faults.some(({ fault }) => fault.kind === 'stop' && fault.node === node)
    const down = isStopped ? 'stopped' : 'killed'
    const state = own.alive ? (own.paused ? 'paused' : 'running') : down
    const place = { pid: null, clientHost: 'simulated', clientPort: 0 }
    return { node, state, life, ...place, status, statusAtMs: this.clock.now(), failure: [] }
  }
}

function isAt(fault: Fault, node: number): boolean {
  return 'node' in fault && fault.node === node
}

function readResult(answer: Answer | null) {
  if (answer?.kind !== 'read') {
    throw new LabCallError('timedOut', `no answer within ${READ_MS_MAX} ms`)
  }
  const { verdict, value, reason } = answer.result
  return { verdict, value: value === null ? null : fromBinary(value), reason }
}

function planOf(options: ClusterOptions): SimPlan {
  const { mode, policy, variant, mutant, quorums, roles, learnerMode, phases } = options
  const { refusal, windowSlots, snapshotSlots, seed, nodes } = options
  const rules = { mode, policy, variant, mutant, quorums, roles, learnerMode, phases, refusal }
  return {
    version: 1,
    ...{ seed, nodes, config: { ...rules, windowSlots, snapshotSlots } },
    ...{ safetyTicks: 0, stepsMax: null, livenessTicks: 0, convergeTicks: 0 },
    ...{ delayGrains: DELAY_GRAINS, flushGrains: FLUSH_GRAINS, roundGrains: 1 },
    clients: {
      ...{ clients: 0, keys: 0, thinkMin: 0, thinkMax: 0, deadline: 0, opsMax: 0 },
      ...{ sessions: 0, answerLoss: 0, reads: 0, readModes: [] },
    },
    faults: [],
  }
}
