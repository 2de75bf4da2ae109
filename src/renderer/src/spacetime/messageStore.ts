/**
 * Messages in columns, 32 B each, with an index by time. Pure; no message is an object here.
 *
 * Identity: `serial`, the order of arrival, from 0; it stays true while the message is kept.
 * Units:    ms of lab time. `travel` is end minus start, NaN while the end is not known.
 * Limits:   `capacity` messages (1,000,000); beyond it the oldest by arrival are spilled, a block
 *           at a time, and counted: they stay in the record of the run.
 */
import { FATES, FLAG } from './kinds'

export const MESSAGES_MAX = 1_000_000
const FIRST_ROWS = 16_384
/** One spill makes room for this share of the capacity, so that it is rare. */
const SPILL_SHARE = 1 / 64

/** One message on its way in; numbers as in the columns. */
export interface MessageRow {
  readonly startMs: number
  /** NaN: not known. */
  readonly endMs: number
  readonly from: number
  readonly to: number
  readonly type: number
  readonly fate: number
  readonly flags: number
  /** 0.0: none. */
  readonly round: number
  readonly ballotNode: number
  readonly slot: number
  readonly count: number
  readonly bytes: number
}

function columns(rows: number) {
  return {
    start: new Float64Array(rows),
    travel: new Float32Array(rows),
    round: new Uint32Array(rows),
    slot: new Uint32Array(rows),
    bytes: new Uint32Array(rows),
    count: new Uint16Array(rows),
    from: new Uint8Array(rows),
    to: new Uint8Array(rows),
    type: new Uint8Array(rows),
    fate: new Uint8Array(rows),
    ballotNode: new Uint8Array(rows),
    flags: new Uint8Array(rows),
  }
}

export type Columns = ReturnType<typeof columns>

export class MessageStore {
  col: Columns
  /** Longest travel of any message so far: bounds the search for those that reach into a window. */
  travelMax = 0
  /** Longest span by which a message came before it left, by skewed clocks. */
  backMax = 0
  spilled = 0
  /** Goes up with every change. */
  revision = 0
  /** Goes up when a message that was there before changes. */
  mutations = 0
  private rows: number
  private order: Uint32Array
  private sorted = 0
  private next = 0
  private first = 0

  constructor(readonly capacity = MESSAGES_MAX) {
    this.rows = Math.min(FIRST_ROWS, capacity)
    this.col = columns(this.rows)
    this.order = new Uint32Array(this.rows)
  }

  get size(): number {
    return this.next - this.first
  }

  get firstSerial(): number {
    return this.first
  }

  /** Serial of the next message. */
  get nextSerial(): number {
    return this.next
  }

  /** Place in the columns, or -1 if it is spilled or not there yet. */
  rowOf(serial: number): number {
    return serial >= this.first && serial < this.next ? serial % this.rows : -1
  }

  serialOf(row: number): number {
    const head = this.first % this.rows
    return this.first + ((row - head + this.rows) % this.rows)
  }

  add(row: MessageRow): number {
    if (this.size === this.rows) this.makeRoom()
    const serial = this.next
    const at = serial % this.rows
    const { col } = this
    col.start[at] = row.startMs
    col.round[at] = row.round
    col.slot[at] = row.slot
    col.bytes[at] = row.bytes
    col.count[at] = Math.min(row.count, 0xffff)
    col.from[at] = row.from
    col.to[at] = row.to
    col.type[at] = row.type
    col.fate[at] = row.fate
    col.ballotNode[at] = row.ballotNode
    col.flags[at] = row.flags
    this.order[this.size] = at
    this.next += 1
    this.putEnd(at, row.endMs)
    return serial
  }

  /** Its end became known; earlier than the start is marked as skew of clocks. */
  setEnd(row: number, endMs: number): void {
    this.mutations += 1
    this.putEnd(row, endMs)
  }

  private putEnd(row: number, endMs: number): void {
    const travel = endMs - (this.col.start[row] ?? 0)
    this.col.travel[row] = travel
    if (travel < 0) this.col.flags[row] = (this.col.flags[row] ?? 0) | FLAG.skew
    if (travel > this.travelMax) this.travelMax = travel
    if (-travel > this.backMax) this.backMax = -travel
    this.revision += 1
  }

