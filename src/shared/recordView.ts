/**
 * RecordView: a recorded run as a window shows it, folded from its events: milestones, series and
 * last status. One fold for saved runs, files that somebody drops, and runs made in the page.
 *
 * Limits: VIEW_EVENTS_MAX events are kept. Of a longer run what a viewer would have been pushed
 *         (`coalesce`), then no details and messages (lean), then fewer of the older ones
 *         (`thinned`); `left` counts the rest.
 * Order:  events in the order of the record; `view` may be asked for at any time, and changes
 *         nothing.
 */
import type { LabEvent } from '../core/event'
import { Measures } from '../core/measure/measures'
import type { SeriesSnapshot } from '../core/measure/series'
import type { LabStatus } from './api'
import { coalesce, DETAILS } from './coalesce'
import { StatusFold } from './statusFold'
import { thinned } from './thinned'

export const VIEW_EVENTS_MAX = 50_000
/** Events of a view that one call answers; some 600 KB of text. */
export const MILESTONES_A_CALL_MAX = 2000
/** Span of a batch, as the feed of a live lab has it. */
const BATCH_MS = 100
/** Events that a batch gathers, however much happens at one moment. */
const BATCH_HELD_MAX = 10_000

/** Details and messages: a lean view counts them, and holds none. */
const PASSED: ReadonlySet<string> = new Set([...DETAILS, 'sent', 'received'])

/** What is known of a run beside its events. */
export type RunFrame = Pick<LabStatus, 'options' | 'checks' | 'scenario' | 'runDir'>

export interface RecordedView {
  /** At the end, before the nodes were stopped with their cluster. */
  readonly status: LabStatus
  readonly events: readonly LabEvent[]
  readonly series: SeriesSnapshot
  /** Events of the record that are not among `events`. */
  readonly left: number
}

const NOTHING: LabStatus = {
  ...{ state: 'idle', atMs: 0, cluster: null, options: null, nodes: [], faults: [], load: null },
  ...{ scenario: null, adversary: null, runDir: null, events: 0, dropped: 0, checks: [] },
  realPause: true,
}

export class RecordView {
  private readonly measures = new Measures()
  private fold = new StatusFold(NOTHING, 'starting')
  /** How it stood before its nodes were told to end; null: they were not. */
  private ending: LabStatus | null = null
  private kept: LabEvent[] = []
  /** Null: short enough to be kept whole. */
  private batch: LabEvent[] | null = null
  private cluster: string | null = null
  private count = 0
  private dropped = 0
  private lastMs = 0
  /** Details and messages are not kept any more. */
  isLean = false

  /** Events so far, and the moment of the last one. */
  get sofar(): { readonly events: number; readonly atMs: number } {
    return { events: this.count, atMs: this.lastMs }
  }

  /** Whether such events are only counted by now: `pass`, `sent` or `persisted` is enough. */
  passes(type: string): boolean {
    return this.isLean && PASSED.has(type)
  }

  /** As `feed` of an event that `passes`. */
  pass(atMs: number, by: number): void {
    this.passBy(atMs, by)
    this.measures.passed(atMs)
  }

  /** As `feed` of `sent`, when it `passes`. */
  sent(atMs: number, by: number, to: number, message: string): void {
    this.passBy(atMs, by)
    this.measures.sent(atMs, by, to, message)
  }

  /** As `feed` of `persisted`, when it `passes`. */
  persisted(atMs: number, by: number, flushMs: number): void {
    this.passBy(atMs, by)
    this.measures.persisted(atMs, by, flushMs)
  }

  feed(event: LabEvent): void {
    this.count += 1
    this.lastMs = event.atMs
    this.measures.feed(event)
    this.follow(event)
    this.fold.feed(event)
    if (this.passes(event.type)) return
    if (this.batch === null) {
      this.kept.push(event)
      if (this.kept.length > VIEW_EVENTS_MAX) this.beginBatches()
      return
    }
    this.put(event)
  }

  view(run: RunFrame): RecordedView {
    const events = this.batch === null ? [...this.kept] : bounded(this.withBatch(this.batch))
    return { ...this.picture(run), events, left: this.count - events.length }
  }

  /** The view without its events: what charts and status show, as far as it is read. */
  picture(run: RunFrame): Pick<RecordedView, 'status' | 'series'> {
    const { cluster, count, dropped } = this
    const last = this.ending ?? this.fold.at(this.lastMs)
    const options = this.fold.optionsOf(run.options)
    const status = { ...last, ...run, options, cluster, events: count, dropped }
    return { status, series: this.measures.snapshot() }
  }

  /** The first `max` events that a lean view has: a list to begin with. */
  firstEvents(max: number): readonly LabEvent[] {
    const lean = this.kept.filter(({ type }) => !PASSED.has(type))
    return inBatches(lean).slice(0, max)
  }

  private passBy(atMs: number, by: number): void {
    this.count += 1
    this.lastMs = atMs
    this.fold.heard(by)
  }

  private follow(event: LabEvent): void {
    if (event.type === 'factsDropped') this.dropped += event.count
    else if (event.type === 'nodeStarted') this.ending = null
    else if (event.type === 'clusterStarted') {
      this.cluster = event.cluster
      this.ending = null
    } else if (event.type === 'nodeExited' && event.injected && this.ending === null) {
      const now = this.fold.at(event.atMs)
      const faulty = now.faults.some(({ fault }) => 'node' in fault && fault.node === event.node)
      if (!faulty) this.ending = now
    }
  }

  private beginBatches(): void {
    const all = this.kept
    this.kept = []
    this.batch = []
    for (const event of all) this.put(event)
  }

  private put(event: LabEvent): void {
    const batch = this.batch ?? []
    const spanMs = event.atMs - (batch[0]?.atMs ?? event.atMs)
    if (spanMs >= BATCH_MS || batch.length >= BATCH_HELD_MAX) this.closeBatch()
    this.batch?.push(event)
  }

  private closeBatch(): void {
    this.kept.push(...coalesce(this.batch ?? []).events)
    this.batch = []
    if (this.kept.length <= VIEW_EVENTS_MAX) return
    this.isLean = true
    this.kept = half(this.kept)
  }

  private withBatch(batch: readonly LabEvent[]): LabEvent[] {
    return [...this.kept, ...coalesce(batch).events]
  }
}

/** Down to half of the bound, so that it is done now and then and not at every batch. */
function half(events: readonly LabEvent[]): LabEvent[] {
  const room = VIEW_EVENTS_MAX / 2
  const lean = events.filter(({ type }) => !PASSED.has(type))
  return lean.length > room ? thinned(lean, room) : lean
}

function bounded(events: LabEvent[]): LabEvent[] {
  return events.length > VIEW_EVENTS_MAX ? half(events) : events
}

function inBatches(events: readonly LabEvent[]): LabEvent[] {
  const shown: LabEvent[] = []
  let first = 0
  for (let at = 1; at <= events.length; at += 1) {
    const spanMs = (events[at]?.atMs ?? Infinity) - (events[first]?.atMs ?? 0)
    if (spanMs < BATCH_MS) continue
    shown.push(...coalesce(events.slice(first, at)).events)
    first = at
  }
  return shown
}
