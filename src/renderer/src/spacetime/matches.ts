/**
 * Which messages are shown: filter and slot focus as one test, the counts that the filter box says,
 * and the table's list of those that pass.
 *
 * Cost:  O(messages) after another filter, in slices: `totals` and `inWindow` stop when it is late,
 *        say so in `isBehind`, and go on where they were when they are asked again.
 */
import { isDrawnWithin } from './clockShift'
import type { ClockShift } from './clockShift'
import { fateCode, FLAG, typeCode } from './kinds'
import { compileFilter } from './filterTest'
import type { RowTest } from './filterTest'
import { parseFilter } from './filterText'
import type { FilterFault, Term } from './filterText'
import type { MessageStore } from './messageStore'
import type { TimeRange } from './protocol'

/** Ballots of a slot are looked for this long before its first message. */
const BEFORE_MS = 500
/** Messages tested between two looks at the clock. */
const SLICE = 8192
/** Wider windows are counted from the list of all that pass. */
const COUNTED_MAX = 50_000
const DROPPED = fateCode('dropped')
const PREPARE = typeCode('prepare')
const PHASE_1 = new Set([PREPARE, typeCode('promise'), typeCode('nack')])
const NEVER = (): boolean => false

export class Matches {
  fault: FilterFault | null = null
  /** Goes up when the test is another one. */
  version = 0
  test: RowTest | null = null
  private terms: readonly Term[] = []
  private slot: number | null = null
  private counted = { serial: 0, first: 0, version: -1, matching: 0, skewed: 0 }
  /** Rows that pass, in order of time, as of these serials. */
  private list = {
    ...{ revision: -1, mutations: -1, version: -1, first: 0, next: 0 },
    ...{ rows: new Uint32Array(0), tested: 0, count: 0 },
  }
  /** Tests that the list has made in all, for figures. */
  listTests = 0
  private window = { revision: -1, version: -1, fromMs: 0, toMs: 0, count: 0 }
  private hasAllCounted = true
  private hasAllInWindow = true

  constructor(private readonly store: MessageStore) {}

  /** Counts are of what was tested so far. */
  get isBehind(): boolean {
    return !this.hasAllCounted || !this.hasAllInWindow
  }

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

  /** Those that began in the window and pass; while it is behind, as many as it looks like. */
  inWindow(fromMs: number, toMs: number, late: () => boolean = NEVER): number {
    const { store, test, version } = this
    const known = this.window
    const same = known.revision === store.revision && known.version === version
    if (same && known.fromMs === fromMs && known.toMs === toMs) return known.count
    const first = store.positionOf(fromMs)
    const last = store.positionOf(toMs)
    this.hasAllInWindow = true
    let count = last - first
    if (test !== null) {
      if (last - first <= COUNTED_MAX) {
        count = 0
        for (let at = first; at < last; at += 1) if (test(store.at(at))) count += 1
      } else {
        this.hasAllInWindow = this.fillList(late)
        const { rows, tested } = this.list
        if (!this.hasAllInWindow) return Math.round((count * this.list.count) / tested)
        count = placeOf(store, rows, this.list.count, toMs)
        count -= placeOf(store, rows, this.list.count, fromMs)
      }
    }
    this.window = { revision: store.revision, version, fromMs, toMs, count }
    return count
  }

  /**
   * Some that pass are drawn in the window although none began in it: they began before, or aligned
   * clocks move them into it.
   */
  crossesEdge({ fromMs, toMs }: TimeRange, shift: ClockShift): boolean {
    const { store, test } = this
    let found = false
    const visit = (row: number): void => {
      if (found || !isDrawnWithin(store, shift, row, fromMs, toMs)) return
      found = test === null || test(row)
    }
    const { reachMs } = shift
    store.within(fromMs - reachMs, fromMs + reachMs, visit)
    if (reachMs > 0 && !found) store.within(toMs - reachMs, toMs + reachMs, visit)
    return found
  }

