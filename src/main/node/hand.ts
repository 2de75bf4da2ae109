/**
 * Hand: drives a node step by step, as a schedule does (docs/reenactment.md). Timers fire and the
 * clock moves only when the lab says so; with `byHand` the disk flushes only then, too. Everything
 * else is the node as it always is: the same machine, sockets, log and process.
 *
 * Steps: the lab asks how many inputs the machine has taken. A round is carried out in one turn of
 *        the event loop, so that whoever asks later finds all of its effects done: frames handed to
 *        the sockets, records in the log or waiting for their flush.
 */
import type { FlushMode } from '../../core/handHost'
import type { MachineInput } from '../../core/machineTypes'
import type { TimerName } from '../../core/paxos/effect'
import type { HandAct, NodeAnswer } from '../../shared/control'
import type { RuntimeParts } from './runtime'

type HandParts = Pick<RuntimeParts, 'machine' | 'storage'> & {
  readonly push: (input: MachineInput) => void
}

export class Hand {
  /** Of the node's clock; a timer that fires has run its longest time. */
  ticks = 0
  private steps = 0
  /** Last record appended, last one that a flush was asked for, last one known to be durable. */
  private appended = 0
  private flushAsked = 0
  private durable = 0
  private saving = 0
  private readonly running = new Map<TimerName, number>()

  constructor(
    private readonly mode: FlushMode,
    private readonly parts: HandParts,
  ) {}

  readonly timers: RuntimeParts['timers'] = {
    set: (timer, _ticksMin, ticksMax) => void this.running.set(timer, ticksMax),
    clear: (timer) => void this.running.delete(timer),
  }

  readonly machine: RuntimeParts['machine'] = {
    step: (input, out) => {
      this.count(input)
      this.parts.machine.step(input, out)
    },
    settle: (out) => this.parts.machine.settle(out),
  }

  readonly storage: RuntimeParts['storage'] = {
    append: (number, record) => {
      this.appended = number
      this.parts.storage.append(number, record)
    },
    flush: () => {
      if (this.mode === 'auto') this.flush()
    },
    saveSnapshot: (snapshot, retained) => {
      this.saving += 1
      this.parts.storage.saveSnapshot(snapshot, retained)
    },
  }

  act(act: HandAct): NodeAnswer {
    switch (act.kind) {
      case 'timer':
        return this.fire(act.timer)
      case 'flush':
        this.flush()
        return { kind: 'done' }
      case 'look':
        return { kind: 'hand', steps: this.steps, idle: this.isIdle }
    }
  }

  /** Nothing is on its way to the disk: the node waits for the next act. */
  private get isIdle(): boolean {
    return this.durable >= this.flushAsked && this.saving === 0
  }

  private flush(): void {
    this.flushAsked = this.appended
    this.parts.storage.flush()
  }

  private fire(timer: TimerName): NodeAnswer {
    const ticks = this.running.get(timer)
    if (ticks === undefined) {
      const names = [...this.running.keys()].join(', ') || 'none'
      return { kind: 'error', words: `timer ${timer} does not run; running: ${names}` }
    }
    this.running.delete(timer)
    this.ticks += ticks
    this.parts.push({ type: 'timer', timer })
    return { kind: 'done' }
  }

  private count(input: MachineInput): void {
    switch (input.type) {
      case 'clock':
      case 'start':
      case 'abandon':
        return
      case 'persisted':
        this.durable = input.through
        return
      case 'snapshotSaved':
        this.saving -= 1
        return
      default:
        this.steps += 1
    }
  }
}
