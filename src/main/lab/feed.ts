/**
 * Feed: what viewers are told, ten batches a second: events, then series, then status.
 *
 * Limits: BATCH_EVENTS_MAX a batch, but for landmarks; MILESTONES_MAX kept for a viewer that
 *         attaches later, and EARLIER_MAX landmarks of before them. The status goes out four times
 *         a second while something changes, and at once when a state does.
 */
import type { LabEvent } from '../../core/event'
import type { SeriesFrame } from '../../core/measure/series'
import type { LabPush, LabSnapshot, LabStatus } from '../../shared/api'
import { coalesce, LANDMARKS, SAMPLES } from '../../shared/coalesce'

const BATCH_MS = 100
const STATUS_MS = 250
export const MILESTONES_MAX = 5000
const EARLIER_MAX = 2000
/** Events that wait for the next batch; a busy lab process may be late with it. */
const BATCH_WAITING_MAX = 20_000

export interface FeedSource {
  status(): LabStatus
  /** What changed since it was last called; null: no run. */
  frame(): SeriesFrame | null
}

export class Feed {
  /** Events that no viewer saw on their own. */
  coalesced = 0
  private readonly viewers = new Set<LabPush>()
  private waiting: LabEvent[] = []
  private kept: LabEvent[] = []
  /** Landmarks that came before all of `kept`. */
  private past: LabEvent[] = []
  private readonly timer: NodeJS.Timeout
  private dirty = false
  private urgent = false
  private statusAtMs = 0

  constructor(private readonly source: FeedSource) {
    this.timer = setInterval(() => this.flush(), BATCH_MS)
    // A lab that nobody uses does not keep its process alive.
    this.timer.unref()
  }

  /** The last milestones, oldest first. */
  milestones(): readonly LabEvent[] {
    return this.kept.slice(-MILESTONES_MAX)
  }

  /** Landmarks of before those, oldest first: else a viewer would not know of past faults. */
  earlier(): readonly LabEvent[] {
    const left = this.kept.slice(0, -MILESTONES_MAX).filter(({ type }) => LANDMARKS.has(type))
    return [...this.past, ...left].slice(-EARLIER_MAX)
  }

  subscribe(push: LabPush): () => void {
    // Another object for each: subscribing the same one twice is two viewers.
    const viewer: LabPush = {
      status: (status) => push.status(status),
      events: (batch) => push.events(batch),
      series: (frame) => push.series(frame),
      reset: (snapshot) => push.reset(snapshot),
    }
    this.viewers.add(viewer)
    return () => this.viewers.delete(viewer)
  }

  add(event: LabEvent): void {
    this.waiting.push(event)
    this.dirty = true
    if (this.waiting.length >= BATCH_WAITING_MAX) this.flush()
  }

  /** The status is other than it was; `urgent`: a state changed, which a person waits to see. */
  touch(urgent: boolean): void {
    this.dirty = true
    if (!urgent || this.urgent) return
    this.urgent = true
    // Later in this turn of the loop: one act changes several things.
    setImmediate(() => this.pushStatus())
  }

  /** A new run: what was shown belongs to another one. */
  reset(snapshot: () => LabSnapshot): void {
    this.waiting = []
    this.kept = []
    this.past = []
    this.coalesced = 0
    this.dirty = false
    const fresh = snapshot()
    this.each((viewer) => viewer.reset(fresh))
  }

  /** Sends what waits. */
  flush(): void {
    const batch = this.waiting
    this.waiting = []
    if (batch.length > 0) {
      const { events, left } = coalesce(batch)
      this.coalesced += left
      this.keep(events)
      if (events.length > 0) this.each((viewer) => viewer.events(events))
      const frame = this.source.frame()
      if (frame !== null) this.each((viewer) => viewer.series(frame))
    }
    const due = performance.now() - this.statusAtMs >= STATUS_MS
    if (this.dirty && due) this.pushStatus()
  }

  close(): void {
    clearInterval(this.timer)
    this.flush()
    this.pushStatus()
    this.viewers.clear()
  }

  private keep(events: readonly LabEvent[]): void {
    this.kept.push(...events.filter(({ type }) => !SAMPLES.has(type)))
    // Cut now and then, not at every batch.
    if (this.kept.length <= 2 * MILESTONES_MAX) return
    this.past = [...this.earlier()]
    this.kept = this.kept.slice(-MILESTONES_MAX)
  }

  private pushStatus(): void {
    this.urgent = false
    this.dirty = false
    this.statusAtMs = performance.now()
    const status = this.source.status()
    this.each((viewer) => viewer.status(status))
  }

  private each(act: (viewer: LabPush) => void): void {
    for (const viewer of [...this.viewers]) act(viewer)
  }
}
