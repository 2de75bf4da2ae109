/**
 * Buckets of a series: of the whole run, and of its newest part in finer ones (`LEVEL_FACTORS`).
 * Events go to the finest; what closes there goes to the others. Bounds and cost: `buckets.ts`.
 */
import { Buckets } from './buckets'
import type { Bucket, BucketKind } from './buckets'
import { LEVEL_FACTORS, LEVEL_KEEP_MS } from './series'

export class LevelledBuckets<Cell extends Bucket> {
  readonly whole: Buckets<Cell>
  /** Finest first. */
  readonly levels: readonly Buckets<Cell>[]
  private readonly finest: Buckets<Cell>

  constructor(spanMs: number, kind: BucketKind<Cell>) {
    const [finest, ...factors] = LEVEL_FACTORS
    this.whole = new Buckets(spanMs, kind)
    const coarser = factors.map(
      (factor) => new Buckets(spanMs * factor, kind, { keepMs: LEVEL_KEEP_MS * factor }),
    )
    this.finest = new Buckets(spanMs * finest, kind, {
      keepMs: LEVEL_KEEP_MS * finest,
      coarser: [...coarser, this.whole],
    })
    this.levels = [this.finest, ...coarser]
  }

  get finestSpanMs(): number {
    return this.finest.spanMs
  }

  at(atMs: number): Cell {
    return this.finest.at(atMs)
  }

  advance(nowMs: number): void {
    for (const level of this.levels) level.advance(nowMs)
    this.whole.advance(nowMs)
  }

  /** No span is shorter from now on: what is told covers as much. */
  widenTo(spanMs: number): void {
    for (const one of [...this.levels, this.whole]) while (one.spanMs < spanMs) one.double()
  }

  /** True once after buckets were merged: what a viewer holds is stale. */
  takeMerged(): boolean {
    return [this.whole, ...this.levels].map((one) => one.takeMerged()).includes(true)
  }
}
