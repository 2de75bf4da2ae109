/**
 * Thinning: which events of a long run a view keeps. Landmarks all; of the rest the newest as they
 * are, and of what was before as many as give an even picture of the whole run.
 *
 * Cost:  O(events), and O(events log events) for their order.
 */
import type { LabEvent, LabEventType } from '../core/event'
import { LANDMARKS } from './coalesce'

/** Without these a moment is folded wrongly, however old they are. */
const KEPT: ReadonlySet<LabEventType> = new Set([...LANDMARKS, 'messagesWatched'])
/** Events of a span of the past: one of each type first, the state of the nodes before all. */
const A_SPAN = 8

/** At most `max` of these, in the same order. Of landmarks at most the newest `max / 2`. */
export function thinned(events: readonly LabEvent[], max: number): LabEvent[] {
  const isKept = new Set(events.filter(({ type }) => KEPT.has(type)).slice(-max / 2))
  const first = events.find(({ type }) => type === 'clusterStarted')
  if (first) isKept.add(first)
  const others = events.filter((event) => !KEPT.has(event.type))
  const room = Math.floor((max - isKept.size) / 2)
  for (const event of others.slice(-room)) isKept.add(event)
  for (const event of evenly(others.slice(0, -room), room)) isKept.add(event)
  return events.filter((event) => isKept.has(event))
}

/** At most `max`, from every span of the time that they cover. */
function evenly(events: readonly LabEvent[], max: number): LabEvent[] {
  if (events.length <= max) return [...events]
  const fromMs = events[0]?.atMs ?? 0
  const spans = Math.max(1, Math.floor(max / A_SPAN))
  const spanMs = Math.max(1, ((events.at(-1)?.atMs ?? 0) - fromMs + 1) / spans)
  const kept: LabEvent[] = []
  for (let at = 0; at < events.length;) {
    const span = Math.floor((events[at]!.atMs - fromMs) / spanMs)
    const all: LabEvent[] = []
    for (; at < events.length; at += 1) {
      const event = events[at]!
      if (Math.floor((event.atMs - fromMs) / spanMs) !== span) break
      all.push(event)
    }
    kept.push(...ofEachType(all, A_SPAN))
  }
  return kept.slice(-max)
}

function ofEachType(events: readonly LabEvent[], max: number): LabEvent[] {
  if (events.length <= max) return [...events]
  const turns = new Map<LabEventType, number>()
  const ranked = events.map((event) => {
    const turn = turns.get(event.type) ?? 0
    turns.set(event.type, turn + 1)
    return { event, rank: event.type === 'statusSampled' && turn === 0 ? -1 : turn }
  })
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, max)
    .map(({ event }) => event)
}
