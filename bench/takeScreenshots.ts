/** Plays the scenes of the README in the real window and takes their pictures; a program. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../test/support/browser'
import { eventually } from '../test/support/eventually'
import { openWebWindow } from '../test/support/webWindow'

const FOLDER = join(import.meta.dirname, '../docs/screenshots')
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 640 },
] as const
const THEMES = ['light', 'dark'] as const
/** The scene is set once; each size and theme is a picture of the same moment, looked back at. */
const SCENE_MS_MAX = 90_000
/** Width of the y axis of every chart. */
const AXIS_PX = 44
/** Where in its run the duel is looked at. */
const DUEL_SHARE = 0.4

const textOf = async (page: Page, id: string): Promise<string> =>
  (await page.getByTestId(id).first().textContent()) ?? ''

const until = (page: Page, id: string, words: RegExp): Promise<true> =>
  eventually(`${id} says ${words}`, async () => words.test(await textOf(page, id)), SCENE_MS_MAX)

/** Resolves after the run has gone on by so much lab time. */
async function passes(page: Page, seconds: number): Promise<void> {
  const clock = page.locator('.timebar .now')
  const now = async (): Promise<number> => Number.parseFloat((await clock.textContent()) ?? '')
  const target = (await now()) + seconds
  await eventually(`${seconds} s of lab time`, async () => (await now()) >= target, SCENE_MS_MAX)
}

async function startPage(page: Page): Promise<void> {
  await page.getByTestId('scenario-dueling-proposers').waitFor()
}

async function duel(page: Page): Promise<void> {
  await page.getByTestId('scenario-dueling-proposers').getByRole('button', { name: /Run/ }).click()
  await until(page, 'policy', /exponential/)
  await page.locator('[data-verdict="progressing"]').waitFor({ timeout: SCENE_MS_MAX })
  await page.keyboard.press('2')
  await page.getByTestId('tab-events').click()
  await passes(page, 2)
  await lookBack(page, DUEL_SHARE)
}

/** Charts fitted to the run so far; the pictures stand at this share of it. */
async function lookBack(page: Page, share: number): Promise<void> {
  await page.getByRole('button', { name: 'Pause', exact: true }).last().click()
  const plot = page.locator('[data-time-plot]')
  await plot.focus()
  await page.keyboard.press('f')
  const box = await plot.locator('canvas').first().boundingBox()
  if (!box) throw new Error('The staircase is not on the page.')
  const x = box.x + AXIS_PX + share * (box.width - AXIS_PX)
  await page.mouse.click(x, box.y + box.height / 2)
  await page.mouse.move(0, 0)
  await page.evaluate(
    () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
  )
}

async function partition(page: Page): Promise<void> {
  await page.getByTestId('start-five').click()
  await until(page, 'leader', /leader N\d/)
  await page.getByTestId('load').click()
  await page.getByTestId('load-switch').click()
  await page.keyboard.press('Escape')
  await passes(page, 6)
  await page.getByTestId('partition').click()
  await page.getByRole('menuitem', { name: /Majority/ }).click()
  await passes(page, 6)
  await page.getByTestId('tab-log').click()
  await passes(page, 1)
}

async function inspector(page: Page): Promise<void> {
  await partition(page)
  await page.locator('[data-link]').first().focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('link-inspector').waitFor()
}

async function errorToast(page: Page): Promise<void> {
  await page.getByTestId('start-five').click()
  await until(page, 'leader', /leader N\d/)
  await page.keyboard.press('3')
  await page.getByTestId('kill').click()
  await until(page, 'node-role', /killed/)
  await page.getByTestId('client-node').selectOption('3')
  await page.getByTestId('client-send').click()
  await page.getByTestId('toast-error').getByRole('button', { name: 'Details' }).click()
}

const SCENES = { start: startPage, duel, partition, inspector, error: errorToast } as const

async function take(browserPath: string, scene: string, play: (page: Page) => Promise<void>) {
  const web = await openWebWindow(browserPath, { viewport: SIZES[0] })
  try {
    await web.page.getByTestId('start-five').waitFor()
    await play(web.page)
    for (const size of SIZES) {
      await web.page.setViewportSize(size)
      for (const colorScheme of THEMES) {
        await web.page.emulateMedia({ colorScheme })
        await passesFrames(web.page)
        const name = `${scene}-${size.width}x${size.height}-${colorScheme}.png`
        await web.page.screenshot({ path: join(FOLDER, name) })
        console.log(`docs/screenshots/${name}`)
      }
    }
  } finally {
    await web.close()
  }
}

/** Charts are drawn two a frame, so a dozen frames are enough for all. */
function passesFrames(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        let left = 12
        const next = (): void => {
          left -= 1
          if (left > 0) requestAnimationFrame(next)
          else resolve()
        }
        requestAnimationFrame(next)
      }),
  )
}

const browserPath = findBrowser()
if (browserPath === null) throw new Error(NO_BROWSER)
mkdirSync(FOLDER, { recursive: true })
for (const [scene, play] of Object.entries(SCENES)) await take(browserPath, scene, play)
