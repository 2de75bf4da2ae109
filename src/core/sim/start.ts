/**
 * SimStart: a simulation that goes on from a recorded run: each machine recovers what its disk held
 * and takes the recorded rounds again; then virtual time begins. Messages that flew are lost.
 *
 * What the rounds asked for is not done again: nothing leaves and nothing is told; records, timers
 * and what became durable count.
 */
import { makeMachine } from '../makeMachine'
import type { MachineInput, MachineOutput } from '../machineTypes'
import type { NodeMachine } from '../nodeMachine'
import type { NodeId } from '../paxos/ballot'
import type { ReplicaConfig } from '../paxos/config'
import type { Effect, SaveSnapshot, SetTimer, StableRecord, TimerName } from '../paxos/effect'
import type { Snapshot } from '../paxos/snapshot'
import type { SimDisk } from './disk'

export interface SimStart {
  readonly node: NodeId
  readonly life: number
  readonly config: ReplicaConfig
  /** What the disk held when this life began. */
  readonly records: readonly StableRecord[]
  readonly snapshot: Snapshot | null
  /** Every round of this life: its inputs, in order. */
  readonly rounds: readonly (readonly MachineInput[])[]
  /** True: the node is down now, and the disk is all there is of it. */
  readonly down?: boolean
}

export interface ReplayedLife {
  readonly machine: NodeMachine
  /** Records of this life that are durable. */
  readonly durable: number
  /** What the node's clock had read. */
  readonly ticks: number
  /** Timers that ran. */
  readonly timers: readonly SetTimer[]
}

export function replayLife(config: ReplicaConfig, start: SimStart, disk: SimDisk): ReplayedLife {
  const life = new RecordedLife(config, start, disk)
  for (const round of start.rounds) life.round(round)
  return life.end()
}

class RecordedLife {
  private readonly machine: NodeMachine
  private readonly timers = new Map<TimerName, SetTimer>()
  private saving: (SaveSnapshot & { readonly after: number }) | null = null
  private durable = 0
  private ticks = 0
  private readonly out: MachineOutput = { effects: [], replies: [], reads: [] }

  constructor(
    config: ReplicaConfig,
    start: SimStart,
    private readonly disk: SimDisk,
  ) {
    this.machine = makeMachine(config, start.life)
    if (start.snapshot !== null) this.machine.recoverSnapshot(start.snapshot)
    for (const record of start.records) this.machine.recoverRecord(record)
  }

  round(inputs: readonly MachineInput[]): void {
    const { machine, out } = this
    for (const input of inputs) {
      this.note(input)
      machine.step(input, out)
    }
    machine.settle(out)
    for (const effect of out.effects) this.keep(effect)
    out.effects.length = 0
    out.replies.length = 0
    out.reads.length = 0
  }

  end(): ReplayedLife {
    const { machine, durable, ticks, saving } = this
    if (saving !== null) this.disk.saveSnapshot(saving.snapshot, saving.retained, saving.after)
    return { machine, durable, ticks, timers: [...this.timers.values()] }
  }

  private note(input: MachineInput): void {
    switch (input.type) {
      case 'clock':
        this.ticks = input.ticks
        return
      case 'timer':
        this.timers.delete(input.timer)
        return
      case 'persisted':
        this.durable = Math.max(this.durable, input.through)
        this.disk.settle(input.through)
        return
      case 'snapshotSaved':
        if (this.saving?.snapshot.through !== input.through) return
        this.disk.putSnapshot(this.saving)
        this.saving = null
        return
      default:
        return
    }
  }

  private keep(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        this.disk.append(effect.number, effect.record)
        return
      case 'setTimer':
        this.timers.set(effect.timer, effect)
        return
      case 'clearTimer':
        this.timers.delete(effect.timer)
        return
      case 'saveSnapshot':
        this.saving = { ...effect, after: this.disk.lastAppended }
        return
      case 'send':
      case 'emit':
        return
    }
  }
}
