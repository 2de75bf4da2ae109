/**
 * The slice of a run around the events that show a violation, for a small space-time picture: whose
 * lanes, which messages, which stretches of time. Pure; messages and lanes are kept as those of
 * the large diagram.
 *
 * Units:  lab time in ms.
 * Limits: the record is read READ_BEFORE places before and READ_AFTER behind an event, RANGES_MAX
 *         ranges at most; STRETCHES_MAX stretches of time; ARROWS_MAX messages, `left` counts the
 *         others.
 */
import type { LabEvent } from '../../../../core/event'
import { formatBallot } from '../../../../core/paxos/ballot'
import { eventNode } from '../../api/words'
import type { SeqRange } from '../../composables/instruments/recordWindow'
import { CALL_EVENTS_MAX } from '../../composables/instruments/recordWindow'
import { laneIndex } from '../../spacetime/geometry'
import { Ingest } from '../../spacetime/ingest'
import { CLIENTS, FAMILIES, FAMILY_CODES } from '../../spacetime/kinds'
import { LaneBook } from '../../spacetime/laneBook'
import { MessageStore } from '../../spacetime/messageStore'
import { readEvidence } from './evidence'

/** What leads to an event stands before it; batches of messages are told a moment later. */
const READ_BEFORE = 400
export const READ_AFTER = 600
const RANGES_MAX = 10
const STRETCHES_MAX = 3
export const ARROWS_MAX = 400
/** Beside the first and the last event of a stretch: so many usual flights. */
const ROOM_FLIGHTS = 3
const ROOM_MS_MIN = 2
const ROOM_MS_MAX = 250
/** Events further apart than so many rooms stand in stretches of their own. */
const BREAK_ROOMS = 10
const LANES_MIN = 2

/** A stretch of time that is drawn. */
export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
  /** Rows of the messages in it. */
  readonly rows: readonly number[]
}

export interface EvidenceMark {
  readonly seq: number
  readonly atMs: number
  readonly node: number
  readonly words: string
  /** It told clients something. */
  readonly tells: boolean
}

export interface EvidenceSlice {
  readonly store: MessageStore
  readonly book: LaneBook
  /** 0: the clients. */
  readonly lanes: readonly number[]
  readonly stretches: readonly Stretch[]
  readonly marks: readonly EvidenceMark[]
  /** The slot that it is about; null: none. */
  readonly slot: number | null
  /** Ballots that it names. */
  readonly ballots: readonly string[]
  readonly messages: number
  readonly left: number
  /** False: none speaks of slot or ballots, and all between these nodes are drawn. */
  readonly isNarrow: boolean
  /** False: nobody told of single messages here. */
  readonly isWatched: boolean
}

/** Where in the record the slice is, earliest first. */
export function rangesToRead(seqs: readonly number[]): SeqRange[] {
  const ranges: SeqRange[] = []
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const from = Math.max(1, seq - READ_BEFORE)
    const to = seq + READ_AFTER
    const last = ranges.at(-1)
    if (last === undefined || from > last.to + 1) ranges.push({ from, to })
    else ranges[ranges.length - 1] = { from: last.from, to }
  }
  return ranges
    .slice(-RANGES_MAX)
    .map(({ from, to }) => ({ from, to: Math.min(to, from + CALL_EVENTS_MAX - 1) }))
}

/** `around`: events of the record about `rangesToRead`, in its order. Null: nothing to draw. */
export function sliceOf(
  evidence: readonly LabEvent[],
  around: readonly LabEvent[],
): EvidenceSlice | null {
  const marks = evidence.flatMap(markOf)
  if (marks.length === 0) return null
  const store = new MessageStore()
  const book = new LaneBook()
  book.feed(around)
  new Ingest(store).feed(around)
  const { slot } = readEvidence(evidence)
  const ballots = [...new Set(evidence.flatMap((event) => ballotOf(event) ?? []))]
  const isSubject = subjectOf(store, evidence, { slot, ballots: new Set(ballots) })
  const isNarrow = store.ordered().some(isSubject)
  // A promise that nobody was told of: what else was under way shows where it stood.
  const isAbout = isNarrow ? isSubject : (row: number): boolean => !isAside(store, row)
  const lanes = lanesOf(store, evidence, marks, isAbout)
  const laneOf = laneIndex(lanes)
  const isDrawn = (row: number): boolean =>
    (laneOf[store.col.from[row]!] ?? -1) >= 0 && (laneOf[store.col.to[row]!] ?? -1) >= 0
  const windows = windowsOf(marks, usualMs(store, isAbout))
  let messages = 0
  let drawn = 0
  const stretches = windows.map(({ fromMs, toMs }): Stretch => {
    const rows: number[] = []
    store.within(fromMs, toMs, (row) => {
      if (!isDrawn(row) || !isAbout(row)) return
      messages += 1
      if (drawn < ARROWS_MAX) rows.push(row)
      if (drawn < ARROWS_MAX) drawn += 1
    })
    return { fromMs, toMs, rows }
  })
  const isWatched = around.some(({ type }) => type === 'messagesSeen' || type === 'sent')
  const left = messages - drawn
  const counts = { messages, left, isNarrow, isWatched }
  return { store, book, lanes, stretches, marks, slot, ballots, ...counts }
}

