/** What a room should hear about: no samples, no details, no step that the guide shows anyway. */
import type { LabEvent } from '../../../../core/event'
import type { EventSequence } from '../../stores/eventLog'

const SHOWN = 3
/** True of many nodes at once, and never the point. */
const QUIET: ReadonlySet<LabEvent['type']> = new Set([
  ...(['followed', 'peerConnected', 'canvassed', 'policySet', 'recovered', 'nodeStarted'] as const),
])
/** Further back nothing is just now; keeps a long run cheap. */
const LOOK_BACK_MAX = 2000

export function lastHappenings(
  events: EventSequence,
  isTold: (event: LabEvent) => boolean,
): LabEvent[] {
  const found: LabEvent[] = []
  const end = Math.max(0, events.length - LOOK_BACK_MAX)
  for (let index = events.length - 1; index >= end && found.length < SHOWN; index -= 1) {
    const event = events.at(index)
    if (event === undefined || QUIET.has(event.type) || !isTold(event)) continue
    if (event.type === 'acted' && event.actor === 'scenario') continue
    found.push(event)
  }
  return found
}
