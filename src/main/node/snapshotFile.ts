/**
 * Snapshot file: the state after one slot, beside the log. A head record, then the body in parts,
 * each with a CRC of its own; nothing may follow.
 *
 * Order:  written under another name, flushed, renamed, name flushed: it appears whole or not.
 * Cost:   one part a turn of the event loop, so that a body of many MB does not stall the node.
 * Errors: reading gives a StorageError that names file and offset for anything but a whole file.
 */
import { join } from 'node:path'
import type { Slot } from '../../core/paxos/ballot'
import type { Snapshot } from '../../core/paxos/snapshot'
import { failpoints } from './failpoints'
import { LOG_FORMAT } from './headers'
import type { SnapshotHead } from './headers'
import type { LogDisk } from './logDisk'
import { LogReader, StorageError } from './logReader'
import { RecordWriter } from './recordFormat'

/** Encoded and handed to the kernel in well under a millisecond. */
const PART_BYTES = 256 * 1024
const NAME_DIGITS = 16

/** A snapshot that is durable. */
export interface SnapshotFile {
  readonly path: string
  readonly head: SnapshotHead
  /** Of its head record; the log counts it as standing in front of its first segment. */
  readonly headBytes: number
  readonly fileBytes: number
}

export function snapshotName(through: Slot): string {
  return `snapshot-${String(through).padStart(NAME_DIGITS, '0')}.snap`
}

export function isSnapshotName(name: string): boolean {
  return /^snapshot-\d{16}\.snap$/.test(name)
}

export interface SnapshotPlace {
  readonly disk: LogDisk
  readonly directory: string
  readonly cluster: string
  readonly node: number
}

/** Null if `isOver` said so before the file had its name. Rejects with what the disk says. */
export async function writeSnapshot(
  place: SnapshotPlace,
  snapshot: Snapshot,
  isOver: () => boolean,
): Promise<SnapshotFile | null> {
  const { disk, directory } = place
  failpoints.hit('snapshot.beforeWrite')
  const head = headOf(place, snapshot)
  const path = join(directory, snapshotName(head.through))
  const fresh = `${path}.new`
  const fd = disk.create(fresh)
  try {
    const writer = new RecordWriter()
    writer.write(head)
    const headBytes = writer.length
    let fileBytes = 0
    for (let part = 0; ; part++) {
      disk.writeNow(fd, writer.bytes, fileBytes)
      fileBytes += writer.length
      if (part === head.parts) break
      writer.clear()
      const text = snapshot.body.slice(part * PART_BYTES, (part + 1) * PART_BYTES)
      writer.write({ kind: 'snapshotPart', part, text })
      await turn()
      if (isOver()) return null
    }
    failpoints.hit('snapshot.afterWrite')
    await flushed(disk, fd, fileBytes)
    failpoints.hit('snapshot.afterFlush')
    if (isOver()) return null
    disk.renameNow(fresh, path)
    failpoints.hit('snapshot.afterRename')
    await namesFlushed(disk, directory)
    failpoints.hit('snapshot.afterNameFlush')
    return { path, head, headBytes, fileBytes }
  } finally {
    disk.close(fd)
  }
}

/** The whole snapshot. @throws StorageError if it is not whole, or not through `through`. */
export function readSnapshot(
  path: string,
  through: Slot,
  check: (head: SnapshotHead) => void,
): { readonly snapshot: Snapshot; readonly file: SnapshotFile } {
  const reader = new LogReader(path, 'snapshot')
  try {
    let head: SnapshotHead | null = null
    let headBytes = 0
    const pieces: string[] = []
    const end = reader.each((record, offset, bytes) => {
      if (offset === 0 && record.kind === 'snapshotHead') {
        check(record)
        head = record
        headBytes = bytes
      } else if (record.kind !== 'snapshotPart' || record.part !== pieces.length) {
        throw reader.damaged(offset, `part ${pieces.length} should be here`)
      } else pieces.push(record.text)
      return true
    })
    return finish(reader, { path, through, head, headBytes, pieces, end })
  } finally {
    reader.close()
  }
}

interface ReadParts {
  readonly path: string
  readonly through: Slot
  readonly head: SnapshotHead | null
  readonly headBytes: number
  readonly pieces: readonly string[]
  readonly end: number
}

function finish(reader: LogReader, read: ReadParts) {
  const { path, through, head, headBytes, pieces, end } = read
  if (!head) throw new StorageError(`snapshot ${path} has no head at offset 0`)
  if (pieces.length !== head.parts) {
    throw reader.damaged(end, `${pieces.length} of ${head.parts} parts are whole`)
  }
  if (end !== reader.size) throw reader.damaged(end, 'bytes behind the last part')
  const body = pieces.join('')
  if (body.length !== head.bytes || head.through !== through) {
    throw reader.damaged(0, `it holds ${body.length} bytes through slot ${head.through}`)
  }
  const snapshot: Snapshot = { through, digest: head.digest, body }
  return { snapshot, file: { path, head, headBytes, fileBytes: end } }
}

function headOf({ cluster, node }: SnapshotPlace, snapshot: Snapshot): SnapshotHead {
  const { through, digest, body } = snapshot
  const parts = Math.ceil(body.length / PART_BYTES)
  const owner = { format: LOG_FORMAT, cluster, node }
  return { kind: 'snapshotHead', ...owner, through, digest, bytes: body.length, parts }
}

/** Lets everything else that is due go first. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function flushed(disk: LogDisk, fd: number, through: number): Promise<void> {
  return new Promise((resolve, reject) => {
    disk.flush(fd, through, (error) => (error ? reject(error) : resolve()))
  })
}

export function namesFlushed(disk: LogDisk, directory: string): Promise<void> {
  return new Promise((resolve, reject) => {
    disk.flushNames(directory, (error) => (error ? reject(error) : resolve()))
  })
}
