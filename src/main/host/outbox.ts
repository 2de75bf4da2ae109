/**
 * Outbox: what one viewer has not been told yet. It coalesces (last status, joined series), holds a
 * bounded number of events, and turns what it cannot hold into a reset with a fresh snapshot.
 *
 * Order: `snapshot` first; then frames without an event or point that the snapshot already had.
 */
import type { LabEvent } from '../../core/event'
import type { SeriesFrame, SeriesLevel } from '../../core/measure/series'
import type { LabSnapshot, LabStatus } from '../../shared/api'
import type { ControlState, PushFrame } from '../../shared/rpc'
import { boundMessages } from './messageBound'

/** Events that wait for a slow viewer; with more it gets a reset instead. */
export const OUTBOX_EVENTS_MAX = 5000
/** Rows of series that wait for a slow viewer. */
export const OUTBOX_ROWS_MAX = 20_000

export class Outbox {
  private reset: { readonly snapshot: LabSnapshot; readonly lost: number } | null = null
  private events: LabEvent[] = []
  /** At most two: a whole picture, and what came after it joined into one. */
  private series: readonly SeriesFrame[] = []
  private status: LabStatus | null = null
  private control: ControlState | null = null
  private frames = 0
  /** What the viewer's last snapshot already had. */
  private seenSeq = 0
  private seenLoadAtMs = -1
  private seenProgressAtMs = -1
  private seenTallyAtMs = -1
  private lost = 0
  private gap = false

  /** True when something was lost: the viewer needs `refresh` before it can be told more. */
  get hasGap(): boolean {
    return this.gap
  }

  get isEmpty(): boolean {
    return (
      !this.reset && !this.events.length && !this.series.length && !this.status && !this.control
    )
  }

  addEvents(batch: readonly LabEvent[]): void {
    const fresh = batch.filter((event) => event.seq > this.seenSeq)
    if (this.gap || this.events.length + fresh.length > OUTBOX_EVENTS_MAX) {
      this.lose(fresh.length)
      return
    }
    this.events = boundMessages([...this.events, ...fresh])
  }

  addSeries(frame: SeriesFrame): void {
    if (this.gap) return
    this.series = frame.whole ? [frame] : joined(this.series, this.unseen(frame))
    const last = this.series.at(-1)
    if (last && !last.whole && rowsOf(last) > OUTBOX_ROWS_MAX) this.lose(0)
  }

  setStatus(status: LabStatus): void {
    this.status = status
  }

  setControl(control: ControlState): void {
    this.control = control
  }

  /** The lab began anew: what waits is void. */
  setReset(snapshot: LabSnapshot): void {
    this.answered(snapshot)
    this.events = []
    this.series = []
    this.status = null
    this.reset = { snapshot, lost: this.lost }
    this.lost = 0
    this.gap = false
  }

  /** The viewer has this snapshot: drop what it already tells. */
  answered(snapshot: LabSnapshot): void {
    const { series } = snapshot
    this.seenSeq = snapshot.events.at(-1)?.seq ?? 0
    this.seenLoadAtMs = series.load.at(-1)?.atMs ?? -1
    this.seenProgressAtMs = series.progress.at(-1)?.atMs ?? -1
    this.seenTallyAtMs = series.tallies.at(-1)?.atMs ?? -1
    this.events = this.events.filter((event) => event.seq > this.seenSeq)
    this.series = this.series.map((frame) => (frame.whole ? frame : this.unseen(frame)))
  }

  take(): PushFrame {
    const { reset, events, series, status, control } = this
    this.reset = null
    this.events = []
    this.series = []
    this.status = null
    this.control = null
    this.frames += 1
    return { seq: this.frames, reset, events, series, status, control }
  }

  private lose(more: number): void {
    this.lost += this.events.length + more
    this.events = []
    this.series = []
    this.gap = true
  }

  private unseen(frame: SeriesFrame): SeriesFrame {
    return {
      ...frame,
      load: frame.load.filter((point) => point.atMs > this.seenLoadAtMs),
      progress: frame.progress.filter((point) => point.atMs > this.seenProgressAtMs),
      tallies: frame.tallies.filter((point) => point.atMs > this.seenTallyAtMs),
    }
  }
}

/** A whole picture replaces all, so deltas after it stay apart. */
function joined(frames: readonly SeriesFrame[], later: SeriesFrame): readonly SeriesFrame[] {
  const earlier = frames.at(-1)
  if (!earlier || earlier.whole) return [...frames, later]
  return [...frames.slice(0, -1), joinDeltas(earlier, later)]
}

/** Rows of `later` come after those of `earlier`: the reader inserts or replaces in order. */
function joinDeltas(earlier: SeriesFrame, later: SeriesFrame): SeriesFrame {
  return {
    ...later,
    load: [...earlier.load, ...later.load],
    progress: [...earlier.progress, ...later.progress],
    stairs: [...earlier.stairs, ...later.stairs],
    leaders: [...earlier.leaders, ...later.leaders],
    preemptions: [...earlier.preemptions, ...later.preemptions],
    tallies: [...earlier.tallies, ...later.tallies],
    reach: [...earlier.reach, ...later.reach],
    levels: later.levels.map((level) => {
      const before = earlier.levels.find(({ factor }) => factor === level.factor)
      return before ? joinLevels(before, level) : level
    }),
  }
}

function joinLevels(earlier: SeriesLevel, later: SeriesLevel): SeriesLevel {
  return {
    ...later,
    load: [...earlier.load, ...later.load],
    progress: [...earlier.progress, ...later.progress],
    preemptions: [...earlier.preemptions, ...later.preemptions],
    tallies: [...earlier.tallies, ...later.tallies],
  }
}

function rowsOf(frame: SeriesFrame): number {
  const { load, progress, stairs, leaders, preemptions, tallies, reach } = frame
  const levels = frame.levels.flatMap((level) => {
    return [level.load, level.progress, level.preemptions, level.tallies]
  })
  const rows = [load, progress, stairs, leaders, preemptions, tallies, reach, ...levels]
  return rows.reduce((sum, { length }) => sum + length, 0)
}
