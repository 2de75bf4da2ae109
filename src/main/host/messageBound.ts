/**
 * Bounds the single messages that wait for a slow viewer: the oldest are let go and counted as
 * missed, so that the picture says what it does not show. Other events are not touched.
 */
import type { LabEvent } from '../../core/event'

/** Messages that wait for one viewer. */
export const OUTBOX_MESSAGES_MAX = 20_000

export function boundMessages(events: readonly LabEvent[]): LabEvent[] {
  let room = OUTBOX_MESSAGES_MAX
  const newestFirst = [...events].reverse().map((event) => {
    if (event.type !== 'messagesSeen') return event
    const told = event.messages.length
    if (told <= room) {
      room -= told
      return event
    }
    room = 0
    return { ...event, missed: event.missed + told, messages: [] }
  })
  return newestFirst.reverse()
}
