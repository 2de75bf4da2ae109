/** Lesson 16 on real processes: a mutant has a letter in every view until its rule is named. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { axeFindings } from '../support/pageChecks'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `lesson 16${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const LETTER = 'unnamed mutant A: deliberately broken'
/** Of everybody's copy. */
const NAME = /M7\b|ignores reported/

let web: WebWindow
let page: Page

const words = (): Promise<string> => page.locator('body').innerText()
const press = (act: string): Promise<void> => page.getByTestId(`lesson-act-${act}`).click()

async function done(act: string): Promise<void> {
  await eventually(`${act} is done`, async () => {
    const button = page.getByTestId(`lesson-act-${act}`)
    return (await button.isEnabled()) && (await button.getAttribute('aria-busy')) === 'false'
  })
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('lesson-mutant-hunt').click()
    await page.getByTestId('lesson-prediction').waitFor()
  })
  afterAll(() => web?.close())

  it('asks for the rule after a run in which it breaks', async () => {
    await page.getByTestId('lesson-choice-2').check()
    expect(await page.getByTestId('lesson-lock').isDisabled()).toBe(true)
    expect(await axeFindings(page)).toEqual([])
    for (const act of ['start', 'quiet', 'apart-3', 'red', 'apart-1', 'blue']) {
      await press(act)
      await done(act)
    }
    await eventually('it may be named', () => page.getByTestId('lesson-lock').isEnabled())
    expect(await words()).toContain(LETTER)
  })

  it('no view tells which mutant it is', async () => {
    for (const view of ['Lab', 'Checks', 'Runs', 'Start', 'Teach']) {
      await page.locator('nav').getByRole('button', { name: view, exact: true }).click()
      const shown = await words()
      expect([view, NAME.exec(shown)?.[0] ?? 'hidden']).toEqual([view, 'hidden'])
      if (view !== 'Start') expect([view, shown.includes(LETTER)]).toEqual([view, true])
    }
  })

  it('whoever names the rule is told the name', async () => {
    await page.getByTestId('lesson-choice-2').check()
    await page.getByTestId('lesson-lock').click()
    await page.getByTestId('lesson-key').waitFor()
    await eventually('its name is shown', async () => NAME.test(await words()))
    await eventually('all goals are reached', async () => {
      const states = page.locator('[data-goal]')
      const all = await states.evaluateAll((rows) =>
        rows.map((row) => row.getAttribute('data-goal')),
      )
      return all.every((state) => state === 'true')
    })
    expect(await axeFindings(page)).toEqual([])
    expect(web.problems).toEqual([])
  })
})
