/**
 * Density: how many messages of each family crossed between which lanes in each pixel column. For
 * windows with so many messages that arrows would be a smear.
 *
 * A message counts in the column of its start, once in each gap between neighbouring lanes that it
 * crosses; the picture colours a gap by its dominant family, its opacity by the log of the count.
 */
import { drawnStart, NO_SHIFT } from './clockShift'
import { FAMILIES, FAMILY_CODES, fateCode } from './kinds'
import type { MessageStore } from './messageStore'

export interface Density {
  readonly columns: number
  readonly lanes: number
  /** Count by ((lane pair * columns) + column) * families + family; see `pairOf`. */
  readonly counts: Uint32Array
  /** Drops by gap and column. */
  readonly drops: Uint32Array
}

const DROPPED = fateCode('dropped')
const KINDS = FAMILIES.length

export function newDensity(columns: number, lanes: number): Density {
  const pairs = (lanes * (lanes - 1)) / 2
  return {
    columns,
    lanes,
    counts: new Uint32Array(pairs * columns * KINDS),
    drops: new Uint32Array(Math.max(0, lanes - 1) * columns),
  }
}

/** Number of the pair of lanes `a` < `b` among `lanes`. */
export function pairOf(a: number, b: number, lanes: number): number {
  return a * lanes - (a * (a + 1)) / 2 + (b - a - 1)
}

/** Adds the message at `row`; false: it is of no lane here. */
export function addToDensity(
  density: Density,
  store: MessageStore,
  row: number,
  laneOf: Int16Array,
  column: number,
): boolean {
  const from = laneOf[store.col.from[row]!] ?? -1
  const to = laneOf[store.col.to[row]!] ?? -1
  if (from < 0 || to < 0 || from === to || column < 0 || column >= density.columns) return false
  const low = Math.min(from, to)
  const pair = pairOf(low, Math.max(from, to), density.lanes)
  const place = (pair * density.columns + column) * KINDS + FAMILY_CODES[store.col.type[row]!]!
  density.counts[place] = density.counts[place]! + 1
  if (store.col.fate[row] === DROPPED) {
    const gap = low * density.columns + column
    density.drops[gap] = density.drops[gap]! + 1
  }
  return true
}

/** Bins every message that begins in the window, as it is drawn, and passes. */
export function binDensity(
  store: MessageStore,
  window: { readonly fromMs: number; readonly toMs: number },
  density: Density,
  laneOf: Int16Array,
  test: ((row: number) => boolean) | null,
  shift = NO_SHIFT,
): void {
  const scale = density.columns / (window.toMs - window.fromMs)
  const last = store.positionOf(window.toMs + shift.reachMs)
  for (let at = store.positionOf(window.fromMs - shift.reachMs); at < last; at += 1) {
    const row = store.at(at)
    if (test !== null && !test(row)) continue
    const column = Math.floor((drawnStart(store, shift, row) - window.fromMs) * scale)
    addToDensity(density, store, row, laneOf, column)
  }
}

/** Counts by family of one gap (between lane `gap` and the next) in one column. */
export function gapCounts(density: Density, gap: number, column: number, into: Uint32Array): void {
  into.fill(0)
  const { lanes, columns, counts } = density
  for (let a = 0; a <= gap; a += 1) {
    for (let b = gap + 1; b < lanes; b += 1) {
      const place = (pairOf(a, b, lanes) * columns + column) * KINDS
      for (let kind = 0; kind < KINDS; kind += 1) into[kind] = into[kind]! + counts[place + kind]!
    }
  }
}
