/**
 * Progress of the logs over time, one row of points per node, from the nodes' status lines.
 *
 * Bound: `POINTS_MAX` points a node; then every second one goes and the spacing doubles; or, with
 *        `keepMs`, the oldest go.
 */
import type { NodeId } from '../paxos/ballot'
import { POINTS_MAX } from './series'
import type { ProgressPoint } from './series'

/** Status lines come at most four times a second. */
const SPACING_MS = 200

interface Row {
  points: ProgressPoint[]
  taken: number
}

export class ProgressSeries {
  #rows = new Map<NodeId, Row>()
  #spacingMs: number
  readonly #keepMs: number | null
  #thinned = false

  /** `factor`: so many times sparser than status lines come. */
  constructor(factor = 1, keepMs: number | null = null) {
    this.#spacingMs = SPACING_MS * factor
    this.#keepMs = keepMs
  }

  get spacingMs(): number {
    return this.#spacingMs
  }

  /** True once after points were thinned out: what a viewer holds is stale. */
  takeThinned(): boolean {
    const thinned = this.#thinned
    this.#thinned = false
    return thinned
  }

  feed(point: ProgressPoint): void {
    let row = this.#rows.get(point.node)
    if (!row) this.#rows.set(point.node, (row = { points: [], taken: 0 }))
    const last = row.points.at(-1)
    if (last && point.atMs - last.atMs < this.#spacingMs) return
    row.points.push(point)
    if (this.#keepMs !== null) drop(row, point.atMs - this.#keepMs)
    else if (row.points.length > POINTS_MAX) this.#thin()
  }

  take(): ProgressPoint[] {
    const fresh: ProgressPoint[] = []
    for (const row of this.#rows.values()) {
      fresh.push(...row.points.slice(row.taken))
      row.taken = row.points.length
    }
    return fresh.sort(byTime)
  }

  points(): ProgressPoint[] {
    return [...this.#rows.values()].flatMap((row) => row.points).sort(byTime)
  }

  #thin(): void {
    this.#spacingMs *= 2
    this.#thinned = true
    for (const row of this.#rows.values()) {
      let keptMs = -Infinity
      row.points = row.points.filter((point) => {
        if (point.atMs - keptMs < this.#spacingMs) return false
        keptMs = point.atMs
        return true
      })
      row.taken = 0
    }
  }
}

function drop(row: Row, untilMs: number): void {
  const kept = row.points.findIndex(({ atMs }) => atMs > untilMs)
  if (kept <= 0) return
  row.points.splice(0, kept)
  row.taken = Math.max(0, row.taken - kept)
}

function byTime(a: ProgressPoint, b: ProgressPoint): number {
  return a.atMs - b.atMs || a.node - b.node
}
