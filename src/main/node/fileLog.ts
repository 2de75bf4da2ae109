/**
 * The shipped storage: one append-only log a node, with group commit.
 *
 * While one flush runs, the next batch gathers; each batch is one write and one fdatasync. The file
 * is filled with zeros ahead of its end, so that a flush has no file size to record: on a usual
 * disk that saves about a third of its time.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync } from 'node:fs'
import type { StableRecord } from '../../core/paxos/effect'
import type { LogDisk } from './logDisk'
import { LogReader } from './logReader'
import type { LogScan } from './logReader'
import { RecordWriter } from './recordFormat'
import type { BatchRecord } from './recordFormat'
import type { Storage, StorageListener, StoredRecord } from './storage'

/** Zeros are added in pieces of this size, small enough to be flushed without a hiccup. */
const EXTEND_BYTES = 1024 * 1024
/** The file is extended in the background when less than this is left. */
const AHEAD_BYTES_MIN = 3 * 1024 * 1024
const ZEROS = Buffer.alloc(EXTEND_BYTES)
/** With flush off, the kernel gets the records when this much has gathered. */
const UNFLUSHED_BYTES_MAX = 4 * 1024 * 1024

export interface FileLogOptions {
  readonly path: string
  readonly scan: LogScan
  readonly life: number
  /** False: what is appended counts as durable at once (a lesson, and the benchmark's ceiling). */
  readonly flush: boolean
  readonly disk: LogDisk
  readonly listener: StorageListener
  readonly release: () => void
}

export class FileLog implements Storage {
  readonly life: number
  readonly recovered: Storage['recovered']
  private readonly fd: number
  private gathering = new RecordWriter()
  private flushing = new RecordWriter()
  /** Number of the last record appended, of the last one in the running flush. */
  private appended = 0
  private flushingThrough = 0
  private offset: number
  /** Everything below had been flushed when the running batch was written. */
  private flushedOffset: number
  private fileBytes: number
  private wanted = false
  private running = false
  private extending = false
  private failed = false
  private readonly closers: (() => void)[] = []

  constructor(private readonly options: FileLogOptions) {
    const { path, scan, life } = options
    this.life = life
    this.recovered = { records: scan.records, bytes: scan.endOffset, tornBytes: scan.tornBytes }
    this.offset = scan.endOffset
    this.flushedOffset = scan.endOffset
    this.fd = openSync(path, 'r+')
    try {
      if (scan.tornBytes > 0) ftruncateSync(this.fd, scan.endOffset)
      this.fileBytes = fstatSync(this.fd).size
      while (this.fileBytes < this.offset + AHEAD_BYTES_MIN) this.extendNow()
      this.beginLife()
    } catch (error) {
      closeSync(this.fd)
      throw error
    }
  }

  get logBytes(): number {
    return this.offset
  }

  recover(onRecord: (record: StableRecord) => void): void {
    const reader = new LogReader(this.options.path)
    try {
      reader.each((record) => {
        if (record.kind === 'header' || record.kind === 'life' || record.kind === 'batch') return
        onRecord(record)
      })
    } finally {
      reader.close()
    }
  }

  append(number: number, record: StableRecord): void {
    if (this.gathering.length === 0) this.gathering.write(this.batchRecord())
    this.gathering.write(record)
    this.appended = number
  }

  flush(): void {
    if (this.failed || this.gathering.length === 0) return
    this.wanted = true
    if (!this.options.flush) this.pretend()
    else if (!this.running) this.startFlush()
  }

  read(fromOffset: number, countMax: number): StoredRecord[] {
    const found: StoredRecord[] = []
    const reader = new LogReader(this.options.path)
    try {
      reader.each((record, offset, bytes) => {
        if (offset >= fromOffset && found.length < countMax) found.push({ offset, bytes, record })
      })
    } finally {
      reader.close()
    }
    return found
  }

