/**
 * How the window looks, scene by scene, in both themes, against pictures that a person looked at.
 * Scenes stand on stored runs (`looks/runs`), simulated once: the same events on every machine.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { browserName, isUpdating, keepBrowser, lookOf } from '../support/looks'
import { openLowerTab } from '../support/lowerTab'
import { saysOn } from '../support/pageScenes'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `looks${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
/** On a busy machine. */
const STEP_MS_MAX = 20_000
const RUNS = join(import.meta.dirname, 'looks/runs')
/** Small, so that little is stored; wide enough for the inspector. */
const VIEWPORT = { width: 1180, height: 720 }
const CONTEXT = {
  ...({ viewport: VIEWPORT, reducedMotion: 'reduce' } as const),
  ...{ locale: 'en-US', timezoneId: 'UTC' },
}

let web: WebWindow
let page: Page
let browser = ''

async function looksAsStored(scene: string, part: Page | Locator = page): Promise<void> {
  const wrongs: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const wrong = await lookOf(part, `${scene}-${colorScheme}`, browser)
    if (wrong !== null) wrongs.push(wrong)
  }
  expect(wrongs).toEqual([])
}

async function show(view: string): Promise<void> {
  const rail = page.getByRole('navigation', { name: 'Views' })
  await rail.getByRole('button', { name: view, exact: true }).click()
  await rest()
}

/** Nothing is lit by the pointer, keys go to the stage. */
async function rest(): Promise<void> {
  await page.mouse.move(0, 0)
  await page.evaluate(
    () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
  )
}

const says = (id: string, words: RegExp) => saysOn(page, id, words)

/** Stored runs, as the folder of runs holds them; a fresh page offers them by title. */
async function unpackRuns(): Promise<void> {
  for (const name of readdirSync(RUNS)) {
    const from = join(RUNS, name)
    const to = join(web.folder, `2026-01-01T00-00-00-${name}`)
    mkdirSync(to)
    for (const file of readdirSync(from)) {
      const bytes = readFileSync(join(from, file))
      if (file.endsWith('.gz')) writeFileSync(join(to, file.slice(0, -3)), gunzipSync(bytes))
      else writeFileSync(join(to, file), bytes)
    }
  }
  await page.reload()
  await page.getByTestId('scenario-dueling-proposers').waitFor()
}

async function openRun(title: RegExp): Promise<void> {
  await page.keyboard.press('Alt+o')
  const dialog = page.getByRole('dialog', { name: 'Open a run' })
  await dialog.getByRole('button', { name: title }).first().click()
  await says('saved-banner', title)
}

/** The moment so many seconds after the start, with the whole run in sight. */
async function standAt(seconds: number): Promise<void> {
  await page.locator('[data-time-plot]').first().press('f')
  await rest()
  await page.getByRole('button', { name: 'Start of the run' }).click()
  await rest()
  for (let press = 0; press < seconds; press += 1) await page.keyboard.press('Shift+ArrowRight')
  await eventually(`${seconds} s are shown`, async () => {
    const now = Number.parseFloat((await page.locator('.timebar .now').textContent()) ?? '')
    return now >= seconds
  })
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '', CONTEXT)
    page = web.page
    page.setDefaultTimeout(STEP_MS_MAX)
    await page.getByTestId('scenario-dueling-proposers').waitFor()
    browser = browserName(page.context().browser()?.version() ?? '')
    if (isUpdating) keepBrowser(browser)
  })
  afterAll(() => web?.close())

  it('of the start page', async () => {
    await rest()
    await looksAsStored('start')
  })

  it('of a dialog', async () => {
    await page
      .getByRole('button', { name: /New cluster/ })
      .first()
      .click()
    await page.getByRole('dialog').waitFor()
    await looksAsStored('dialog')
    await page.keyboard.press('Escape')
  })

  it('of the Lab at a moment of a run: topology and charts', async () => {
    await unpackRuns()
    await openRun(/The duel, short/)
    await show('Lab')
    await standAt(2)
    await page.keyboard.press('2')
    await openLowerTab(page, 'acceptors')
    await rest()
    await looksAsStored('lab')
  })

  it('of a chart: the staircase of a duel', async () => {
    await looksAsStored('chart', page.locator('[aria-label="Ballot staircase"]').first())
  })

  it('of an instrument', async () => {
    const divider = page.getByRole('separator', { name: 'Height of topology and instruments' })
    for (let press = 0; press < 4; press += 1) await divider.press('ArrowUp')
    await page.getByTestId('instruments').click()
    await page.getByRole('menuitem', { name: 'Duel meter', exact: true }).click()
    await page.locator('.instrument').waitFor()
    await rest()
    await looksAsStored('instrument')
  })

  it('of the Timeline around one message', async () => {
    await show('Timeline')
    // All of the record is read, then what passes the filter is on top.
    await says('spacetime-count', /^(1\D?734) of \1$/)
    await page.getByTestId('spacetime-filter').fill('type:accept')
    await says('spacetime-count', /^\d{1,3} of/)
    await page.locator('.is-phase2[data-serial][aria-rowindex="1"]').click()
    await page.getByTestId('message-inspector').waitFor()
    await page.getByTestId('spacetime-filter').fill('')
    await says('spacetime-count', /^(1\D?734) of \1$/)
    const plot = page.getByTestId('spacetime-plot')
    await plot.press('f')
    for (let press = 0; press < 3; press += 1) await plot.press('s')
    await rest()
    await looksAsStored('timeline')
  })

  it('of checks with a violation', async () => {
    await openRun(/The duel of a mutant/)
    await show('Checks')
    const row = page.locator('[data-check][data-state="violated"] button').first()
    if ((await row.getAttribute('aria-pressed')) !== 'true') await row.click()
    await rest()
    await looksAsStored('checks')
  })
})
