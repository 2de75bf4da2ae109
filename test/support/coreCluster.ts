/**
 * A cluster of machines in memory for core tests: virtual ticks, one queue a link, disks that lose
 * what was not flushed. Deterministic: a seed fixes every draw. The simulator proper has more.
 */
import { Machine } from '../../src/core/machine'
import type {
  MachineInput,
  MachineOutput,
  MachineReply,
  ReadAnswer,
} from '../../src/core/machineTypes'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import type { ReplicaConfig } from '../../src/core/paxos/config'
import type { StableRecord, TimerName } from '../../src/core/paxos/effect'
import type { PaxosFact } from '../../src/core/paxos/fact'
import type { Message } from '../../src/core/paxos/message'
import type { QuorumSystem } from '../../src/core/paxos/quorum'
import type { Snapshot } from '../../src/core/paxos/snapshot'
import type { ReadMode } from '../../src/core/kv/readMode'

interface InFlight {
  readonly from: number
  readonly to: number
  readonly message: Message
  readonly atTick: number
}

/** A snapshot that the disk is writing; records above `after` came later. */
interface Saving {
  readonly snapshot: Snapshot
  readonly retained: readonly StableRecord[]
  readonly after: number
}

/** What survives a kill. */
interface Disk {
  snapshot: Snapshot | null
  records: Written[]
}

interface Written {
  /** 0 for records of former lives and restated ones. */
  readonly number: number
  readonly record: StableRecord
}

interface Host {
  machine: Machine
  alive: boolean
  life: number
  written: Written[]
  disk: Disk
  saving: Saving | null
  lastNumber: number
  /** Number of the newest durable record of this life. */
  durableNumber: number
  held: { to: readonly number[]; message: Message; after: number }[]
  timers: Map<TimerName, number>
  replies: MachineReply[]
  reads: ReadAnswer[]
}

export interface ClusterOptions {
  readonly nodes?: number
  readonly seed?: number
  readonly config?: Partial<Omit<ReplicaConfig, 'node' | 'members'>>
  /** Ticks a message takes, drawn from the range. */
  readonly delay?: readonly [number, number]
  /** Probability that a message is lost, and that it is doubled. */
  readonly drop?: number
  readonly double?: number
  /** How fast the clock of a node runs; timers go by it too. */
  readonly clockRate?: (node: number) => number
}

export class CoreCluster {
  readonly members: readonly number[]
  readonly facts: {
    readonly node: number
    readonly life: number
    readonly tick: number
    readonly fact: PaxosFact
  }[] = []
  readonly sent: { readonly from: number; readonly to: number; readonly message: Message }[] = []
  now = 0
  drop: number
  double: number
  private readonly hosts = new Map<number, Host>()
  private flying: InFlight[] = []
  private readonly cuts = new Set<string>()
  private readonly lastArrival = new Map<string, number>()
  private state: number
  private tags = 0

  constructor(private readonly options: ClusterOptions = {}) {
    this.members = Array.from({ length: options.nodes ?? 3 }, (_, index) => index + 1)
    this.state = (options.seed ?? 1) >>> 0
    this.drop = options.drop ?? 0
    this.double = options.double ?? 0
    for (const node of this.members) this.boot(node, 1, { snapshot: null, records: [] })
  }

  /** Uniform in [0, 1). */
  random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  get quorums(): QuorumSystem {
    return this.options.config?.quorums ?? DEFAULT_REPLICA.quorums
  }

  machine(node: number): Machine {
    return this.host(node).machine
  }

  isAlive(node: number): boolean {
    return this.host(node).alive
  }

  replies(node: number): readonly MachineReply[] {
    return this.host(node).replies
  }

  reads(node: number): readonly ReadAnswer[] {
    return this.host(node).reads
  }

  durable(node: number): readonly StableRecord[] {
    return this.host(node).disk.records.map(({ record }) => record)
  }

  snapshot(node: number): Snapshot | null {
    return this.host(node).disk.snapshot
  }

  /** A read in one of the ways of protocol §9; its answer comes to `reads`. */
  read(node: number, key: string, mode: ReadMode): number {
    this.tags += 1
    this.step(node, { type: 'read', tag: this.tags, subject: { kind: 'key', key }, mode })
    return this.tags
  }

  readAnswer(node: number, tag: number): ReadAnswer['result'] | undefined {
    return this.host(node).reads.find((read) => read.tag === tag)?.result
  }

  /** Steps one input; answers its tag where it is a request. */
  step(node: number, input: MachineInput): void {
    const host = this.host(node)
    if (!host.alive) return
    const out: MachineOutput = { effects: [], replies: [], reads: [] }
    host.machine.step({ type: 'clock', ticks: this.now * this.rate(node) }, out)
    host.machine.step(input, out)
    host.machine.settle(out)
    this.carryOut(node, host, out)
  }

  request(node: number, ...args: string[]): number {
    this.tags += 1
    this.step(node, { type: 'request', tag: this.tags, args })
    return this.tags
  }

  propose(node: number, ...args: string[]): number {
    this.tags += 1
    this.step(node, { type: 'propose', tag: this.tags, args })
    return this.tags
  }

  reply(node: number, tag: number): MachineReply | undefined {
    return this.host(node).replies.find((reply) => reply.tag === tag)
  }

  cut(from: number, to: number): void {
    this.cuts.add(`${from}>${to}`)
  }

  /** Nodes of different groups cannot talk. */
  partition(...groups: readonly (readonly number[])[]): void {
    for (const from of this.members) {
      for (const to of this.members) {
        const together = groups.some((group) => group.includes(from) && group.includes(to))
        if (from !== to && !together) this.cut(from, to)
      }
    }
  }

  heal(): void {
    this.cuts.clear()
  }

