/**
 * Events that pass a filter, kept up with the log: only what is new is tested, since the log may
 * hold 50,000 events and grows ten times a second.
 */
import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { LabEvent } from '../../../core/event'

export type EventTest = (event: LabEvent) => boolean

export function useFilteredEvents(
  log: () => readonly LabEvent[],
  test: () => EventTest,
): Readonly<ShallowRef<readonly LabEvent[]>> {
  const rows = shallowRef<readonly LabEvent[]>(log().filter(test()))
  let lastSeq = log().at(-1)?.seq ?? 0
  let firstSeq = log()[0]?.seq ?? 0

  function anew(): void {
    rows.value = log().filter(test())
    remember()
  }

  function remember(): void {
    lastSeq = log().at(-1)?.seq ?? 0
    firstSeq = log()[0]?.seq ?? 0
  }

  watch(test, anew)
  watch(log, (events, before) => {
    const first = events[0]
    // A new run, or a snapshot, begins elsewhere; else events only left the front.
    const grew = first !== undefined && before.length > 0 && (events.at(-1)?.seq ?? 0) >= lastSeq
    if (!grew || !continues(events, before)) return anew()
    const added: LabEvent[] = []
    for (let at = events.length - 1; at >= 0 && events[at]!.seq > lastSeq; at--) {
      added.push(events[at]!)
    }
    const kept =
      first.seq > firstSeq ? rows.value.filter(({ seq }) => seq >= first.seq) : rows.value
    const fresh = added.reverse().filter(test())
    if (fresh.length > 0 || kept !== rows.value) rows.value = [...kept, ...fresh]
    remember()
  })
  return rows
}

/** The newest event of before is still there, as the same object. */
function continues(events: readonly LabEvent[], before: readonly LabEvent[]): boolean {
  const newest = before.at(-1)
  if (!newest) return false
  let low = 0
  let high = events.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (events[middle]!.seq < newest.seq) low = middle + 1
    else high = middle
  }
  return events[low] === newest
}
