/**
 * Binary records of the log: `[length u32][crc32 u32][kind u8][payload]`, little-endian, padded
 * with zeros to 8 bytes. `length` counts kind and payload, so it is never 0: a zero there is the
 * preallocated end of the log. The CRC covers kind and payload.
 *
 * Units:  bytes. Numbers of the protocol are float64, exact for every safe integer.
 * Errors: `RecordError` for a payload that does not have the form of its kind.
 */
import { crc32 } from 'node:zlib'
import type { Ballot, Slot } from '../../core/paxos/ballot'
import type { StableRecord } from '../../core/paxos/effect'
import type { Value } from '../../core/paxos/message'
import { parseHeader, parseSnapshotHead, printHeader, printSnapshotHead } from './headers'
import type { HeaderRecord, SnapshotHead } from './headers'

export const RECORD_ALIGN_BYTES = 8
/** Length and CRC. */
export const RECORD_HEAD_BYTES = 8
/** A longer one is refused by writer and reader: it cannot be a record of ours. */
export const RECORD_BYTES_MAX = 16 * 1024 * 1024
const BUFFER_BYTES_MIN = 64 * 1024

/** A piece of the body, from `part` 0 on. */
export interface SnapshotPiece {
  readonly kind: 'snapshotPart'
  readonly part: number
  readonly text: string
}

/** One start of the node. */
export interface LifeRecord {
  readonly kind: 'life'
  readonly life: number
}

/** Begins each batch: every byte below `durable` had been flushed when the batch was written. */
export interface BatchRecord {
  readonly kind: 'batch'
  readonly durable: number
}

export type SnapshotRecord = SnapshotHead | SnapshotPiece
export type LogRecord = HeaderRecord | LifeRecord | BatchRecord | SnapshotRecord | StableRecord

export const KIND = {
  header: 1,
  life: 2,
  batch: 3,
  promise: 4,
  vote: 5,
  chosen: 6,
  learned: 7,
  snapshotHead: 8,
  snapshotPart: 9,
} as const
export const KIND_MAX = KIND.snapshotPart

/** True for the records of the protocol, which recovery hands over. */
export function isStable(record: LogRecord): record is StableRecord {
  const { kind } = record
  return kind === 'promise' || kind === 'vote' || kind === 'chosen' || kind === 'learned'
}

export function isStableKind(kind: number): boolean {
  return kind >= KIND.promise && kind <= KIND.learned
}

export class RecordError extends Error {
  override readonly name = 'RecordError'
}

export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / RECORD_ALIGN_BYTES) * RECORD_ALIGN_BYTES
}

/** Gathers records in memory until a flush takes them. */
export class RecordWriter {
  private buffer = Buffer.alloc(BUFFER_BYTES_MIN)
  private used = 0

  /** The gathered bytes; valid until the next `write` or `clear`. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used)
  }

  get length(): number {
    return this.used
  }

  clear(): void {
    this.used = 0
  }

  /** Adds records that another writer has printed. */
  writeBytes(bytes: Buffer): void {
    this.reserve(bytes.length)
    this.used += bytes.copy(this.buffer, this.used)
  }

  /** Writes the first record anew; it must have the length of the one that it replaces. */
  rewriteFirst(record: LogRecord): void {
    const { used } = this
    this.used = 0
    this.write(record)
    this.used = used
  }

  write(record: LogRecord): void {
    const start = this.used
    this.used += RECORD_HEAD_BYTES
    this.u8(KIND[record.kind])
    this.payload(record)
    const length = this.used - start - RECORD_HEAD_BYTES
    if (length > RECORD_BYTES_MAX) {
      this.used = start
      throw new RecordError(`record of ${length} bytes is longer than ${RECORD_BYTES_MAX}`)
    }
    const body = this.buffer.subarray(start + RECORD_HEAD_BYTES, this.used)
    this.buffer.writeUInt32LE(length, start)
    this.buffer.writeUInt32LE(crc32(body), start + 4)
    const end = start + alignedBytes(this.used - start)
    this.reserve(end - this.used)
    this.buffer.fill(0, this.used, end)
    this.used = end
  }

  private payload(record: LogRecord): void {
    switch (record.kind) {
      case 'header':
        return this.text(printHeader(record))
      case 'snapshotHead':
        return this.text(printSnapshotHead(record))
      case 'snapshotPart':
        this.u32(record.part)
        return this.latin1(record.text)
      case 'life':
        return this.f64(record.life)
      case 'batch':
        return this.f64(record.durable)
      case 'promise':
        return this.ballot(record.ballot)
      case 'vote':
        this.ballot(record.ballot)
        return this.run(record.slot, record.values)
      case 'chosen':
        return this.f64(record.through)
      case 'learned':
        return this.run(record.slot, record.values)
    }
  }

