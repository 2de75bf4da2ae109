/**
 * RecordView: a recorded run as a window shows it, folded from its events: milestones, series and
 * last status. One fold for saved runs, files that somebody drops, and runs made in the page.
 *
 * Limits: VIEW_EVENTS_MAX events are kept. Of a longer run what a viewer would have been pushed
 *         (`coalesce`), then no details, then fewer samples, then the newest; `left` counts the rest.
 * Order:  events in the order of the record; `view` may be asked for at any time.
 */
import type { LabEvent } from '../core/event'
import { Measures } from '../core/measure/measures'
import type { SeriesSnapshot } from '../core/measure/series'
import type { LabStatus } from './api'
import { coalesce, DETAILS, SAMPLES } from './coalesce'
import { StatusFold } from './statusFold'

export const VIEW_EVENTS_MAX = 50_000
/** Events of a view that one call answers; some 600 KB of text. */
export const MILESTONES_A_CALL_MAX = 2000
/** Span of a batch, as the feed of a live lab has it. */
const BATCH_MS = 100

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

  feed(event: LabEvent): void {
    this.count += 1
    this.lastMs = event.atMs
    this.measures.feed(event)
    this.follow(event)
    this.fold.feed(event)
    if (this.batch === null) {
      this.kept.push(event)
      if (this.kept.length > VIEW_EVENTS_MAX) this.beginBatches()
      return
    }
    if (event.atMs - (this.batch[0]?.atMs ?? event.atMs) >= BATCH_MS) this.closeBatch()
    this.batch.push(event)
  }

  view(run: RunFrame): RecordedView {
    if (this.batch !== null) this.closeBatch()
    const { cluster, count, dropped, kept } = this
    const last = this.ending ?? this.fold.at(this.lastMs)
    return {
      status: { ...last, ...run, cluster, events: count, dropped },
      events: [...kept],
      series: this.measures.snapshot(),
      left: count - kept.length,
    }
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
    for (const event of all) {
      if (event.atMs - (this.batch[0]?.atMs ?? event.atMs) >= BATCH_MS) this.closeBatch()
      this.batch.push(event)
    }
  }

  private closeBatch(): void {
    this.kept.push(...coalesce(this.batch ?? []).events)
    this.batch = []
    if (this.kept.length > VIEW_EVENTS_MAX) this.kept = thinned(this.kept)
  }
}

/** Down to half of the bound, so that it is done now and then and not at every batch. */
function thinned(events: readonly LabEvent[]): LabEvent[] {
  const room = VIEW_EVENTS_MAX / 2
  let kept = events.filter(({ type }) => !DETAILS.has(type) && !isMessage(type))
  let odd = false
  if (kept.length > room) {
    kept = kept.filter(({ type }) => !SAMPLES.has(type) || (odd = !odd))
  }
  return kept.slice(-room)
}

function isMessage(type: LabEvent['type']): boolean {
  return type === 'sent' || type === 'received'
}