/** Heartbeats, and what clients say. */
function isAside({ col }: MessageStore, row: number): boolean {
  const family = FAMILIES[FAMILY_CODES[col.type[row]!]!]
  return family === 'heartbeat' || family === 'client'
}

const TELLS: ReadonlySet<LabEvent['type']> = new Set(['acknowledged', 'answered'])
const CLIENT_EVENTS: ReadonlySet<LabEvent['type']> = new Set([...TELLS, 'submitted'])

function markOf(event: LabEvent): EvidenceMark[] {
  const node = eventNode(event)
  if (node === null) return []
  const { seq, atMs, type } = event
  const ballot = ballotOf(event)
  const tells = TELLS.has(type)
  return [{ seq, atMs, node, words: ballot === null ? type : `${type} ${ballot}`, tells }]
}

function ballotOf(event: LabEvent): string | null {
  return 'ballot' in event && event.ballot !== null ? formatBallot(event.ballot) : null
}

/** Of a message: it speaks of the slot, or in phase 1 of a ballot, that the evidence names. */
function subjectOf(
  store: MessageStore,
  evidence: readonly LabEvent[],
  { slot, ballots }: { readonly slot: number | null; readonly ballots: ReadonlySet<string> },
): (row: number) => boolean {
  const { col } = store
  const told = new Set(
    evidence.flatMap((event) =>
      CLIENT_EVENTS.has(event.type) ? [`${eventNode(event)} ${event.atMs}`] : [],
    ),
  )
  return (row) => {
    const family = FAMILIES[FAMILY_CODES[col.type[row]!]!]
    if (family === 'heartbeat') return false
    if (family === 'client') {
      return told.has(`${col.from[row]! || col.to[row]!} ${col.start[row]!}`)
    }
    const first = col.slot[row]!
    const isPhase2 = family !== 'phase1' && family !== 'refuse'
    if (slot !== null && isPhase2) {
      return first > 0 && slot >= first && slot < first + Math.max(1, col.count[row]!)
    }
    if (ballots.size === 0) return true
    return ballots.has(formatBallot({ round: col.round[row]!, node: col.ballotNode[row]! }))
  }
}

/** Nodes of the events, owners of their ballots, witnesses; clients where they were told. */
function lanesOf(
  store: MessageStore,
  evidence: readonly LabEvent[],
  marks: readonly EvidenceMark[],
  isAbout: (row: number) => boolean,
): number[] {
  const nodes = new Set(marks.map(({ node }) => node))
  for (const event of evidence) {
    if ('ballot' in event && event.ballot !== null) nodes.add(event.ballot.node)
    if (event.type === 'elected') for (const node of event.witnesses) nodes.add(node)
  }
  nodes.delete(CLIENTS)
  if (nodes.size < LANES_MIN) {
    for (const row of store.ordered()) {
      if (!isAbout(row)) continue
      const [from, to] = [store.col.from[row]!, store.col.to[row]!]
      if (nodes.has(from) || nodes.has(to) || nodes.size === 0) nodes.add(from).add(to)
    }
    nodes.delete(CLIENTS)
  }
  const hasClients = evidence.some(({ type }) => CLIENT_EVENTS.has(type))
  const lanes = [...nodes].sort((a, b) => a - b)
  return hasClients ? [CLIENTS, ...lanes] : lanes
}

/** Median flight of the messages it is about; null: there are none. */
function usualMs(store: MessageStore, isAbout: (row: number) => boolean): number | null {
  const times: number[] = []
  for (const row of store.ordered()) {
    const took = store.col.travel[row]!
    if (took > 0 && isAbout(row)) times.push(took)
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? null
}

/** Where the events lie far apart, the time between them is left out. */
function windowsOf(
  marks: readonly EvidenceMark[],
  flightMs: number | null,
): { readonly fromMs: number; readonly toMs: number }[] {
  const times = marks.map(({ atMs }) => atMs).sort((a, b) => a - b)
  const wanted = (flightMs ?? ROOM_MS_MIN) * ROOM_FLIGHTS
  const roomMs = Math.min(ROOM_MS_MAX, Math.max(ROOM_MS_MIN, wanted))
  const gaps = times.slice(1).map((atMs, at) => ({ at: at + 1, gapMs: atMs - times[at]! }))
  const breaks = gaps
    .filter(({ gapMs }) => gapMs > BREAK_ROOMS * roomMs)
    .sort((a, b) => b.gapMs - a.gapMs)
    .slice(0, STRETCHES_MAX - 1)
    .map(({ at }) => at)
    .sort((a, b) => a - b)
  return [...breaks, times.length].map((end, index) => ({
    fromMs: Math.max(0, times[index === 0 ? 0 : breaks[index - 1]!]! - roomMs),
    toMs: times[end - 1]! + roomMs,
  }))
}
