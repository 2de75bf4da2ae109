/**
 * Stable storage of a node: what the protocol relies on, and what it may forget.
 *
 * Order: `append` keeps a record in own memory only. `flush` makes everything appended so far
 *        durable; one flush serves all that wait (group commit). A record that was never flushed is
 *        lost by SIGKILL just as by a power cut, because the kernel has not seen it.
 */
import type { StableRecord } from '../../core/paxos/effect'
import type { LogRecord } from './recordFormat'

/** What the host hears of the flushes it asked for. */
export interface StorageListener {
  /** Every record up to number `through` is durable; the log is `offset` bytes long. */
  onDurable(through: number, offset: number, flushMs: number): void
  /** The disk failed. Nothing is retried: the node must end (a failed flush may drop pages). */
  onStorageFailed(error: Error): void
}

/** One record as the microscope shows it. */
export interface StoredRecord {
  readonly offset: number
  readonly bytes: number
  readonly record: LogRecord
}

export interface Storage {
  /** Number of this start of the node, from 1; durable before `open` returns. */
  readonly life: number
  /** Length of the log in bytes, unflushed records not counted. */
  readonly logBytes: number
  /** What recovery found. */
  readonly recovered: {
    readonly records: number
    readonly bytes: number
    readonly tornBytes: number
  }
  /** Hands over every stable record in the order of writing. Before the first append. */
  recover(onRecord: (record: StableRecord) => void): void
  append(number: number, record: StableRecord): void
  flush(): void
  /** Up to `countMax` durable records that begin at `fromOffset` or later. */
  read(fromOffset: number, countMax: number): StoredRecord[]
  /** Makes everything durable and lets go of the directory. */
  close(): Promise<void>
}
