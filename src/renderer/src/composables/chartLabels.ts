/**
 * Words on a canvas chart, placed without overlap: the important ones choose first, and words
 * without a free spot are dropped. A shortened sentence would say something else.
 */

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
}

export interface Placed<Of extends Wish> {
  readonly wish: Of
  readonly spot: Of['spots'][number]
}

/** Air between two labels. */
const AIR_PX = 4

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

/**
 * `wishes` in order of importance; no label leaves `edges` or covers another one or one of `taken`.
 */
export function placeLabels<Of extends Wish>(
  wishes: readonly Of[],
  edges: Box,
  taken: readonly Box[] = [],
): Placed<Of>[] {
  const filled = [...taken]
  return wishes.flatMap((wish) => {
    const isFree = (spot: Box): boolean =>
      within(spot, edges) && !filled.some((other) => overlap(wider(spot), other))
    const spot: Of['spots'][number] | undefined = wish.spots.find(isFree)
    if (!spot) return []
    filled.push(spot)
    return [{ wish, spot }]
  })
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
