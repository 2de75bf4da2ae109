/**
 * Where a picture with aligned clocks draws what was recorded: ms to add, one constant a node, for
 * what a node timed itself. Recorded times stay as they are; NO_SHIFT draws them.
 */
import { CLIENTS, FLAG } from './kinds'
import type { MessageStore } from './messageStore'

export interface NodeShift {
  readonly node: number
  readonly shiftMs: number
}

export interface ClockShift {
  /** By node. */
  readonly ms: Float64Array
  /** The largest, without its sign: so far beyond a window lies what may be drawn in it. */
  readonly reachMs: number
  /** Another one is another picture. */
  readonly version: number
}

/** Less is the rounding of times. */
const BACKWARDS_MS = 0.01

export const NO_SHIFT: ClockShift = { ms: new Float64Array(256), reachMs: 0, version: 0 }

export function shiftOf(shifts: readonly NodeShift[], version: number): ClockShift {
  const ms = new Float64Array(256)
  for (const { node, shiftMs } of shifts) ms[node] = shiftMs
  const reachMs = Math.max(0, ...shifts.map(({ shiftMs }) => Math.abs(shiftMs)))
  return { ms, reachMs, version }
}

/** Both ends of a client's arrow are of the node's clock. */
function shiftAt({ col }: MessageStore, { ms }: ClockShift, row: number, isEnd: boolean): number {
  if ((col.flags[row]! & FLAG.oneClock) !== 0) return 0
  const from = col.from[row]!
  const to = col.to[row]!
  const own = isEnd ? to : from
  return ms[own === CLIENTS ? from + to : own]!
}

export function drawnStart(store: MessageStore, shift: ClockShift, row: number): number {
  return store.col.start[row]! + shiftAt(store, shift, row, false)
}

/** The start where the end is not known. */
export function drawnEnd(store: MessageStore, shift: ClockShift, row: number): number {
  const travel = store.col.travel[row]!
  if (travel !== travel) return drawnStart(store, shift, row)
  return store.endOf(row) + shiftAt(store, shift, row, true)
}

/** True: as it is drawn it arrives before it is sent. */
export function runsBackwards(store: MessageStore, shift: ClockShift, row: number): boolean {
  if (shift.reachMs === 0) return (store.col.flags[row]! & FLAG.skew) !== 0
  return drawnEnd(store, shift, row) < drawnStart(store, shift, row) - BACKWARDS_MS
}

/** Some of it is drawn between these moments. */
export function isDrawnWithin(
  store: MessageStore,
  shift: ClockShift,
  row: number,
  fromMs: number,
  toMs: number,
): boolean {
  const began = drawnStart(store, shift, row)
  const ended = drawnEnd(store, shift, row)
  return Math.max(began, ended) >= fromMs && Math.min(began, ended) <= toMs
}

/** As `MessageStore.within`, of what is drawn between these moments. */
export function drawnWithin(
  store: MessageStore,
  shift: ClockShift,
  fromMs: number,
  toMs: number,
  visit: (row: number) => void,
): void {
  if (shift.reachMs === 0) return store.within(fromMs, toMs, visit)
  store.within(fromMs - shift.reachMs, toMs + shift.reachMs, (row) => {
    if (isDrawnWithin(store, shift, row, fromMs, toMs)) visit(row)
  })
}
