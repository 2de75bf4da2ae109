/**
 * Flights of single messages, where the record tells of them: `sent` and `received` of simulator,
 * explorer and replay, `messagesSeen` of real clusters. Their times are exact, unlike those of
 * samples. Pure.
 *
 * Units:  lab time in ms. A flight is drawn at least `leastMs` long, so that it can be seen.
 * Limits: one heartbeat a link and BEAT_MS; a send that nobody answered for within LOST_MS, as far
 *         as the events go, is drawn as dropped.
 */
import type { LabEvent, LinkTraffic } from '../../../../core/event'
import { linkKey } from '../../../../core/fault'
import { FAMILY_OF } from '../../../../core/paxos/message'
import type { MessageType } from '../../../../core/paxos/message'
import { formatBallot } from '../../../../core/paxos/ballot'
import type { Ballot } from '../../../../core/paxos/ballot'
import { DROP_AT, DROP_HOLD_MS } from './traffic'
import type { Flight, TrafficSample } from './traffic'

const BEAT_MS = 250
const LOST_MS = 800

interface Told {
  readonly id: string
  readonly from: number
  readonly to: number
  readonly type: MessageType
  readonly ballot: Ballot | null
  readonly slot: number
  readonly startMs: number
  /** Null: nobody told that it came. */
  endMs: number | null
  fate: Flight['fate']
}

/** True where single messages are told: nothing needs to be spread over a sample then. */
export function tellsMessages(events: readonly LabEvent[]): boolean {
  return events.some(({ type }) => type === 'sent' || type === 'messagesSeen')
}

/** Messages that left before `untilMs`, earliest first as told. */
function messagesOf(events: readonly LabEvent[], untilMs: number): Told[] {
  const told: Told[] = []
  const open = new Map<string, Told>()
  const lastMs = events.at(-1)?.atMs ?? 0
  for (const event of events) {
    if (event.type === 'sent' && event.by !== event.to && event.atMs <= untilMs) {
      const { id, by: from, to, message: type, ballot, slot, atMs: startMs } = event
      const one: Told = { id, from, to, type, ballot, slot, startMs, endMs: null, fate: 'passed' }
      open.set(id, one)
      told.push(one)
    } else if (event.type === 'received') {
      const one = open.get(event.id)
      if (one === undefined) continue
      if (one.endMs === null) one.endMs = event.atMs
      else one.fate = 'doubled'
    } else if (event.type === 'messagesSeen') {
      for (const { id, message: type, sentAtMs, endedAtMs, ...rest } of event.messages) {
        if (type === null || sentAtMs > untilMs) continue
        const { from, to, ballot, slot, fate } = rest
        const times = { startMs: sentAtMs, endMs: endedAtMs }
        told.push({ id: `seen ${id} ${endedAtMs}`, from, to, type, ballot, slot, ...times, fate })
      }
    }
  }
  for (const one of open.values()) {
    if (one.endMs === null && lastMs - one.startMs > LOST_MS) one.fate = 'dropped'
  }
  return told
}

/** Those that are on their way at `atMs`. */
export function messageFlights(
  events: readonly LabEvent[],
  atMs: number,
  leastMs: number,
): Flight[] {
  const beats = new Set<string>()
  return messagesOf(events, atMs).flatMap((told): Flight[] => {
    const { id, from, to, type, ballot, slot, startMs, endMs, fate } = told
    const family = FAMILY_OF[type]
    const flightMs = Math.max(leastMs, (endMs ?? startMs) - startMs)
    const shownMs = fate === 'dropped' ? flightMs * DROP_AT + DROP_HOLD_MS : flightMs
    if (startMs + shownMs <= atMs) return []
    if (family === 'heartbeat') {
      const beat = `${linkKey(told)} ${Math.floor(startMs / BEAT_MS)}`
      if (beats.has(beat)) return []
      beats.add(beat)
    }
    const words = ballot === null ? '' : formatBallot(ballot)
    const owner = ballot?.node ?? null
    const way = { startMs, flightMs, endMs: startMs + shownMs }
    return [{ id, from, to, type, family, ballot: words, owner, slot, fate, ...way }]
  })
}

/** The messages of a span as the sample that a real cluster would have told, for rates. */
export function sampleOfMessages(
  events: readonly LabEvent[],
  fromMs: number,
  toMs: number,
): TrafficSample {
  const links = new Map<string, LinkTraffic>()
  for (const told of messagesOf(events, toMs)) {
    if (told.startMs <= fromMs) continue
    const { from, to, type, ballot, slot, fate } = told
    const key = linkKey(told)
    const nothing = { frames: 0, bytes: 0, dropped: 0, duplicated: 0, types: {}, samples: [] }
    const before: LinkTraffic = links.get(key) ?? { from, to, ...nothing }
    const words = ballot === null ? '' : formatBallot(ballot)
    links.set(key, {
      ...before,
      frames: before.frames + 1,
      dropped: before.dropped + (fate === 'dropped' ? 1 : 0),
      duplicated: before.duplicated + (fate === 'doubled' ? 1 : 0),
      types: { ...before.types, [type]: (before.types[type] ?? 0) + 1 },
      samples: [...before.samples.slice(-3), [type, words, slot, fate]],
    })
  }
  return { seq: 0, atMs: toMs, links: [...links.values()] }
}
