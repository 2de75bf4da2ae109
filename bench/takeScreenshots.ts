/**
 * Pictures of the window for README and docs, from real runs; a program. Arguments name parts of
 * it (`quiet`, `live`, `refused`, `timeline`, `duel`, `teach`, `guide`, `filmDuel`, `filmGate`);
 * without any all are made.
 *
 * Files:  `NAME-WIDTHxHEIGHT-THEME.png` with a palette, and `film-NAME.png`, which moves.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../test/support/browser'
import { openWebWindow } from '../test/support/webWindow'
import { CAPTURES } from './captures'
import { countColours, indexer, paletteOf } from './palette'
import { readPng, writePng } from './png'
import { TOURS } from './tour'
import type { Shoot, Theme, ViewSize } from './tourSteps'

const FOLDER = join(import.meta.dirname, '../docs/screenshots')
const SIZES: readonly ViewSize[] = [
  { width: 1440, height: 900 },
  { width: 1024, height: 640 },
]
const THEMES: readonly Theme[] = ['light', 'dark']
const COLOURS_MAX = 256

function write(name: string, file: Buffer): void {
  const path = join(FOLDER, name)
  writeFileSync(path, file)
  console.log(`docs/screenshots/${name} ${(statSync(path).size / 1024).toFixed(0)} KB`)
}

/** The scene stands; each size and theme is a picture of it. */
function shooter(page: Page): Shoot {
  return async (name, { sizes = SIZES, themes = THEMES } = {}) => {
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const colorScheme of themes) {
        await page.emulateMedia({ colorScheme })
        await passesFrames(page)
        const picture = readPng(await page.screenshot())
        const palette = paletteOf(countColours([picture]), COLOURS_MAX)
        const file = writePng(indexer(palette)(picture), palette)
        write(`${name}-${size.width}x${size.height}-${colorScheme}.png`, file)
      }
    }
    await page.setViewportSize(SIZES[0]!)
    await page.emulateMedia({ colorScheme: 'light' })
    await passesFrames(page)
  }
}

/** Charts are drawn two a frame, so two dozen frames are enough for all, laid out anew. */
function passesFrames(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        let left = 24
        const next = (): void => {
          left -= 1
          if (left > 0) requestAnimationFrame(next)
          else resolve()
        }
        requestAnimationFrame(next)
      }),
  )
}

/** Own experiments and results lie beside the runs: all in a folder that goes away again. */
async function takeAll(browserPath: string, wanted: readonly string[]): Promise<void> {
  const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name)
  for (const [name, play] of Object.entries(TOURS)) {
    if (!isWanted(name)) continue
    const web = await openWebWindow(browserPath, { viewport: SIZES[0]! })
    try {
      await web.page.getByTestId('start-five').waitFor()
      await play(web.page, shooter(web.page))
    } finally {
      for (const problem of web.problems) console.error(`${name}: ${problem}`)
      await web.close()
    }
  }
  for (const [name, { context, play }] of Object.entries(CAPTURES)) {
    if (!isWanted(name)) continue
    const web = await openWebWindow(browserPath, context)
    try {
      await web.page.getByTestId('start-five').waitFor()
      for (const [file, film] of Object.entries(await play(web.page))) write(file, film)
    } finally {
      await web.close()
    }
  }
}

const browserPath = findBrowser()
if (browserPath === null) throw new Error(NO_BROWSER)
mkdirSync(FOLDER, { recursive: true })
const home = mkdtempSync(join(tmpdir(), 'paxos-lab-screenshots-'))
process.env['TMPDIR'] = home
try {
  await takeAll(browserPath, process.argv.slice(2))
} finally {
  rmSync(home, { recursive: true, force: true, maxRetries: 3 })
}
