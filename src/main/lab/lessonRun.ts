/**
 * A run directory as the result file of a lesson takes it: what the lab said of the run, its record
 * and its recorded inputs, in pieces.
 *
 * Errors: LabCallError for a run without a head, and for a line longer than PIECE_BYTES_MAX.
 */
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LabCallError } from '../../shared/api'
import type { LessonRunSource } from '../../shared/lessonResult'
import { RECORD_NAME } from '../../shared/lessonRunApi'
import type { LessonRunView, RunTextPiece } from '../../shared/lessonRunApi'
import { INPUTS_FOLDER, listRecordings } from './recordingFiles'
import { asObject } from './recordOpening'
import { RESULT_FILE, RUN_FILE } from './runDir'

const PIECE_BYTES = 256 * 1024
const PIECE_BYTES_MAX = 64 * PIECE_BYTES
const NEWLINE = 10

export async function lessonRunOf(
  dir: string,
  id: string,
  isLive: boolean,
): Promise<LessonRunView> {
  const about = await jsonOf(join(dir, RUN_FILE))
  if (about === null) throw new LabCallError('badArgument', `${id} has no ${RUN_FILE}`)
  const result = isLive ? null : await jsonOf(join(dir, RESULT_FILE))
  const [events, recordHash] = [result?.['events'], result?.['recordHash']]
  const isTold = typeof events === 'number' && typeof recordHash === 'string'
  const recordings = await listRecordings(dir)
  const inputs = recordings.map(async ({ node, life, path }) => {
    const name = `${INPUTS_FOLDER}/node${node}.life${life}.ndjson`
    return { name, bytes: (await stat(path)).size }
  })
  return {
    ...{ id, state: isLive ? 'live' : result === null ? 'cut' : 'over', about },
    told: isTold ? { events, recordHash } : null,
    recordBytes: (await stat(join(dir, RECORD_NAME))).size,
    inputs: await Promise.all(inputs),
  }
}

/** Of bytes `from` to `to`; a last line without its end is left out of it. */
export async function runTextOf(
  dir: string,
  name: string,
  from: number,
  to: number,
): Promise<RunTextPiece> {
  const file = await open(join(dir, name), 'r')
  try {
    for (let size = PIECE_BYTES; size <= PIECE_BYTES_MAX; size *= 4) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(size, to - from)))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
      const cut = buffer.lastIndexOf(NEWLINE, bytesRead - 1) + 1
      const isLast = from + bytesRead >= to || bytesRead === 0
      if (cut === 0 && !isLast) continue
      return { text: buffer.toString('utf8', 0, cut), next: isLast ? null : from + cut }
    }
  } finally {
    await file.close()
  }
  const words = `${name} has a line of more than ${PIECE_BYTES_MAX} bytes`
  throw new LabCallError('badArgument', words)
}

/** For the writer of result files, in this process. */
export function lessonRunSource(dir: string, view: LessonRunView): LessonRunSource {
  const { recordBytes, inputs, ...head } = view
  return {
    ...head,
    record: () => textsOf(dir, RECORD_NAME, recordBytes),
    async *inputs() {
      for (const { name, bytes } of inputs) {
        for await (const text of textsOf(dir, name, bytes)) yield { name, text }
      }
    },
  }
}

async function* textsOf(dir: string, name: string, bytes: number): AsyncGenerator<string> {
  for (let from: number | null = 0; from !== null;) {
    const piece: RunTextPiece = await runTextOf(dir, name, from, bytes)
    yield piece.text
    from = piece.next
  }
}

async function jsonOf(path: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    return asObject(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}
