/**
 * The shipped storage: one append-only log a node, in segments, with group commit.
 *
 * While one flush runs, the next batch gathers; each batch is one write and one fdatasync.
 * Switch: when a new segment is prepared (`logCut.ts`), the next flush goes there, with all that
 *         was carried; it takes the place of a batch, so that records keep their order.
 * Limits: `CARRY_BYTES_MAX` of records beside a cut; then flushes wait for it.
 */
import { dirname } from 'node:path'
import type { StorageFault } from '../../core/fault'
import type { Slot } from '../../core/paxos/ballot'
import type { StableRecord } from '../../core/paxos/effect'
import type { Snapshot } from '../../core/paxos/snapshot'
import { failpoints } from './failpoints'
import type { FailpointName } from '../../shared/failpoints'
import { FlushPace } from './flushPace'
import type { HeaderRecord } from './headers'
import { LogCut } from './logCut'
import type { CutHost } from './logCut'
import { RecordWriter } from './recordFormat'
import type { BatchRecord } from './recordFormat'
import { LogFiles } from './logFiles'
import { switchSegment } from './logSwitch'
import type { PreparedSegment } from './logSwitch'
import type { SegmentFile } from './segmentFile'
import type { FoundLog } from './segments'
import type { SnapshotFile } from './snapshotFile'
import type { Storage, StorageListener, StoredRecord } from './storage'
import type { FaultyDisk } from './storageFaults'

/** With flush off, the kernel gets the records when this much has gathered. */
const UNFLUSHED_BYTES_MAX = 4 * 1024 * 1024
const CARRY_BYTES_MAX = 64 * 1024 * 1024
/** A longer segment is followed by another one: recovery reads files that fit in memory. */
export const SEGMENT_BYTES_MAX = 256 * 1024 * 1024

export interface FileLogOptions {
  readonly found: FoundLog
  readonly mayVote: boolean
  /** A first life counts higher than this. */
  readonly lifeFloor: number
  /** False: what is appended counts as durable at once (a lesson, and the benchmark's ceiling). */
  readonly flush: boolean
  readonly segmentBytesMax: number
  readonly disk: FaultyDisk
  readonly listener: StorageListener
  readonly release: () => void
}

/**
 * A node that lost its log does not know how often it had started; its requests must not carry the
 * names of former ones. Minutes since 2026 are above any count of starts.
 */
function rejoinFloor(): number {
  return REJOIN_LIFE_MIN + Math.max(0, Math.floor((Date.now() - Date.UTC(2026, 0)) / 60_000))
}

const REJOIN_LIFE_MIN = 1_000_000

interface Switch {
  readonly prepared: PreparedSegment
  readonly done: (replaced: readonly string[] | null) => void
}

export class FileLog implements Storage, CutHost {
  readonly life: number
  readonly mayVote: boolean
  readonly recovered: Storage['recovered']
  readonly disk: FaultyDisk
  readonly directory: string
  private readonly files: LogFiles
  private found: Snapshot | null
  private gathering = new RecordWriter()
  private flushing = new RecordWriter()
  private readonly carries: RecordWriter[] = []
  private readonly cut = new LogCut(this)
  private readonly pace = new FlushPace()
  private pendingSwitch: Switch | null = null
  private switching = false
  /** Number of the last record appended, of the last one in the running flush. */
  private appended = 0
  private flushingThrough = 0
  private toldThrough = 0
  /** Everything below had been flushed when the running batch was written; in this segment. */
  private flushedOffset = 0
  private wanted = false
  private running = false
  private failed = false
  private readonly closers: (() => void)[] = []

  constructor(private readonly options: FileLogOptions) {
    const { found, disk } = options
    const last = found.segments.at(-1)
    if (!last) throw new Error('a log has at least one segment')
    this.disk = disk
    this.directory = dirname(last.path)
    const floor = options.mayVote ? options.lifeFloor : Math.max(options.lifeFloor, rejoinFloor())
    this.life = Math.max(last.scan.life, last.scan.life === 0 ? floor : 0) + 1
    this.mayVote = options.mayVote
    const scans = found.segments.map(({ scan }) => scan)
    this.recovered = {
      records: scans.reduce((sum, { records }) => sum + records, 0),
      bytes: scans.reduce((sum, { endOffset }) => sum + endOffset, 0),
      tornBytes: last.scan.tornBytes,
      offset: last.header.base + last.scan.endOffset,
    }
    this.found = found.snapshot
    this.files = new LogFiles(found, disk)
    try {
      this.segment.extendNow()
      this.beginLife()
    } catch (error) {
      this.segment.close()
      throw error
    }
  }

