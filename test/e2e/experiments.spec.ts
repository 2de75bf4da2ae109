/** The editor of experiments in a browser, over the real desk: seen, changed, saved, played. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { axeFindings, clippedTexts, overlaps } from '../support/pageChecks'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'
import { root } from '../support/tree'

const browserPath = findBrowser()
const suite = `experiments${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const BRIDGE = join(root, 'resources/scenarios/bridge.paxlab.yaml')

let web: WebWindow
let page: Page

const text = () => page.getByTestId('ex-text')

async function looksRight(scene: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeFindings(page), `${scene}, ${colorScheme}`).toEqual([])
  }
  expect(await clippedTexts(page), scene).toEqual([])
  expect(await overlaps(page), scene).toEqual([])
}

async function holds(what: RegExp): Promise<void> {
  await eventually(`the text has ${String(what)}`, async () => what.test(await text().inputValue()))
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    const views = page.getByRole('navigation', { name: 'Views' })
    await views.getByRole('button', { name: /Experiments/ }).click()
    await page.getByTestId('ex-card-bridge').waitFor()
  })
  afterAll(() => web?.close())

  it('shows a bundled one in both views, wide and small', async () => {
    await looksRight('nothing open')
    await page.getByTestId('ex-card-bridge').click()
    await holds(/name: bridge\n/)
    await looksRight('a bundled experiment')
    await page.setViewportSize({ width: 1024, height: 640 })
    await looksRight('the form in a small window')
    await page.getByTestId('ex-tab-yaml').click()
    await looksRight('the text in a small window')
    await page.getByTestId('ex-open-list').click()
    await page.getByTestId('ex-search').waitFor()
    await looksRight('the list in a small window')
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  it('is changed in the form by the keyboard alone, and taken back', async () => {
    await page.getByTestId('ex-duplicate-to-edit').click()
    await holds(/name: bridge-copy\n/)
    const before = await text().inputValue()
    await page.locator('#ex-steps-0-row').focus()
    await page.keyboard.press('Enter')
    await looksRight('an open step')
    await page.locator('#ex-steps-0-say').focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Said here')
    await holds(/say: Said here\n/)
    await page.locator('#ex-steps-0-row').focus()
    await page.keyboard.press('Alt+ArrowDown')
    await eventually('the focus goes along', async () =>
      page.evaluate(() => document.activeElement?.id === 'ex-steps-1-row'),
    )
    // Slow keystrokes are several steps of the history.
    await eventually('it is as before', async () => {
      if ((await text().inputValue()) === before) return true
      await page.keyboard.press('Control+z')
      return false
    })
  })

  it('marks a mistake of the text with its place', async () => {
    await text().focus()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('\noops: 1')
    await page
      .getByTestId('ex-fault')
      .getByText(/unknown key/)
      .waitFor()
    expect(await page.getByTestId('ex-run').isDisabled()).toBe(true)
    await looksRight('a mistake')
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await page.getByTestId('ex-fault').getByText('No mistake found').waitFor()
  })

  it('is saved beside its schema, listed, and played as it stands', async () => {
    await page.locator('#ex-seconds').fill('7')
    await page.keyboard.press('Control+s')
    await page.getByTestId('ex-card-bridge-copy').waitFor()
    // The host keeps experiments beside its folder of runs.
    const file = join(dirname(web.folder), 'experiments/bridge-copy.paxlab.yaml')
    const lines = readFileSync(file, 'utf8').split('\n')
    const bundled = readFileSync(BRIDGE, 'utf8').split('\n')
    const changed = bundled.filter((line, at) => line !== lines[at])
    expect(changed.map((line) => line.split(':')[0])).toEqual(['name', 'title', 'seconds'])
    await page.getByTestId('ex-run').click()
    await page.locator('[data-testid^="node-"]').first().waitFor()
    expect(web.problems).toEqual([])
  })
})
