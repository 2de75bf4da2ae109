/**
 * Buckets of time for a series that never ends.
 *
 * Bound: at most `POINTS_MAX` closed buckets; then neighbours merge and the span doubles, so no
 *        total is lost. A bucket that saw nothing is absent.
 * Cost:  O(1) per event; a merge is O(POINTS_MAX) and halves the buckets.
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

export class Buckets<Cell extends Bucket> {
  #spanMs: number
  readonly #kind: BucketKind<Cell>
  #closed: Cell[] = []
  #open: Cell | null = null
  /** Closed cells that a frame has carried already. */
  #taken = 0
  #merged = false

  constructor(spanMs: number, kind: BucketKind<Cell>) {
    this.#spanMs = spanMs
    this.#kind = kind
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
    if (!this.#open) return
    this.#closed.push(this.#open)
    this.#open = null
    if (this.#closed.length > POINTS_MAX) this.double()
  }

  /** Gives `cell` its index at the doubled span and adds it to its neighbour if they share it. */
  #push(cells: Cell[], cell: Cell): void {
    cell.index = Math.ceil(cell.index / 2)
    const last = cells.at(-1)
    if (last?.index === cell.index) this.#kind.join(last, cell)
    else cells.push(cell)
  }
}
