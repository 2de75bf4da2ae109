/**
 * A part of the record that an instrument reads whole: viewers are pushed no votes, flushes or
 * answers while these are many, so a picture of single slots must ask for them.
 *
 * Bound: `WINDOW_EVENTS_MAX` events, one call at a time; a longer part is cut at its end.
 */
import type { LabEvent } from '../../../../core/event'

export const WINDOW_EVENTS_MAX = 20_000
/** What the lab answers at once. */
export const CALL_EVENTS_MAX = 10_000

/** Places in the record, both ends included. */
export interface SeqRange {
  readonly from: number
  readonly to: number
}

export type ReadRecord = (from: number, to: number) => Promise<readonly LabEvent[]>

export class RecordWindow {
  #events: LabEvent[] = []
  /** Places that were asked for and answered. */
  #held: SeqRange | null = null

  get events(): readonly LabEvent[] {
    return this.#events
  }

  /** True if everything from `from` to `to` was read. */
  covers({ from, to }: SeqRange): boolean {
    return this.#held !== null && this.#held.from <= from && this.#held.to >= to
  }

  clear(): void {
    this.#events = []
    this.#held = null
  }

  /** What to ask for next, so that `wanted` is held in the end; null: nothing. */
  next(wanted: SeqRange): SeqRange | null {
    const to = Math.min(wanted.to, wanted.from + WINDOW_EVENTS_MAX - 1)
    this.#forgetBefore(wanted.from)
    const from = this.#held === null ? wanted.from : this.#held.to + 1
    if (from > to) return null
    return { from, to: Math.min(to, from + CALL_EVENTS_MAX - 1) }
  }

  /** Last place that was read; 0: none. */
  get through(): number {
    return this.#held?.to ?? 0
  }

  /**
   * The answer to `asked`. Places that a record does not have yet are asked for again, unless
   * nothing more is written to it (`ended`).
   */
  take(asked: SeqRange, events: readonly LabEvent[], ended: boolean): void {
    const last = ended ? asked.to : (events.at(-1)?.seq ?? asked.from - 1)
    this.#held = { from: this.#held?.from ?? asked.from, to: Math.min(asked.to, last) }
    this.#events.push(...events)
  }

  #forgetBefore(from: number): void {
    if (this.#held === null) return
    if (from < this.#held.from || from > this.#held.to + 1) return this.clear()
    const first = this.#events.findIndex(({ seq }) => seq >= from)
    this.#events = first < 0 ? [] : this.#events.slice(first)
    this.#held = { from, to: this.#held.to }
  }
}
