/**
 * Lines of a file, cut at newlines alone: what else ends a line elsewhere is part of one here.
 *
 * Errors: those of the file system; FrameError for a line longer than LINE_BYTES_MAX.
 */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LabEvent } from '../../core/event'
import { FrameError } from '../../shared/frame'
import { parseRecordLine } from '../../shared/recordLine'
import { RECORD_FILE } from './runDir'

const LINE_BYTES_MAX = 512 * 1024 * 1024
const CHUNK_BYTES = 1024 * 1024

export interface TextLine {
  readonly text: string
  /** From 1. */
  readonly number: number
  /** False: no newline behind it. */
  readonly whole: boolean
}

/** `bytesMax`: only so much of the file is read. */
export async function* linesOf(path: string, bytesMax = Infinity): AsyncGenerator<TextLine> {
  let parts: Buffer[] = []
  let bytes = 0
  let number = 1
  const chunks: AsyncIterable<Buffer> = createReadStream(path, {
    highWaterMark: CHUNK_BYTES,
    end: bytesMax - 1,
  })
  for await (const chunk of chunks) {
    let start = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, at))
      yield { text: Buffer.concat(parts).toString('utf8'), number, whole: true }
      parts = []
      bytes = 0
      number += 1
      start = at + 1
    }
    parts.push(chunk.subarray(start))
    bytes += chunk.length - start
    if (bytes > LINE_BYTES_MAX) {
      throw new FrameError(`${path}:${number}: the line is longer than ${LINE_BYTES_MAX} bytes`)
    }
  }
  if (bytes > 0) yield { text: Buffer.concat(parts).toString('utf8'), number, whole: false }
}

/**
 * The record of a run, in order; nothing if there is none. `wants` looks at the text of a line, so
 * that only what is needed is parsed. A torn last line is left out: the lab was killed, or its disk
 * was full, while it wrote; `verifyRecord` names it. @throws FrameError with file and line
 */
export async function* readEvents(
  runDir: string,
  wants: (text: string) => boolean = () => true,
): AsyncGenerator<LabEvent> {
  const path = join(runDir, RECORD_FILE)
  if (!existsSync(path)) return
  for await (const { text, number, whole } of linesOf(path)) {
    if (text === '' || !wants(text)) continue
    try {
      yield parseRecordLine(text).event
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      if (!whole) return
      throw new FrameError(`${path}:${number}: ${error.message}`)
    }
  }
}