  /** Of all: those that pass, and those whose clocks disagree. Counts on from where it was. */
  totals(late: () => boolean = NEVER): { readonly matching: number; readonly skewed: number } {
    const { store, test, version } = this
    const known = this.counted
    const isFresh = known.version !== version || known.first !== store.firstSerial
    let { matching, skewed } = isFresh ? { matching: 0, skewed: 0 } : known
    let at = isFresh ? store.firstSerial : known.serial
    do {
      const end = Math.min(store.nextSerial, at + SLICE)
      for (; at < end; at += 1) {
        const row = store.rowOf(at)
        if (test === null || test(row)) matching += 1
        if ((store.col.flags[row]! & FLAG.skew) !== 0) skewed += 1
      }
    } while (at < store.nextSerial && !late())
    this.hasAllCounted = at === store.nextSerial
    this.counted = { serial: at, first: store.firstSerial, version, matching, skewed }
    return { matching, skewed }
  }

  /** Rows of the table, in order of time; good until the store changes. */
  rows(): Uint32Array {
    if (this.test === null) return this.store.ordered()
    this.fillList(NEVER)
    return this.list.rows.subarray(0, this.list.count)
  }

  /** From the begin of the first that passes to the end of the last; null: none passes. */
  extent(): TimeRange | null {
    const { col } = this.store
    const rows = this.rows()
    if (rows.length === 0) return null
    const fromMs = col.start[rows[0]!]!
    let toMs = fromMs
    for (const row of rows) toMs = Math.max(toMs, col.start[row]!, this.store.endOf(row))
    return { fromMs, toMs }
  }

  /** True: the list holds all that pass. */
  private fillList(late: () => boolean): boolean {
    const { store, test } = this
    const { size } = store
    this.continueList()
    const { list } = this
    while (list.tested < size) {
      const end = Math.min(size, list.tested + SLICE)
      for (let at = list.tested; at < end; at += 1) {
        const row = store.at(at)
        if (test === null || test(row)) list.rows[list.count++] = row
      }
      this.listTests += end - list.tested
      list.tested = end
      if (end < size && late()) return false
    }
    return true
  }

  /** Messages come nearly in order of time: only the end of the list is to be tested anew. */
  private continueList(): void {
    const { store, version, list } = this
    const { revision, mutations, firstSerial: first, nextSerial: next, size } = store
    if (list.revision === revision && list.version === version) return
    const grew = list.version === version && list.mutations === mutations && list.first === first
    const fromMs = grew ? this.freshFromMs() : -Infinity
    const tested = Math.min(list.tested, store.positionOf(fromMs))
    const count =
      tested === list.tested ? list.count : placeOf(store, list.rows, list.count, fromMs)
    let { rows } = list
    if (rows.length < size) {
      rows = new Uint32Array(size * 2)
      rows.set(list.rows.subarray(0, count))
    }
    this.list = { revision, mutations, version, first, next, rows, tested, count }
  }

  /** When the first of the messages began that came since the list was made. */
  private freshFromMs(): number {
    const { store, list } = this
    let fromMs = Infinity
    for (let serial = list.next; serial < store.nextSerial; serial += 1) {
      fromMs = Math.min(fromMs, store.col.start[store.rowOf(serial)]!)
    }
    return fromMs
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

/** How many of these began before `atMs`. Binary search. */
function placeOf(store: MessageStore, rows: Uint32Array, count: number, atMs: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (store.col.start[rows[middle]!]! < atMs) low = middle + 1
    else high = middle
  }
  return low
}

/** Place in the table of the message `serial`, or of the one nearest to a moment; -1: not there. */
export function placeIn(
  store: MessageStore,
  rows: Uint32Array,
  { atMs, serial }: { readonly atMs: number; readonly serial: number | null },
): number {
  const wanted = serial === null ? -1 : store.rowOf(serial)
  const moment = wanted < 0 ? atMs : store.col.start[wanted]!
  let place = placeOf(store, rows, rows.length, moment)
  if (wanted < 0) return Math.min(place, rows.length - 1)
  while (place < rows.length && rows[place] !== wanted) {
    if (store.col.start[rows[place]!]! > moment) return -1
    place += 1
  }
  return place < rows.length ? place : -1
}
