/**
 * Buckets of time for a series that never ends.
 *
 * Bound: at most `POINTS_MAX` closed buckets; then neighbours merge and the span doubles, so no
 *        total is lost; or, with `keepMs`, the oldest go. A bucket that saw nothing is absent.
 * Cost:  O(1) per event; a merge is O(POINTS_MAX) and halves the buckets. Coarser ones are fed
 *        with what closed here, not with each event.
 */
import { POINTS_MAX } from './series'

export interface Bucket {
  /** The bucket ends at `index * spanMs`. */
  index: number
}

export interface BucketKind<Cell extends Bucket> {
  empty(index: number): Cell
  /** Adds all that `cell` counted to its neighbour. */
  join(into: Cell, cell: Cell): void
}

interface BucketsOptions<Cell extends Bucket> {
  /** Those that ended earlier than this before the newest go; null: none does, they merge. */
  readonly keepMs: number | null
  /** They count what closes here, too. */
  readonly coarser?: readonly Buckets<Cell>[]
}

export class Buckets<Cell extends Bucket> {
  #spanMs: number
  readonly #kind: BucketKind<Cell>
  readonly #options: BucketsOptions<Cell>
  #closed: Cell[] = []
  #open: Cell | null = null
  /** Closed cells that a frame has carried already. */
  #taken = 0
  #merged = false

  constructor(
    spanMs: number,
    kind: BucketKind<Cell>,
    options: BucketsOptions<Cell> = { keepMs: null },
  ) {
    this.#spanMs = spanMs
    this.#kind = kind
    this.#options = options
  }

  get spanMs(): number {
    return this.#spanMs
  }

  /** True once after buckets were merged: what a viewer holds is stale. */
  takeMerged(): boolean {
    const merged = this.#merged
    this.#merged = false
    return merged
  }

  /** Where something that happened at `atMs` counts; late ones count in the bucket that is open. */
  at(atMs: number): Cell {
    if (this.#open && this.#indexAt(atMs) > this.#open.index) this.#close()
    // Only now: closing may have merged buckets, which changes every index.
    const index = this.#indexAt(atMs)
    this.#open ??= this.#kind.empty(Math.max(index, (this.#closed.at(-1)?.index ?? 0) + 1))
    return this.#open
  }

  /** Closes the open bucket once half a bucket more has passed: what is late still finds it. */
  advance(nowMs: number): void {
    if (this.#open && nowMs >= (this.#open.index + 0.5) * this.#spanMs) this.#close()
  }

  /** Closed buckets that no frame has carried yet. */
  take(): readonly Cell[] {
    const fresh = this.#closed.slice(this.#taken)
    this.#taken = this.#closed.length
    return fresh
  }

  /** All closed buckets, oldest first. */
  closed(): readonly Cell[] {
    return this.#closed
  }

  /** Twice the span from now on: neighbours merge, the open bucket too. */
  double(): void {
    this.#spanMs *= 2
    const merged: Cell[] = []
    for (const cell of this.#closed) this.#push(merged, cell)
    if (this.#open) {
      this.#push(merged, this.#open)
      this.#open = merged.pop() ?? null
    }
    this.#closed = merged
    this.#taken = 0
    this.#merged = true
  }

  #indexAt(atMs: number): number {
    return Math.max(1, Math.floor(atMs / this.#spanMs) + 1)
  }

  #close(): void {
    const cell = this.#open
    if (!cell) return
    this.#closed.push(cell)
    this.#open = null
    const endMs = cell.index * this.#spanMs
    for (const coarser of this.#options.coarser ?? []) coarser.#absorb(cell, endMs, this.#spanMs)
    if (this.#options.keepMs !== null) this.#drop(endMs - this.#options.keepMs)
    else if (this.#closed.length > POINTS_MAX) this.double()
  }

  /** Counts what a finer bucket counted, and closes with it. */
  #absorb(cell: Cell, endMs: number, spanMs: number): void {
    this.#kind.join(this.at(endMs - spanMs / 2), cell)
    if (this.#open && endMs >= this.#open.index * this.#spanMs) this.#close()
  }

  #drop(untilMs: number): void {
    const kept = this.#closed.findIndex(({ index }) => index * this.#spanMs > untilMs)
    if (kept <= 0) return
    this.#closed.splice(0, kept)
    this.#taken = Math.max(0, this.#taken - kept)
  }

  /** Gives `cell` its index at the doubled span and adds it to its neighbour if they share it. */
  #push(cells: Cell[], cell: Cell): void {
    cell.index = Math.ceil(cell.index / 2)
    const last = cells.at(-1)
    if (last?.index === cell.index) this.#kind.join(last, cell)
    else cells.push(cell)
  }
}
