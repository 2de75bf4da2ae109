/**
 * Recorder: writes the events of a run to its record file and reads them back.
 *
 * `append` never waits: lines gather in memory and one write at a time takes what is there. When
 * the disk is too slow for PENDING_BYTES_MAX, events are lost from the file (never from checks and
 * pictures, which get them first), the loss is counted and told once. The chain then goes on over
 * the gap, which shows in `seq`. A disk that fails or is full ends the record: what the failing
 * write left is cut off again, so that the file ends with a whole line, and nothing is written any
 * more.
 */
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { LabEvent } from '../../core/event'
import { parseRecordLine } from '../../shared/recordLine'
import { FIRST_HASH, hashLine, printRecordLine } from './recordFile'

const PENDING_BYTES_MAX = 64 * 1024 * 1024
const WRITE_DELAY_MS = 50
/**
 * One index entry for so many lines at first: a read starts at most that far before its first
 * event. With more than INDEX_ENTRIES_MAX every other one goes, and the distance doubles.
 */
const INDEX_LINES = 256
const INDEX_ENTRIES_MAX = 16_384
const READ_BYTES_MAX = 64 * 1024 * 1024
export const READ_EVENTS_MAX = 10_000

interface IndexEntry {
  readonly seq: number
  readonly offset: number
}

export interface RecordEnd {
  readonly events: number
  readonly lost: number
  /** Hash of the last line. */
  readonly hash: string
}

/** What one write takes. */
interface Batch {
  readonly lines: readonly string[]
  readonly bytes: number
  /** Hash of its last line. */
  readonly hash: string
}

export class Recorder {
  /** Events that are not in the file. */
  lost = 0
  private index: IndexEntry[] = []
  private indexLines = INDEX_LINES
  private lines: string[] = []
  private pendingBytes = 0
  /** Bytes in the file and in memory. */
  private bytes = 0
  private events = 0
  private prev = FIRST_HASH
  private writing: Promise<void> = Promise.resolve()
  private timer: NodeJS.Timeout | null = null
  private failed = false
  /** Whole lines in the file: their bytes, their count, hash of the last. */
  private readonly written = { bytes: 0, events: 0, hash: FIRST_HASH }

  private constructor(
    private readonly file: FileHandle,
    private readonly onProblem: (words: string) => void,
    private readonly indexMax: number,
  ) {}

  /** `onProblem` is told of a failed write and of the first lost event. */
  static async open(
    path: string,
    onProblem: (words: string) => void,
    indexMax = INDEX_ENTRIES_MAX,
  ): Promise<Recorder> {
    return new Recorder(await open(path, 'wx+'), onProblem, indexMax)
  }

  append(event: LabEvent): void {
    if (this.failed || this.pendingBytes > PENDING_BYTES_MAX) {
      this.lose(1)
      return
    }
    const line = printRecordLine(event, this.prev)
    this.prev = hashLine(line)
    if (this.events % this.indexLines === 0) this.note({ seq: event.seq, offset: this.bytes })
    this.events += 1
    const lineBytes = Buffer.byteLength(line) + 1
    this.bytes += lineBytes
    this.pendingBytes += lineBytes
    this.lines.push(line)
    this.timer ??= setTimeout(() => void this.flush(), WRITE_DELAY_MS)
  }

  /** Resolves when everything so far is in the file, or lost for good. */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.writing = this.writing.then(() => this.write())
    await this.writing
  }

  /** Events with `from` <= seq <= `to`, at most READ_EVENTS_MAX and READ_BYTES_MAX of them. */
  async read(from: number, to: number): Promise<LabEvent[]> {
    await this.flush()
    const start = this.index.findLast((entry) => entry.seq <= from) ?? this.index[0]
    if (start === undefined) return []
    const last = Math.min(to, from + READ_EVENTS_MAX - 1)
    const end = this.index.find((entry) => entry.seq > last)?.offset ?? this.bytes
    const bytes = Math.max(0, Math.min(end, this.bytes) - start.offset)
    const buffer = Buffer.alloc(Math.min(READ_BYTES_MAX, bytes))
    const { bytesRead } = await this.file.read(buffer, 0, buffer.length, start.offset)
    const text = buffer.toString('utf8', 0, bytesRead)
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
    return lines
      .filter((line) => line !== '')
      .map((line) => parseRecordLine(line).event)
      .filter((event) => event.seq >= from && event.seq <= last)
  }

  /** Everything is in the file; it can still be read. */
  async finish(): Promise<RecordEnd> {
    await this.flush()
    const { events, hash } = this.written
    return { events, lost: this.lost, hash }
  }

  async close(): Promise<void> {
    await this.flush()
    await this.file.close()
  }

  private note(entry: IndexEntry): void {
    this.index.push(entry)
    if (this.index.length <= this.indexMax) return
    this.index = this.index.filter((_, at) => at % 2 === 0)
    this.indexLines *= 2
  }

  private async write(): Promise<void> {
    if (this.lines.length === 0) return
    const batch: Batch = { lines: this.lines, bytes: this.pendingBytes, hash: this.prev }
    this.lines = []
    if (this.failed) this.lose(batch.lines.length)
    else await this.writeBatch(batch)
    this.pendingBytes -= batch.bytes
  }

  private async writeBatch({ lines, bytes, hash }: Batch): Promise<void> {
    try {
      await this.file.appendFile(lines.join('\n') + '\n')
      this.written.bytes += bytes
      this.written.events += lines.length
      this.written.hash = hash
    } catch (error) {
      this.failed = true
      this.bytes = this.written.bytes
      this.onProblem(`the record cannot be written and ends here: ${String(error)}`)
      this.lose(lines.length)
      // Half a line may be there. If it cannot be cut off, readers know a torn last line.
      await this.file.truncate(this.written.bytes).catch(() => {})
    }
  }

  private lose(count: number): void {
    if (this.lost === 0) {
      const why = this.failed ? 'its file failed' : `${PENDING_BYTES_MAX} bytes wait for the disk`
      this.onProblem(`events are missing from the record: ${why}`)
    }
    this.lost += count
  }
}
