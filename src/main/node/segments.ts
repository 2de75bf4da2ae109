/**
 * Segments: the numbered files of one log, and which of them recovery needs.
 *
 * Rule:   a segment either restates everything (with the snapshot that its header names, if any) or
 *         goes on where the one before ends. Needed are the newest that restates and all after it;
 *         a segment gets its name only when it and its snapshot are durable, so that what is older
 *         is left over from a cut that was not finished.
 * Units:  an offset in the whole log counts every byte since the log began: `base` of the segment
 *         plus the place in its file. Cutting moves no offset. The head of a snapshot counts as
 *         standing in front of the segment that needs it.
 * Errors: StorageError names the file and, if any, the offset.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Snapshot } from '../../core/paxos/snapshot'
import type { HeaderRecord, SnapshotHead } from './headers'
import { LogReader, StorageError } from './logReader'
import type { LogScan } from './logReader'
import { isSnapshotName, readSnapshot, snapshotName } from './snapshotFile'
import type { SnapshotFile } from './snapshotFile'

/** The whole log of format 1; it counts as segment 0. */
export const SINGLE_LOG_NAME = 'paxos.log'
const NUMBER_DIGITS = 6

/** A segment that was read through and found good. */
export interface ScannedSegment {
  readonly path: string
  readonly header: HeaderRecord
  readonly scan: LogScan
}

export interface FoundLog {
  /** Needed ones, oldest first; at least one. */
  readonly segments: readonly ScannedSegment[]
  readonly snapshot: Snapshot | null
  readonly snapshotFile: SnapshotFile | null
  /** Paths of what a cut that was not finished has left. */
  readonly leftover: readonly string[]
}

export type OwnerCheck = (path: string, header: HeaderRecord | SnapshotHead) => void

export function segmentName(number: number): string {
  if (number === 0) return SINGLE_LOG_NAME
  return `paxos-${String(number).padStart(NUMBER_DIGITS, '0')}.log`
}

/** Null for a name that is none of a segment. */
function segmentNumber(name: string): number | null {
  if (name === SINGLE_LOG_NAME) return 0
  const match = /^paxos-(\d{6,})\.log$/.exec(name)
  return match && segmentName(Number(match[1])) === name ? Number(match[1]) : null
}

/** Reads and judges the log in a directory; null if there is no segment. Changes nothing. */
export function findLog(directory: string, check: OwnerCheck): FoundLog | null {
  const names = readdirSync(directory)
  const numbers = names
    .flatMap((name) => segmentNumber(name) ?? [])
    .sort((left, right) => right - left)
  if (numbers.length === 0) return null
  const heads = neededHeads(directory, numbers, check)
  const segments = heads.map(({ path, header }) => ({ path, header, scan: scanSegment(path) }))
  checkJoints(segments)
  const through = segments[0]?.header.snapshot ?? 0
  const read = through > 0 ? snapshotOf(directory, through, check) : null
  const needed = new Set([...segments.map(({ path }) => path), ...(read ? [read.file.path] : [])])
  const leftover = names
    .filter((name) => segmentNumber(name) !== null || isSnapshotName(name) || isUnfinished(name))
    .map((name) => join(directory, name))
    .filter((path) => !needed.has(path))
  return { segments, snapshot: read?.snapshot ?? null, snapshotFile: read?.file ?? null, leftover }
}

/** A file that a crash kept from getting its name. */
function isUnfinished(name: string): boolean {
  return /^(paxos-\d{6,}\.log|snapshot-\d{16}\.snap)\.new$/.test(name)
}

interface SegmentHead {
  readonly path: string
  readonly header: HeaderRecord
}

/** From the newest back to one that restates everything; oldest first. */
function neededHeads(
  directory: string,
  numbers: readonly number[],
  check: OwnerCheck,
): SegmentHead[] {
  const heads: SegmentHead[] = []
  for (let at = 0; ; at++) {
    const number = (numbers[0] ?? 0) - at
    const path = join(directory, segmentName(number))
    if (numbers[at] !== number) {
      throw new StorageError(`log ${path} is missing: ${segmentName(number + 1)} goes on from it`)
    }
    const header = readHeader(path)
    check(path, header)
    if (header.segment !== number) {
      throw new StorageError(`log ${path} says at offset 0 that it is segment ${header.segment}`)
    }
    heads.unshift({ path, header })
    if (header.restates) return heads
  }
}

function readHeader(path: string): HeaderRecord {
  const reader = new LogReader(path)
  try {
    const record = reader.first()
    if (record?.kind === 'header') return record
    throw new StorageError(`log ${path} has no header at offset 0`)
  } finally {
    reader.close()
  }
}

function scanSegment(path: string): LogScan {
  const reader = new LogReader(path)
  try {
    return reader.scan()
  } finally {
    reader.close()
  }
}

/** Only the newest segment may have a torn tail; each other must reach up to the next. */
function checkJoints(segments: readonly ScannedSegment[]): void {
  segments.forEach(({ path, header, scan }, index) => {
    const next = segments[index + 1]
    if (!next) return
    const reaches = next.header.base - header.base
    if (scan.tornBytes === 0 && scan.endOffset === reaches) return
    throw new StorageError(
      `log ${path} is damaged at offset ${scan.endOffset}: the next segment goes on ` +
        `from offset ${reaches}`,
    )
  })
}

function snapshotOf(directory: string, through: number, check: OwnerCheck) {
  const path = join(directory, snapshotName(through))
  if (!existsSync(path)) {
    throw new StorageError(`snapshot ${path} is missing: the log begins after slot ${through}`)
  }
  return readSnapshot(path, through, (head) => check(path, head))
}