  /** Its start where the end is not known. */
  endOf(row: number): number {
    const travel = this.col.travel[row] ?? 0
    return (this.col.start[row] ?? 0) + (travel === travel ? travel : 0)
  }

  setFate(row: number, fate: number): void {
    this.col.fate[row] = fate
    this.mutations += 1
    this.revision += 1
  }

  /** All rows in order of time; good until the next change. */
  ordered(): Uint32Array {
    this.settle()
    return this.order.subarray(0, this.size)
  }

  /** Row at a position of the order of time. */
  at(position: number): number {
    this.settle()
    return this.order[position] ?? 0
  }

  /** First position whose start is at least `atMs`. Binary search. */
  positionOf(atMs: number): number {
    this.settle()
    const { start } = this.col
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (start[this.order[middle]!]! < atMs) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Calls `visit` with the row of each message that touches the window, by start. */
  within(fromMs: number, toMs: number, visit: (row: number) => void): void {
    const last = this.positionOf(toMs + this.backMax + 1e-9)
    const { start, travel } = this.col
    for (let at = this.positionOf(fromMs - this.travelMax); at < last; at += 1) {
      const row = this.order[at]!
      const began = start[row]!
      const took = travel[row]!
      const ended = took === took ? began + took : began
      if (Math.max(began, ended) >= fromMs && Math.min(began, ended) <= toMs) visit(row)
    }
  }

  clear(): void {
    this.first = this.next = this.sorted = 0
    this.travelMax = this.backMax = 0
    this.spilled = 0
    this.mutations += 1
    this.revision += 1
  }

  fateOf(row: number) {
    return FATES[this.col.fate[row] ?? 0] ?? 'passed'
  }

  private makeRoom(): void {
    if (this.rows < this.capacity) this.grow()
    else this.spill(Math.max(1, Math.floor(this.capacity * SPILL_SHARE)))
  }

  private grow(): void {
    const rows = Math.min(this.capacity, this.rows * 2)
    const wider = columns(rows)
    for (const name of Object.keys(wider) as (keyof Columns)[]) wider[name].set(this.col[name])
    const order = new Uint32Array(rows)
    order.set(this.order)
    this.col = wider
    this.order = order
    this.rows = rows
  }

  /** Takes the `count` that arrived first out of the order; their rows are written anew. */
  private spill(count: number): void {
    this.settle()
    const { order } = this
    const size = this.size
    const limit = this.first + count
    let kept = 0
    let gone = 0
    let at = 0
    while (gone < count && at < size) {
      const row = order[at]!
      at += 1
      if (this.serialOf(row) < limit) gone += 1
      else order[kept++] = row
    }
    order.copyWithin(kept, at, size)
    this.first = limit
    this.sorted = this.size
    this.spilled += count
  }

  /** Messages come nearly in order of time: only the end of the order is merged anew. */
  private settle(): void {
    const size = this.size
    if (this.sorted === size) return
    const { order } = this
    const { start } = this.col
    const tail = order.slice(this.sorted, size)
    for (let at = 1; at < tail.length; at += 1) {
      if (start[tail[at]!]! >= start[tail[at - 1]!]!) continue
      tail.sort((a, b) => start[a]! - start[b]! || a - b)
      break
    }
    const head = this.mergeFrom(start[tail[0]!]!)
    const before = order.slice(head, this.sorted)
    let left = 0
    let right = 0
    for (let at = head; at < size; at += 1) {
      const takeLeft =
        right === tail.length ||
        (left < before.length && start[before[left]!]! <= start[tail[right]!]!)
      order[at] = takeLeft ? before[left++]! : tail[right++]!
    }
    this.sorted = size
  }

  /** First position of the sorted part whose start is above `atMs`. */
  private mergeFrom(atMs: number): number {
    const { start } = this.col
    let low = 0
    let high = this.sorted
    while (low < high) {
      const middle = (low + high) >>> 1
      if (start[this.order[middle]!]! <= atMs) low = middle + 1
      else high = middle
    }
    return low
  }
}
