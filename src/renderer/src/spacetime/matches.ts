/**
 * Which messages are shown: filter and slot focus as one test, the counts that the filter box says,
 * and the table's list of those that pass.
 */
import { fateCode, FLAG, typeCode } from './kinds'
import { compileFilter } from './filterTest'
import type { RowTest } from './filterTest'
import { parseFilter } from './filterText'
import type { FilterFault, Term } from './filterText'
import type { MessageStore } from './messageStore'

/** Ballots of a slot are looked for this long before its first message. */
const BEFORE_MS = 500
const DROPPED = fateCode('dropped')
const PREPARE = typeCode('prepare')
const PHASE_1 = new Set([PREPARE, typeCode('promise'), typeCode('nack')])

export class Matches {
  fault: FilterFault | null = null
  /** Goes up when the test is another one. */
  version = 0
  test: RowTest | null = null
  private terms: readonly Term[] = []
  private slot: number | null = null
  private counted = { serial: 0, first: 0, version: -1, matching: 0, skewed: 0 }
  private list = { revision: -1, version: -1, rows: new Uint32Array(0) }
  private window = { revision: -1, version: -1, fromMs: 0, toMs: 0, count: 0 }

  constructor(private readonly store: MessageStore) {}

  /** A text that does not parse leaves the last good filter in place. */
  setFilter(text: string): void {
    const parsed = parseFilter(text)
    this.fault = parsed.fault
    if (parsed.terms === null) return
    this.terms = parsed.terms
    this.build()
  }

  setSlot(slot: number | null): void {
    this.slot = slot
    this.build()
  }

  /** Those that began in the window and pass. */
  inWindow(fromMs: number, toMs: number): number {
    const { store, test, version } = this
    const known = this.window
    const same = known.revision === store.revision && known.version === version
    if (same && known.fromMs === fromMs && known.toMs === toMs) return known.count
    const first = store.positionOf(fromMs)
    const last = store.positionOf(toMs)
    let count = last - first
    if (test !== null) {
      count = 0
      for (let at = first; at < last; at += 1) if (test(store.at(at))) count += 1
    }
    this.window = { revision: store.revision, version, fromMs, toMs, count }
    return count
  }

  /** Of all: those that pass, and those whose clocks disagree. Counts on from where it was. */
  totals(): { readonly matching: number; readonly skewed: number } {
    const { store, test, version } = this
    const known = this.counted
    const isFresh = known.version !== version || known.first !== store.firstSerial
    let { matching, skewed } = isFresh ? { matching: 0, skewed: 0 } : known
    for (let at = isFresh ? store.firstSerial : known.serial; at < store.nextSerial; at += 1) {
      const row = store.rowOf(at)
      if (test === null || test(row)) matching += 1
      if ((store.col.flags[row]! & FLAG.skew) !== 0) skewed += 1
    }
    this.counted = {
      serial: store.nextSerial,
      first: store.firstSerial,
      version,
      matching,
      skewed,
    }
    return { matching, skewed }
  }

  /** Rows of the table, in order of time. */
  rows(): Uint32Array {
    const { store, test, version } = this
    if (this.list.revision === store.revision && this.list.version === version) {
      return this.list.rows
    }
    const rows = new Uint32Array(store.size)
    let count = 0
    for (let at = 0; at < store.size; at += 1) {
      const row = store.at(at)
      if (test === null || test(row)) rows[count++] = row
    }
    this.list = { revision: store.revision, version, rows: rows.subarray(0, count) }
    return this.list.rows
  }

  private build(): void {
    this.version += 1
    const filter = compileFilter(this.terms, this.store)
    const focus = this.slot === null ? null : slotFocus(this.store, this.slot)
    if (filter === null || focus === null) this.test = filter ?? focus
    else this.test = (row) => focus(row) && filter(row)
  }
}

/** The messages of a slot, and phase 1 of the ballots that were in play until it was settled. */
function slotFocus(store: MessageStore, slot: number): RowTest {
  const covers = (row: number): boolean => {
    const first = store.col.slot[row]!
    return first > 0 && slot >= first && slot < first + Math.max(1, store.col.count[row]!)
  }
  let fromMs = Infinity
  let toMs = -Infinity
  for (let at = 0; at < store.size; at += 1) {
    const row = store.at(at)
    const type = store.col.type[row]!
    if (PHASE_1.has(type) || !covers(row) || store.col.fate[row] === DROPPED) continue
    fromMs = Math.min(fromMs, store.col.start[row]!)
    toMs = Math.max(toMs, store.col.start[row]!)
  }
  return (row) => {
    const type = store.col.type[row]!
    if (!PHASE_1.has(type)) return covers(row)
    const startMs = store.col.start[row]!
    if (startMs < fromMs - BEFORE_MS || startMs > toMs) return false
    return type !== PREPARE || store.col.slot[row]! <= slot
  }
}