  /** The process ends; what was written but not flushed is gone, and so is its memory. */
  kill(node: number): void {
    const host = this.host(node)
    host.alive = false
    host.held = []
    host.timers.clear()
  }

  restart(node: number): void {
    const host = this.host(node)
    const records = host.disk.records.map(({ record }) => ({ number: 0, record }))
    this.boot(node, host.life + 1, { snapshot: host.disk.snapshot, records }, host)
  }

  /** Messages that fly now, for hand-made schedules. */
  get inFlight(): readonly InFlight[] {
    return this.flying
  }

  /** Advances virtual time; stops early when `until` holds. Answers whether it did. */
  run(ticks: number, until?: () => boolean): boolean {
    for (const end = this.now + ticks; this.now < end;) {
      if (until?.() === true) return true
      this.now += 1
      this.deliver()
      for (const node of this.members) this.tick(node)
    }
    return until?.() ?? false
  }

  /** Nodes that lead, by their own belief. */
  leaders(): number[] {
    return this.members.filter(
      (node) => this.isAlive(node) && this.machine(node).status().role === 'leading',
    )
  }

  private rate(node: number): number {
    return this.options.clockRate?.(node) ?? 1
  }

  private host(node: number): Host {
    const host = this.hosts.get(node)
    if (host === undefined) throw new Error(`no node ${node}`)
    return host
  }

  private boot(node: number, life: number, disk: Disk, before?: Host): void {
    const config = { ...DEFAULT_REPLICA, ...this.options.config, node, members: this.members }
    const machine = new Machine(config, life)
    if (disk.snapshot !== null) machine.recoverSnapshot(disk.snapshot)
    for (const { record } of disk.records) machine.recoverRecord(record)
    this.hosts.set(node, {
      machine,
      alive: true,
      life,
      written: [],
      disk,
      saving: null,
      lastNumber: 0,
      durableNumber: 0,
      held: [],
      timers: new Map(),
      replies: before?.replies ?? [],
      reads: before?.reads ?? [],
    })
    this.step(node, { type: 'start' })
  }

  private carryOut(node: number, host: Host, out: MachineOutput): void {
    host.replies.push(...out.replies)
    host.reads.push(...out.reads)
    for (const effect of out.effects) {
      switch (effect.type) {
        case 'persist':
          host.written.push({ number: effect.number, record: effect.record })
          host.lastNumber = effect.number
          break
        case 'send':
          if (effect.after <= host.durableNumber) this.post(node, effect.to, effect.message)
          else host.held.push(effect)
          break
        case 'setTimer': {
          const span = effect.ticksMax - effect.ticksMin
          const ticks = effect.ticksMin + Math.floor(this.random() * (span + 1))
          host.timers.set(effect.timer, this.now + Math.max(1, ticks / this.rate(node)))
          break
        }
        case 'clearTimer':
          host.timers.delete(effect.timer)
          break
        case 'saveSnapshot':
          host.saving = {
            snapshot: effect.snapshot,
            retained: effect.retained,
            after: host.lastNumber,
          }
          break
        case 'emit':
          this.facts.push({ node, life: host.life, tick: this.now, fact: effect.fact })
          break
      }
    }
  }

  private post(from: number, to: readonly number[], message: Message): void {
    for (const node of to) {
      this.sent.push({ from, to: node, message })
      if (this.cuts.has(`${from}>${node}`) || this.random() < this.drop) continue
      const copies = this.random() < this.double ? 2 : 1
      for (let copy = 0; copy < copies; copy += 1) this.fly(from, node, message)
    }
  }

  private fly(from: number, to: number, message: Message): void {
    const [min, max] = this.options.delay ?? [1, 1]
    const key = `${from}>${to}`
    const wanted = this.now + min + Math.floor(this.random() * (max - min + 1))
    // TCP keeps order per link.
    const atTick = Math.max(wanted, this.lastArrival.get(key) ?? 0)
    this.lastArrival.set(key, atTick)
    // Through JSON, as on the wire: nothing shared between machines.
    this.flying.push({ from, to, message: JSON.parse(JSON.stringify(message)) as Message, atTick })
  }

  private deliver(): void {
    const due = this.flying.filter(({ atTick }) => atTick <= this.now)
    this.flying = this.flying.filter(({ atTick }) => atTick > this.now)
    for (const { from, to, message } of due) this.step(to, { type: 'message', from, message })
  }

  private tick(node: number): void {
    const host = this.host(node)
    if (!host.alive) return
    this.flush(node, host)
    if (host.saving !== null && this.random() < 0.3) this.save(node, host, host.saving)
    for (const [timer, at] of [...host.timers]) {
      if (at > this.now || host.timers.get(timer) !== at) continue
      host.timers.delete(timer)
      this.step(node, { type: 'timer', timer })
    }
  }

  /** The snapshot is renamed into place and the log below it is cut, as one step of the disk. */
  private save(node: number, host: Host, { snapshot, retained, after }: Saving): void {
    host.saving = null
    const restated = retained.map((record) => ({ number: 0, record }))
    const later = host.disk.records.filter(({ number }) => number > after)
    host.disk = { snapshot, records: [...restated, ...later] }
    this.step(node, { type: 'snapshotSaved', through: snapshot.through })
  }

  private flush(node: number, host: Host): void {
    const last = host.written.at(-1)
    if (last === undefined) return
    host.disk.records.push(...host.written)
    host.written = []
    host.durableNumber = last.number
    const ready = host.held.filter(({ after }) => after <= last.number)
    host.held = host.held.filter(({ after }) => after > last.number)
    for (const { to, message } of ready) this.post(node, to, message)
    this.step(node, { type: 'persisted', through: last.number })
  }
}
