/**
 * Every view of the rail, as the system and the settings can ask for it: no serious finding of axe,
 * nothing logged as an error, no scrollbar of the page, nothing that jumps while data arrives.
 */
import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { countJumps, takeJumps } from '../support/layoutJumps'
import { axeFindings } from '../support/pageChecks'
import { root } from '../support/tree'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `views${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const VIEWS = [
  ...(['Start', 'Lab', 'Timeline', 'Experiments', 'Runs'] as const),
  ...(['Checks', 'Learn', 'Logs', 'Settings'] as const),
]
const SIZES = [
  [1024, 640],
  [1440, 900],
] as const

/** Pictures may gain a sign in their legends; elsewhere nothing moves at all. */
const JUMPS_MAX = {
  ...{ Lab: 0.002, Timeline: 0.002, Teach: 0.002 },
  ...{ Checks: 0.0001, Runs: 0.0001, Logs: 0.0001 },
} as const
/** After a click the browser excuses what moves. */
const EXCUSED_MS = 600
const WATCHED_MS = 1500

let web: WebWindow
let page: Page

const rail = () => page.getByRole('navigation', { name: 'Views' })

async function show(view: string): Promise<void> {
  await rail().getByRole('button', { name: view, exact: true }).click()
  await eventually(`${view} is shown`, async () => (await page.locator('main *').count()) > 0)
}

/** Scrollbars of the page, named by where; views scroll inside. */
async function scrollbars(where: string): Promise<string[]> {
  const found = await page.evaluate(async () => {
    // A window that has just become small is laid out anew with the next frame.
    for (let frames = 2; frames > 0; frames -= 1) await new Promise(requestAnimationFrame)
    const { scrollWidth, scrollHeight } = document.documentElement
    return scrollWidth > innerWidth || scrollHeight > innerHeight
      ? [`the page is ${scrollWidth}x${scrollHeight} in ${innerWidth}x${innerHeight}`]
      : []
  })
  return found.map((words) => `${where}: ${words}`)
}

/** What is wrong with each view in this scene. */
async function wrongsOfViews(scene: string): Promise<string[]> {
  const found: string[] = []
  for (const view of VIEWS) {
    await show(view)
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height })
      found.push(...(await scrollbars(`${scene}, ${view}, ${width}x${height}`)))
    }
    found.push(...(await axeFindings(page)).map((words) => `${scene}, ${view}: ${words}`))
  }
  return found
}

async function setting(name: string): Promise<void> {
  await show('Settings')
  await page.getByTestId('section-appearance').click()
  await page.getByTestId(`setting-${name}`).waitFor()
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    // The host keeps experiments beside its folder of runs, and may make that folder meanwhile,
    // which a copy to a folder that is not there yet does not bear.
    const own = join(dirname(web.folder), 'experiments')
    mkdirSync(own, { recursive: true })
    cpSync(join(root, 'test/fixtures/experiments'), own, { recursive: true })
    await page.getByTestId('start-five').click()
    await eventually('five nodes answer', async () =>
      /5\/5/.test((await page.getByTestId('nodes-up').textContent()) ?? ''),
    )
  })
  afterAll(() => web?.close())

  it.each(['light', 'dark'] as const)('hold in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await wrongsOfViews(colorScheme)).toEqual([])
  })

  it('hold in forced colours', async () => {
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
    const found = await wrongsOfViews('forced colours')
    await page.emulateMedia({ forcedColors: 'none' })
    expect(found).toEqual([])
  })

  it('hold in high contrast, which the setting and the system turn on', async () => {
    await page.emulateMedia({ contrast: 'more', colorScheme: 'light' })
    const contrast = () => page.evaluate(() => document.documentElement.dataset['contrast'])
    await eventually('the system asks for it', async () => (await contrast()) === 'high')
    await page.emulateMedia({ contrast: 'no-preference' })
    await eventually('not any more', async () => (await contrast()) === 'normal')
    await setting('contrast')
    await page.getByTestId('setting-contrast').getByRole('button', { name: 'High' }).click()
    expect(await contrast()).toBe('high')
    const found: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      found.push(...(await wrongsOfViews(`high contrast ${colorScheme}`)))
    }
    await setting('contrast')
    await page.getByTestId('reset-contrast').click()
    expect(found).toEqual([])
  })

  it('hold on a projector, in a low window too', async () => {
    await page.emulateMedia({ colorScheme: 'light' })
    await setting('projector')
    await page.locator('#set-projector').check()
    const found = await wrongsOfViews('projector')
    await setting('projector')
    await page.getByTestId('reset-projector').click()
    expect(found).toEqual([])
  })

  it('the screen goes blank for a presenter, and any key brings it back', async () => {
    await show('Lab')
    await page.locator('main').click({ position: { x: 5, y: 60 } })
    await page.keyboard.press('.')
    await page.getByTestId('blank').waitFor()
    await page.keyboard.press('k')
    await page.getByTestId('blank').waitFor({ state: 'detached' })
  })

  it('the logs follow a kill, and the node that wrote nothing says so', async () => {
    await show('Lab')
    await page.locator('main').click({ position: { x: 5, y: 60 } })
    await page.keyboard.press('2')
    await page.getByTestId('kill').click()
    await show('Logs')
    await page.getByTestId('log-source-node2').click()
    await eventually('the end of N2 is told', async () =>
      /ended as asked: SIGKILL/.test((await page.getByTestId('log-lines').textContent()) ?? ''),
    )
    expect(await page.getByTestId('log-silent').textContent()).toContain('N2 has written nothing')
  })

  it('nothing jumps while leaders die, faults come and go, and numbers grow', async () => {
    await page.keyboard.press('F5')
    await page.getByTestId('start').waitFor()
    await show('Experiments')
    await page.getByTestId('ex-card-restless').click()
    await page.locator('[data-testid=ex-run]:enabled').click()
    await eventually('somebody leads', async () =>
      /leader N/.test((await page.getByTestId('leader').textContent()) ?? ''),
    )
    await countJumps(page)
    const found: string[] = []
    for (const [view, most] of Object.entries(JUMPS_MAX)) {
      await show(view)
      await page.waitForTimeout(EXCUSED_MS)
      await takeJumps(page)
      await page.waitForTimeout(WATCHED_MS)
      const { sum, moved } = await takeJumps(page)
      if (sum > most) found.push(`${view}, ${sum.toFixed(4)}:`, ...moved)
    }
    expect(found).toEqual([])
  })

  it('logged nothing as an error', () => {
    expect(web.problems).toEqual([])
  })
})
