/** Many trials from the window, on the real desk: planned, simulated, opened, compared. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { looksRightOn, saysOn } from '../support/pageScenes'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `runs${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`

let web: WebWindow
let page: Page

/** Four trials are four processes that start one after another. */
const TRIALS_MS = 80_000

const says = (id: string, words: RegExp, limitMs?: number) => saysOn(page, id, words, limitMs)

const looksRight = (scene: string) => looksRightOn(page, scene)

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByRole('button', { name: 'Runs', exact: true }).click()
  })
  afterAll(() => web?.close())

  it('are planned by the host, which says beside the field what is wrong', async () => {
    await page.getByTestId('run-experiment').selectOption('bundled/first-choice')
    await page.getByTestId('source-simulator').click()
    await page.getByLabel('Repetitions of each point').fill('2')
    await page.getByTestId('sweep-add').click()
    await page.getByTestId('sweep-name-0').fill('nodes')
    await page.getByTestId('sweep-values-0').fill('3, 4')
    await page.getByRole('alert').filter({ hasText: 'nodes' }).waitFor()
    await looksRight('a plan with an error')
    await page.getByTestId('sweep-values-0').fill('3, 5')
    await says('plan', /^4 trials at 2 points, about \d+ s of simulated time/)
  })

  it('run with progress in every view, and leave a result with points and charts', async () => {
    await page.getByTestId('start-trials').click()
    await page.getByTestId('trials-chip').waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).first().focus()
    await says('trial-count', /4 of 4/, TRIALS_MS)
    await page.getByTestId('trials-chip').waitFor({ state: 'detached' })
    expect(await page.locator('.points tbody tr').count()).toBe(2)
    await says('facts', /simulator.*nodes=3,5.*Paxos Lab.*same seed gives the same run/)
    await page.getByTestId('survival').waitFor()
    await looksRight('a result')
    await page.setViewportSize({ width: 1024, height: 640 })
    await looksRight('a result in a small window')
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  it('are compared point by point', async () => {
    for (const box of await page.locator('.points input').all()) await box.check()
    await page.getByTestId('compare-picked').click()
    await page.getByTestId('compare-table').waitFor()
    await looksRight('a comparison')
    await page.getByRole('button', { name: 'Close', exact: true }).click()
  })

  it('open in all views by keyboard, and their report in a page of its own', async () => {
    await page.getByTestId('trials').focus()
    await page.keyboard.press('ArrowDown')
    await says('trial-detail', /Trial 1.*seed/)
    const opened = page.context().waitForEvent('page')
    await page.getByTestId('result-report').click()
    const report = await opened
    await report.getByRole('heading').first().waitFor()
    await report.close()
    await page.getByTestId('trials').focus()
    await page.keyboard.press('Enter')
    await says('saved-banner', /saved run/)
    await page.getByRole('button', { name: 'Runs', exact: true }).click()
  })

  it('are deleted after one question', async () => {
    await page.getByTestId('result-delete').click()
    await page.getByRole('dialog', { name: 'Delete this result?' }).waitFor()
    await page.getByTestId('confirm-delete').click()
    await page.getByTestId('result').waitFor({ state: 'detached' })
    expect(await page.getByTestId('past').getByRole('checkbox').count()).toBe(0)
    expect(web.problems).toEqual([])
  })
})