  get logBytes(): number {
    return this.files.bytes
  }

  get snapshotBytes(): number {
    return this.files.snapshot?.fileBytes ?? 0
  }

  get snapshotThrough(): Slot {
    return this.files.snapshot?.head.through ?? 0
  }

  get snapshot(): Snapshot | null {
    return this.found
  }

  get header(): HeaderRecord {
    return this.segment.header
  }

  recover(onRecord: (record: StableRecord) => void): void {
    this.files.recover(onRecord)
  }

  append(number: number, record: StableRecord): void {
    if (this.gathering.length === 0) this.gathering.write(this.batchRecord())
    const from = this.gathering.length
    this.gathering.write(record)
    for (const carry of this.carries) carry.writeBytes(this.gathering.bytes.subarray(from))
    this.appended = number
    this.found = null
  }

  flush(): void {
    if (this.failed || this.gathering.length === 0) return
    this.wanted = true
    if (!this.running) this.startFlush()
  }

  saveSnapshot(snapshot: Snapshot, retained: readonly StableRecord[]): void {
    if (this.failed) return
    if (snapshot.through < this.snapshotThrough) {
      throw new Error(
        `snapshot through slot ${snapshot.through} is older than ${this.snapshotThrough}`,
      )
    }
    this.cut.save(snapshot, retained)
  }

  setFaults(faults: readonly StorageFault[]): void {
    this.disk.set(faults)
  }

  read(fromOffset: number, countMax: number): StoredRecord[] {
    return this.files.read(fromOffset, countMax)
  }

  async close(): Promise<void> {
    await this.cut.stop()
    if (!this.failed && (this.gathering.length > 0 || this.isWorking)) {
      await new Promise<void>((done) => {
        this.closers.push(done)
        this.wanted = true
        if (!this.running) this.startFlush()
        this.settleClose()
      })
    }
    this.segment.close()
    this.options.release()
  }

  beginCarry(): RecordWriter {
    const carry = new RecordWriter()
    this.carries.push(carry)
    return carry
  }

  endCarry(carry: RecordWriter): void {
    const at = this.carries.indexOf(carry)
    if (at >= 0) this.carries.splice(at, 1)
    // A flush may have waited because too much was carried.
    if (this.wanted && !this.running) this.startFlush()
  }

  switchTo(prepared: PreparedSegment): Promise<readonly string[] | null> {
    return new Promise((done) => {
      this.pendingSwitch = { prepared, done }
      if (!this.running) this.startSwitch()
    })
  }

  onCut(snapshot: SnapshotFile): void {
    this.files.forgetReplaced()
    if (!this.failed) this.options.listener.onSnapshotSaved(snapshot.head.through)
  }

  fail(error: unknown): void {
    if (this.failed) return
    this.failed = true
    this.running = false
    const words = error instanceof Error ? error.message : String(error)
    const { path, offset } = this.segment
    const { listener } = this.options
    listener.onStorageFailed(new Error(`log ${path}, batch at offset ${offset}: ${words}`))
    this.segment.extending = false
    this.pendingSwitch?.done(null)
    this.pendingSwitch = null
    this.settleClose()
  }

  private get segment(): SegmentFile {
    return this.files.segment
  }

  private get isWorking(): boolean {
    return this.running || this.segment.extending
  }

  private get flushOff(): boolean {
    return !this.options.flush || this.disk.flushOff
  }

  private get carriesTooMuch(): boolean {
    return this.carries.some(({ length }) => length > CARRY_BYTES_MAX)
  }

  private batchRecord(): BatchRecord {
    return { kind: 'batch', durable: this.flushedOffset }
  }

  /** Records the start of the node, durably: frames of different lives must be told apart. */
  private beginLife(): void {
    const { segment, gathering, disk } = this
    failpoints.hit('life.beforeWrite')
    gathering.write({ kind: 'life', life: this.life })
    disk.writeNow(segment.fd, gathering.bytes, segment.offset)
    segment.offset += gathering.length
    disk.flushNow(segment.fd, segment.offset)
    failpoints.hit('life.afterFlush')
    this.flushedOffset = segment.offset
    gathering.clear()
  }

