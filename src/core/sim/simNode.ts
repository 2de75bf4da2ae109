/**
 * SimNode: one node in virtual time. It hosts the same machine as a real node does, by the same
 * contract (`paxos/effect.ts`), over a simulated disk, clock and network.
 *
 * Rounds: what arrives within `roundGrains` is stepped together and settled once, as the inputs of
 *         one turn of the event loop are.
 * Pause:  a paused node consumes nothing; what arrives waits, at most INPUTS_MAX inputs.
 * Errors: a machine that contradicts itself ends its node, and the world is told why.
 */
import { InvariantError } from '../assert'
import type { NodeFact } from '../event'
import { makeMachine } from '../makeMachine'
import type { MachineInput, MachineOutput, MachineReply, ReadAnswer } from '../machineTypes'
import type { NodeMachine } from '../nodeMachine'
import type { NodeId } from '../paxos/ballot'
import type { ReplicaConfig } from '../paxos/config'
import type { Effect, Send, SetTimer, StableRecord, TimerName } from '../paxos/effect'
import { valueIds } from '../paxos/fact'
import type { PaxosFact } from '../paxos/fact'
import type { Message } from '../paxos/message'
import { GRAINS_PER_TICK, toMs } from './agenda'
import type { Agenda } from './agenda'
import { SimClock } from './clock'
import { SimDisk } from './disk'
import type { DiskFaultKind } from './disk'
import type { Prng } from './prng'
import type { SimStart } from './start'
import { replayLife } from './start'

export const INPUTS_MAX = 50_000

export interface SimNodeHost {
  onFact(node: SimNode, fact: PaxosFact | NodeFact): void
  /** Before a round: what the machine is given, its clock apart. */
  onRound(node: SimNode, ticks: number, inputs: readonly MachineInput[]): void
  onSend(node: SimNode, to: NodeId, message: Message, after: number): void
  onReplies(node: SimNode, replies: readonly MachineReply[]): void
  onReads(node: SimNode, reads: readonly ReadAnswer[]): void
  onStrike(kind: DiskFaultKind): void
  /** The disk refused, or the machine contradicted itself: the node must end. */
  onFailed(node: SimNode, reason: string, injected: boolean): void
}

export interface SimNodeParts {
  readonly config: ReplicaConfig
  readonly agenda: Agenda
  readonly timerPrng: Prng
  readonly diskPrng: Prng
  readonly flushGrains: readonly [number, number]
  readonly roundGrains: number
  /** The mutant that does not wait for its disk. */
  readonly sendsEarly: boolean
  readonly host: SimNodeHost
}

export class SimNode {
  readonly node: NodeId
  readonly disk: SimDisk
  readonly clock: SimClock
  life = 0
  /** Null while the process is not there. */
  machine: NodeMachine | null = null
  paused = false
  /** It lost its disk: it may never vote again (protocol §12). */
  votes: boolean
  /** Facts told in this life. */
  nodeSeq = 0
  /** Messages sent in all lives. */
  sent = 0
  /** Inputs that found the queue full. */
  overflow = 0
  tornBytes = 0
  private inputs: MachineInput[] = []
  private spare: MachineInput[] = []
  private held: Send[] = []
  private deferred: (() => void)[] = []
  private readonly timers = new Map<TimerName, number>()
  private timerCount = 0
  private durable = 0
  /** Facts of records up to this one have been told. */
  private told = 0
  private flushAsked = 0
  private scheduled = false
  private running = false
  private readonly out: MachineOutput = { effects: [], replies: [], reads: [] }

  constructor(private readonly parts: SimNodeParts) {
    const { config, agenda, diskPrng, flushGrains, host } = parts
    this.node = config.node
    this.votes = config.votes
    this.clock = new SimClock(agenda)
    this.disk = new SimDisk(agenda, diskPrng, flushGrains, {
      node: config.node,
      onDurable: (through, grains) => this.onDurable(through, grains),
      onSnapshotSaved: (through) => this.push({ type: 'snapshotSaved', through }),
      onFailed: (reason) => host.onFailed(this, reason, true),
      onStrike: (kind) => host.onStrike(kind),
    })
  }

