/**
 * EventLog: the events that are held, in order of the record, as a value that never changes. What
 * comes later makes another log, which shares the entries of this one: a batch costs its own
 * length, not that of all that is held.
 *
 * Order:  `seq` grows along the log, with gaps where high-rate facts are left out; `atMs` never
 *         goes back.
 * Cost:   entries that left the front stay in memory until they are a SLACK_SHARE of the bound,
 *         then what is left is copied once: `1 / SLACK_SHARE` copies of a reference an event at
 *         most.
 */
import type { LabEvent } from '../../../core/event'

const SLACK_SHARE = 1 / 8

/** What lists of events have in common: a log, or a plain array of a test. */
export interface EventSequence {
  readonly length: number
  /** Negative: counted from the end. */
  at(index: number): LabEvent | undefined
}

export class EventLog implements EventSequence, Iterable<LabEvent> {
  private constructor(
    /** Shared with other logs; nobody changes an entry, the newest log alone adds some. */
    private readonly entries: LabEvent[],
    private readonly from: number,
    private readonly to: number,
  ) {}

  static of(events: readonly LabEvent[]): EventLog {
    return new EventLog([...events], 0, events.length)
  }

  get length(): number {
    return this.to - this.from
  }

  at(index: number): LabEvent | undefined {
    const place = index < 0 ? this.to + index : this.from + index
    return place < this.from || place >= this.to ? undefined : this.entries[place]
  }

  *[Symbol.iterator](): IterableIterator<LabEvent> {
    for (let place = this.from; place < this.to; place += 1) yield this.entries[place]!
  }

  some(test: (event: LabEvent) => boolean): boolean {
    for (const event of this) if (test(event)) return true
    return false
  }

  /** A plain array of those from `from` to before `to`. */
  slice(from = 0, to = this.length): LabEvent[] {
    const end = Math.min(this.to, this.from + to)
    return this.entries.slice(Math.min(end, this.from + Math.max(0, from)), end)
  }

  /** With what came later; the oldest beyond `max` are let go. */
  appended(batch: readonly LabEvent[], max: number): EventLog {
    if (batch.length === 0) return this
    // Another log went on from here, or this one is a part: its end is not that of the entries.
    const isNewest = this.to === this.entries.length
    const entries = isNewest ? this.entries : this.slice()
    const first = isNewest ? this.from : 0
    for (const event of batch) entries.push(event)
    const from = Math.max(first, entries.length - max)
    if (from <= max * SLACK_SHARE) return new EventLog(entries, from, entries.length)
    const kept = entries.slice(from)
    return new EventLog(kept, 0, kept.length)
  }

  /** Without those before `seq`. */
  since(seq: number): EventLog {
    const index = this.indexFrom(seq)
    return index === 0 ? this : new EventLog(this.entries, this.from + index, this.to)
  }

  /** Those that had happened at `atMs`, the moment included. */
  until(atMs: number): EventLog {
    const count = this.countUntil(atMs)
    return count === this.length ? this : new EventLog(this.entries, this.from, this.from + count)
  }

  /** The same events, as far as their ends tell. */
  isLike(other: EventLog): boolean {
    return (
      this.length === other.length && this.at(0) === other.at(0) && this.at(-1) === other.at(-1)
    )
  }

  countUntil(atMs: number): number {
    return this.search(({ atMs: at }) => at > atMs)
  }

  /** Place of the first with this `seq` or a later one; the length: there is none. */
  indexFrom(seq: number): number {
    return this.search((event) => event.seq >= seq)
  }

  bySeq(seq: number): LabEvent | null {
    const event = this.at(this.indexFrom(seq))
    return event?.seq === seq ? event : null
  }

  /** The first that passes; all after it do. */
  private search(passes: (event: LabEvent) => boolean): number {
    let low = this.from
    let high = this.to
    while (low < high) {
      const middle = (low + high) >> 1
      if (passes(this.entries[middle]!)) high = middle
      else low = middle + 1
    }
    return low - this.from
  }
}

export const EMPTY_LOG = EventLog.of([])
