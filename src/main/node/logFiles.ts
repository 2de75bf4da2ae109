/** The files of an open log: the segment that is written, older ones, and the snapshot. */
import { basename } from 'node:path'
import type { StableRecord } from '../../core/paxos/effect'
import { failpoints } from './failpoints'
import type { HeaderRecord } from './headers'
import type { LogDisk } from './logDisk'
import { LogReader } from './logReader'
import { isStable } from './recordFormat'
import { SegmentFile } from './segmentFile'
import type { FoundLog, ScannedSegment } from './segments'
import type { SnapshotFile } from './snapshotFile'
import type { StoredRecord } from './storage'

/** A segment that is not written any more. */
interface ClosedSegment {
  readonly path: string
  readonly header: HeaderRecord
  readonly bytes: number
}

export class LogFiles {
  segment: SegmentFile
  snapshot: SnapshotFile | null
  /** Ones that recovery needs, and ones that are being deleted. */
  private older: ClosedSegment[]
  private replaced: ClosedSegment[] = []

  /** Opens the last segment and cuts a torn tail off. */
  constructor(found: FoundLog, disk: LogDisk) {
    const last = found.segments.at(-1)
    if (!last) throw new Error('a log has at least one segment')
    this.snapshot = found.snapshotFile
    this.older = found.segments
      .slice(0, -1)
      .map(({ path, header, scan }) => ({ path, header, bytes: scan.endOffset }))
    this.segment = openSegment(last, disk)
  }

  /** Length of all segments. */
  get bytes(): number {
    const closed = [...this.older, ...this.replaced]
    return closed.reduce((sum, { bytes }) => sum + bytes, this.segment.offset)
  }

  /** Goes on in `file`; answers the paths that nobody needs any more. */
  replace(file: SegmentFile, snapshot: SnapshotFile | null): string[] {
    const { path, header, offset: bytes } = this.segment
    this.segment.close()
    this.segment = file
    this.older.push({ path, header, bytes })
    if (!snapshot) return []
    const before = this.snapshot
    this.snapshot = snapshot
    this.replaced = this.older
    this.older = []
    return [...this.replaced.map((segment) => segment.path), ...(before ? [before.path] : [])]
  }

  /** What was replaced is deleted. */
  forgetReplaced(): void {
    this.replaced = []
  }

  recover(onRecord: (record: StableRecord) => void): void {
    for (const { path } of [...this.older, this.segment]) {
      withReader(path, (reader) =>
        reader.each((record) => {
          if (isStable(record)) onRecord(record)
          return true
        }),
      )
    }
  }

  /** Up to `countMax` durable records from `fromOffset` of the whole log on. */
  read(fromOffset: number, countMax: number): StoredRecord[] {
    const found: StoredRecord[] = []
    const take = (path: string, base: number, from: number, bytesMax: number): void => {
      withReader(path, (reader) =>
        reader.each((record, offset, bytes) => {
          if (found.length >= countMax || offset + bytes > bytesMax) return false
          found.push({ file: basename(path), offset: base + offset, bytes, record })
          return true
        }, from),
      )
    }
    const { path, header, offset } = this.segment
    const segments = [...this.older, { path, header, bytes: offset }]
    if (this.snapshot) {
      const base = segments[0]!.header.base - this.snapshot.headBytes
      if (base >= fromOffset) take(this.snapshot.path, base, 0, this.snapshot.headBytes)
    }
    for (const segment of segments) {
      const from = fromOffset - segment.header.base
      if (found.length >= countMax) break
      if (from < segment.bytes) take(segment.path, segment.header.base, from, segment.bytes)
    }
    return found
  }
}

function openSegment({ path, header, scan }: ScannedSegment, disk: LogDisk): SegmentFile {
  const fd = disk.open(path)
  try {
    if (scan.tornBytes > 0) disk.truncateNow(fd, scan.endOffset)
    failpoints.hit('recover.cut')
    return new SegmentFile(disk, path, fd, header, scan.endOffset)
  } catch (error) {
    disk.close(fd)
    throw error
  }
}

function withReader(path: string, use: (reader: LogReader) => void): void {
  const reader = new LogReader(path)
  try {
    use(reader)
  } finally {
    reader.close()
  }
}
