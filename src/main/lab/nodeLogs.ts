/**
 * Node logs: what nodes and switchboard write to stdout and stderr, and what the lab notes about
 * them, kept for the view Logs and beside the record of the run.
 *
 * File:   `logs.ndjson` in the run directory, one line each; at most LOG_FILE_BYTES_MAX.
 * Limits: LOG_LINES_MAX lines of each source in memory, the oldest go first; PENDING_LINES_MAX
 *         wait for the disk. What is not kept or not written is counted.
 * Errors: a disk that refuses ends the file, never the run.
 */
import { appendFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { LabEvent } from '../../core/event'
import { Fields } from '../../shared/fields'
import {
  isLogSource,
  LOG_LEVELS,
  LOG_LINE_CHARS_MAX,
  LOG_LINES_A_CALL_MAX,
  LOG_STREAMS,
} from '../../shared/logLine'
import type { LogLevel, LogLine, LogPart, LogSource, LogStream } from '../../shared/logLine'
import type { LabClock } from './clock'
import { logNotes } from './nodeLogWords'

export const LOG_FILE = 'logs.ndjson'
export const LOG_LINES_MAX = 2000
export const LOG_FILE_BYTES_MAX = 8 * 1024 * 1024
const PENDING_LINES_MAX = 10_000
const WRITE_DELAY_MS = 200

/** Where a child's output goes. */
export type OnOutput = (stream: 'out' | 'err', text: string) => void

export class NodeLogs {
  private readonly rings = new Map<LogSource, LogLine[]>()
  /** Last note of the lab about each source. */
  private readonly noted = new Map<LogSource, string>()
  private count = 0
  private lost = 0
  private pending: string[] = []
  private bytes = 0
  private isFull = false
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()
  private readonly path: string

  constructor(
    dir: string,
    private readonly clock: LabClock,
  ) {
    this.path = join(dir, LOG_FILE)
  }

  add(source: LogSource, stream: LogStream, level: LogLevel, text: string): void {
    this.count += 1
    const atMs = this.clock.now()
    const line: LogLine = { n: this.count, atMs, source, stream, level, text: shortened(text) }
    const ring = this.rings.get(source) ?? []
    this.rings.set(source, ring)
    ring.push(line)
    if (ring.length > LOG_LINES_MAX) {
      ring.shift()
      this.lost += 1
    }
    this.write(line)
  }

  /** For the output of one child. */
  sink(source: LogSource): OnOutput {
    return (stream, text) => this.add(source, stream, levelOf(stream, text), text)
  }

  /** What an event of the run says about a process; the same again and again is said once. */
  take(event: LabEvent): void {
    for (const { source, level, text } of logNotes(event)) {
      if (this.noted.get(source) === text) continue
      this.noted.set(source, text)
      this.add(source, 'lab', level, text)
    }
  }

  /** Lines from `from` on, oldest first. */
  read(from: number, count: number): LogPart {
    const kept = [...this.rings.values()].flatMap((ring) => ring.filter(({ n }) => n >= from))
    return partOf(kept, from, count, this.lost)
  }

  /** Resolves when everything so far is in the file. */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.writing = this.writing.then(() => this.writeNow())
    await this.writing
  }

  private write(line: LogLine): void {
    if (this.isFull || this.pending.length >= PENDING_LINES_MAX) return
    this.pending.push(JSON.stringify(line) + '\n')
    if (this.timer !== null) return
    this.timer = setTimeout(() => void this.flush(), WRITE_DELAY_MS)
    // Nobody waits for a log.
    this.timer.unref()
  }

  private async writeNow(): Promise<void> {
    const text = this.pending.splice(0).join('')
    if (text === '' || this.isFull) return
    this.bytes += Buffer.byteLength(text)
    this.isFull = this.bytes > LOG_FILE_BYTES_MAX
    try {
      await appendFile(this.path, text)
    } catch {
      this.isFull = true
    }
  }
}

/** The lines of a run that is over; null: it has none, as runs of the simulator and older ones. */
export async function readLogs(dir: string, from: number, count: number): Promise<LogPart | null> {
  const path = join(dir, LOG_FILE)
  const size = await stat(path).then(
    (file) => file.size,
    () => null,
  )
  if (size === null) return null
  // Somebody else's file: one write beyond the bound is all that this lab leaves.
  if (size > 2 * LOG_FILE_BYTES_MAX) return null
  const text = await readFile(path, 'utf8')
  const lines = text.split('\n').flatMap((line) => parsedLine(line) ?? [])
  const last = lines.at(-1)?.n ?? 0
  return partOf(
    lines.filter(({ n }) => n >= from),
    from,
    count,
    Math.max(0, last - lines.length),
  )
}

function partOf(kept: LogLine[], from: number, count: number, lost: number): LogPart {
  const most = Math.min(count, LOG_LINES_A_CALL_MAX)
  const lines = kept.sort((a, b) => a.n - b.n).slice(0, most)
  return { lines, next: (lines.at(-1)?.n ?? from - 1) + 1, lost }
}

/** Null for a torn last line, and for what is no line. */
function parsedLine(text: string): LogLine | null {
  try {
    const fields = Fields.of(JSON.parse(text), LOG_FILE)
    const source = fields.text('source', 20)
    if (!isLogSource(source)) return null
    return {
      n: fields.count('n', 1),
      atMs: fields.number('atMs'),
      source,
      stream: fields.oneOf('stream', LOG_STREAMS),
      level: fields.oneOf('level', LOG_LEVELS),
      text: shortened(fields.text('text')),
    }
  } catch {
    return null
  }
}

/** Processes of the lab write to stderr what went wrong, and nothing else. */
function levelOf(stream: 'out' | 'err', text: string): LogLevel {
  if (stream === 'out') return 'info'
  return /\bwarn(ing)?\b/i.test(text) ? 'warn' : 'error'
}

function shortened(text: string): string {
  return text.length <= LOG_LINE_CHARS_MAX ? text : `${text.slice(0, LOG_LINE_CHARS_MAX - 1)}…`
}

/** Whole lines of a stream, and what stands without an end when it closes; in bounded memory. */
export function eachLine(stream: Readable, take: (text: string) => void): void {
  let part = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (part + chunk).split('\n')
    part = (lines.pop() ?? '').slice(0, LOG_LINE_CHARS_MAX)
    for (const line of lines) take(line)
  })
  stream.on('end', () => {
    if (part !== '') take(part)
    part = ''
  })
}
