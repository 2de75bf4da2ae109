/**
 * One line of a record file: an event and, in `prev`, the hash of the line before. Whether the
 * hashes hold is the business of `recordFile.ts`.
 *
 * Errors: FrameError for a line that is no event.
 */
import type { LabEvent } from '../core/event'
import { Fields } from './fields'
import { FrameError } from './frame'

export const HASH_CHARS = 32

export interface RecordLine {
  readonly event: LabEvent
  readonly prev: string
}

/** Throws FrameError for a line that is no event. */
export function parseRecordLine(line: string): RecordLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new FrameError('line is not JSON')
  }
  const fields = Fields.of(value, 'event')
  const prev = fields.text('prev', HASH_CHARS)
  fields.count('seq', 1)
  fields.number('atMs')
  fields.text('type', 40)
  if (fields.raw('by') !== 'lab') fields.count('by', 1)
  if (!isEvent(value)) throw new FrameError('line is not an event')
  const event = { ...value }
  Reflect.deleteProperty(event, 'prev')
  return { event, prev }
}

/** What is left to say once the stamp was checked; the kinds are known to the folds alone. */
function isEvent(value: unknown): value is LabEvent {
  return typeof value === 'object' && value !== null && 'type' in value
}
