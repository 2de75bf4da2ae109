/**
 * What was told up to the moment that the window shows. The same object as long as it is the same:
 * while a person looks at the past, what comes in now changes nothing that was computed of it.
 */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { EventLog } from '../stores/eventLog'
import { useEventsStore } from '../stores/events'
import { useTimeStore } from '../stores/time'

export function usePastEvents(): ComputedRef<EventLog> {
  const events = useEventsStore()
  const time = useTimeStore()
  return computed<EventLog>((before) => {
    const next = events.held.until(time.shownMs)
    return before?.isLike(next) === true ? before : next
  })
}
