/** Which message is under a point: by the index of time, not by a graph of the scene. */
import { drawnWithin, NO_SHIFT } from './clockShift'
import { segmentOf } from './paintArrows'
import type { Place, Segment } from './paintArrows'

/** A hand need not meet a thin line exactly. */
export const HIT_PX = 7

/** Row of the nearest arrow within HIT_PX that passes; -1: none. */
export function hitTest(
  place: Place,
  x: number,
  y: number,
  test: ((row: number) => boolean) | null,
): number {
  const { layout, window, store, shift = NO_SHIFT } = place
  const msPerPx = (window.toMs - window.fromMs) / Math.max(1, layout.width)
  const atMs = window.fromMs + x * msPerPx
  const room = (HIT_PX + 10) * msPerPx
  let best = -1
  let nearest = HIT_PX
  drawnWithin(store, shift, atMs - room, atMs + room, (row) => {
    if (test !== null && !test(row)) return
    const segment = segmentOf(place, row)
    if (segment === null) return
    const away = distance(segment, x, y)
    if (away >= nearest) return
    nearest = away
    best = row
  })
  return best
}

function distance({ x0, y0, x1, y1 }: Segment, x: number, y: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0]
  const square = dx * dx + dy * dy
  const share = square === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / square
  const held = Math.min(1, Math.max(0, share))
  return Math.hypot(x - x0 - dx * held, y - y0 - dy * held)
}
