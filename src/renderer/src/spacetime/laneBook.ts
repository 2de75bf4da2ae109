/**
 * What happens on the lanes: states (preparing, leading, down, paused) as spans, and milestones as
 * marks, folded from events. Nothing else changes a lane.
 *
 * Limits: MARKS_MAX marks and SPANS_MAX spans a lane; the oldest are let go.
 */
import type { LabEvent } from '../../../core/event'
import type { Ballot } from '../../../core/paxos/ballot'

export type SpanKind = 'preparing' | 'leading' | 'down' | 'paused'

export interface LaneSpan {
  readonly kind: SpanKind
  readonly fromMs: number
  /** Null: it goes on. */
  readonly toMs: number | null
  readonly ballot: Ballot | null
  /** The lab timed its end, not the node. */
  readonly endsByLab: boolean
}

export type MarkKind = 'bid' | 'promised' | 'voted' | 'elected' | 'preempted' | 'chosen'

export interface LaneMark {
  readonly kind: MarkKind
  readonly atMs: number
  readonly ballot: Ballot
  /** 0: it is about no slot. */
  readonly slot: number
  readonly count: number
}

export const MARKS_MAX = 50_000
export const SPANS_MAX = 10_000

interface Lane {
  marks: LaneMark[]
  spans: LaneSpan[]
}

/** Lost to a rival: what was begun under a ballot is over. */
const ENDED_BY_RIVAL: readonly SpanKind[] = ['preparing', 'leading']

export class LaneBook {
  private readonly lanes = new Map<number, Lane>()

  feed(events: readonly LabEvent[]): void {
    for (const event of events) this.one(event)
  }

  reset(): void {
    this.lanes.clear()
  }

  marks(node: number): readonly LaneMark[] {
    return this.lanes.get(node)?.marks ?? []
  }

  spans(node: number): readonly LaneSpan[] {
    return this.lanes.get(node)?.spans ?? []
  }

  /** Marks from `fromMs` to `toMs`, by binary search. */
  marksWithin(node: number, fromMs: number, toMs: number): readonly LaneMark[] {
    const marks = this.marks(node)
    return marks.slice(markAt(marks, fromMs), markAt(marks, toMs + 1e-9))
  }

  private one(event: LabEvent): void {
    switch (event.type) {
      case 'clusterStarted':
        return this.reset()
      case 'clusterStopped':
        for (const node of this.lanes.keys()) this.closeByLab(node, event.atMs)
        return
      case 'nodeExited':
        this.closeByLab(event.node, event.atMs)
        return this.open(event.node, 'down', event.atMs, null)
      case 'nodeReady':
        return this.closeByLab(event.node, event.atMs, ['down'])
      case 'faultStarted':
      case 'faultEnded':
        return this.fault(event)
      default:
        return this.nodeEvent(event)
    }
  }

  private fault(event: Extract<LabEvent, { readonly type: 'faultStarted' | 'faultEnded' }>): void {
    const { fault } = event.fault
    if (fault.kind !== 'pause') return
    if (event.type === 'faultStarted') this.open(fault.node, 'paused', event.atMs, null)
    else this.closeByLab(fault.node, event.atMs, ['paused'])
  }

  private nodeEvent(event: LabEvent): void {
    switch (event.type) {
      case 'bid':
        this.close(event.by, event.atMs, ENDED_BY_RIVAL)
        this.open(event.by, 'preparing', event.atMs, event.ballot)
        return this.mark(event.by, 'bid', event)
      case 'elected':
        this.close(event.by, event.atMs, ENDED_BY_RIVAL)
        this.open(event.by, 'leading', event.atMs, event.ballot)
        return this.mark(event.by, 'elected', event)
      case 'preempted':
        this.close(event.by, event.atMs, ENDED_BY_RIVAL)
        return this.mark(event.by, 'preempted', event)
      case 'steppedDown':
        return this.close(event.by, event.atMs, ENDED_BY_RIVAL)
      case 'promised':
        return this.mark(event.by, 'promised', event)
      case 'voted':
      case 'chosen':
        return this.mark(event.by, event.type, event)
    }
  }

  private mark(
    node: number,
    kind: MarkKind,
    event: {
      readonly atMs: number
      readonly ballot: Ballot
      readonly slot?: number
      readonly count?: number
    },
  ): void {
    const lane = this.lane(node)
    const { atMs, ballot, slot = 0, count = 0 } = event
    lane.marks.push({ kind, atMs, ballot, slot, count })
    if (lane.marks.length > 2 * MARKS_MAX) lane.marks = lane.marks.slice(-MARKS_MAX)
  }

  private open(node: number, kind: SpanKind, fromMs: number, ballot: Ballot | null): void {
    const lane = this.lane(node)
    lane.spans.push({ kind, fromMs, toMs: null, ballot, endsByLab: false })
    if (lane.spans.length > 2 * SPANS_MAX) lane.spans = lane.spans.slice(-SPANS_MAX)
  }

  private closeByLab(node: number, toMs: number, kinds?: readonly SpanKind[]): void {
    this.close(node, toMs, kinds, true)
  }

  /** Ends what goes on; without `kinds` everything. */
  private close(node: number, toMs: number, kinds?: readonly SpanKind[], endsByLab = false): void {
    const { spans } = this.lane(node)
    // What goes on began lately: few spans are looked at.
    for (let at = spans.length - 1; at >= Math.max(0, spans.length - 8); at -= 1) {
      const span = spans[at]!
      if (span.toMs === null && (kinds === undefined || kinds.includes(span.kind))) {
        spans[at] = { ...span, toMs, endsByLab }
      }
    }
  }

  private lane(node: number): Lane {
    let lane = this.lanes.get(node)
    if (lane === undefined) {
      lane = { marks: [], spans: [] }
      this.lanes.set(node, lane)
    }
    return lane
  }
}

function markAt(marks: readonly LaneMark[], atMs: number): number {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (marks[middle]!.atMs < atMs) low = middle + 1
    else high = middle
  }
  return low
}
