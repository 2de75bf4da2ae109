/**
 * One line of a record file: an event and, in `prev`, the hash of the line before. Whether the
 * hashes hold is the business of `recordFile.ts`.
 *
 * Order:  `prev` is the last field of a line that a recorder wrote; one that stands elsewhere is
 *         read too, only slower.
 * Errors: FrameError for a line that is no event.
 */
import type { LabEvent } from '../core/event'
import { Fields } from './fields'
import { FrameError } from './frame'

export const HASH_CHARS = 32
/** `prev` of the first line. */
export const FIRST_HASH = '0'.repeat(HASH_CHARS)

/** How a line ends: `,"prev":"…"}`. */
const PREV_KEY = ',"prev":"'
const PREV_END = '"}'
export const TAIL_CHARS = PREV_KEY.length + HASH_CHARS + PREV_END.length
const TYPE_CHARS_MAX = 40
const HASH = /^[0-9a-f]{32}"\}$/

export interface RecordLine {
  readonly event: LabEvent
  readonly prev: string
}

export function printRecordLine(event: LabEvent, prev: string): string {
  return `${JSON.stringify(event).slice(0, -1)}${PREV_KEY}${prev}${PREV_END}`
}

/** Throws FrameError for a line that is no event. */
export function parseRecordLine(line: string): RecordLine {
  const tail = line.length - TAIL_CHARS
  if (!hasTail(line, 0, line.length) || !HASH.test(line.slice(-PREV_END.length - HASH_CHARS))) {
    return parseAnyLine(line)
  }
  // Without its hash before it is parsed: a field that is taken away again makes objects slow.
  const value = parsed(`${line.slice(0, tail)}}`)
  if (!isStamped(value)) return parseAnyLine(line)
  const from = tail + PREV_KEY.length
  return { event: value, prev: line.slice(from, from + HASH_CHARS) }
}

/** Whether `text` from `start` to `end` ends as a recorder ends a line. */
export function hasTail(text: string, start: number, end: number): boolean {
  const tail = end - TAIL_CHARS
  return (
    tail > start &&
    text.startsWith(PREV_KEY, tail) &&
    text.startsWith(PREV_END, end - PREV_END.length)
  )
}

function parseAnyLine(line: string): RecordLine {
  const value = parsed(line)
  const fields = Fields.of(value, 'event')
  const prev = fields.text('prev', HASH_CHARS)
  fields.count('seq', 1)
  fields.number('atMs')
  fields.text('type', TYPE_CHARS_MAX)
  if (fields.raw('by') !== 'lab') fields.count('by', 1)
  if (!isStamped(value)) throw new FrameError('line is not an event')
  const event = { ...value }
  Reflect.deleteProperty(event, 'prev')
  return { event, prev }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FrameError('line is not JSON')
  }
}

/** The stamp is checked; the kinds are known to the folds alone. */
export function isStamped(value: unknown): value is LabEvent {
  if (typeof value !== 'object' || value === null) return false
  if (!('seq' in value && 'atMs' in value && 'by' in value && 'type' in value)) return false
  const { seq, atMs, by, type } = value
  return (
    isCount(seq) &&
    Number.isFinite(atMs) &&
    typeof type === 'string' &&
    type.length <= TYPE_CHARS_MAX &&
    (by === 'lab' || isCount(by))
  )
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
}