  private startFlush(): void {
    if (this.failed || this.carriesTooMuch) return
    if (this.flushOff) return this.pretend()
    const { segment, disk } = this
    const batchEnd = segment.offset + this.gathering.length
    // The zeros on their way to the disk must not overtake records: wait, `extend` comes back.
    if (!segment.canTake(batchEnd)) return
    this.takeBatch()
    const bytes = this.flushing.length
    const startedAt = performance.now()
    const atOnce = disk.mayFlushNow && !this.cut.isBusy && this.pace.isAlone(bytes)
    try {
      failpoints.hit('flush.beforeWrite')
      disk.writeNow(segment.fd, this.flushing.bytes, segment.offset)
      segment.wrote(batchEnd)
      failpoints.hit('flush.afterWrite')
      if (atOnce) disk.flushNow(segment.fd, batchEnd)
    } catch (error) {
      return this.fail(error)
    }
    if (atOnce) {
      const flushMs = performance.now() - startedAt
      this.pace.flushedNow(flushMs)
      return this.flushed(batchEnd, flushMs)
    }
    disk.flush(segment.fd, batchEnd, (error) => {
      if (error) return this.fail(error)
      const flushMs = performance.now() - startedAt
      this.pace.flushed(bytes, flushMs, this.gathering.length > 0)
      this.flushed(batchEnd, flushMs)
    })
  }

  /** What has gathered is on its way; the next batch gathers. */
  private takeBatch(): void {
    this.wanted = false
    this.running = true
    // It was written when the batch began to gather; a flush has ended since.
    if (this.gathering.length > 0) this.gathering.rewriteFirst(this.batchRecord())
    ;[this.gathering, this.flushing] = [this.flushing, this.gathering]
    this.flushingThrough = this.appended
  }

  private flushed(batchEnd: number, flushMs: number): void {
    if (this.failed || !this.passed('flush.afterFlush')) return
    this.running = false
    this.flushing.clear()
    this.segment.offset = batchEnd
    this.flushedOffset = batchEnd
    this.tell(this.flushingThrough, this.segment.end, flushMs)
    if (this.passed('flush.afterTold')) this.goOn()
  }

  private goOn(): void {
    if (this.pendingSwitch) return this.startSwitch()
    if (this.wanted && this.gathering.length > 0) this.startFlush()
    else this.wanted = false
    this.extendAhead()
    if (this.segment.offset > this.options.segmentBytesMax && !this.flushOff) this.cut.goOn()
    this.settleClose()
  }

  /** Flush off: says durable at once, and gives the kernel what a power cut would lose anyway. */
  private pretend(): void {
    const { segment, gathering } = this
    this.wanted = false
    this.tell(this.appended, segment.end + gathering.length, 0)
    const end = segment.offset + gathering.length
    if (gathering.length >= UNFLUSHED_BYTES_MAX && segment.canTake(end)) {
      try {
        this.disk.writeNow(segment.fd, gathering.bytes, segment.offset)
      } catch (error) {
        return this.fail(error)
      }
      segment.wrote(end)
      segment.offset = end
      gathering.clear()
    }
    this.settleClose()
  }

  private tell(through: number, offset: number, flushMs: number): void {
    if (through <= this.toldThrough) return
    this.toldThrough = through
    this.options.listener.onDurable(through, offset, flushMs)
  }

  private extendAhead(): void {
    const { segment } = this
    if (this.switching || segment.extending || !segment.isShort) return
    segment.extend((error) => {
      if (error) return this.fail(error)
      if (this.running) return
      if (this.pendingSwitch) return this.startSwitch()
      if (this.wanted) this.startFlush()
      this.settleClose()
    })
  }

  /** Instead of a flush: what was carried goes to the new segment, which then gets its name. */
  private startSwitch(): void {
    const next = this.pendingSwitch
    if (this.failed || !next || this.segment.extending) return
    const { prepared } = next
    const startedAt = performance.now()
    this.switching = true
    this.takeBatch()
    if (prepared.carry) this.carries.splice(this.carries.indexOf(prepared.carry), 1)
    const { disk, directory } = this
    const target = { disk, directory, logEnd: this.segment.end, batch: this.flushing }
    switchSegment(prepared, target, (error, file) => {
      if (this.failed) return
      if (!file) return this.fail(error)
      const replaced = this.files.replace(file, prepared.snapshot)
      this.pendingSwitch = null
      this.switching = false
      next.done(replaced)
      this.flushed(file.offset, performance.now() - startedAt)
    })
  }

  private settleClose(): void {
    if (this.isWorking) return
    if (!this.failed && this.wanted) return
    for (const done of this.closers.splice(0)) done()
  }

  /** False, and the log has failed, if the point was armed with an error. */
  private passed(name: FailpointName): boolean {
    try {
      failpoints.hit(name)
      return true
    } catch (error) {
      this.fail(error)
      return false
    }
  }
}
