/**
 * A palette for pictures of the window. Colours that cover much of it (grounds, lines, text) stay
 * as they are; shades between them are put together by median cut.
 */
import type { Indexed, Picture } from './png'

/** How many of the most frequent colours are kept exactly. */
const EXACT_SHARE = 0.5

interface Shade {
  readonly rgb: number
  readonly count: number
}

/** How often each colour occurs, `0xRRGGBB` to pixels. */
export function countColours(pictures: readonly Picture[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { rgb } of pictures) {
    for (let at = 0; at < rgb.length; at += 3) {
      const colour = (rgb[at]! << 16) | (rgb[at + 1]! << 8) | rgb[at + 2]!
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
    }
  }
  return counts
}

/** At most `sizeMax` colours, three bytes each. */
export function paletteOf(counts: ReadonlyMap<number, number>, sizeMax: number): Uint8Array {
  const shades = [...counts].map(([rgb, count]): Shade => ({ rgb, count }))
  shades.sort((a, b) => b.count - a.count || a.rgb - b.rgb)
  const exact = shades.length <= sizeMax ? sizeMax : Math.floor(sizeMax * EXACT_SHARE)
  const colours = [
    ...shades.slice(0, exact).map(({ rgb }) => rgb),
    ...medianCut(shades.slice(exact), sizeMax - exact),
  ]
  return Uint8Array.from(colours.flatMap((rgb) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255]))
}

/** Splits the box that is worst, at its median, until there are enough; a box is its mean. */
function medianCut(shades: readonly Shade[], boxes: number): number[] {
  if (shades.length === 0) return []
  const found: Shade[][] = [[...shades]]
  while (found.length < boxes) {
    const worst = found.reduce((best, box, at) => {
      return spreadOf(box).weight > spreadOf(found[best]!).weight ? at : best
    }, 0)
    const box = found[worst]!
    const { shift, weight } = spreadOf(box)
    if (weight === 0) break
    box.sort((a, b) => ((a.rgb >> shift) & 255) - ((b.rgb >> shift) & 255))
    const half = splitAt(box)
    found.splice(worst, 1, box.slice(0, half), box.slice(half))
  }
  return found.map(meanOf)
}

/** The channel that differs most, as its shift, and how much that matters. */
const spreads = new WeakMap<readonly Shade[], { shift: number; weight: number }>()
function spreadOf(box: readonly Shade[]): { shift: number; weight: number } {
  const known = spreads.get(box)
  if (known) return known
  const ranges = [16, 8, 0].map((shift) => {
    const values = box.map(({ rgb }) => (rgb >> shift) & 255)
    const range =
      values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 255)
    return { shift, range }
  })
  const widest = ranges.reduce((a, b) => (b.range > a.range ? b : a))
  const pixels = box.reduce((sum, { count }) => sum + count, 0)
  const spread = { shift: widest.shift, weight: widest.range ** 2 * Math.sqrt(pixels) }
  spreads.set(box, spread)
  return spread
}

/** Half of the pixels on each side, and at least one colour. */
function splitAt(box: readonly Shade[]): number {
  const half = box.reduce((sum, { count }) => sum + count, 0) / 2
  let sum = 0
  const at = box.findIndex(({ count }) => (sum += count) >= half)
  return Math.min(Math.max(at, 1), box.length - 1)
}

function meanOf(box: readonly Shade[]): number {
  const pixels = box.reduce((sum, { count }) => sum + count, 0)
  const mean = (shift: number): number =>
    Math.round(
      box.reduce((sum, { rgb, count }) => sum + ((rgb >> shift) & 255) * count, 0) / pixels,
    )
  return (mean(16) << 16) | (mean(8) << 8) | mean(0)
}

/** Each pixel as the nearest colour of the palette. */
export function indexer(palette: Uint8Array): (picture: Picture) => Indexed {
  const known = new Map<number, number>()
  const nearest = (rgb: number): number => {
    const found = known.get(rgb)
    if (found !== undefined) return found
    let best = 0
    let least = Infinity
    for (let at = 0; at * 3 < palette.length; at += 1) {
      const red = palette[at * 3]! - (rgb >> 16)
      const green = palette[at * 3 + 1]! - ((rgb >> 8) & 255)
      const blue = palette[at * 3 + 2]! - (rgb & 255)
      const far = red * red + green * green + blue * blue
      if (far < least) [best, least] = [at, far]
    }
    known.set(rgb, best)
    return best
  }
  return ({ width, height, rgb }) => {
    const places = new Uint8Array(width * height)
    for (let at = 0; at < places.length; at += 1) {
      places[at] = nearest((rgb[at * 3]! << 16) | (rgb[at * 3 + 1]! << 8) | rgb[at * 3 + 2]!)
    }
    return { width, height, places }
  }
}