  get alive(): boolean {
    return this.machine !== null
  }

  /** A process begins and recovers what its disk holds. */
  boot(): void {
    this.life += 1
    this.nodeSeq = 0
    this.clock.restart()
    const { disk, parts } = this
    const machine = makeMachine({ ...parts.config, votes: this.votes }, this.life)
    try {
      if (disk.snapshot !== null) machine.recoverSnapshot(disk.snapshot)
      for (const record of disk.records) machine.recoverRecord(record)
    } catch (error) {
      return this.fail(error)
    }
    this.machine = machine
    const { promised, chosenThrough, votedThrough } = machine.status()
    const { tornBytes } = this
    this.tornBytes = 0
    this.tell({
      type: 'recovered',
      promised,
      chosenThrough,
      votedThrough,
      records: disk.count,
      bytes: disk.bytes,
      tornBytes,
    })
    this.push({ type: 'start' })
  }

  /** Goes on where a recorded life was: its timers run, its records are on disk. */
  resumeLife(start: SimStart): void {
    this.life = start.life
    this.clock.restart()
    const { disk, parts } = this
    disk.load(start.snapshot, start.records)
    const replayed = replayLife({ ...parts.config, ...start.config }, start, disk)
    this.machine = replayed.machine
    this.durable = replayed.durable
    this.told = replayed.durable
    this.flushAsked = disk.lastAppended
    this.clock.begin(replayed.ticks)
    for (const timer of replayed.timers) this.setTimer(timer)
    disk.flush()
  }

  /** The process ends: memory, timers and queues are gone. */
  end(how: 'kill' | 'powerLoss' | 'close'): void {
    this.machine = null
    this.paused = false
    this.inputs = []
    this.held = []
    this.deferred = []
    this.timers.clear()
    this.durable = 0
    this.flushAsked = 0
    this.scheduled = false
    const { disk, told } = this
    const remains = how === 'close' ? disk.close(told) : disk.die(how === 'powerLoss', told)
    this.tornBytes = remains.tornBytes
    this.told = 0
    // They are durable now, and a later life answers by them: whoever judges must know.
    for (const record of remains.untold) this.tellRecord(record)
  }

