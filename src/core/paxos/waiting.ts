/**
 * Waiting: values that want to be chosen, in the order in which they came.
 *
 * `own` are those of this node's clients: they stay until they are answered, whoever proposes them,
 * and are proposed or forwarded again when the leader changes. Sessions make a repetition harmless.
 * `queue` is what this node would propose next, own values and forwarded ones.
 */
import type { NodeId } from './ballot'
import { valueId } from './fact'
import type { Value } from './message'

export interface OwnValue {
  readonly id: string
  readonly value: Value
  /** True once it left the queue: from then on its outcome may be unknown. */
  sent: boolean
  /** Count of resend periods since it was sent. */
  periods: number
}

/** Whoever is forgotten asks again; the answer is then in the session table. */
const RELAYED_MAX = 20_000

export class Waiting {
  readonly own = new Map<string, OwnValue>()
  private queue: Value[] = []
  private head = 0
  /** Ids that are queued or proposed here, with the node that forwarded them (0: own). */
  private readonly origins = new Map<string, NodeId>()
  /** Ids that were passed on for a node that does not hear the leader. */
  private readonly relayed = new Map<string, NodeId>()

  get length(): number {
    return this.queue.length - this.head
  }

  addOwn(value: Value): void {
    const id = valueId(value)
    this.own.set(id, { id, value, sent: false, periods: 0 })
    this.enqueue(id, value, 0)
  }

  /** False if it is queued or proposed here already. */
  addForwarded(value: Value, from: NodeId): boolean {
    const id = valueId(value)
    if (this.origins.has(id)) return false
    this.enqueue(id, value, from)
    return true
  }

  /** Remembers whom to answer for values that go on to another node; the oldest are forgotten. */
  relay(values: readonly Value[], from: NodeId): void {
    for (const value of values) this.relayed.set(valueId(value), from)
    for (const id of this.relayed.keys()) {
      if (this.relayed.size <= RELAYED_MAX) break
      this.relayed.delete(id)
    }
  }

  /** False: no command that is applied can be queued, proposed or relayed here. */
  get hasForeign(): boolean {
    return this.origins.size > 0 || this.relayed.size > 0
  }

  take(): Value | undefined {
    const value = this.queue[this.head]
    if (value === undefined) return undefined
    this.head += 1
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
    return value
  }

  /** False for an own value whose client was answered in the meantime. */
  wanted(value: Value): boolean {
    const id = valueId(value)
    const origin = this.origins.get(id)
    return origin !== undefined && (origin !== 0 || this.own.has(id))
  }

  /** It is proposed here from now on: its outcome may be unknown. */
  markProposed(value: Value): void {
    const own = this.own.get(valueId(value))
    if (own !== undefined) own.sent = true
  }

  /** It is another node's business from now on, until the leader changes. */
  markForwarded(value: Value): void {
    this.markProposed(value)
    this.origins.delete(valueId(value))
  }

  /** Its client was answered: it is not proposed any more, unless it left the queue already. */
  dropOwn(id: string): void {
    this.own.delete(id)
    if (this.origins.get(id) === 0) this.origins.delete(id)
  }

  /** Forgets an applied command; answers which node forwarded it here, 0 for none. */
  settle(id: string): NodeId {
    const origin = this.origins.get(id) ?? this.relayed.get(id) ?? 0
    this.origins.delete(id)
    if (this.relayed.size > 0) this.relayed.delete(id)
    return origin
  }

  /** Drops what others forwarded (they retry) and queues every own value again, oldest first. */
  requeueOwn(): void {
    this.queue = []
    this.head = 0
    this.origins.clear()
    for (const { id, value } of this.own.values()) this.enqueue(id, value, 0)
  }

  /** Queues again what was forwarded to a leader that this node now wants to replace. */
  requeueForwarded(): void {
    for (const { id, value } of this.own.values()) {
      if (!this.origins.has(id)) this.enqueue(id, value, 0)
    }
  }

  /** Removes values from the queue that are proposed already, because phase 1 forced them. */
  without(values: ReadonlySet<Value>): void {
    if (values.size === 0) return
    this.queue = this.queue.slice(this.head).filter((value) => !values.has(value))
    this.head = 0
  }

  private enqueue(id: string, value: Value, origin: NodeId): void {
    this.origins.set(id, origin)
    this.queue.push(value)
  }
}
