/**
 * Events that pass a filter, kept up with the log: only what is new is tested and copied, since the
 * log may hold 50,000 events and grows ten times a second.
 */
import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { LabEvent } from '../../../core/event'
import { EventLog } from '../stores/eventLog'
import { EVENTS_MAX } from '../stores/events'

type EventTest = (event: LabEvent) => boolean

export function useFilteredEvents(
  log: () => EventLog,
  test: () => EventTest,
): Readonly<ShallowRef<EventLog>> {
  /** What `rows` were taken from. */
  let tested = log()
  const rows = shallowRef(filtered())

  function filtered(): EventLog {
    return EventLog.of(tested.slice().filter(test()))
  }

  watch(test, () => {
    tested = log()
    rows.value = filtered()
  })
  watch(log, (events) => {
    const newest = tested.at(-1)
    tested = events
    // A new run, or a snapshot, begins elsewhere; else events only left the front.
    if (newest === undefined || events.bySeq(newest.seq) !== newest) {
      rows.value = filtered()
      return
    }
    const fresh = events.slice(events.indexFrom(newest.seq) + 1).filter(test())
    rows.value = rows.value.since(events.at(0)?.seq ?? 0).appended(fresh, EVENTS_MAX)
  })
  return rows
}
