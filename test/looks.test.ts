/** Stored looks: what counts as a difference, and what does not. */
import { describe, expect, it } from 'vitest'
import type { Picture } from '../bench/png'
import { pixelDifference, squareDifference } from './support/pictureDiff'

const WIDTH = 64
const HEIGHT = 48

function picture(colourOf: (x: number, y: number) => number): Picture {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3)
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) rgb.fill(colourOf(x, y), (y * WIDTH + x) * 3, -1)
  }
  return { width: WIDTH, height: HEIGHT, rgb }
}

const panelAt = (left: number): Picture => picture((x) => (x >= left && x < left + 16 ? 90 : 240))

describe('two pictures of the window', () => {
  it('that are the same differ nowhere', () => {
    expect(pixelDifference(panelAt(16), panelAt(16))).toMatchObject({ share: 0, first: null })
    expect(squareDifference(panelAt(16), panelAt(16))).toMatchObject({ share: 0, first: null })
  })

  it('differ by the pixels of a panel that moved, and say where', () => {
    const moved = pixelDifference(panelAt(16), panelAt(20))
    expect(moved.share).toBeCloseTo(8 / WIDTH)
    expect(moved.first).toEqual({ x: 16, y: 0 })
    expect(squareDifference(panelAt(16), panelAt(32)).share).toBeGreaterThan(0.4)
  })

  it('of another browser may differ in the edges of letters, not in the shade of a square', () => {
    const letters = picture((x, y) => ((x + y) % 2 === 0 ? 0 : 255))
    const other = picture((x, y) => ((x + y) % 2 === 1 ? 0 : 255))
    expect(pixelDifference(letters, other).share).toBeGreaterThan(0.9)
    expect(squareDifference(letters, other).share).toBe(0)
    expect(
      squareDifference(
        letters,
        picture(() => 255),
      ).share,
    ).toBe(1)
  })

  it('of different sizes differ wholly', () => {
    const small = { width: 1, height: 1, rgb: new Uint8Array(3) }
    expect(pixelDifference(small, panelAt(0)).share).toBe(1)
  })
})
