/** Lesson 8 on real processes, by keys alone: predict, act, goals tick, next; a reload keeps it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { axeFindings } from '../support/pageChecks'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `lessons${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const STOPS_MAX = 120
const WAIT_MS = 60_000

let web: WebWindow
let page: Page

const byId = (id: string): string => `[data-testid="${id}"]`

async function tabTo(id: string): Promise<void> {
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    const isThere = await page.evaluate(
      (wanted) => document.activeElement?.matches(wanted) ?? false,
      byId(id),
    )
    if (isThere) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${STOPS_MAX} times Tab never led to ${id}`)
}

const states = (): Promise<(string | null)[]> =>
  page
    .locator('[data-goal]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-goal')))
const stepNow = (): Promise<string | null> =>
  page.locator('nav[aria-label="Steps"] [aria-current="step"]').getAttribute('data-testid')

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('lesson-duel').waitFor()
  })
  afterAll(() => web?.close())

  it('the duel is predicted before it can be started', async () => {
    await tabTo('lesson-duel')
    await page.keyboard.press('Enter')
    await page.getByTestId('lesson-prediction').waitFor()
    expect(await page.getByTestId('lesson-act-duel').isDisabled()).toBe(true)
    expect(await axeFindings(page)).toEqual([])
    await tabTo('lesson-choice-1')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await tabTo('lesson-lock')
    await page.keyboard.press('Enter')
    await eventually('the act is open', () => page.getByTestId('lesson-act-duel').isEnabled())
    expect(await page.getByTestId('lesson-choice-3').isChecked()).toBe(true)
    expect(await page.getByTestId('lesson-next').isDisabled()).toBe(true)
  })

  it('S21: its goals are ticked by the events of five processes, then the key is shown', async () => {
    await tabTo('lesson-act-duel')
    await page.keyboard.press('Enter')
    const reached = async () => (await states()).every((state) => state === 'true')
    await eventually('50 undecided ballots are counted', reached, WAIT_MS)
    await page.getByTestId('lesson-key').waitFor()
    expect(await axeFindings(page)).toEqual([])
  })

  it('goes on by a key of a presenter, and a reload keeps where one was', async () => {
    await page.keyboard.press('PageDown')
    await eventually(
      'the second step is shown',
      async () => (await stepNow()) === 'lesson-step-one-waits',
    )
    await page.reload()
    await eventually('the Teach view is open again', async () => {
      await page.keyboard.press('Alt+3')
      return page.getByTestId('lesson-prediction').isVisible()
    })
    await eventually(
      'the second step is shown again',
      async () => (await stepNow()) === 'lesson-step-one-waits',
    )
    await page.keyboard.press('PageUp')
    await page.getByTestId('lesson-key').waitFor()
    expect(await states()).toEqual(['true', 'true', 'true'])
    expect(await page.getByTestId('lesson-choice-3').isChecked()).toBe(true)
    expect(web.problems).toEqual([])
  })
})
