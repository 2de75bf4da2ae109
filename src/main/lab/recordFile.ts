/**
 * The record file: one event a line, each with the hash of the line before in `prev`, so that a
 * line that was changed, lost or put in later breaks the chain.
 *
 * Hash:   the first 32 hexadecimal digits of SHA-256 over the whole line without its `\n`.
 * Limits: the last line has nobody after it; `result.json` holds its hash and the count of events.
 */
import { hash } from 'node:crypto'
import { FrameError } from '../../shared/frame'
import { FIRST_HASH, HASH_CHARS, parseRecordLine } from '../../shared/recordLine'
import { linesOf } from './textLines'

export { FIRST_HASH, printRecordLine } from '../../shared/recordLine'

export function hashLine(line: string): string {
  return hash('sha256', line, 'hex').slice(0, HASH_CHARS)
}

export interface RecordCheck {
  /** False: the chain is broken, or its last line is torn. */
  readonly ok: boolean
  /** Whole lines up to where it breaks. */
  readonly events: number
  /** Hash of the last of them. */
  readonly hash: string
  /** Line from 1 where the chain is broken; null if it holds as far as it goes. */
  readonly brokenAtLine: number | null
  /** Bytes of a last line without its end: the lab died while it wrote, or its disk was full. */
  readonly tornBytes: number
  readonly words: string
}

/** Re-checks the chain of the record at `path`; rejects if the file cannot be read. */
export async function verifyRecord(path: string): Promise<RecordCheck> {
  let prev = FIRST_HASH
  let events = 0
  let lastSeq = 0
  for await (const { text, number, whole } of linesOf(path)) {
    const problem = lineProblem(text, prev, lastSeq)
    if (problem !== null) {
      const tornBytes = whole ? 0 : Buffer.byteLength(text)
      const brokenAtLine = whole ? number : null
      const words = whole
        ? `Line ${number}: ${problem}.`
        : `The chain of ${events} events holds; line ${number} is torn after ${tornBytes} bytes.`
      return { ok: false, events, hash: prev, brokenAtLine, tornBytes, words }
    }
    events += 1
    lastSeq = parseRecordLine(text).event.seq
    prev = hashLine(text)
  }
  const words = `The chain of ${events} events holds.`
  return { ok: true, events, hash: prev, brokenAtLine: null, tornBytes: 0, words }
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
