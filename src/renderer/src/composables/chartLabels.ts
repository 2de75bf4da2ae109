/**
 * Words on a canvas chart, placed without overlap: the important ones choose first, and words
 * without a free spot are dropped. A shortened sentence would say something else. Of the free spots
 * the one that hides least of the lines is taken.
 */

import { lengthInBox } from '../components/topology/place'

/** Px from the canvas's top left corner. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Wish<Spot extends Box = Box> {
  /** Where it may stand, the best place first. */
  readonly spots: readonly Spot[]
  /** Rather than hide more px of lines than that it is left out. */
  readonly hidesPxMax?: number
}

export interface Placed<Of extends Wish> {
  readonly wish: Of
  readonly spot: Of['spots'][number]
}

/** Air between two labels. */
const AIR_PX = 4
/** Lines this near to a label touch it. */
const LINE_AIR_PX = 2

interface XY {
  readonly x: number
  readonly y: number
}

/** Lines of a chart in px; a point that is no number breaks its line. */
export type Strokes = readonly (readonly XY[])[]

export function overlap(a: Box, b: Box): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  )
}

function within(box: Box, edges: Box): boolean {
  return (
    box.left >= edges.left &&
    box.top >= edges.top &&
    box.left + box.width <= edges.left + edges.width &&
    box.top + box.height <= edges.top + edges.height
  )
}

function wider({ left, top, width, height }: Box): Box {
  return { left: left - AIR_PX, top, width: width + 2 * AIR_PX, height }
}

/** How many px of the lines a label there would hide. */
function hiddenPx({ left, top, width, height }: Box, strokes: Strokes): number {
  const box = {
    ...{ x: left - LINE_AIR_PX, width: width + 2 * LINE_AIR_PX },
    ...{ y: top - LINE_AIR_PX, height: height + 2 * LINE_AIR_PX },
  }
  let sum = 0
  for (const points of strokes) {
    points.forEach((b, at) => {
      const a = points[at - 1]
      if (a && !Number.isNaN(a.y + b.y)) sum += lengthInBox(a, b, box)
    })
  }
  return sum
}

/**
 * `wishes` in order of importance; no label leaves `edges` or covers another one or one of `taken`.
 * Of equal spots the first is taken.
 */
export function placeLabels<Of extends Wish>(
  wishes: readonly Of[],
  edges: Box,
  taken: readonly Box[] = [],
  strokes: Strokes = [],
): Placed<Of>[] {
  const filled = [...taken]
  return wishes.flatMap((wish) => {
    let best: { spot: Of['spots'][number]; hides: number } | null = null
    for (const spot of wish.spots) {
      const isFree = within(spot, edges) && !filled.some((other) => overlap(wider(spot), other))
      if (!isFree || best?.hides === 0) continue
      const hides = hiddenPx(spot, strokes)
      if (best === null || hides < best.hides) best = { spot, hides }
    }
    if (best === null || best.hides > (wish.hidesPxMax ?? Infinity)) return []
    filled.push(best.spot)
    return [{ wish, spot: best.spot }]
  })
}

/** The lines of a chart as they are drawn; a stepped one goes across first, then up. */
export function strokesOf(
  lines: readonly { readonly points: readonly XY[]; readonly stepped?: boolean }[],
  frame: { x(atMs: number): number; y(value: number): number },
): Strokes {
  return lines.map(({ points, stepped }) =>
    points.flatMap((point, at) => {
      const here = { x: frame.x(point.x), y: frame.y(point.y) }
      const before = points[at - 1]
      return stepped && before ? [{ x: here.x, y: frame.y(before.y) }, here] : [here]
    }),
  )
}

/** The plot as a box, `abovePx` higher: there is air between a chart's head and its plot. */
export function edgesOf(
  frame: { readonly left: number; readonly right: number; readonly top: number; bottom: number },
  abovePx = 0,
): Box {
  const { left, right, top, bottom } = frame
  return {
    left,
    top: top - abovePx,
    width: right - left,
    height: bottom - top + abovePx + 4,
  }
}
