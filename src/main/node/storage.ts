/**
 * Stable storage of a node: what the protocol relies on, and what it may forget.
 *
 * Order: `append` keeps a record in own memory only. `flush` makes everything appended so far
 *        durable; one flush serves all that wait (group commit). A record that was never flushed is
 *        lost by SIGKILL just as by a power cut, because the kernel has not seen it.
 * Cut:   `saveSnapshot` makes a snapshot durable, begins a segment that restates all that is still
 *        needed, and then deletes what is older. A crash at any step recovers to an equal state.
 */
import type { StorageFault } from '../../core/fault'
import type { Slot } from '../../core/paxos/ballot'
import type { StableRecord } from '../../core/paxos/effect'
import type { Snapshot } from '../../core/paxos/snapshot'
import type { LogRecord } from './recordFormat'

/** What the host hears of the flushes it asked for. */
export interface StorageListener {
  /** Every record up to number `through` is durable; the log ends at `offset`, see `StoredRecord`. */
  onDurable(through: number, offset: number, flushMs: number): void
  /** The snapshot is durable and the log below it is cut, durably. */
  onSnapshotSaved(through: Slot): void
  /** The disk failed. Nothing is retried: the node must end (a failed flush may drop pages). */
  onStorageFailed(error: Error): void
}

/** One record as the microscope shows it. */
export interface StoredRecord {
  /** Name of the file that holds it. */
  readonly file: string
  /**
   * Place in the whole log, in bytes since the log began: cutting moves no offset. The head of the
   * snapshot stands in front of the first segment; its parts are not shown.
   */
  readonly offset: number
  readonly bytes: number
  readonly record: LogRecord
}

export interface Storage {
  /** Number of this start of the node, from 1; durable before `open` returns. */
  readonly life: number
  /** False: an earlier log was lost; this node must never vote or promise. Durable, for ever. */
  readonly mayVote: boolean
  /** Length of all segments in bytes, unflushed records and space kept ahead not counted. */
  readonly logBytes: number
  /** Of the snapshot that the log relies on; 0 without one. */
  readonly snapshotBytes: number
  readonly snapshotThrough: Slot
  /** What recovery found; let go of with the first `append`, because it may be large. */
  readonly snapshot: Snapshot | null
  readonly recovered: {
    readonly records: number
    readonly bytes: number
    readonly tornBytes: number
    /** Where the whole log ends, cut parts counted. */
    readonly offset: number
  }
  /**
   * Hands over every stable record that is needed beside the snapshot, in the order of writing;
   * those of slots that the snapshot covers may be among them. Before the first append.
   */
  recover(onRecord: (record: StableRecord) => void): void
  append(number: number, record: StableRecord): void
  flush(): void
  /**
   * Saves the state and cuts the log; `retained` restates everything appended so far that is still
   * needed above `snapshot.through`. One at a time: a newer one replaces one that waits.
   * @throws if an older one than the last is handed in.
   */
  saveSnapshot(snapshot: Snapshot, retained: readonly StableRecord[]): void
  /** Replaces the faults of the disk; an empty list heals it. */
  setFaults(faults: readonly StorageFault[]): void
  /** Up to `countMax` durable records that begin at `fromOffset` or later. */
  read(fromOffset: number, countMax: number): StoredRecord[]
  /** Makes everything durable and lets go of the directory. */
  close(): Promise<void>
}