  async close(): Promise<void> {
    if (!this.failed && (this.gathering.length > 0 || this.running || this.extending)) {
      await new Promise<void>((done) => {
        this.closers.push(done)
        this.wanted = true
        if (!this.running) this.startFlush()
      })
    }
    closeSync(this.fd)
    this.options.release()
  }

  private batchRecord(): BatchRecord {
    return { kind: 'batch', durable: this.flushedOffset }
  }

  /** Records the start of the node, durably: frames of different lives must be told apart. */
  private beginLife(): void {
    this.gathering.write({ kind: 'life', life: this.life })
    this.options.disk.writeNow(this.fd, this.gathering.bytes, this.offset)
    fsyncSync(this.fd)
    this.offset += this.gathering.length
    this.flushedOffset = this.offset
    this.gathering.clear()
  }

  private startFlush(): void {
    const batchEnd = this.offset + this.gathering.length
    // The zeros on their way to the disk must not overtake records: wait, `extended` comes back.
    if (this.extending && batchEnd > this.fileBytes) return
    this.wanted = false
    this.running = true
    // It was written when the batch began to gather; a flush has ended since.
    if (this.gathering.length > 0) this.gathering.rewriteFirst(this.batchRecord())
    ;[this.gathering, this.flushing] = [this.flushing, this.gathering]
    this.flushingThrough = this.appended
    const startedAt = performance.now()
    try {
      this.options.disk.writeNow(this.fd, this.flushing.bytes, this.offset)
    } catch (error) {
      return this.fail(error)
    }
    // Before any further zeros are written: they begin behind this batch.
    this.fileBytes = Math.max(this.fileBytes, batchEnd)
    this.options.disk.flush(this.fd, (error) => {
      if (error) this.fail(error)
      else this.flushed(batchEnd, performance.now() - startedAt)
    })
  }

  private flushed(batchEnd: number, flushMs: number): void {
    this.running = false
    this.flushing.clear()
    this.offset = batchEnd
    this.flushedOffset = batchEnd
    this.options.listener.onDurable(this.flushingThrough, this.offset, flushMs)
    if (this.wanted && this.gathering.length > 0) this.startFlush()
    else this.wanted = false
    this.extendAhead()
    this.settleClose()
  }

  /** Flush off: says durable at once, and gives the kernel what a power cut would lose anyway. */
  private pretend(): void {
    this.wanted = false
    this.options.listener.onDurable(this.appended, this.offset + this.gathering.length, 0)
    if (this.gathering.length < UNFLUSHED_BYTES_MAX) return
    try {
      this.options.disk.writeNow(this.fd, this.gathering.bytes, this.offset)
    } catch (error) {
      return this.fail(error)
    }
    this.offset += this.gathering.length
    this.fileBytes = Math.max(this.fileBytes, this.offset)
    this.gathering.clear()
  }

  private extendAhead(): void {
    if (this.extending || this.fileBytes >= this.offset + AHEAD_BYTES_MIN) return
    this.extending = true
    this.options.disk.write(this.fd, ZEROS, this.fileBytes, (error) => {
      this.extending = false
      if (error) return this.fail(error)
      this.fileBytes += ZEROS.length
      if (this.wanted && !this.running) this.startFlush()
      this.settleClose()
    })
  }

  private extendNow(): void {
    this.options.disk.writeNow(this.fd, ZEROS, this.fileBytes)
    this.fileBytes += ZEROS.length
  }

  private settleClose(): void {
    if (this.running || this.extending) return
    for (const done of this.closers.splice(0)) done()
  }

  private fail(error: unknown): void {
    if (this.failed) return
    this.failed = true
    this.running = false
    const words = error instanceof Error ? error.message : String(error)
    const { path, listener } = this.options
    listener.onStorageFailed(new Error(`log ${path}, batch at offset ${this.offset}: ${words}`))
    this.extending = false
    this.settleClose()
  }
}
