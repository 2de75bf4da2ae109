/**
 * Records of a log as rows of bytes: `[length u32][crc32 u32][kind u8][payload]`, padded to 8
 * (docs/storage.md), with the places at which a crash would cut them.
 */
import type { RecordView } from '../../../../shared/control'
import type { DiskView } from './storageFold'

/** Length and CRC, 4 bytes each, and the kind. */
export const HEAD_BYTES = 9
/** Payloads of one length; the rest is as long as its values. */
const PAYLOAD_BYTES: Readonly<Record<string, number>> = {
  life: 8,
  batch: 8,
  promise: 12,
  chosen: 8,
}

export interface RecordRow {
  readonly kind: 'record'
  readonly record: RecordView
  /** Bytes after length, CRC and kind; padding apart where it is known. */
  readonly payload: number
  readonly padding: number | null
  /** What a crash would leave of it. */
  readonly survives: 'power' | 'kill' | 'nothing'
}

export interface BarrierRow {
  readonly kind: 'barrier'
  readonly offset: number
  readonly words: string
}

export type DiskRow = RecordRow | BarrierRow

export function rowsOf(records: readonly RecordView[], disk: DiskView): DiskRow[] {
  const rows: DiskRow[] = []
  const barriers = barriersOf(disk)
  for (const record of records) {
    const end = record.offset + record.bytes
    while (barriers[0] !== undefined && end > barriers[0].offset) {
      const passed = barriers.shift()!
      if (passed.offset >= (records[0]?.offset ?? 0)) rows.push(passed)
    }
    const known = PAYLOAD_BYTES[record.kind]
    const rest = Math.max(0, record.bytes - HEAD_BYTES)
    rows.push({
      kind: 'record',
      record,
      payload: known ?? rest,
      padding: known === undefined ? null : Math.max(0, rest - known),
      survives: survivalOf(end, disk),
    })
  }
  return [...rows, ...barriers]
}

function survivalOf(end: number, { afterKill, afterPower, told }: DiskView): RecordRow['survives'] {
  // What lies above the last flush that was told is durable too: the node reads nothing else.
  if (told === null || afterKill === null || afterPower === null) return 'power'
  if (afterKill < told && end > afterKill) return 'nothing'
  return afterPower < told && end > afterPower ? 'kill' : 'power'
}

const FLUSHED = 'flush barrier: all above is durable'
const CLAIMED = 'flush barrier: durable, says the node'

/** Lowest first. */
function barriersOf({ told, afterKill, afterPower }: DiskView): BarrierRow[] {
  if (told === null) return []
  const rows: BarrierRow[] = []
  if (afterPower !== null && afterPower < (afterKill ?? told)) {
    rows.push({ kind: 'barrier', offset: afterPower, words: 'a power loss cuts here' })
  }
  if (afterKill !== null && afterKill < told) {
    rows.push({ kind: 'barrier', offset: afterKill, words: 'SIGKILL and a power loss cut here' })
  }
  return [...rows, { kind: 'barrier', offset: told, words: rows.length === 0 ? FLUSHED : CLAIMED }]
}

export interface Survival {
  readonly crash: string
  /** Null: it is not known. */
  readonly leaves: number | null
  readonly loses: number | null
  readonly words: string
}

/** What each kind of crash would leave of this log now. */
export function survivalsOf({ told, afterKill, afterPower }: DiskView): Survival[] {
  const loss = (leaves: number | null): number | null =>
    told === null || leaves === null ? null : told - leaves
  const word = (lost: number | null): string => {
    if (lost === null) return 'not known'
    return lost === 0
      ? 'every promise and vote it told others of'
      : 'it forgets what it told others (I4)'
  }
  const row = (crash: string, leaves: number | null): Survival => {
    const loses = loss(leaves)
    return { crash, leaves, loses, words: word(loses) }
  }
  return [row('SIGKILL', afterKill), row('power loss', afterPower), row('wiped disk', told && 0)]
}
