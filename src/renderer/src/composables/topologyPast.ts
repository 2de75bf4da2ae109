/** What pictures of the past need beside the status that `statusFold.ts` folds. */
import type { LabEvent } from '../../../core/event'

/** The last `spanMs` of events before the end of `events`: enough for rates and flights. */
export function recentEvents(
  events: readonly LabEvent[],
  atMs: number,
  spanMs: number,
): readonly LabEvent[] {
  let from = events.length
  while (from > 0 && events[from - 1]!.atMs > atMs - spanMs) from -= 1
  return events.slice(from)
}
