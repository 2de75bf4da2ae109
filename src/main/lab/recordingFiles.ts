/**
 * Files of recorded inputs in a run directory: which there are, and their lines, checked.
 *
 * Errors: RecordingError that names file and line. `changed`: the line is not the one that was
 *         written; `unreadable`: the file is none of ours, or of another version.
 */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FrameError } from '../../shared/frame'
import { ChangedLineError, RecordingReader } from '../../shared/recordingCodec'
import type { RecordingLine } from '../../shared/recordingCodec'
import { linesOf } from './textLines'

export const INPUTS_FOLDER = 'inputs'
const NAME = /^node(\d{1,2})\.life(\d{1,9})\.ndjson$/

export interface RecordingFile {
  readonly node: number
  readonly life: number
  readonly path: string
}

export class RecordingError extends Error {
  override readonly name = 'RecordingError'

  constructor(
    readonly what: 'changed' | 'unreadable',
    readonly path: string,
    readonly line: number,
    words: string,
  ) {
    super(`${path}:${line}: ${words}`)
  }
}

/** By node, then by life. Empty without a folder. */
export async function listRecordings(runDir: string): Promise<RecordingFile[]> {
  const dir = join(runDir, INPUTS_FOLDER)
  const names = await readdir(dir).catch(() => [])
  const files = names.flatMap((name): RecordingFile[] => {
    const [, node, life] = NAME.exec(name) ?? []
    if (node === undefined || life === undefined) return []
    return [{ node: Number(node), life: Number(life), path: join(dir, name) }]
  })
  return files.sort((a, b) => a.node - b.node || a.life - b.life)
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * The lines of one file, each checked against the chain; the first is its head. A last line
 * without its end is left out, and the file may be empty: the process died before it wrote more.
 * @throws RecordingError
 */
export async function* readRecording(file: RecordingFile): AsyncGenerator<RecordingLine> {
  const { path } = file
  const reader = new RecordingReader(sha256)
  let count = 0
  let ended = false
  for await (const { text, whole } of linesOf(path)) {
    count += 1
    if (ended) throw new RecordingError('changed', path, count, 'stands behind the last line')
    if (!whole) {
      if (holdsMore(reader, text)) {
        throw new RecordingError('changed', path, count, `line ${count} was changed (end of line)`)
      }
      break
    }
    const line = take(reader, text, path, count)
    if (count === 1) checkHead(line, file)
    ended = line.kind === 'end'
    yield line
  }
}

/** A line that lacks its newline was cut; one that is whole but for its newline was not. */
function holdsMore(reader: RecordingReader, text: string): boolean {
  try {
    reader.take(text.slice(0, -1))
    return true
  } catch (error) {
    if (error instanceof FrameError) return false
    throw error
  }
}

function take(reader: RecordingReader, text: string, path: string, count: number): RecordingLine {
  try {
    return reader.take(text)
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    const isOurs = count > 1 || text.startsWith('{"kind":"head"')
    if (error instanceof ChangedLineError && isOurs) {
      throw new RecordingError('changed', path, count, `line ${count} ${error.message}`)
    }
    const words = isOurs ? error.message : 'this is no file of recorded inputs'
    throw new RecordingError('unreadable', path, count, words)
  }
}

function checkHead(line: RecordingLine, { path, node, life }: RecordingFile): void {
  if (line.kind !== 'head') throw new RecordingError('unreadable', path, 1, 'there is no head')
  const { head } = line
  if (head.node === node && head.life === life) return
  const words = `this is the recording of node ${head.node}, life ${head.life}`
  throw new RecordingError('unreadable', path, 1, words)
}
