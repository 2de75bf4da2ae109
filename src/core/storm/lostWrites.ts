/**
 * Lost writes: what a client was told is written and nobody can read any more, by a history that
 * ends with a read of every key after everything was healed.
 *
 * Rules: an acknowledged APPEND must stand in the text, every acknowledged INCR in the number; a
 *        key that was written has a value, and that is not one which was over before a later write
 *        that was acknowledged began. What never ended may stand there or not. A key that was
 *        deleted is left out.
 * Limits: this counts losses and names them. Whether every answer fits one order is the question of
 *        I14 (`core/check/linear`), which sees more.
 */
import type { HistoryEntry, HistoryValue } from '../history'

export interface LostWrites {
  /** Writes of every kind that a client was told are done. */
  readonly acknowledged: number
  /** Keys that were written, and how many of them were read in the end. */
  readonly keys: number
  readonly keysRead: number
  /** Of the keys that were read: what is lost, in words. */
  readonly lost: readonly string[]
}

interface Write {
  readonly f: HistoryEntry['f']
  readonly value: HistoryValue
  readonly begun: number
  /** Place of its acknowledgement; null: unknown whether it took effect. */
  ended: number | null
}

interface Key {
  readonly writes: Write[]
  /** What the last acknowledged read saw, and where it began; undefined: it was never read. */
  seen: { readonly value: HistoryValue; readonly begun: number } | undefined
  isDeleted: boolean
}

/** Keys that were written, in the order of their first write. */
export function writtenKeys(entries: readonly HistoryEntry[]): string[] {
  const keys = entries.filter(({ type, f }) => type === 'invoke' && f !== 'read')
  return [...new Set(keys.map(({ key }) => key))]
}

export function findLostWrites(entries: readonly HistoryEntry[]): LostWrites {
  const keys = fold(entries)
  let acknowledged = 0
  let keysWritten = 0
  let keysRead = 0
  const lost: string[] = []
  for (const [name, key] of keys) {
    const acked = key.writes.filter(({ ended }) => ended !== null)
    acknowledged += acked.length
    if (key.writes.length === 0 || key.isDeleted) continue
    keysWritten += 1
    if (key.seen === undefined) continue
    keysRead += 1
    lost.push(...lostOf(key, key.seen).map((words) => `${name}: ${words}`))
  }
  return { acknowledged, keys: keysWritten, keysRead, lost }
}

function fold(entries: readonly HistoryEntry[]): Map<string, Key> {
  const keys = new Map<string, Key>()
  const pending = new Map<number, { write: Write | null; begun: number }>()
  for (const [place, entry] of entries.entries()) {
    const key = keys.get(entry.key) ?? { writes: [], seen: undefined, isDeleted: false }
    keys.set(entry.key, key)
    if (entry.type === 'invoke') {
      if (entry.f === 'del') key.isDeleted = true
      pending.set(entry.process, { write: writeOf(entry, place), begun: place })
      continue
    }
    const open = pending.get(entry.process)
    pending.delete(entry.process)
    if (open === undefined) continue
    if (entry.type === 'ok' && entry.f === 'read') {
      const value = typeof entry.value === 'object' ? null : (entry.value ?? null)
      key.seen = { value, begun: open.begun }
    }
    if (open.write === null || hadNoEffect(entry)) continue
    if (entry.type === 'ok') open.write.ended = place
    key.writes.push(open.write)
  }
  // What was never answered may have taken effect too.
  for (const { write } of pending.values()) {
    const key = write === null ? undefined : keys.get(entries[write.begun]?.key ?? '')
    if (write !== null) key?.writes.push(write)
  }
  return keys
}

function writeOf({ f, value }: HistoryEntry, begun: number): Write | null {
  if (f === 'read' || f === 'del') return null
  const pair = Array.isArray(value) ? value : [null, value]
  const written: unknown = pair[1]
  const text = typeof written === 'string' || typeof written === 'number' ? written : null
  return { f, value: text, begun, ended: null }
}

/** It was refused, or observed that there was nothing to do. */
function hadNoEffect({ type, f, result }: HistoryEntry): boolean {
  if (type === 'fail') return true
  return type === 'ok' && ((f === 'cas' && result === false) || (f === 'setnx' && result === 0))
}

function lostOf({ writes }: Key, seen: NonNullable<Key['seen']>): string[] {
  const before = writes.filter(({ ended }) => ended !== null && ended < seen.begun)
  const added = before.filter(({ f }) => f === 'append')
  const counted = before.filter(({ f }) => f === 'incr').length
  const text = seen.value === null ? '' : String(seen.value)
  const lost = added
    .filter(({ value }) => !text.includes(String(value)))
    .map(({ value }) => `the appended ${String(value)} is missing`)
  if (counted > 0 && Number(text) < counted) {
    lost.push(`${counted} increments were acknowledged, it is ${text === '' ? 0 : text}`)
  }
  const over = added.length + counted > 0 ? [] : overwritten(writes, before, text, seen)
  return [...lost, ...over]
}

/** Plain writes: the value that was seen must not be older than an acknowledged one. */
function overwritten(
  writes: readonly Write[],
  before: readonly Write[],
  text: string,
  seen: NonNullable<Key['seen']>,
): string[] {
  if (before.length === 0) return []
  if (seen.value === null) return [`${before.length} writes were acknowledged, there is no value`]
  const source = writes.findLast(({ value }) => String(value) === text)
  const ended = source?.ended ?? Infinity
  const newer = before.filter(({ begun }) => begun > ended)
  return newer.map(({ value }) => `${String(value)} is lost, ${text} from before is there`)
}
