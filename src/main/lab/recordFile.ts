/**
 * The record file: one event a line, each with the hash of the line before in `prev`, so that a
 * line that was changed, lost or put in later breaks the chain.
 *
 * Hash:   the first 32 hexadecimal digits of SHA-256 over the whole line without its `\n`.
 * Limits: the last line has nobody after it; `result.json` holds its hash and the count of events.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { LabEvent } from '../../core/event'
import { Fields } from '../../shared/fields'
import { FrameError } from '../../shared/frame'

const HASH_CHARS = 32
/** `prev` of the first line. */
export const FIRST_HASH = '0'.repeat(HASH_CHARS)

export function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex').slice(0, HASH_CHARS)
}

export function printRecordLine(event: LabEvent, prev: string): string {
  return `${JSON.stringify(event).slice(0, -1)},"prev":"${prev}"}`
}

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

export interface RecordCheck {
  readonly ok: boolean
  readonly events: number
  /** Hash of the last line. */
  readonly hash: string
  /** Line from 1 where the chain is broken; null if it holds. */
  readonly brokenAtLine: number | null
  readonly words: string
}

/** Re-checks the chain of the record at `path`; rejects if the file cannot be read. */
export async function verifyRecord(path: string): Promise<RecordCheck> {
  let prev = FIRST_HASH
  let count = 0
  let lastSeq = 0
  let problem: string | null = null
  const input = createReadStream(path, 'utf8')
  const lines = createInterface({ input, crlfDelay: Infinity })
  for await (const line of lines) {
    count += 1
    problem = lineProblem(line, prev, lastSeq)
    if (problem !== null) break
    lastSeq = parseRecordLine(line).event.seq
    prev = hashLine(line)
  }
  lines.close()
  input.destroy()
  if (problem === null) {
    const words = `The chain of ${count} events holds.`
    return { ok: true, events: count, hash: prev, brokenAtLine: null, words }
  }
  const words = `Line ${count}: ${problem}.`
  return { ok: false, events: count - 1, hash: prev, brokenAtLine: count, words }
}

function lineProblem(line: string, prev: string, lastSeq: number): string | null {
  try {
    const record = parseRecordLine(line)
    if (record.prev !== prev) return 'its hash of the line before is not that of the line before'
    if (record.event.seq <= lastSeq) return `seq ${record.event.seq} does not go up`
    return null
  } catch (error) {
    if (error instanceof FrameError) return error.message
    throw error
  }
}
