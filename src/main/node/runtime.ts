/**
 * Drives the machine: gathers every input that is there, steps them all, settles once, and carries
 * out the effects of that round.
 *
 * Order (paxos/effect.ts): records are appended in effect order; a message that relies on no record
 * leaves at once, one that relies on record n leaves when n is durable, never before.
 * Cost:  per round one append, one flush for all that waits, one write a peer, one write a client.
 */
import type { NodeFact } from '../../core/event'
import type { MachineInput, MachineOutput, MachineReply, ReadAnswer } from '../../core/machineTypes'
import type { SlowSetting } from '../../core/fault'
import type { Effect, Send } from '../../core/paxos/effect'
import type { PaxosFact } from '../../core/paxos/fact'
import { FAMILY_OF } from '../../core/paxos/message'
import type { MessageType } from '../../core/paxos/message'
import { FRAME_BYTES_MAX } from '../../shared/frame'
import { printMessage } from '../../shared/wire'
import { failpoints, SEND_POINTS } from './failpoints'
import { standStill } from './slowness'
import type { Storage } from './storage'
import type { Timers } from './timers'

/** What the runtime needs of `Machine`. */
export interface Steppable {
  step(input: MachineInput, out: MachineOutput): void
  settle(out: MachineOutput): void
}

export interface PeerSender {
  send(to: readonly number[], line: string): void
  flush(): void
}

export interface FactSink {
  emit(fact: PaxosFact | NodeFact): void
}

export interface AnswerSink {
  onReplies(replies: readonly MachineReply[]): void
  onReads(reads: readonly ReadAnswer[]): void
}

/** Writes down what the machine is given, round by round, and what it answers. */
export interface RoundRecorder {
  begin(ticks: number, inputs: readonly MachineInput[]): void
  finish(out: MachineOutput): void
}

export interface RuntimeParts {
  readonly machine: Steppable
  readonly storage: Pick<Storage, 'append' | 'flush' | 'saveSnapshot'>
  /** The node's own clock, in ticks. */
  readonly ticks: () => number
  readonly timers: Pick<Timers, 'set' | 'clear'>
  readonly peers: PeerSender
  readonly facts: FactSink
  readonly answers: AnswerSink
  /** Mutant M19: messages do not wait for what they rely on. */
  readonly sendsEarly: boolean
  /** A round is over, all of it handed on. */
  readonly onRound?: () => void
}

/** A printed message that waits for the record it relies on. */
interface HeldSend {
  readonly after: number
  readonly to: readonly number[]
  readonly type: MessageType
  readonly line: string
}

/** What the host tells of itself: nobody gave it to the node. */
const OWN_INPUTS: ReadonlySet<MachineInput['type']> = new Set([
  'start',
  'abandon',
  'persisted',
  'snapshotSaved',
])

export class Runtime {
  /** Inputs from others, timers and calls, in this life. */
  taken = 0
  private saving = 0
  private inputs: MachineInput[] = []
  private spare: MachineInput[] = []
  private readonly out: MachineOutput = { effects: [], replies: [], reads: [] }
  private held: HeldSend[] = []
  private durable = 0
  /** Last record appended, and last one that a flush was asked for. */
  private appended = 0
  private flushAsked = 0
  private scheduled = false
  private stopped = false
  private isPaused = false
  private recorder: RoundRecorder | null = null
  private slow: SlowSetting | null = null

  constructor(private readonly parts: RuntimeParts) {}

  get paused(): boolean {
    return this.isPaused
  }

  /** Every input is stepped, all that was to be flushed is durable, and what relied on it left. */
  get isIdle(): boolean {
    const isQuiet = this.inputs.length === 0 && this.held.length === 0 && this.saving === 0
    return isQuiet && this.durable >= this.flushAsked
  }

  /** Before the first input: every round is written down. */
  record(recorder: RoundRecorder): void {
    this.recorder = recorder
  }

  /** Takes an input; it is stepped with all others that arrive in this turn of the event loop. */
  push(input: MachineInput): void {
    if (input.type === 'request') failpoints.hit('client.request')
    if (!OWN_INPUTS.has(input.type)) this.taken += 1
    this.inputs.push(input)
    this.schedule()
  }

  /** Records up to `through` are durable. */
  onDurable(through: number, offset: number, flushMs: number): void {
    if (through <= this.durable) return
    this.durable = through
    const rounded = Math.round(flushMs * 1000) / 1000
    this.parts.facts.emit({ type: 'persisted', record: through, offset, flushMs: rounded })
    this.push({ type: 'persisted', through })
  }

  /** The snapshot after slot `through` is durable, and the log on disk is cut. */
  onSnapshotSaved(through: number): void {
    this.saving -= 1
    this.push({ type: 'snapshotSaved', through })
  }

  /** From the next round on the node stands still before each; null: it does not. */
  setSlow(slow: SlowSetting | null): void {
    this.slow = slow
  }

