/** Faults of a link, partitions and a slow node in the real window, on real nodes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { axeFindings, clippedTexts, overlaps } from '../support/pageChecks'
import { saysOn } from '../support/pageScenes'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `link faults${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 640 },
] as const
/** Pictures of both themes and sizes are kept here when it is set. */
const SHOTS = process.env['PAXOS_SHOTS']

let web: WebWindow
let page: Page

const says = (id: string, words: RegExp) => saysOn(page, id, words)

/** While a menu is open, the rest of the page is hidden from readers: axe judges other scenes. */
async function looksRight(scene: string, isMenu = false): Promise<void> {
  for (const size of SHOTS === undefined ? SIZES.slice(0, 1) : SIZES) {
    await page.setViewportSize(size)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const where = `${scene}-${size.width}-${colorScheme}`
      if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${where}.png` })
      if (!isMenu && size === SIZES[0]) expect(await axeFindings(page), where).toEqual([])
    }
    expect(await clippedTexts(page), scene).toEqual([])
    expect(await overlaps(page), scene).toEqual([])
  }
  await page.setViewportSize(SIZES[0])
}

async function healable(is: boolean): Promise<void> {
  await eventually(`${is ? 'a' : 'no'} fault is active`, async () => {
    return (await page.getByTestId('heal-all').isEnabled()) === is
  })
}

const button = (name: string) => page.getByRole('button', { name, exact: true })

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('start-five').click()
    await says('leader', /leader N\d/)
    // The Lab has come in place of the start page: keys are its own from now on.
    await page.locator('[data-node="5"]').waitFor()
  })
  afterAll(() => web?.close())

  it('the partition menu lists every preset, by keys too', async () => {
    await page.getByTestId('partition').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('partition-constrained').waitFor()
    await looksRight('partition-menu', true)
    await page.getByTestId('partition-chained').focus()
    await page.keyboard.press('Enter')
    await healable(true)
    await looksRight('chain')
    await page.keyboard.press('Control+h')
    await healable(false)
  })

  it('a link takes every fault of the table, and shows them', async () => {
    await page.getByTestId('link-1>2').locator('.hit').dispatchEvent('click')
    await page.getByTestId('link-inspector').waitFor()
    await page.getByLabel('Delay: shape').selectOption('pareto')
    for (const name of ['Delay: set', 'Burst loss: set', 'Bandwidth: set', 'Half-open: set']) {
      await button(name).click()
    }
    await says('link-inspector', /pareto/)
    await says('link-inspector', /Half-open, N1–N2/)
    await looksRight('link-faults')
  })

  it('a node is slowed down', async () => {
    await page.getByTestId('node-3').click({ button: 'right' })
    await page.getByRole('menuitem', { name: /^Slow/ }).click()
    await page.getByRole('dialog', { name: 'Slow down N3' }).waitFor()
    await looksRight('slow-dialog')
    await page.getByTestId('slow-apply').click()
    await page.keyboard.press('Control+h')
    await healable(false)
    expect(web.problems).toEqual([])
  })
})
