/**
 * A series in buckets: of the whole run, and of its newest part in finer ones (`LEVEL_FACTORS`).
 * Events go to the finest; what closes there goes to the others. Bounds and cost: `buckets.ts`.
 */
import { Buckets } from './buckets'
import type { Bucket, BucketKind } from './buckets'
import { LEVEL_FACTORS, LEVEL_KEEP_MS } from './series'

export interface SeriesKind<Cell extends Bucket, Point> extends BucketKind<Cell> {
  /** As charts draw it; `spanMs`: of its bucket. */
  point(cell: Cell, spanMs: number): Point
}

export class LevelledSeries<Cell extends Bucket, Point> {
  protected readonly finest: Buckets<Cell>
  readonly #kind: SeriesKind<Cell, Point>
  readonly #whole: Buckets<Cell>
  /** Finest first. */
  readonly #levels: readonly Buckets<Cell>[]

  constructor(spanMs: number, kind: SeriesKind<Cell, Point>) {
    const [finest, ...factors] = LEVEL_FACTORS
    this.#kind = kind
    this.#whole = new Buckets(spanMs, kind)
    const coarser = factors.map(
      (factor) => new Buckets(spanMs * factor, kind, { keepMs: LEVEL_KEEP_MS * factor }),
    )
    this.finest = new Buckets(spanMs * finest, kind, {
      keepMs: LEVEL_KEEP_MS * finest,
      coarser: [...coarser, this.#whole],
    })
    this.#levels = [this.finest, ...coarser]
  }

  /** Of the whole run. */
  get spanMs(): number {
    return this.#whole.spanMs
  }

  levelSpanMs(level: number): number {
    return this.#levels[level]?.spanMs ?? this.spanMs
  }

  /** Closes open buckets once half a bucket more has passed: what is late still finds them. */
  advance(nowMs: number): void {
    for (const level of this.#levels) level.advance(nowMs)
    this.#whole.advance(nowMs)
  }

  /** True once after buckets were merged: what a viewer holds is stale. */
  takeMerged(): boolean {
    return [this.#whole, ...this.#levels].map((one) => one.takeMerged()).includes(true)
  }

  /** Closed buckets that no frame has carried yet. */
  take(): Point[] {
    return this.#points(this.#whole.take(), this.#whole)
  }

  points(): Point[] {
    return this.#points(this.#whole.closed(), this.#whole)
  }

  takeLevel(level: number): Point[] {
    const buckets = this.#levels[level]
    return buckets ? this.#points(buckets.take(), buckets) : []
  }

  levelPoints(level: number): Point[] {
    const buckets = this.#levels[level]
    return buckets ? this.#points(buckets.closed(), buckets) : []
  }

  /** No span is shorter from now on: what is told covers as much. */
  protected widenTo(spanMs: number): void {
    for (const one of [...this.#levels, this.#whole]) while (one.spanMs < spanMs) one.double()
  }

  #points(cells: readonly Cell[], { spanMs }: Buckets<Cell>): Point[] {
    return cells.map((cell) => this.#kind.point(cell, spanMs))
  }
}
