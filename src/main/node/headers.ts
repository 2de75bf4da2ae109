/**
 * First records of segments and snapshots: whose the file is, and what it needs beside itself.
 *
 * Form:   JSON, so that a later version can add fields; the format number is read first.
 * Errors: what `JSON.parse` and `Fields` throw; the reader adds file and offset.
 */
import type { Slot } from '../../core/paxos/ballot'
import { Fields } from '../../shared/fields'

/** Raised with every change that an older node could not read. Written; 1 is still read. */
export const LOG_FORMAT = 2
/** One file `paxos.log` for ever, without snapshots. */
export const LOG_FORMAT_SINGLE = 1
/** A header keeps its length when `base` gets its digits. */
const HEADER_TEXT_BYTES_MIN = 247

/** First record of a segment: whose it is, and what it needs beside itself. */
export interface HeaderRecord {
  readonly kind: 'header'
  readonly format: number
  readonly cluster: string
  readonly node: number
  /** Number of the segment; 0 is the file of format 1. */
  readonly segment: number
  /** Where the segment begins in the whole log, counted since the log began. */
  readonly base: number
  /** Slot of the snapshot that stands in for everything older; 0: there is none. */
  readonly snapshot: Slot
  /** True: no older segment is needed. False: it goes on where the one before ends. */
  readonly restates: boolean
  /** False: the node lost an earlier log, and must not vote for ever. */
  readonly votes: boolean
}

/** First record of a snapshot file. */
export interface SnapshotHead {
  readonly kind: 'snapshotHead'
  readonly format: number
  readonly cluster: string
  readonly node: number
  readonly through: Slot
  readonly digest: string
  /** Length of the body, and number of the parts that follow. */
  readonly bytes: number
  readonly parts: number
}

/** Padded, so that it has one length whatever `base` is. */
export function printHeader(header: HeaderRecord): string {
  const { format, cluster, node, segment, base, snapshot, restates, votes } = header
  const owner = { format, cluster, node }
  if (format === LOG_FORMAT_SINGLE) return JSON.stringify(owner)
  const print = (from: number): string =>
    JSON.stringify({ ...owner, segment, base: from, snapshot, restates, votes })
  const longest = print(Number.MAX_SAFE_INTEGER).length
  return print(base).padEnd(Math.max(HEADER_TEXT_BYTES_MIN, longest))
}

/** Of a format that this version does not know, only the format is read. */
export function parseHeader(text: string): HeaderRecord {
  const fields = Fields.of(JSON.parse(text), 'header')
  const format = fields.count('format')
  const whole = { kind: 'header', format, segment: 0, base: 0, snapshot: 0 } as const
  const single = { ...whole, restates: true, votes: true }
  if (format > LOG_FORMAT) return { ...single, cluster: '', node: 0 }
  const owner = { cluster: fields.text('cluster'), node: fields.count('node') }
  if (format === LOG_FORMAT_SINGLE) return { ...single, ...owner }
  return {
    kind: 'header',
    format,
    ...owner,
    segment: fields.count('segment'),
    base: fields.count('base'),
    snapshot: fields.count('snapshot'),
    restates: fields.flag('restates'),
    votes: fields.flag('votes'),
  }
}

export function printSnapshotHead(head: SnapshotHead): string {
  const { format, cluster, node, through, digest, bytes, parts } = head
  return JSON.stringify({ format, cluster, node, through, digest, bytes, parts })
}

export function parseSnapshotHead(text: string): SnapshotHead {
  const fields = Fields.of(JSON.parse(text), 'snapshot')
  const format = fields.count('format')
  const empty = { kind: 'snapshotHead', format, bytes: 0, parts: 0 } as const
  if (format > LOG_FORMAT) return { ...empty, cluster: '', node: 0, through: 0, digest: '' }
  return {
    kind: 'snapshotHead',
    format,
    cluster: fields.text('cluster'),
    node: fields.count('node'),
    through: fields.count('through'),
    digest: fields.text('digest'),
    bytes: fields.count('bytes'),
    parts: fields.count('parts'),
  }
}
