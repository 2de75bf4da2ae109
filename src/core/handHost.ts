/**
 * HandHost: one node without time. It is driven act by act: nothing happens in it unless a caller
 * steps an input, flushes its disk, ends it or starts it again. Player and explorer are made of it.
 *
 * Contract: that of `paxos/effect.ts`, with a disk that knows what was written and what is durable.
 * Flush:    `auto`: every round ends with a flush if the contract asks for one; `byHand`: records
 *           stay written, and messages that rely on them stay held, until somebody calls `flush`.
 * Clock:    stands still, except that a timer that fires has run its longest time.
 * Errors:   a contradiction inside the machine ends the node, as it does a process.
 */
import { InvariantError } from './assert'
import { makeMachine } from './makeMachine'
import type { MachineInput, MachineOutput, MachineReply, ReadAnswer } from './machineTypes'
import type { NodeMachine } from './nodeMachine'
import type { NodeId } from './paxos/ballot'
import type { ReplicaConfig } from './paxos/config'
import type { Effect, Send, StableRecord, TimerName } from './paxos/effect'
import type { PaxosFact } from './paxos/fact'
import type { Message } from './paxos/message'
import { sendsEarly } from './paxos/mutant'
import type { Snapshot } from './paxos/snapshot'

export type FlushMode = 'auto' | 'byHand'

/** What a node does to the world, in its own order. */
export interface HandSink {
  /** The machine has taken back what the disk holds, and does not run yet. */
  onRecovered(machine: NodeMachine, disk: HandDisk): void
  onFact(fact: PaxosFact): void
  onSend(to: NodeId, message: Message, after: number): void
  /** Records of this life up to `record` are durable. */
  onPersisted(record: number, disk: HandDisk): void
  onReply(reply: MachineReply): void
  onRead(answer: ReadAnswer): void
  /** The machine contradicted itself: the node is down. */
  onFailed(reason: string): void
}

export interface WrittenRecord {
  /** 0 for records of former lives and restated ones. */
  readonly number: number
  readonly record: StableRecord
}

/** What survives the end of the process. */
export interface HandDisk {
  readonly snapshot: Snapshot | null
  readonly records: readonly WrittenRecord[]
}

interface Saving {
  readonly snapshot: Snapshot
  readonly retained: readonly StableRecord[]
  /** Records above came later. */
  readonly after: number
}

const EMPTY_DISK: HandDisk = { snapshot: null, records: [] }

/** Rounds that one act may cause by its flushes; more would never end. */
const FLUSHES_MAX = 1000

export class HandHost {
  life = 0
  disk: HandDisk = EMPTY_DISK
  /** Null while the node is down. */
  machine: NodeMachine | null = null
  /** Timers that run, each with the longest time it was set for, in ticks. */
  readonly timers = new Map<TimerName, number>()
  /** Written and not durable. */
  written: WrittenRecord[] = []
  /** The disk was emptied: the node may never vote again (protocol §12). */
  wiped = false
  private held: Send[] = []
  private saving: Saving | null = null
  private ticks = 0
  private lastNumber = 0
  private durable = 0
  private mustFlush = false
  private readonly sendsEarly: boolean

  constructor(
    private readonly config: ReplicaConfig,
    private readonly flushMode: FlushMode,
    private readonly sink: HandSink,
  ) {
    this.sendsEarly = sendsEarly(config.mutant)
  }

  get alive(): boolean {
    return this.machine !== null
  }

  /** A process begins: it recovers what its disk holds. */
  start(): void {
    this.life += 1
    const votes = this.config.votes && !this.wiped
    const machine = makeMachine({ ...this.config, votes }, this.life)
    if (this.disk.snapshot !== null) machine.recoverSnapshot(this.disk.snapshot)
    for (const { record } of this.disk.records) machine.recoverRecord(record)
    this.disk = {
      snapshot: this.disk.snapshot,
      records: this.disk.records.map(({ record }) => ({ number: 0, record })),
    }
    this.machine = machine
    this.sink.onRecovered(machine, this.disk)
    this.step({ type: 'start' })
  }

  /** The process ends; what was written and not flushed is lost, and so is its memory. */
  end(wipe = false): void {
    this.machine = null
    this.timers.clear()
    this.written = []
    this.held = []
    this.saving = null
    this.ticks = 0
    this.lastNumber = 0
    this.durable = 0
    this.mustFlush = false
    if (!wipe) return
    this.disk = EMPTY_DISK
    this.wiped = true
  }

