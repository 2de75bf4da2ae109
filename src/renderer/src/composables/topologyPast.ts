/** What pictures of the past need beside the status that `statusFold.ts` folds. */
import type { LabEvent } from '../../../core/event'
import type { EventLog } from '../stores/eventLog'

/** The last `spanMs` of events before the end of `events`: enough for rates and flights. */
export function recentEvents(events: EventLog, atMs: number, spanMs: number): readonly LabEvent[] {
  return events.slice(events.countUntil(atMs - spanMs))
}
