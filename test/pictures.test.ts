/** Pictures for README and docs: what is written is read again, pixel by pixel. */
import { deflateSync, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { changed, writeApng } from '../bench/apng'
import { countColours, indexer, paletteOf } from '../bench/palette'
import { readChunks, readPng, writeChunks, writePng } from '../bench/png'
import type { Picture } from '../bench/png'

const WIDTH = 12
const HEIGHT = 9

function plain(rgb: number): Picture {
  const bytes = [rgb >> 16, (rgb >> 8) & 255, rgb & 255]
  const pixels = Array.from({ length: WIDTH * HEIGHT }, () => bytes).flat()
  return { width: WIDTH, height: HEIGHT, rgb: Uint8Array.from(pixels) }
}

function withPixel(picture: Picture, x: number, y: number, rgb: number): Picture {
  const copy = Uint8Array.from(picture.rgb)
  copy.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255], (y * WIDTH + x) * 3)
  return { ...picture, rgb: copy }
}

/** Rows of a size, each with the filter that is named, as another program would write them. */
function filtered(picture: Picture, filters: readonly number[]): Buffer {
  const { width, height, rgb } = picture
  const at = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : rgb[y * width * 3 + x]!)
  const rows: number[] = []
  for (let y = 0; y < height; y += 1) {
    const filter = filters[y % filters.length]!
    rows.push(filter)
    for (let x = 0; x < width * 3; x += 1) {
      const [left, up, corner] = [at(x - 3, y), at(x, y - 1), x < 3 ? 0 : at(x - 3, y - 1)]
      const near = [left, up, corner].map((one) => Math.abs(left + up - corner - one))
      const paeth = [left, up, corner][near.indexOf(Math.min(...near))]!
      rows.push((at(x, y) - [0, left, up, (left + up) >> 1, paeth][filter]!) & 255)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return writeChunks([
    { type: 'IHDR', data: header },
    { type: 'IDAT', data: deflateSync(Buffer.from(rows)) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ])
}

/** What a viewer shows after each frame: colours in words of three bytes. */
function play(file: Buffer): { ms: number; shown: number[] }[] {
  const chunks = readChunks(file)
  const palette = chunks.find(({ type }) => type === 'PLTE')!.data
  const opaque = chunks.find(({ type }) => type === 'tRNS')!.data
  const canvas: number[] = Array.from({ length: WIDTH * HEIGHT }, () => -1)
  const states: { ms: number; shown: number[] }[] = []
  let control: Buffer = Buffer.alloc(0)
  for (const { type, data } of chunks) {
    if (type === 'fcTL') control = data
    if (type !== 'IDAT' && type !== 'fdAT') continue
    const [width = 0, height = 0, left = 0, top = 0] = [4, 8, 12, 16].map((at) =>
      control.readUInt32BE(at),
    )
    const rows = inflateSync(type === 'IDAT' ? data : data.subarray(4))
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const place = rows[y * (width + 1) + 1 + x]!
        if (opaque[place] === 0) continue
        canvas[(top + y) * WIDTH + left + x] = palette.readUIntBE(place * 3, 3)
      }
    }
    states.push({ ms: control.readUInt16BE(20), shown: [...canvas] })
  }
  return states
}

const coloursOf = ({ rgb }: Picture): number[] =>
  Array.from({ length: rgb.length / 3 }, (_none, at) => Buffer.from(rgb).readUIntBE(at * 3, 3))

describe('pictures', () => {
  it('of every filter are read as they were', () => {
    let picture = plain(0x203040)
    for (let at = 0; at < WIDTH * HEIGHT; at += 1) {
      picture = withPixel(picture, at % WIDTH, Math.floor(at / WIDTH), (at * 2_654_435) & 0xffffff)
    }
    expect(readPng(filtered(picture, [0, 1, 2, 3, 4]))).toEqual(picture)
  })

  it('that are cut off or changed are refused', () => {
    const file = filtered(plain(0x808080), [0])
    const broken = Buffer.from(file)
    broken[45]! ^= 1
    expect(() => readPng(broken)).toThrow('wrong check sum')
    expect(() => readPng(Buffer.from('GIF89a'))).toThrow('no PNG')
    const places = { width: 1, height: 1, places: Uint8Array.of(1) }
    expect(() => readPng(writePng(places, Uint8Array.of(0, 0, 0)))).toThrow('no colour 1')
  })

  it('with a palette are read in its colours', () => {
    const black = Uint8Array.of(0, 0, 0)
    expect(readPng(writePng(indexer(black)(plain(0x202020)), black)).rgb).toEqual(plain(0).rgb)
    const two = withPixel(plain(0xffffff), 3, 2, 0x0b5cad)
    const palette = paletteOf(countColours([two]), 2)
    expect(readPng(writePng(indexer(palette)(two), palette))).toEqual(two)
  })

  it('with few colours lose none; with many, the frequent ones stay', () => {
    const few = withPixel(withPixel(plain(0xffffff), 1, 1, 0x0b5cad), 2, 2, 0xb3172b)
    const palette = paletteOf(countColours([few]), 255)
    const { places } = indexer(palette)(few)
    const back = [...places].map((place) => Buffer.from(palette).readUIntBE(place * 3, 3))
    expect(back).toEqual(coloursOf(few))
    let many = plain(0x14171c)
    for (let at = 0; at < 60; at += 1) many = withPixel(many, at % 12, at / 12, 0x404040 + at * 3)
    const small = paletteOf(countColours([many]), 8)
    expect(small.length).toBeLessThanOrEqual(8 * 3)
    expect(Buffer.from(small).readUIntBE(0, 3)).toBe(0x14171c)
    const off = [...indexer(small)(many).places].map((place, at) =>
      Math.abs(small[place * 3 + 2]! - many.rgb[at * 3 + 2]!),
    )
    expect(Math.max(...off)).toBeLessThan(64)
  })
})

describe('animations', () => {
  it('show each picture for its time, and write only what changed', () => {
    const ground = plain(0xffffff)
    const moved = withPixel(withPixel(ground, 2, 3, 0xff0000), 5, 4, 0x00ff00)
    const shots = [ground, ground, moved, ground].map((picture, at) => ({ picture, ms: 100 + at }))
    const states = play(writeApng(shots))
    expect(states.map(({ ms }) => ms)).toEqual([201, 102, 103])
    expect(states.map(({ shown }) => shown)).toEqual([ground, moved, ground].map(coloursOf))
  })

  it('number their chunks without a hole, and say how many frames there are', () => {
    const shots = [0, 1, 2].map((x) => ({ picture: withPixel(plain(0), x, 0, 0xffffff), ms: 125 }))
    const chunks = readChunks(writeApng(shots))
    const numbered = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT')
    expect(numbered.map(({ data }) => data.readUInt32BE(0))).toEqual([0, 1, 2, 3, 4])
    const about = chunks.find(({ type }) => type === 'acTL')!
    expect([about.data.readUInt32BE(0), about.data.readUInt32BE(4)]).toEqual([3, 0])
  })

  it('take the least rectangle, and no picture of another size', () => {
    const index = indexer(Uint8Array.of(0, 0, 0, 255, 255, 255))
    const before = index(plain(0))
    const now = index(withPixel(withPixel(plain(0), 3, 2, 0xffffff), 6, 5, 0xffffff))
    expect(changed(before, now)).toMatchObject({ x: 3, y: 2, part: { width: 4, height: 4 } })
    expect(changed(before, before)).toBeNull()
    expect(() => changed(before, { ...now, width: 6, height: 18 })).toThrow('6x18')
    expect(() => writeApng([])).toThrow('at least one')
  })
})
