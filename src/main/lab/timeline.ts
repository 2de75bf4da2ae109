/**
 * Timeline: gives every event its place and time in the record.
 *
 * Nodes report in batches, so their facts are held for a moment and merged by time; then `atMs`
 * never goes back in the record, and facts of one node keep their order. A node's clock is brought
 * to lab time by the least delay seen between a fact and its arrival. A fact that is later than the
 * hold takes the time of the last event. This order is for reading; causality is (node, life,
 * nodeSeq) and message ids.
 *
 * Limits: more than PENDING_MAX held events are let go at once.
 */
import type { LabEvent, LabFact, NodeReport } from '../../core/event'
import { roundMs } from './clock'
import type { LabClock } from './clock'
import { placedEvent } from './placedEvent'

/** A node's batch is at most 50 ms old when it arrives; the rest is for a busy machine. */
const HOLD_MS = 100
const FLUSH_MS = 50
const PENDING_MAX = 100_000

type Unplaced = { readonly by: 'lab'; readonly fact: LabFact } | NodeUnplaced

interface NodeUnplaced {
  readonly by: number
  readonly fact: NodeReport
}

type Pending = Unplaced & { readonly dueMs: number }

interface NodeClock {
  readonly life: number
  /** Lab time minus the node's time, at least this. */
  offsetMs: number
  lastMs: number
  lastSeq: number
}

export class Timeline {
  /** Facts that never arrived, all nodes together. */
  dropped = 0
  private pending: Pending[] = []
  private readonly clocks = new Map<number, NodeClock>()
  private lastSeq = 0
  private lastMs = 0
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly clock: LabClock,
    private readonly emit: (event: LabEvent) => void,
  ) {
    this.timer = setInterval(() => this.flush(clock.now() - HOLD_MS), FLUSH_MS)
  }

  /** Events placed so far. */
  get count(): number {
    return this.lastSeq
  }

  addLab(fact: LabFact): void {
    this.hold({ by: 'lab', fact, dueMs: this.clock.now() })
  }

  /** `dropped`: facts that the node says were lost just before these. */
  addNode(node: number, dropped: number, facts: readonly NodeReport[]): void {
    const nowMs = this.clock.now()
    const first = facts[0]
    if (first === undefined) return
    const clock = this.nodeClock(node, first, nowMs)
    for (const fact of facts) {
      clock.offsetMs = Math.min(clock.offsetMs, nowMs - fact.nodeAtMs)
    }
    this.noteGap(node, clock, dropped, first)
    for (const fact of facts) {
      const dueMs = Math.max(clock.lastMs, Math.min(nowMs, fact.nodeAtMs + clock.offsetMs))
      clock.lastMs = dueMs
      clock.lastSeq = fact.nodeSeq
      this.hold({ by: node, fact, dueMs })
    }
  }

  /** Places everything and stops: the run is over. */
  close(): void {
    clearInterval(this.timer)
    this.flush(Infinity)
  }

  /** Places what is due by `throughMs`, in the order of time. */
  flush(throughMs = Infinity): void {
    if (this.pending.length === 0) return
    // The sort is stable: equal times keep the order of arrival, and each node its own order.
    this.pending.sort((a, b) => a.dueMs - b.dueMs)
    let count = this.pending.findIndex((entry) => entry.dueMs > throughMs)
    if (count < 0) count = this.pending.length
    const due = this.pending.slice(0, count)
    this.pending = this.pending.slice(count)
    for (const entry of due) this.place(entry)
  }

  private hold(entry: Pending): void {
    this.pending.push(entry)
    if (this.pending.length > PENDING_MAX) this.flush()
  }

  private place(entry: Pending): void {
    this.lastSeq += 1
    this.lastMs = Math.max(this.lastMs, roundMs(entry.dueMs))
    const stamp = { seq: this.lastSeq, atMs: this.lastMs }
    if (entry.by === 'lab') {
      this.emit({ ...stamp, by: 'lab', ...entry.fact })
      return
    }
    this.emit(placedEvent(stamp, entry.by, entry.fact))
  }

  private nodeClock(node: number, first: NodeReport, nowMs: number): NodeClock {
    const known = this.clocks.get(node)
    if (known?.life === first.life) return known
    const offsetMs = nowMs - first.nodeAtMs
    const clock = { life: first.life, offsetMs, lastMs: 0, lastSeq: first.nodeSeq - 1 }
    this.clocks.set(node, clock)
    return clock
  }

  /** A hole in a node's count is an event, so that checks over it say "not enough data". */
  private noteGap(node: number, clock: NodeClock, said: number, first: NodeReport): void {
    const count = Math.max(said, first.nodeSeq - clock.lastSeq - 1)
    if (count <= 0) return
    this.dropped += count
    const stamp = { life: first.life, nodeSeq: first.nodeSeq - 1, nodeAtMs: first.nodeAtMs }
    this.hold({
      by: node,
      fact: { ...stamp, type: 'factsDropped', count },
      dueMs: Math.max(clock.lastMs, first.nodeAtMs + clock.offsetMs),
    })
  }
}
