/** A run that is over, in the same views: opened from the start page, scrubbed, closed, dropped. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { axeFindings, clippedTexts, overlaps } from '../support/pageChecks'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `saved runs${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`

let web: WebWindow
let page: Page

async function says(id: string, words: RegExp): Promise<void> {
  await eventually(`${id} says ${String(words)}`, async () =>
    words.test((await page.getByTestId(id).first().textContent()) ?? ''),
  )
}

async function looksRight(scene: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeFindings(page), `${scene}, ${colorScheme}`).toEqual([])
  }
  expect(await clippedTexts(page), scene).toEqual([])
  expect(await overlaps(page), scene).toEqual([])
}

async function write(text: string): Promise<void> {
  await page.getByTestId('client-command').fill(text)
  await page.keyboard.press('Enter')
  await says('client-history', /OK/)
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('start-five').click()
    await says('leader', /leader N\d/)
    await page.getByTestId('tab-client').click()
    await write('SET city Oslo')
    await page.keyboard.press('F5')
    await eventually('the cluster stopped', async () =>
      /no cluster/.test((await page.getByRole('contentinfo').textContent()) ?? ''),
    )
  })
  afterAll(() => web?.close())

  it('opens from the list, by keyboard alone, with its nodes, charts and verdict', async () => {
    await page.keyboard.press('Alt+o')
    await page.getByRole('dialog', { name: 'Open a run' }).waitFor()
    await looksRight('the list of runs')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /5 nodes/ })
      .first()
      .focus()
    await page.keyboard.press('Enter')
    await says('saved-banner', /5 nodes.*saved run.*no violation.*events/)
    await says('saved-run', /a run that is over/)
    expect(await page.locator('[data-testid^="node-"]').count()).toBeGreaterThanOrEqual(5)
    await looksRight('a saved run')
  })

  it('shows any moment of it, votes and slots included, and refuses to be changed', async () => {
    await page.getByTestId('tab-log').click()
    await eventually('the slot is applied at all nodes', async () =>
      (await page.locator('.log-grid').textContent())?.includes('N1, slot 1: applied'),
    )
    await page.getByRole('button', { name: 'Start of the run' }).click()
    await eventually('nothing was voted at first', async () =>
      (await page.locator('.log-grid').textContent())?.includes('N1, slot 1: open'),
    )
    await page.getByRole('button', { name: 'Newest moment' }).click()
    const menu = page.getByRole('button', { name: 'Heal all' })
    if (await menu.isVisible()) expect(await menu.isDisabled()).toBe(true)
  })

  it('closes: the live lab is back', async () => {
    await page.getByTestId('saved-banner').getByRole('button', { name: /Close/ }).click()
    await eventually('the banner is gone', async () => {
      return (await page.getByTestId('saved-banner').count()) === 0
    })
  })

  it('simulates in the page, labels the mutant, and finds what it breaks', async () => {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('button').first().click()
    await page.getByRole('button', { name: /Simulate in this window/ }).click()
    await page.locator('#sim-mutant').selectOption('M1')
    await page.getByTestId('sim-hunt').check()
    await looksRight('the dialog of the simulator')
    await page.getByTestId('sim-run').click()
    await says('saved-banner', /Seed \d+, 5 nodes.*simulated run.*violated/)
    expect(await page.getByText('mutant M1: forgets its promise on restart').count()).not.toBe(0)
    await page.getByTestId('next-seed').click()
    await says('saved-banner', /simulated run/)
    await page.getByTestId('saved-banner').getByRole('button', { name: /Close/ }).click()
  })

  it('opens a record file in the page, and says what is no record', async () => {
    const [run = ''] = readdirSync(web.folder)
    await page.keyboard.press('Alt+o')
    await page.getByTestId('run-file').setInputFiles(join(web.folder, run, 'events.ndjson'))
    await says('saved-banner', /events\.ndjson.*saved run/)
    await page.keyboard.press('Alt+o')
    await page.getByTestId('run-file').setInputFiles(join(web.folder, run, 'run.json'))
    await eventually(
      'a toast says so',
      async () => (await page.getByText(/is no record of a run/).count()) > 0,
    )
    expect(web.problems).toEqual([])
  })
})