  push(input: MachineInput): void {
    if (this.machine === null) return
    if (this.inputs.length >= INPUTS_MAX) {
      this.overflow += 1
      return
    }
    this.inputs.push(input)
    this.schedule()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    const { deferred, life } = this
    this.deferred = []
    for (const run of deferred) {
      // The first of them may have ended the process: nobody is there to hear the rest.
      if (this.machine === null || this.life !== life) return
      run()
    }
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled || this.paused || this.inputs.length === 0) return
    this.scheduled = true
    const { agenda, roundGrains } = this.parts
    if (roundGrains === 0 && !this.running) return this.run(this.life)
    const { life } = this
    agenda.put(agenda.now + roundGrains, () => this.run(life))
    if (!agenda.keepsNames) return
    agenda.name({ kind: 'round', node: this.node }, () => life === this.life && !this.paused)
  }

  private run(life: number): void {
    if (life !== this.life || this.paused) {
      if (life === this.life) this.scheduled = false
      return
    }
    this.scheduled = false
    this.running = true
    this.round()
    this.running = false
    this.schedule()
  }

  private round(): void {
    const { machine, inputs, out } = this
    if (machine === null || inputs.length === 0) return
    this.inputs = this.spare
    this.spare = inputs
    if (this.held.length > 0) this.releaseHeld()
    this.told = this.durable
    const ticks = this.clock.ticks()
    this.parts.host.onRound(this, ticks, inputs)
    try {
      machine.step({ type: 'clock', ticks }, out)
      for (const input of inputs) machine.step(input, out)
      machine.settle(out)
    } catch (error) {
      clear(inputs, out)
      return this.fail(error)
    }
    const mustFlush = this.carryOut(out.effects)
    if (this.machine === null) return clear(inputs, out)
    if (mustFlush) {
      this.flushAsked = this.disk.lastAppended
      this.disk.flush()
    }
    const { host } = this.parts
    if (out.replies.length > 0) host.onReplies(this, out.replies)
    if (out.reads.length > 0) host.onReads(this, out.reads)
    clear(inputs, out)
  }

  /** True if something of this round must become durable. */
  private carryOut(effects: readonly Effect[]): boolean {
    const { disk } = this
    let mustFlush = false
    for (const [index, effect] of effects.entries()) {
      switch (effect.type) {
        case 'persist': {
          const refused = disk.append(effect.number, effect.record)
          if (refused !== null) {
            this.refuse(refused, effects.slice(index))
            return false
          }
          mustFlush ||= effect.flush
          break
        }
        case 'send':
          if (effect.after <= this.durable || this.parts.sendsEarly) this.handOver(effect)
          else this.held.push(effect)
          mustFlush ||= effect.after > this.flushAsked
          break
        case 'setTimer':
          this.setTimer(effect)
          break
        case 'clearTimer':
          this.timers.delete(effect.timer)
          break
        case 'emit':
          this.tell(effect.fact)
          break
        case 'saveSnapshot':
          disk.saveSnapshot(effect.snapshot, effect.retained)
          break
      }
    }
    return mustFlush
  }

  /** What the machine learned in this round it has learned, and may remember from its disk. */
  private refuse(reason: string, rest: readonly Effect[]): void {
    for (const effect of rest) if (effect.type === 'emit') this.tell(effect.fact)
    this.parts.host.onFailed(this, reason, true)
  }

  private handOver({ to, message, after }: Send): void {
    const { host } = this.parts
    if (after > this.durable) {
      this.tell({ type: 'sentAfter', message: message.type, after, durable: this.durable })
    }
    for (const node of to) host.onSend(this, node, message, after)
  }

  private releaseHeld(): void {
    const { held, durable } = this
    let count = 0
    while (count < held.length && held[count]!.after <= durable) {
      this.handOver(held[count]!)
      count += 1
    }
    if (count === 0) return
    const { message, after } = held[0]!
    this.tell({ type: 'sentAfter', message: message.type, after, durable })
    this.held = held.slice(count)
  }

  private setTimer({ timer, ticksMin, ticksMax }: Omit<SetTimer, 'type'>): void {
    const { agenda, timerPrng } = this.parts
    this.timerCount += 1
    const token = this.timerCount
    this.timers.set(timer, token)
    const own = timerPrng.between(ticksMin * GRAINS_PER_TICK, ticksMax * GRAINS_PER_TICK)
    agenda.put(agenda.now + Math.max(1, Math.round(own / this.clock.rate)), () => {
      if (this.timers.get(timer) !== token) return
      this.timers.delete(timer)
      this.push({ type: 'timer', timer })
    })
    if (!agenda.keepsNames) return
    const isDue = (): boolean => this.timers.get(timer) === token
    agenda.name({ kind: 'timer', node: this.node, timer }, isDue)
  }

  private onDurable(through: number, grains: number): void {
    if (this.paused) {
      this.deferred.push(() => this.onDurable(through, grains))
      return
    }
    if (through <= this.durable) return
    this.durable = through
    const offset = this.disk.bytes
    this.tell({ type: 'persisted', record: through, offset, flushMs: toMs(grains) })
    this.push({ type: 'persisted', through })
  }

  private tellRecord(record: StableRecord): void {
    const { kind } = record
    if (kind === 'promise') this.tell({ type: 'promised', ballot: record.ballot })
    if (kind !== 'vote') return
    const { ballot, slot, values } = record
    this.tell({ type: 'voted', ballot, slot, count: values.length, ids: valueIds(values) })
  }

  private tell(fact: PaxosFact | NodeFact): void {
    this.nodeSeq += 1
    this.parts.host.onFact(this, fact)
  }

  private fail(error: unknown): void {
    if (!(error instanceof InvariantError)) throw error
    this.parts.host.onFailed(this, error.message, false)
  }
}

/** Most rounds answer nobody: cutting an empty list costs as much as cutting a full one. */
function clear(inputs: MachineInput[], { effects, replies, reads }: MachineOutput): void {
  if (inputs.length > 0) inputs.length = 0
  if (effects.length > 0) effects.length = 0
  if (replies.length > 0) replies.length = 0
  if (reads.length > 0) reads.length = 0
}