  /** Cooperative pause: nothing is consumed and nothing leaves until `resume`. */
  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    this.schedule()
  }

  stop(): void {
    this.stopped = true
  }

  private schedule(): void {
    if (this.scheduled || this.isPaused) return
    this.scheduled = true
    setImmediate(this.run)
  }

  private readonly run = (): void => {
    if (this.slow !== null && this.inputs.length > 0) standStill(this.slow)
    if (this.inputs.length > 0) this.round()
    // A blocking flush has answered already: what waited for it need not wait for another turn.
    if (this.inputs.length > 0) this.round()
    this.scheduled = false
    if (this.inputs.length > 0) this.schedule()
  }

  private round(): void {
    if (this.isPaused || this.stopped) return
    const { inputs, out } = this
    this.inputs = this.spare
    this.spare = inputs
    this.releaseHeld()
    failpoints.hit('round.beforeStep')
    this.stepAll(inputs)
    inputs.length = 0
    const mustFlush = this.carryOut(out.effects)
    // Peers first: they flush while this node does. Then the disk works while clients are answered.
    this.parts.peers.flush()
    if (mustFlush) {
      this.flushAsked = this.appended
      this.parts.storage.flush()
    }
    if (out.replies.length > 0) {
      failpoints.hit('reply.before')
      this.parts.answers.onReplies(out.replies)
      failpoints.hit('reply.after')
    }
    if (out.reads.length > 0) this.parts.answers.onReads(out.reads)
    this.recorder?.finish(out)
    out.effects.length = 0
    out.replies.length = 0
    out.reads.length = 0
    this.parts.onRound?.()
  }

  private stepAll(inputs: readonly MachineInput[]): void {
    const { machine } = this.parts
    const ticks = this.parts.ticks()
    this.recorder?.begin(ticks, inputs)
    let at = 0
    try {
      machine.step({ type: 'clock', ticks }, this.out)
      for (; at < inputs.length; at++) machine.step(inputs[at]!, this.out)
      failpoints.hit('apply.before')
      machine.settle(this.out)
      failpoints.hit('apply.after')
    } catch (cause) {
      const input = inputs[at]
      const words = input ? JSON.stringify(input).slice(0, 300) : 'settle'
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`${reason}; the step that broke it: ${words}`, { cause })
    }
  }

  /** True if something of this round must become durable. */
  private carryOut(effects: readonly Effect[]): boolean {
    const { storage, timers, facts } = this.parts
    let mustFlush = false
    for (const effect of effects) {
      switch (effect.type) {
        case 'persist':
          failpoints.hit('persist.before')
          storage.append(effect.number, effect.record)
          failpoints.hit('persist.after')
          this.appended = effect.number
          mustFlush ||= effect.flush
          break
        case 'send':
          this.send(effect)
          // A message that waits for a record which nobody flushes would wait for ever.
          mustFlush ||= effect.after > this.flushAsked
          break
        case 'setTimer':
          timers.set(effect.timer, effect.ticksMin, effect.ticksMax)
          break
        case 'clearTimer':
          timers.clear(effect.timer)
          break
        case 'emit':
          facts.emit(effect.fact)
          break
        case 'saveSnapshot':
          this.saving += 1
          storage.saveSnapshot(effect.snapshot, effect.retained)
          break
      }
    }
    return mustFlush
  }

  private send({ to, message, after }: Send): void {
    const line = printMessage(message)
    if (line.length > FRAME_BYTES_MAX) {
      const limit = `frame of ${FRAME_BYTES_MAX} bytes, for ${message.type}`
      this.parts.facts.emit({ type: 'limitReached', limit, dropped: 1 })
      return
    }
    if (after <= this.durable) this.handOver(to, message.type, line)
    else if (this.parts.sendsEarly) this.sendEarly(after, to, message.type, line)
    else this.held.push({ after, to, type: message.type, line })
  }

  private handOver(to: readonly number[], type: MessageType, line: string): void {
    const points = SEND_POINTS[FAMILY_OF[type]]
    failpoints.hit(points.before)
    this.parts.peers.send(to, line)
    failpoints.hit(points.after)
  }

  /** M19: gone before its record is durable; I4 compares the two numbers. */
  private sendEarly(after: number, to: readonly number[], type: MessageType, line: string): void {
    this.handOver(to, type, line)
    this.parts.facts.emit({ type: 'sentAfter', message: type, after, durable: this.durable })
  }

  private releaseHeld(): void {
    const { held, durable } = this
    let count = 0
    while (count < held.length && held[count]!.after <= durable) {
      const { to, type, line } = held[count]!
      this.handOver(to, type, line)
      count += 1
    }
    if (count === 0) return
    const { type: message, after } = held[0]!
    this.parts.facts.emit({ type: 'sentAfter', message, after, durable })
    this.held = held.slice(count)
  }
}
