/**
 * Reads a log from the front, and judges what it finds at its end: the preallocated rest, a torn
 * tail, or damage that a node must not vote over.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import {
  alignedBytes,
  decodeRecord,
  isStableKind,
  KIND,
  KIND_MAX,
  RECORD_ALIGN_BYTES,
  RECORD_BYTES_MAX,
  RECORD_HEAD_BYTES,
  RecordError,
} from './recordFormat'
import type { HeaderRecord } from './headers'
import type { LogRecord } from './recordFormat'

const WINDOW_BYTES = 4 * 1024 * 1024
const SECTOR_BYTES = 512
const ZERO_SECTOR = Buffer.alloc(SECTOR_BYTES)

/** The log cannot be trusted or used. The message names the file and, if any, the offset. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
}

/** What one pass over a log found. */
export interface LogScan {
  readonly header: HeaderRecord | null
  /** Of the last start; 0 if there was none. */
  readonly life: number
  /** Stable records of the protocol. */
  readonly records: number
  /** Where the next record goes. */
  readonly endOffset: number
  /** Bytes after `endOffset` that were cut off by a crash; 0 after an orderly stop. */
  readonly tornBytes: number
}

/** A file seen through a window that moves forward. */
class WindowedFile {
  private window: Buffer = Buffer.alloc(WINDOW_BYTES)
  private windowAt = 0
  private windowBytes = 0

  constructor(
    private readonly fd: number,
    readonly size: number,
  ) {}

  /** `bytes` from `offset` on, or null if the file ends before. Valid until the next call. */
  view(offset: number, bytes: number): Buffer | null {
    if (offset + bytes > this.size) return null
    if (offset < this.windowAt || offset + bytes > this.windowAt + this.windowBytes) {
      if (bytes > this.window.length) this.window = Buffer.alloc(alignedBytes(bytes))
      this.windowAt = offset
      this.windowBytes = this.fill(offset)
    }
    const from = offset - this.windowAt
    return from + bytes > this.windowBytes ? null : this.window.subarray(from, from + bytes)
  }

  private fill(offset: number): number {
    let filled = 0
    while (filled < this.window.length) {
      const read = readSync(
        this.fd,
        this.window,
        filled,
        this.window.length - filled,
        offset + filled,
      )
      if (read === 0) break
      filled += read
    }
    return filled
  }
}

/** Kind and payload of the record at `offset`, or null if there is no whole and right one. */
function bodyAt(file: WindowedFile, offset: number): Buffer | null {
  const head = file.view(offset, RECORD_HEAD_BYTES)
  if (!head) return null
  const length = head.readUInt32LE(0)
  const crc = head.readUInt32LE(4)
  if (length === 0 || length > RECORD_BYTES_MAX) return null
  const body = file.view(offset + RECORD_HEAD_BYTES, length)
  if (!body) return null
  const kind = body.readUInt8(0)
  if (kind < KIND.header || kind > KIND_MAX || crc32(body) !== crc) return null
  return body
}

function recordBytes(body: Buffer): number {
  return alignedBytes(RECORD_HEAD_BYTES + body.length)
}

/** A read-only view of a segment or a snapshot; `close` it. */
export class LogReader {
  private readonly fd: number
  private readonly file: WindowedFile

  /** @throws an errno error if the file cannot be opened. */
  constructor(
    private readonly path: string,
    private readonly what: 'log' | 'snapshot' = 'log',
  ) {
    this.fd = openSync(path, 'r')
    this.file = new WindowedFile(this.fd, fstatSync(this.fd).size)
  }

  close(): void {
    closeSync(this.fd)
  }

  get size(): number {
    return this.file.size
  }

  /**
   * Hands over whole records that begin at `from` or later, up to the first place that holds none
   * or until `onRecord` answers false; answers where that is.
   */
  each(onRecord: (record: LogRecord, offset: number, bytes: number) => boolean, from = 0): number {
    let offset = 0
    for (;;) {
      const body = bodyAt(this.file, offset)
      if (!body) return offset
      const bytes = recordBytes(body)
      const wanted = offset >= from
      if (wanted && !onRecord(this.decode(body, offset), offset, bytes)) return offset
      offset += bytes
    }
  }

  /** The record at the front; null if there is no whole one. */
  first(): LogRecord | null {
    const body = bodyAt(this.file, 0)
    return body && this.decode(body, 0)
  }

  /** One pass over the whole log. @throws StorageError if it is damaged before its tail. */
  scan(): LogScan {
    let header: HeaderRecord | null = null
    let life = 0
    let records = 0
    let offset = 0
    for (;;) {
      const body = bodyAt(this.file, offset)
      if (!body) break
      if (isStableKind(body.readUInt8(0))) records += 1
      else {
        const record = this.decode(body, offset)
        if (record.kind === 'header') header ??= record
        else if (record.kind === 'life') life = record.life
        else if (record.kind !== 'batch') {
          throw this.damaged(offset, 'a record of a snapshot in a log')
        } else if (record.durable > offset) {
          throw this.damaged(offset, 'a batch names a later place than its own')
        }
      }
      offset += recordBytes(body)
    }
    return { header, life, records, endOffset: offset, tornBytes: this.judgeTail(offset) }
  }

  /**
   * A bad place with a later whole record behind it is not the tail, unless that record is of the
   * same batch and a sector of zeros lies between: then the disk wrote the batch out of order.
   */
  private judgeTail(offset: number): number {
    let end = offset
    let zeroSector = false
    for (let at = offset; at + RECORD_ALIGN_BYTES <= this.file.size; at += RECORD_ALIGN_BYTES) {
      if (at % SECTOR_BYTES === 0 && this.isZeroSector(at)) {
        zeroSector = true
        at += SECTOR_BYTES - RECORD_ALIGN_BYTES
        continue
      }
      const body = at > offset ? bodyAt(this.file, at) : null
      if (!body) {
        const word = this.file.view(at, RECORD_ALIGN_BYTES)
        if (word && word.readBigUInt64LE() !== 0n) end = at + RECORD_ALIGN_BYTES
        continue
      }
      const later = this.decode(body, at)
      const flushedBefore = later.kind === 'batch' && later.durable > offset
      if (flushedBefore || later.kind === 'life' || !zeroSector) {
        throw this.damaged(offset, `a bad record, and a whole one follows at offset ${at}`)
      }
      at += recordBytes(body) - RECORD_ALIGN_BYTES
      end = at + RECORD_ALIGN_BYTES
    }
    const rest = this.file.size % RECORD_ALIGN_BYTES
    return rest > 0 && end < this.file.size ? this.file.size - offset : end - offset
  }

  private isZeroSector(at: number): boolean {
    const sector = this.file.view(at, SECTOR_BYTES)
    return sector !== null && sector.equals(ZERO_SECTOR)
  }

  private decode(body: Buffer, offset: number): LogRecord {
    try {
      return decodeRecord(body)
    } catch (error) {
      if (error instanceof RecordError) throw this.damaged(offset, error.message)
      throw error
    }
  }

  /** An error that names file and offset. */
  damaged(offset: number, words: string): StorageError {
    return new StorageError(`${this.what} ${this.path} is damaged at offset ${offset}: ${words}`)
  }
}
