/**
 * Cuts the log: snapshot first, then a segment that restates what is still needed, then deletion.
 *
 * Order:  1. the snapshot is written, flushed, named, the name flushed;
 *         2. a new segment with the retained records is written under another name and flushed,
 *            while the log goes on in the old one and a copy of what it takes is carried along;
 *         3. the log holds its next flush, adds what was carried, flushes, names the segment,
 *            flushes the name, and goes on there;
 *         4. older segments and snapshots are deleted, the deletions flushed, and the host is told.
 *         Until the new segment has its name the old files count; from then on the new ones do.
 * Limits: one cut at a time and one that waits; `CARRY_BYTES_MAX` is kept by the log.
 * Errors: whatever fails, fails the log: the node ends.
 */
import { dirname, join } from 'node:path'
import type { StableRecord } from '../../core/paxos/effect'
import type { Snapshot } from '../../core/paxos/snapshot'
import { failpoints } from './failpoints'
import { LOG_FORMAT } from './headers'
import type { HeaderRecord } from './headers'
import type { LogDisk } from './logDisk'
import type { PreparedSegment } from './logSwitch'
import { RecordWriter } from './recordFormat'
import { SegmentFile } from './segmentFile'
import { segmentName } from './segments'
import { flushed, namesFlushed, turn, writeSnapshot } from './snapshotFile'
import type { SnapshotFile } from './snapshotFile'

/** Retained records are encoded and written in pieces of about this size, one a turn. */
const PIECE_BYTES = 256 * 1024

/** What the log offers to the one who cuts it. */
export interface CutHost {
  readonly disk: LogDisk
  readonly directory: string
  readonly life: number
  /** Header of the segment that is written now. */
  readonly header: HeaderRecord
  /** Copies every record appended from now on. */
  beginCarry(): RecordWriter
  endCarry(carry: RecordWriter): void
  /**
   * Goes on in that segment; resolves when its name is durable, with the paths that it replaces,
   * or with null if the log failed.
   */
  switchTo(prepared: PreparedSegment): Promise<readonly string[] | null>
  /** What was replaced is deleted. */
  onCut(snapshot: SnapshotFile): void
  fail(error: unknown): void
}

interface Job {
  readonly snapshot: Snapshot
  readonly retained: readonly StableRecord[]
  readonly carry: RecordWriter
}

export class LogCut {
  private waiting: Job | 'goOn' | null = null
  private work: Promise<void> | null = null
  private stopped = false

  constructor(private readonly host: CutHost) {}

  get isBusy(): boolean {
    return this.work !== null
  }

  save(snapshot: Snapshot, retained: readonly StableRecord[]): void {
    if (this.stopped) return
    this.dropWaiting()
    this.waiting = { snapshot, retained, carry: this.host.beginCarry() }
    this.work ??= this.workOff()
  }

  /** Begins a segment without a snapshot, because the present one is long. */
  goOn(): void {
    if (this.stopped || this.work) return
    this.waiting = 'goOn'
    this.work = this.workOff()
  }

  /** Resolves when nothing of it touches the disk any more. What is not named yet is given up. */
  async stop(): Promise<void> {
    this.stopped = true
    this.dropWaiting()
    await this.work
  }

  private dropWaiting(): void {
    if (this.waiting !== null && this.waiting !== 'goOn') this.host.endCarry(this.waiting.carry)
    this.waiting = null
  }

  private async workOff(): Promise<void> {
    try {
      for (let job = this.waiting; job !== null; job = this.waiting) {
        this.waiting = null
        // The caller of this turn may not hear of a failure before it has returned.
        await turn()
        if (job === 'goOn') await this.begin(null, null)
        else await this.cut(job)
      }
    } catch (error) {
      this.host.fail(error)
    } finally {
      this.work = null
    }
  }

  private async cut(job: Job): Promise<void> {
    const { host } = this
    const { cluster, node } = host.header
    const place = { disk: host.disk, directory: host.directory, cluster, node }
    const file = await writeSnapshot(place, job.snapshot, () => this.stopped)
    const replaced = file && (await this.begin(file, job))
    if (!replaced) return host.endCarry(job.carry)
    // An older snapshot of the same slot was replaced by the rename.
    await this.remove(replaced.filter((path) => path !== file.path))
    host.onCut(file)
    failpoints.hit('snapshot.afterTold')
  }

  /** Null if the log was closed before the new segment had its name. */
  private async begin(
    snapshot: SnapshotFile | null,
    job: Job | null,
  ): Promise<readonly string[] | null> {
    const { host } = this
    const { disk } = host
    const path = join(host.directory, segmentName(host.header.segment + 1))
    const header = this.headerOf(snapshot)
    const fd = disk.create(`${path}.new`)
    let file: SegmentFile
    try {
      const end = await this.writeStart(fd, header, job?.retained ?? [])
      failpoints.hit('segment.afterWrite')
      file = new SegmentFile(disk, `${path}.new`, fd, header, end)
      while (file.isShort) await asPromise((done) => file.extend(done))
      await flushed(disk, fd, end)
      failpoints.hit('segment.afterFlush')
    } catch (error) {
      disk.close(fd)
      throw error
    }
    if (this.stopped) {
      file.close()
      return null
    }
    return host.switchTo({ file, path, snapshot, carry: job?.carry ?? null })
  }

  private headerOf(snapshot: SnapshotFile | null): HeaderRecord {
    const { cluster, node, segment, snapshot: before, votes } = this.host.header
    const owner = { kind: 'header', format: LOG_FORMAT, cluster, node } as const
    const through = snapshot ? snapshot.head.through : before
    // The base is known when the log gets here.
    const place = { segment: segment + 1, base: 0, snapshot: through }
    return { ...owner, ...place, restates: snapshot !== null, votes }
  }

  /** Header, life and the retained records; answers where they end. */
  private async writeStart(
    fd: number,
    header: HeaderRecord,
    retained: readonly StableRecord[],
  ): Promise<number> {
    const { disk, life } = this.host
    const writer = new RecordWriter()
    writer.write(header)
    writer.write({ kind: 'life', life })
    let end = 0
    for (const record of retained) {
      if (writer.length >= PIECE_BYTES) {
        disk.writeNow(fd, writer.bytes, end)
        end += writer.length
        writer.clear()
        await turn()
      }
      writer.write(record)
    }
    disk.writeNow(fd, writer.bytes, end)
    return end + writer.length
  }

  private async remove(paths: readonly string[]): Promise<void> {
    const { disk } = this.host
    failpoints.hit('truncate.beforeDelete')
    for (const path of paths) {
      await asPromise((done) => disk.remove(path, done))
      failpoints.hit('truncate.afterDelete')
    }
    for (const directory of new Set(paths.map((path) => dirname(path)))) {
      await namesFlushed(disk, directory)
    }
    failpoints.hit('truncate.afterNameFlush')
  }
}

function asPromise(start: (done: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error === null) resolve()
      else reject(error instanceof Error ? error : new Error(String(error)))
    })
  })
}
