/**
 * How two pictures of the window differ: pixel by pixel where the same browser drew both, by the
 * means of small squares where another one did, whose edges of letters lie elsewhere.
 */
import type { Picture } from '../../bench/png'

/** A channel may be off by so much. */
const CHANNEL_OFF_MAX = 12
/** A browser of another version draws letters differently, but as dark, on squares of this size. */
const SQUARE_PX = 16
const MEAN_OFF_MAX = 20

export interface Difference {
  /** 0 to 1. */
  readonly share: number
  /** Pixel or square at which they differ first, from the top; null: nowhere. */
  readonly first: { readonly x: number; readonly y: number } | null
  /** The new picture, pale, with red where it differs. */
  readonly picture: Picture
}

const sameSize = (a: Picture, b: Picture): boolean => a.width === b.width && a.height === b.height

export function pixelDifference(stored: Picture, now: Picture): Difference {
  if (!sameSize(stored, now)) return allOf(now)
  return differenceBy(now, 1, (x, y) => {
    const at = (y * now.width + x) * 3
    return [0, 1, 2].some(
      (channel) => Math.abs(stored.rgb[at + channel]! - now.rgb[at + channel]!) > CHANNEL_OFF_MAX,
    )
  })
}

export function squareDifference(stored: Picture, now: Picture): Difference {
  if (!sameSize(stored, now)) return allOf(now)
  return differenceBy(now, SQUARE_PX, (x, y) => {
    const [before, after] = [meanOf(stored, x, y), meanOf(now, x, y)]
    return before.some((value, channel) => Math.abs(value - after[channel]!) > MEAN_OFF_MAX)
  })
}

function differenceBy(
  now: Picture,
  step: number,
  differs: (x: number, y: number) => boolean,
): Difference {
  const picture = pale(now)
  let [all, off] = [0, 0]
  let first: Difference['first'] = null
  for (let y = 0; y < now.height; y += step) {
    for (let x = 0; x < now.width; x += step) {
      all += 1
      if (!differs(x, y)) continue
      off += 1
      first ??= { x, y }
      paint(picture, x, y, step)
    }
  }
  return { share: off / all, first, picture }
}

function allOf(now: Picture): Difference {
  return { share: 1, first: { x: 0, y: 0 }, picture: now }
}

function meanOf({ width, height, rgb }: Picture, left: number, top: number): number[] {
  const [right, bottom] = [Math.min(width, left + SQUARE_PX), Math.min(height, top + SQUARE_PX)]
  const sums = [0, 0, 0]
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const at = (y * width + x) * 3
      sums[0]! += rgb[at]!
      sums[1]! += rgb[at + 1]!
      sums[2]! += rgb[at + 2]!
    }
  }
  return sums.map((sum) => sum / ((right - left) * (bottom - top)))
}

const PALE = 0.25
function pale({ width, height, rgb }: Picture): Picture {
  return { width, height, rgb: rgb.map((value) => 255 - (255 - value) * PALE) }
}

function paint({ width, height, rgb }: Picture, left: number, top: number, size: number): void {
  for (let y = top; y < Math.min(height, top + size); y += 1) {
    for (let x = left; x < Math.min(width, left + size); x += 1) {
      rgb.set([220, 0, 40], (y * width + x) * 3)
    }
  }
}
