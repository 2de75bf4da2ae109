/**
 * The switch to a prepared segment: header with its place in the log, the newest records, flush,
 * name, flush of the name. Nothing else is written to the log meanwhile.
 */
import { failpoints } from './failpoints'
import type { LogDisk } from './logDisk'
import { RecordWriter } from './recordFormat'
import { SegmentFile } from './segmentFile'
import type { SnapshotFile } from './snapshotFile'

/** A new segment that has no name yet. */
export interface PreparedSegment {
  /** Under its temporary name. */
  readonly file: SegmentFile
  readonly path: string
  readonly snapshot: SnapshotFile | null
  /** Records appended since the snapshot was asked for; null: the segment goes on, nothing more. */
  readonly carry: RecordWriter | null
}

export interface SwitchTarget {
  readonly disk: LogDisk
  readonly directory: string
  /** End of the log before, counted since the log began. */
  readonly logEnd: number
  /** What gathered for the next flush; used if nothing is carried. */
  readonly batch: RecordWriter
}

export type SwitchDone = (error: unknown, file: SegmentFile | null) => void

/** `done` gets the segment under its name. */
export function switchSegment(
  prepared: PreparedSegment,
  target: SwitchTarget,
  done: SwitchDone,
): void {
  const { disk } = target
  const fail = (error: unknown): void => done(error, null)
  const attempt = (step: () => void): boolean => {
    try {
      step()
      return true
    } catch (error) {
      fail(error)
      return false
    }
  }
  attempt(() => {
    const file = writeRest(prepared, target)
    disk.flush(file.fd, file.offset, (error) => {
      if (error) return fail(error)
      attempt(() => {
        failpoints.hit('segment.afterCarry')
        disk.renameNow(prepared.file.path, file.path)
        failpoints.hit('segment.afterRename')
        disk.flushNames(target.directory, (unflushed) => {
          if (unflushed) return fail(unflushed)
          if (attempt(() => failpoints.hit('segment.afterNameFlush'))) done(null, file)
        })
      })
    })
  })
}

function writeRest(prepared: PreparedSegment, target: SwitchTarget): SegmentFile {
  const { file, path, snapshot, carry } = prepared
  const { disk, logEnd, batch } = target
  failpoints.hit('segment.beforeCarry')
  const header = { ...file.header, base: logEnd + (snapshot?.headBytes ?? 0) }
  const first = new RecordWriter()
  first.write(header)
  disk.writeNow(file.fd, first.bytes, 0)
  const rest = carry ?? batch
  // The batch named what was flushed of the file before.
  if (!carry && rest.length > 0) rest.rewriteFirst({ kind: 'batch', durable: 0 })
  // True for every reader: the file has no name before all of it is flushed.
  rest.write({ kind: 'batch', durable: file.offset + rest.length })
  disk.writeNow(file.fd, rest.bytes, file.offset)
  return new SegmentFile(disk, path, file.fd, header, file.offset + rest.length)
}
