/**
 * Animated PNG from pictures of one size. After the PNG specification, third edition (W3C), section
 * 11.3.6: each frame but the first is the rectangle that changed, and pixels in it that did not are
 * transparent, so that they cost nearly nothing.
 *
 * Units:  ms. A picture that is the same as the one before it makes that one stay longer.
 */
import { countColours, indexer, paletteOf } from './palette'
import { headOf, packRows, u32, writeChunks } from './png'
import type { Chunk, Indexed, Picture } from './png'

export interface Shot {
  readonly picture: Picture
  /** How long it stays. */
  readonly ms: number
}

interface Frame {
  readonly part: Indexed
  readonly x: number
  readonly y: number
  readonly ms: number
}

/** One place of the palette is kept for what does not change. */
const COLOURS_MAX = 255
const CLEAR = 255
/** Colours are counted in so many pictures, spread over all: they hardly differ. */
const COUNTED_MAX = 12
const DELAY_MS_MAX = 65_535

/** Plays again and again. */
export function writeApng(shots: readonly Shot[]): Buffer {
  const [first] = shots
  if (!first) throw new Error('An animation needs at least one picture.')
  const { width, height } = first.picture
  const every = Math.ceil(shots.length / COUNTED_MAX)
  const counted = shots.filter((_shot, at) => at % every === 0 || at === shots.length - 1)
  const counts = countColours(counted.map(({ picture }) => picture))
  const palette = paletteOf(counts, COLOURS_MAX)
  const whole = new Uint8Array((CLEAR + 1) * 3)
  whole.set(palette)
  const frames = framesOf(shots, indexer(palette))
  let sequence = 0
  const chunks = frames.flatMap((frame, at): Chunk[] => {
    const control = { type: 'fcTL', data: controlOf(frame, sequence++) }
    const data = packRows(frame.part)
    if (at === 0) return [control, { type: 'IDAT', data }]
    return [control, { type: 'fdAT', data: Buffer.concat([u32(sequence++), data]) }]
  })
  const opaque = Buffer.alloc(CLEAR + 1, 0xff)
  opaque[CLEAR] = 0
  return writeChunks([
    ...headOf(width, height, whole),
    { type: 'tRNS', data: opaque },
    { type: 'acTL', data: Buffer.concat([u32(frames.length), u32(0)]) },
    ...chunks,
    { type: 'IEND', data: Buffer.alloc(0) },
  ])
}

function framesOf(shots: readonly Shot[], index: (picture: Picture) => Indexed): Frame[] {
  const frames: Frame[] = []
  let before: Indexed | null = null
  for (const { picture, ms } of shots) {
    const now = index(picture)
    const found: Omit<Frame, 'ms'> | null = before
      ? changed(before, now)
      : { part: now, x: 0, y: 0 }
    const last = frames.at(-1)
    if (found) frames.push({ ...found, ms })
    else if (last) frames[frames.length - 1] = { ...last, ms: last.ms + ms }
    before = now
  }
  return frames
}

/** The least rectangle that holds every change; null: nothing changed. */
export function changed(before: Indexed, now: Indexed): Omit<Frame, 'ms'> | null {
  const { width } = now
  if (before.width !== width || before.height !== now.height) {
    throw new Error(`A picture of ${width}x${now.height} after one of ${before.width}`)
  }
  let [left, right, top, bottom] = [width, -1, -1, -1]
  for (let at = 0; at < now.places.length; at += 1) {
    if (now.places[at] === before.places[at]) continue
    const x = at % width
    const y = (at - x) / width
    if (top < 0) top = y
    bottom = y
    if (x < left) left = x
    if (x > right) right = x
  }
  if (right < 0) return null
  const part = { width: right - left + 1, height: bottom - top + 1 }
  const places = new Uint8Array(part.width * part.height)
  for (let y = 0; y < part.height; y += 1) {
    for (let x = 0; x < part.width; x += 1) {
      const at = (top + y) * width + left + x
      const isSame = now.places[at] === before.places[at]
      places[y * part.width + x] = isSame ? CLEAR : now.places[at]!
    }
  }
  return { part: { ...part, places }, x: left, y: top }
}

/** fcTL: place, size, time; what was there stays, and the part is laid over it. */
function controlOf({ part, x, y, ms }: Frame, sequence: number): Buffer {
  const places = [sequence, part.width, part.height, x, y].map(u32)
  const tail = Buffer.alloc(6)
  tail.writeUInt16BE(Math.max(1, Math.min(DELAY_MS_MAX, Math.round(ms))), 0)
  tail.writeUInt16BE(1000, 2)
  tail[4] = 0
  tail[5] = sequence === 0 ? 0 : 1
  return Buffer.concat([...places, tail])
}