  /** One round: the input, `settle`, and what they ask for. */
  step(input: MachineInput): void {
    this.round(input)
    if (this.flushMode === 'byHand') return
    for (let count = 0; this.mustFlush && this.alive; count += 1) {
      if (count === FLUSHES_MAX) throw new InvariantError(`flushes of node ${this.config.node}`)
      this.flush()
    }
  }

  /** Fires a timer that runs; false if it does not. The clock may stand still even so. */
  fire(timer: TimerName, clockStands = false): boolean {
    const ticks = this.timers.get(timer)
    if (ticks === undefined) return false
    this.timers.delete(timer)
    if (!clockStands) this.ticks += ticks
    this.step({ type: 'timer', timer })
    return true
  }

  /** Number of the newest durable record of this life. */
  get durableNumber(): number {
    return this.durable
  }

  /**
   * All that the process holds beside its machine, counted from the newest durable record: two
   * nodes for which this, their machines and their disks are alike behave alike.
   */
  volatile(): unknown {
    const { life, wiped, ticks, durable, mustFlush } = this
    return {
      life,
      wiped,
      ticks,
      mustFlush,
      timers: [...this.timers].sort(([a], [b]) => (a < b ? -1 : 1)),
      held: this.held.map(({ to, message, after }) => [to, message, after - durable]),
      written: this.written.map(({ number, record }) => [number - durable, record]),
      saving: this.saving && { ...this.saving, after: this.saving.after - durable },
    }
  }

  /** True if a flush would change anything. */
  get flushWaits(): boolean {
    return this.written.length > 0 || this.saving !== null
  }

  /** All that is written becomes durable, and what waited for that leaves. */
  flush(): void {
    this.mustFlush = false
    if (this.written.length > 0) this.flushRecords()
    const { saving } = this
    if (saving === null || !this.alive) return
    this.saving = null
    const restated = saving.retained.map((record) => ({ number: 0, record }))
    const later = this.disk.records.filter(({ number }) => number > saving.after)
    this.disk = { snapshot: saving.snapshot, records: [...restated, ...later] }
    this.round({ type: 'snapshotSaved', through: saving.snapshot.through })
  }

  private flushRecords(): void {
    this.disk = {
      snapshot: this.disk.snapshot,
      records: [...this.disk.records, ...this.written],
    }
    this.written = []
    this.durable = this.lastNumber
    this.sink.onPersisted(this.durable, this.disk)
    const ready = this.held.filter(({ after }) => after <= this.durable)
    this.held = this.held.filter(({ after }) => after > this.durable)
    for (const send of ready) this.handOver(send)
    this.round({ type: 'persisted', through: this.durable })
  }

  private round(input: MachineInput): void {
    const { machine } = this
    if (machine === null) return
    const out: MachineOutput = { effects: [], replies: [], reads: [] }
    try {
      machine.step({ type: 'clock', ticks: this.ticks }, out)
      machine.step(input, out)
      machine.settle(out)
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error
      this.end()
      return this.sink.onFailed(error.message)
    }
    for (const effect of out.effects) this.carryOut(effect)
    for (const reply of out.replies) this.sink.onReply(reply)
    for (const read of out.reads) this.sink.onRead(read)
  }

  private carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        this.written.push({ number: effect.number, record: effect.record })
        this.lastNumber = effect.number
        this.mustFlush ||= effect.flush
        return
      case 'send':
        if (effect.after <= this.durable || this.sendsEarly) return this.handOver(effect)
        this.held.push(effect)
        // A message that waits for a record which nobody flushes would wait for ever.
        this.mustFlush = true
        return
      case 'setTimer':
        this.timers.set(effect.timer, effect.ticksMax)
        return
      case 'clearTimer':
        this.timers.delete(effect.timer)
        return
      case 'saveSnapshot':
        this.saving = {
          snapshot: effect.snapshot,
          retained: effect.retained,
          after: this.lastNumber,
        }
        this.mustFlush = true
        return
      case 'emit':
        return this.sink.onFact(effect.fact)
    }
  }

  private handOver({ to, message, after }: Send): void {
    for (const node of to) this.sink.onSend(node, message, after)
  }
}
