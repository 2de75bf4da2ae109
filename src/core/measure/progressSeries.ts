/**
 * Progress of the logs over time, one row of points per node, from the nodes' status lines.
 *
 * Bound: `POINTS_MAX` points a node; then every second one goes and the spacing doubles.
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
  #spacingMs = SPACING_MS
  #thinned = false

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
    if (row.points.length > POINTS_MAX) this.#thin()
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

function byTime(a: ProgressPoint, b: ProgressPoint): number {
  return a.atMs - b.atMs || a.node - b.node
}