  /** Slot, count, bytes per code unit, the lengths, then all values end to end. */
  private run(slot: Slot, values: readonly Value[]): void {
    const body = values.length === 1 ? values[0]! : values.join('')
    // A client's bytes are code units below 256; anything else keeps its two bytes.
    const width = /[\u0100-\uffff]/.test(body) ? 2 : 1
    this.f64(slot)
    this.u32(values.length)
    this.u8(width)
    this.reserve(values.length * 4 + body.length * width)
    for (const value of values) {
      this.buffer.writeUInt32LE(value.length, this.used)
      this.used += 4
    }
    this.used += this.buffer.write(body, this.used, width === 1 ? 'latin1' : 'utf16le')
  }

  private ballot(ballot: Ballot): void {
    this.f64(ballot.round)
    this.u32(ballot.node)
  }

  private latin1(text: string): void {
    if (/[\u0100-\uffff]/.test(text)) {
      throw new RecordError('a snapshot holds a character of two bytes')
    }
    this.reserve(text.length)
    this.used += this.buffer.write(text, this.used, 'latin1')
  }

  private text(text: string): void {
    this.reserve(Buffer.byteLength(text))
    this.used += this.buffer.write(text, this.used)
  }

  private f64(value: number): void {
    this.reserve(8)
    this.used = this.buffer.writeDoubleLE(value, this.used)
  }

  private u32(value: number): void {
    this.reserve(4)
    this.used = this.buffer.writeUInt32LE(value, this.used)
  }

  private u8(value: number): void {
    this.reserve(1)
    this.used = this.buffer.writeUInt8(value, this.used)
  }

  private reserve(bytes: number): void {
    if (this.used + bytes <= this.buffer.length) return
    const grown = Buffer.alloc(Math.max(this.buffer.length * 2, this.used + bytes))
    this.buffer.copy(grown, 0, 0, this.used)
    this.buffer = grown
  }
}

/** Reads kind and payload back; the CRC has been checked. */
export function decodeRecord(body: Buffer): LogRecord {
  const reader = new PayloadReader(body)
  const record = reader.record()
  reader.end()
  return record
}

class PayloadReader {
  private at = 0

  constructor(private readonly body: Buffer) {}

  record(): LogRecord {
    const kind = this.u8()
    switch (kind) {
      case KIND.header:
        return this.json(parseHeader)
      case KIND.life:
        return { kind: 'life', life: this.count() }
      case KIND.batch:
        return { kind: 'batch', durable: this.count() }
      case KIND.promise:
        return { kind: 'promise', ballot: this.ballot() }
      case KIND.vote:
        return { kind: 'vote', ballot: this.ballot(), slot: this.count(), values: this.values() }
      case KIND.chosen:
        return { kind: 'chosen', through: this.count() }
      case KIND.learned:
        return { kind: 'learned', slot: this.count(), values: this.values() }
      case KIND.snapshotHead:
        return this.json(parseSnapshotHead)
      case KIND.snapshotPart:
        return { kind: 'snapshotPart', part: this.u32(), text: this.rest('latin1') }
      default:
        throw new RecordError(`unknown kind ${kind}`)
    }
  }

  end(): void {
    if (this.at !== this.body.length) throw new RecordError('bytes left over in a record')
  }

  private json<T>(parse: (text: string) => T): T {
    try {
      return parse(this.rest('utf8'))
    } catch (error) {
      throw new RecordError(error instanceof Error ? error.message : String(error))
    }
  }

  private rest(encoding: 'utf8' | 'latin1'): string {
    const text = this.body.toString(encoding, this.at)
    this.at = this.body.length
    return text
  }

  private values(): Value[] {
    const count = this.u32()
    const width = this.u8()
    if (width !== 1 && width !== 2) throw new RecordError(`unknown width ${width}`)
    this.need(count * 4)
    const lengthsAt = this.at
    this.at += count * 4
    const text = this.body.toString(width === 1 ? 'latin1' : 'utf16le', this.at)
    const values: Value[] = []
    let from = 0
    for (let index = 0; index < count; index++) {
      const to = from + this.body.readUInt32LE(lengthsAt + index * 4)
      if (to > text.length) throw new RecordError('value runs over the end of its record')
      values.push(text.slice(from, to))
      from = to
    }
    this.at += from * width
    return values
  }

  private ballot(): Ballot {
    return { round: this.count(), node: this.u32() }
  }

  private count(): number {
    this.need(8)
    const value = this.body.readDoubleLE(this.at)
    this.at += 8
    if (!Number.isSafeInteger(value) || value < 0) throw new RecordError('number is not a count')
    return value
  }

  private u32(): number {
    this.need(4)
    this.at += 4
    return this.body.readUInt32LE(this.at - 4)
  }

  private u8(): number {
    this.need(1)
    this.at += 1
    return this.body.readUInt8(this.at - 1)
  }

  private need(bytes: number): void {
    if (this.at + bytes > this.body.length) throw new RecordError('record is too short')
  }
}
