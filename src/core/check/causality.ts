/**
 * Causality: which event happened before which, from the order within a node and from messages,
 * and nothing else: no clock takes part.
 *
 * Source: happens-before and logical clocks as of Lamport 1978; vector clocks count, for each node,
 *         how many of its events an event has in its past, itself included.
 * Order:  within a node by life, then by `at`: what a life knew, the next one recovered from disk.
 * Gaps:   a message whose sending is not told, or would lie in its own future, orders nothing and
 *         is counted in `unmatched`.
 */
import type { NodeEvent } from '../event'
import type { NodeId } from '../paxos/ballot'

/** One event of one node. Messages are named by ids; a doubled one is received twice. */
export interface CausalStep {
  readonly node: NodeId
  readonly life: number
  /** Its place within the life. */
  readonly at: number
  readonly sends?: string
  readonly receives?: string
}

/** Events of each node in the past of an event, itself included; a node not named has none. */
export type VectorClock = ReadonlyMap<NodeId, number>

export interface Clocked<T extends CausalStep> {
  readonly step: T
  readonly clock: VectorClock
}

export interface CausalOrder<T extends CausalStep> {
  /** Every step, none before one that happened before it. */
  readonly order: readonly Clocked<T>[]
  /** Receipts that no told sending explains. */
  readonly unmatched: number
}

/** Steps may come in any order. */
export function causalOrder<T extends CausalStep>(steps: Iterable<T>): CausalOrder<T> {
  const lines = linesOf(steps)
  const sendings = new Set<string>()
  for (const { steps: own } of lines) {
    for (const { sends } of own) if (sends !== undefined) sendings.add(sends)
  }
  return new Weaver(lines, sendings).weave()
}

/** True if `a` is in the past of `b`. */
export function happenedBefore(a: Clocked<CausalStep>, b: Clocked<CausalStep>): boolean {
  if (a === b) return false
  const { node } = a.step
  return (b.clock.get(node) ?? 0) >= (a.clock.get(node) ?? 0)
}

export function areConcurrent(a: Clocked<CausalStep>, b: Clocked<CausalStep>): boolean {
  return a !== b && !happenedBefore(a, b) && !happenedBefore(b, a)
}

export type EventStep = CausalStep & { readonly event: NodeEvent }

/** Facts of nodes as steps; `sent` and `received` carry the messages. */
export function eventStep(event: NodeEvent): EventStep {
  const { by: node, life, nodeSeq: at } = event
  const base = { node, life, at, event }
  if (event.type === 'sent') return { ...base, sends: event.id }
  return event.type === 'received' ? { ...base, receives: event.id } : base
}

interface NodeLine<T> {
  readonly node: NodeId
  readonly steps: readonly T[]
  next: number
  clock: Map<NodeId, number>
}

function linesOf<T extends CausalStep>(steps: Iterable<T>): NodeLine<T>[] {
  const byNode = new Map<NodeId, T[]>()
  for (const step of steps) {
    const own = byNode.get(step.node)
    if (own === undefined) byNode.set(step.node, [step])
    else own.push(step)
  }
  return [...byNode]
    .sort(([a], [b]) => a - b)
    .map(([node, own]) => {
      own.sort((a, b) => a.life - b.life || a.at - b.at)
      return { node, steps: own, next: 0, clock: new Map() }
    })
}

/** Takes from each node what can be next, until nothing is left. */
class Weaver<T extends CausalStep> {
  private readonly order: Clocked<T>[] = []
  private unmatched = 0
  /** Clocks of the sendings so far, by message. */
  private readonly sent = new Map<string, VectorClock>()
  /** Nodes that wait for a sending. */
  private readonly waiting = new Map<string, NodeLine<T>[]>()

  constructor(
    private readonly lines: readonly NodeLine<T>[],
    private readonly sendings: ReadonlySet<string>,
  ) {}

  weave(): CausalOrder<T> {
    const ready = [...this.lines]
    for (;;) {
      for (let line = ready.pop(); line !== undefined; line = ready.pop()) {
        this.advance(line, ready)
      }
      // Who still waits does so in a circle: one of the messages is not what it says.
      const stuck = this.takeStuck()
      if (stuck === null) break
      this.take(stuck, null, ready)
      ready.push(stuck)
    }
    return { order: this.order, unmatched: this.unmatched }
  }

  private advance(line: NodeLine<T>, ready: NodeLine<T>[]): void {
    for (; line.next < line.steps.length;) {
      const { receives } = line.steps[line.next]!
      if (receives === undefined) {
        this.take(line, null, ready)
        continue
      }
      const past = this.sent.get(receives) ?? null
      if (past === null && this.sendings.has(receives)) {
        const others = this.waiting.get(receives)
        if (others === undefined) this.waiting.set(receives, [line])
        else others.push(line)
        return
      }
      this.take(line, past, ready)
    }
  }

  private take(line: NodeLine<T>, past: VectorClock | null, ready: NodeLine<T>[]): void {
    const step = line.steps[line.next]!
    line.next += 1
    const clock = new Map(line.clock)
    for (const [node, count] of past ?? []) {
      if (count > (clock.get(node) ?? 0)) clock.set(node, count)
    }
    clock.set(line.node, line.next)
    line.clock = clock
    this.order.push({ step, clock })
    if (step.receives !== undefined && past === null) this.unmatched += 1
    if (step.sends === undefined || this.sent.has(step.sends)) return
    this.sent.set(step.sends, clock)
    ready.push(...(this.waiting.get(step.sends) ?? []))
    this.waiting.delete(step.sends)
  }

  private takeStuck(): NodeLine<T> | null {
    for (const [id, [first, ...rest]] of this.waiting) {
      if (rest.length > 0) this.waiting.set(id, rest)
      else this.waiting.delete(id)
      if (first !== undefined) return first
    }
    return null
  }
}
