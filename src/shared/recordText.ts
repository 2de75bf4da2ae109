/**
 * Pieces of a record as text, for pictures of messages: the space-time diagram reads a whole run
 * through them, and what it has no use for never leaves the file. Each is a list in JSON, and
 * nobody between file and diagram parses it.
 *
 * Limits: PIECE_BYTES of the file a piece.
 * Order:  of the record, up to the first line that is broken.
 */
import type { LabEvent, LabEventType } from '../core/event'
import type { RecordText } from './api'
import { FrameError } from './frame'
import { LineSkim } from './lineSkim'
import { isStamped, parseRecordLine } from './recordLine'

export const PIECE_BYTES = 512 * 1024
const NEWLINE = 10

/** Messages, and what stands on the lanes of their nodes. */
const DRAWN: ReadonlySet<string> = new Set<LabEventType>([
  ...(['messagesSeen', 'messagesWatched', 'sent', 'received', 'submitted', 'answered'] as const),
  ...(['frameHeld', 'frameReleased', 'frameDropped'] as const),
  ...(['clusterStarted', 'clusterStopped', 'nodeExited', 'nodeReady'] as const),
  ...(['faultStarted', 'faultEnded', 'bid', 'elected', 'preempted', 'steppedDown'] as const),
  ...(['promised', 'voted', 'chosen'] as const),
])

/** Bytes of a file from `from` to `to`; fewer where it ends. */
export type ReadBytes = (from: number, to: number) => Promise<Uint8Array>

/**
 * The piece that begins at byte `from`: at the first line that begins there or later. A line longer
 * than a piece is read whole.
 */
export async function pieceOf(read: ReadBytes, from: number, bytes: number): Promise<RecordText> {
  const start = Math.max(0, from - 1)
  for (let size = PIECE_BYTES; ; size *= 4) {
    const part = await read(start, Math.min(bytes, start + size))
    const end = start + part.length
    const isLast = end >= bytes || part.length === 0
    // The byte before tells whether a line begins at `from`.
    const head = from === 0 ? 0 : part.indexOf(NEWLINE) + 1
    const cut = isLast ? part.length : part.lastIndexOf(NEWLINE) + 1
    const hasStart = from === 0 || head > 0
    if (!isLast && (!hasStart || cut <= head)) continue
    const lines = hasStart ? new TextDecoder().decode(part.subarray(head, cut)) : ''
    const { text, isBroken } = drawnEvents(lines)
    return { text, next: isLast || isBroken ? null : start + cut, bytes }
  }
}

interface Drawn {
  readonly text: string
  /** A line is no event: the record ends before it. */
  readonly isBroken: boolean
}

/** The events that are drawn, without what no picture shows: hashes, counters, ids of commands. */
function drawnEvents(lines: string): Drawn {
  const skim = new LineSkim()
  const events: string[] = []
  for (let start = 0; start < lines.length;) {
    const found = lines.indexOf('\n', start)
    const end = found < 0 ? lines.length : found
    if (skim.read(lines, start, end)) {
      if (DRAWN.has(skim.type)) events.push(skim.short())
    } else if (end > start) {
      const event = eventOf(lines.slice(start, end))
      if (event === null) return { text: listOf(events), isBroken: true }
      if (DRAWN.has(event.type)) events.push(JSON.stringify(event))
    }
    start = end + 1
  }
  return { text: listOf(events), isBroken: false }
}

function listOf(events: readonly string[]): string {
  return `[${events.join(',\n')}]`
}

function eventOf(line: string): LabEvent | null {
  try {
    return parseRecordLine(line).event
  } catch (error) {
    if (error instanceof FrameError) return null
    throw error
  }
}

/** The events of a piece. */
export function eventsOfText(text: string): readonly LabEvent[] {
  const list: unknown = JSON.parse(text)
  return Array.isArray(list) ? list.filter(isStamped) : []
}

/** Events of whole lines of a record, up to the first that is broken. */
export function eventsOfLines(text: string): readonly LabEvent[] {
  const events: LabEvent[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    const event = eventOf(line)
    if (event === null) break
    events.push(event)
  }
  return events
}
