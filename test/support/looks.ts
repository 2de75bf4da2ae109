/**
 * Stored looks of the window: one picture a scene and theme beside the tests, and the browser that
 * drew them. `UPDATE_LOOKS=1` writes new ones; look at each before it is kept.
 *
 * Where the same browser runs, pixels are compared. Another version or system draws letters with
 * other edges: there, means of squares are, with more tolerance.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { countColours, indexer, paletteOf } from '../../bench/palette'
import { readChunks, readPng, writePng } from '../../bench/png'
import type { Picture } from '../../bench/png'
import { eventually } from './eventually'
import { pixelDifference, squareDifference } from './pictureDiff'

const REPO = join(import.meta.dirname, '../..')
const FOLDER = join(REPO, 'test/e2e/looks')
const DRAWN_BY = join(FOLDER, 'browser.txt')
/** Ignored by Git: what the last run found. */
const FOUND = join(REPO, '.cache/looks')
const COLOURS_MAX = 256
/** Sixty pixels of a window: a letter that is another one, not a shade at the edge of a line. */
const PIXELS_OFF_MAX = 0.000_3
const SQUARES_OFF_MAX = 0.03

export const isUpdating = process.env['UPDATE_LOOKS'] === '1'

/** Version and system: both decide how letters are drawn. */
export function browserName(version: string): string {
  return `Chromium ${version} on ${process.platform} ${process.arch}`
}

export function keepBrowser(name: string): void {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(DRAWN_BY, `${name}\n`)
}

const storedBrowser = (): string =>
  existsSync(DRAWN_BY) ? readFileSync(DRAWN_BY, 'utf8').trim() : ''

/** Two pictures in a row are the same: canvases are drawn, fonts are there, nothing moves. */
async function standing(part: Page | Locator): Promise<Picture> {
  let before: Buffer = Buffer.alloc(0)
  return eventually('the window stands still', async () => {
    const now = await part.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' })
    if (now.equals(before)) return readPng(now)
    before = now
    return null
  })
}

/** Words that say what is wrong; null: it looks as it did. */
export async function lookOf(
  part: Page | Locator,
  name: string,
  browser: string,
): Promise<string | null> {
  const now = await standing(part)
  const path = join(FOLDER, `${name}.png`)
  if (isUpdating) {
    store(path, now)
    return null
  }
  if (!existsSync(path)) return `${name}: no picture is stored; UPDATE_LOOKS=1 writes it.`
  const file = readFileSync(path)
  const stored = readPng(file)
  const isSame = browser === storedBrowser()
  const found = isSame
    ? pixelDifference(stored, inColoursOf(file, now))
    : squareDifference(stored, now)
  const [limit, unit] = isSame ? [PIXELS_OFF_MAX, 'pixels'] : [SQUARES_OFF_MAX, 'squares']
  if (found.share <= limit) return null
  mkdirSync(FOUND, { recursive: true })
  store(join(FOUND, `${name}.now.png`), now)
  const difference = join(FOUND, `${name}.difference.png`)
  store(difference, found.picture)
  const share = `${percent(found.share)} of the ${unit} differ, at most ${percent(limit)} may`
  const { x, y } = found.first ?? { x: 0, y: 0 }
  return `${name}: ${share}; the first at ${x}, ${y}. Red in ${difference}`
}

/** What was stored lost shades to its palette: the new picture loses the same ones. */
function inColoursOf(file: Buffer, now: Picture): Picture {
  const palette = readChunks(file).find(({ type }) => type === 'PLTE')?.data
  if (!palette) return now
  return readPng(writePng(indexer(Uint8Array.from(palette))(now), palette))
}

const percent = (share: number): string => `${(share * 100).toFixed(3)} %`

function store(path: string, picture: Picture): void {
  const palette = paletteOf(countColours([picture]), COLOURS_MAX)
  writeFileSync(path, writePng(indexer(palette)(picture), palette))
}
