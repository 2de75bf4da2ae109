/**
 * A small space-time picture of one column: a lane for each node, its messages and steps in a span
 * of time that all columns share. Units: ms; pixels of the picture.
 *
 * Limit: MESSAGES_MAX, the first ones; `left` counts the others.
 */
import type { LabEvent } from '../../../../core/event'
import { FAMILY_OF } from '../../../../core/paxos/message'
import type { MessageFamily } from '../../../../core/paxos/message'

export const LANE_PX = 14
export const MESSAGES_MAX = 400

export interface LaneMessage {
  readonly id: string
  readonly look: MessageFamily
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
  /** It never arrived. */
  readonly lost: boolean
}

export interface LaneMark {
  readonly seq: number
  readonly look: 'voted' | 'chosen' | 'success'
  readonly x: number
  readonly y: number
}

export interface Lanes {
  readonly messages: readonly LaneMessage[]
  readonly marks: readonly LaneMark[]
  readonly left: number
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

interface Flight {
  readonly id: string
  readonly look: MessageFamily
  readonly from: number
  readonly to: number
  readonly sentMs: number
  /** Null: it never arrived. */
  endedMs: number | null
}

/** A message takes about a twentieth of a picture, whatever the seed drew for the network. */
const FLIGHTS_A_SPAN = 20
const SPAN_MS_MIN = 4
const SPAN_MS_MAX = 400

/** How long a picture of this run is; by the median of its flights. */
export function spanMsOf(events: readonly LabEvent[]): number {
  const times = flightsOf(events).flatMap(({ sentMs, endedMs }) => {
    return endedMs === null ? [] : [endedMs - sentMs]
  })
  const median = times.sort((a, b) => a - b)[times.length >> 1] ?? SPAN_MS_MAX
  return Math.min(SPAN_MS_MAX, Math.max(SPAN_MS_MIN, median * FLIGHTS_A_SPAN))
}

export function lanesOf(
  events: readonly LabEvent[],
  members: readonly number[],
  { fromMs, toMs }: Span,
  width: number,
): Lanes {
  const x = (atMs: number): number => ((atMs - fromMs) / (toMs - fromMs)) * width
  const y = (node: number): number => (members.indexOf(node) + 0.5) * LANE_PX
  const flights = flightsOf(events).filter(({ sentMs, endedMs }) => {
    return sentMs <= toMs && (endedMs ?? sentMs) >= fromMs
  })
  const messages = flights.slice(0, MESSAGES_MAX).map((flight): LaneMessage => {
    const { id, look, from, to, sentMs, endedMs } = flight
    const start = { x: x(sentMs), y: y(from) }
    const lost = endedMs === null
    // One that never arrives is drawn as far as half way.
    const end = lost
      ? { x: start.x + LANE_PX / 2, y: (y(from) + y(to)) / 2 }
      : { x: x(endedMs), y: y(to) }
    const [one, two] = [cut(start, end, width), cut(end, start, width)]
    return { id, look, x1: one.x, y1: one.y, x2: two.x, y2: two.y, lost }
  })
  const marks = events.flatMap((event): LaneMark[] => {
    const look = event.by === 'lab' ? undefined : MARKS[event.type]
    if (look === undefined || event.by === 'lab') return []
    if (event.atMs < fromMs || event.atMs > toMs) return []
    return [{ seq: event.seq, look, x: x(event.atMs), y: y(event.by) }]
  })
  return { messages, marks, left: flights.length - messages.length }
}

const MARKS: Readonly<Partial<Record<LabEvent['type'], LaneMark['look']>>> = {
  voted: 'voted',
  chosen: 'chosen',
  acknowledged: 'success',
  answered: 'success',
}

/** A doubled message counts as it first arrived. */
function flightsOf(events: readonly LabEvent[]): Flight[] {
  const flights = new Map<string, Flight>()
  for (const event of events) {
    if (event.type === 'sent') {
      const { id, by: from, to, atMs: sentMs } = event
      flights.set(id, { id, look: FAMILY_OF[event.message], from, to, sentMs, endedMs: null })
    } else if (event.type === 'received') {
      const flight = flights.get(event.id)
      if (flight) flight.endedMs ??= event.atMs
    }
  }
  return [...flights.values()]
}

interface Point {
  readonly x: number
  readonly y: number
}

/** The point where the line from `at` to `other` enters the picture. */
function cut(at: Point, other: Point, width: number): Point {
  const edge = at.x < 0 ? 0 : at.x > width ? width : null
  if (edge === null || at.x === other.x) return at
  const share = (edge - at.x) / (other.x - at.x)
  return { x: edge, y: at.y + share * (other.y - at.y) }
}
