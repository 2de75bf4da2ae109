/**
 * Spans in which nobody watched messages: an empty lane there does not mean that none went.
 *
 * Of a cluster that goes on, this window tells when it looks. Of a run that is over, the record
 * does: messages that any window looked at are in it.
 */
import type { LabEvent } from '../../../core/event'
import type { Unwatched } from './paintGround'

const SPANS_MAX = 200

export class UnwatchedSpans {
  /** The marks of the record count, not those of this window. */
  private isRecorded = false
  private spans: readonly Unwatched[] = []

  get all(): readonly Unwatched[] {
    return this.spans
  }

  reset(isRecorded: boolean): void {
    this.isRecorded = isRecorded
    this.spans = []
  }

  watched(on: boolean, atMs: number): void {
    const last = this.spans.at(-1)
    const isOpen = last !== undefined && last.toMs === null
    if (on && isOpen) this.spans = [...this.spans.slice(0, -1), { ...last, toMs: atMs }]
    else if (!on && !isOpen) this.spans = [...this.spans, { fromMs: atMs, toMs: null }]
    this.spans = this.spans.slice(-SPANS_MAX)
  }

  feed(events: readonly LabEvent[]): void {
    if (!this.isRecorded) return
    for (const event of events) {
      if (event.type === 'messagesWatched') this.watched(event.on, event.atMs)
    }
  }
}
