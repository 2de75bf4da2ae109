/**
 * PNG files, as far as screenshots need them: reads 8-bit RGB, RGBA and palettes without
 * interlacing, writes 8-bit palettes. After the PNG specification, third edition (W3C).
 *
 * Errors: a file of another kind, or one that is cut off, throws with what was found.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

/** Three bytes a pixel, row by row. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** One byte a pixel: a place in the palette. */
export interface Indexed {
  readonly width: number
  readonly height: number
  readonly places: Uint8Array
}

export interface Chunk {
  readonly type: string
  readonly data: Buffer
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Colour types of the header. */
const RGB = 2
const PALETTE = 3
const RGBA = 6
const BYTES_A_PIXEL = new Map([
  [RGB, 3],
  [PALETTE, 1],
  [RGBA, 4],
])

export function readChunks(file: Buffer): Chunk[] {
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new Error('The file is no PNG.')
  const chunks: Chunk[] = []
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at)
    const data = file.subarray(at + 8, at + 8 + length)
    const type = file.toString('latin1', at + 4, at + 8)
    const sum = crc32(file.subarray(at + 4, at + 8 + length))
    if (file.readUInt32BE(at + 8 + length) !== sum) throw new Error(`${type}: wrong check sum`)
    chunks.push({ type, data })
    at += length + 12
  }
  return chunks
}

export function writeChunks(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.map(({ type, data }) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    return Buffer.concat([u32(data.length), body, u32(crc32(body))])
  })
  return Buffer.concat([SIGNATURE, ...parts])
}

export function readPng(file: Buffer): Picture {
  const chunks = readChunks(file)
  const header = chunks[0]?.data ?? Buffer.alloc(13)
  const [depth, colour, , , interlaced] = header.subarray(8)
  const bytes = BYTES_A_PIXEL.get(colour ?? 0)
  if (depth !== 8 || bytes === undefined || interlaced !== 0) {
    throw new Error(`Depth ${depth}, colour type ${colour}, interlace ${interlaced}: not read here`)
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const parts = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)
  const raw = unfilter(inflateSync(Buffer.concat(parts)), width * bytes, height, bytes)
  if (colour === PALETTE) return { width, height, rgb: looked(raw, chunks) }
  return { width, height, rgb: colour === RGB ? raw : withoutAlpha(raw) }
}

/** Places in the palette as what they mean. */
function looked(places: Uint8Array, chunks: readonly Chunk[]): Uint8Array {
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data
  if (!palette) throw new Error('The picture has no palette.')
  const rgb = new Uint8Array(places.length * 3)
  places.forEach((place, pixel) => {
    if (place * 3 >= palette.length) throw new Error(`There is no colour ${place}.`)
    rgb.set(palette.subarray(place * 3, place * 3 + 3), pixel * 3)
  })
  return rgb
}

/** Rows as they were before each was written as its difference to its neighbours. */
function unfilter(data: Buffer, stride: number, height: number, step: number): Uint8Array {
  if (data.length !== (stride + 1) * height) throw new Error('The rows are cut off.')
  const out = new Uint8Array(stride * height)
  for (let row = 0; row < height; row += 1) {
    const filter = data[row * (stride + 1)]!
    const from = row * (stride + 1) + 1
    const to = row * stride
    for (let x = 0; x < stride; x += 1) {
      const left = x < step ? 0 : out[to + x - step]!
      const up = row === 0 ? 0 : out[to + x - stride]!
      const corner = x < step || row === 0 ? 0 : out[to + x - stride - step]!
      out[to + x] = data[from + x]! + guess(filter, left, up, corner)
    }
  }
  return out
}

function guess(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) throw new Error(`There is no filter ${filter}.`)
  const sum = left + up - corner
  const [a, b, c] = [Math.abs(sum - left), Math.abs(sum - up), Math.abs(sum - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3)
  for (let pixel = 0; pixel * 4 < rgba.length; pixel += 1) {
    rgb.set(rgba.subarray(pixel * 4, pixel * 4 + 3), pixel * 3)
  }
  return rgb
}

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** The chunks that every picture of a palette begins with: size and colours, three bytes each. */
export function headOf(width: number, height: number, palette: Uint8Array): Chunk[] {
  const header = Buffer.concat([u32(width), u32(height), Buffer.from([8, PALETTE, 0, 0, 0])])
  return [
    { type: 'IHDR', data: header },
    { type: 'PLTE', data: Buffer.from(palette) },
  ]
}

/** Rows without a filter: that is best where pixels are places in a palette. */
export function packRows({ width, height, places }: Indexed): Buffer {
  const rows = Buffer.alloc((width + 1) * height)
  for (let row = 0; row < height; row += 1) {
    rows.set(places.subarray(row * width, (row + 1) * width), row * (width + 1) + 1)
  }
  return deflateSync(rows, { level: 9 })
}

export function writePng(picture: Indexed, palette: Uint8Array): Buffer {
  return writeChunks([
    ...headOf(picture.width, picture.height, palette),
    { type: 'IDAT', data: packRows(picture) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ])
}
