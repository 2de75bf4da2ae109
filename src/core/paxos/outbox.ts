/**
 * Outbox: collects the effects of a round, numbers the records, and keeps messages to the node
 *         itself
 * until what they rely on is durable: its own promise and vote count like any other (protocol §12).
 */
import type { NodeId } from './ballot'
import type { Effect, StableRecord, TimerName } from './effect'
import type { PaxosFact } from './fact'
import type { Message } from './message'
import type { Snapshot } from './snapshot'

interface SelfMessage {
  readonly after: number
  readonly message: Message
}

export class Outbox {
  /** Facts are built only when a sink asks for them. */
  factsOn = true
  /** Where effects of the present round go. */
  private effects: Effect[] = []
  private readonly toSelf: SelfMessage[] = []
  private readonly undurable: { readonly after: number; readonly fact: PaxosFact }[] = []
  private readonly others: readonly NodeId[]
  private readonly otherAcceptors: readonly NodeId[]
  private written = 0
  /** Number of the newest record that a flush was asked for. */
  private flushing = 0
  private durable = 0

  constructor(
    private readonly self: NodeId,
    members: readonly NodeId[],
    acceptors: readonly NodeId[] = members,
  ) {
    this.others = members.filter((node) => node !== self)
    this.otherAcceptors = acceptors.filter((node) => node !== self)
  }

  open(effects: Effect[]): void {
    this.effects = effects
  }

  /** Appends a record; a message that relies on it names the number that is returned. */
  persist(record: StableRecord, flush: boolean): number {
    this.written += 1
    if (flush) this.flushing = this.written
    this.effects.push({ type: 'persist', number: this.written, record, flush })
    return this.written
  }

  /** The newest record that will be durable without asking again. */
  get lastFlushed(): number {
    return this.flushing
  }

  sendTo(node: NodeId, message: Message, after: number): void {
    if (node === this.self) this.toSelf.push({ after, message })
    else this.effects.push({ type: 'send', to: [node], message, after })
  }

  sendOthers(message: Message, after: number): void {
    if (this.others.length > 0) {
      this.effects.push({ type: 'send', to: this.others, message, after })
    }
  }

  sendAcceptors(message: Message, after: number): void {
    if (this.otherAcceptors.length > 0) {
      this.effects.push({ type: 'send', to: this.otherAcceptors, message, after })
    }
  }

  saveSnapshot(snapshot: Snapshot, retained: readonly StableRecord[]): void {
    this.effects.push({ type: 'saveSnapshot', snapshot, retained })
  }

  /** To several nodes; the node itself gets it as soon as the record is durable. */
  sendMany(nodes: readonly NodeId[], message: Message, after: number): void {
    const others = nodes.filter((node) => node !== this.self)
    if (others.length < nodes.length) this.toSelf.push({ after, message })
    if (others.length > 0) this.effects.push({ type: 'send', to: others, message, after })
  }

  setTimer(timer: TimerName, ticksMin: number, ticksMax: number): void {
    this.effects.push({ type: 'setTimer', timer, ticksMin, ticksMax })
  }

  clearTimer(timer: TimerName): void {
    this.effects.push({ type: 'clearTimer', timer })
  }

  emit(fact: PaxosFact): void {
    if (this.factsOn) this.effects.push({ type: 'emit', fact })
  }

  /**
   * A promise or vote counts from when it is durable: before that it never left the node, and a
   * kill takes it back. A check that counted it earlier would see values chosen that are not.
   */
  emitDurable(fact: PaxosFact): void {
    if (this.factsOn) this.undurable.push({ after: this.flushing, fact })
  }

  confirm(through: number): void {
    if (through > this.durable) this.durable = through
    let count = 0
    for (const { after, fact } of this.undurable) {
      if (after > this.durable) break
      this.emit(fact)
      count += 1
    }
    if (count > 0) this.undurable.splice(0, count)
  }

  /** The next message to itself whose record is durable, in order; undefined if it must wait. */
  takeOwn(): Message | undefined {
    const first = this.toSelf[0]
    if (first === undefined || first.after > this.durable) return undefined
    this.toSelf.shift()
    return first.message
  }
}
