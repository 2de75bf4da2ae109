/**
 * A counterexample of the explorer on real processes, by the keyboard alone: found, played, opened
 * as a recorded run that says how it ended; its votes, its replay, a fork; and one that is cut
 * short.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { looksRightOn, saysOn } from '../support/pageScenes'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `re-enactment${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const STOPS_MAX = 120
const WAIT_MS = 60_000

let web: WebWindow
let page: Page

const byId = (id: string): string => `[data-testid="${id}"]`

const says = (id: string, words: RegExp) => saysOn(page, id, words, WAIT_MS)

/** Tab, and again, until the focus is there. */
async function tabTo(selector: string): Promise<void> {
  await page.locator(selector).first().waitFor({ timeout: WAIT_MS })
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    const isThere = await page.evaluate(
      (wanted) => document.activeElement?.matches(wanted) ?? false,
      selector,
    )
    if (isThere) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${STOPS_MAX} times Tab never led to ${selector}`)
}

async function command(title: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByTestId('palette').waitFor()
  await page.keyboard.type(title)
  await page.getByRole('option', { name: title }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByTestId('palette').waitFor({ state: 'detached' })
}

/** From the menu of the lower panel. */
async function instrument(title: string): Promise<void> {
  await tabTo(byId('instruments'))
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: title, exact: true }).waitFor()
  await page.keyboard.type(title)
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: title }).waitFor()
}

const looksRight = (scene: string) => looksRightOn(page, scene)

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
  })
  afterAll(() => web?.close())

  it('is offered where the explorer has found a counterexample', async () => {
    await command('Explore every state')
    await tabTo('#explore-mutant')
    await page.keyboard.type('M7')
    await tabTo(byId('explore-run'))
    await page.keyboard.press('Enter')
    await tabTo(byId('explore-open'))
    await page.keyboard.press('Enter')
    await says('saved-banner', /explored run/)
    await page.getByTestId('reenact').waitFor()
    await command('Re-enact on real processes')
    await says('reenact-state', /a few seconds/)
    await looksRight('the question')
  })

  it('cut short it says so, and nothing is opened', async () => {
    await tabTo(byId('reenact-start'))
    await page.keyboard.press('Enter')
    await tabTo(byId('reenact-cancel'))
    await page.keyboard.press('Enter')
    await says('reenact-state', /did not come to its end .*it was cancelled/)
    await says('saved-banner', /explored run/)
  })

  it('ends in the same violation, and opens as a recorded run of its mutant', async () => {
    await tabTo(byId('reenact-start'))
    await page.keyboard.press('Enter')
    await says('saved-banner', /Re-enacted: .*saved run.*violated/)
    await says('reenacted', /the same end: I8/)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.getByRole('contentinfo').textContent()).toContain('M7')
    await looksRight('a re-enacted run')
  })

  it('shows its votes against the quorum line: two values are chosen', async () => {
    await instrument('Vote bars')
    await says('vote-lamp', /2 values are chosen/)
    // The lower of the two was chosen first: at that moment it was the only one.
    await tabTo('[data-bar="1.4"]')
    await page.keyboard.press('Enter')
    await says('vote-lamp', /Chosen: SET .*, first at 1\.4/)
    await looksRight('vote bars')
  })

  it('shows what each acceptor did in order, and which promises were forced', async () => {
    await instrument('Acceptor history')
    await tabTo('[data-step="vote"]')
    await page.keyboard.press('Enter')
    expect(await page.locator('[data-step][aria-label*="reports"]').count()).toBeGreaterThan(0)
    await looksRight('acceptor history')
  })

  it('is replayed with every answer equal, and forks in the simulator', async () => {
    await instrument('Replay')
    await tabTo(byId('replay-run'))
    await page.keyboard.press('Enter')
    await says('replay-badge', /Replay fidelity 100 %/)
    await looksRight('replay')
    // A killed process loses the last of what it was given: a fork begins before.
    await command('Go to the start of the run')
    await command('Next event')
    await tabTo(byId('replay-fork'))
    await page.keyboard.press('Enter')
    await says('saved-banner', /Fork of .* at step \d+, seed 1/)
  })

  it('is offered beside the evidence too, and nothing went wrong in the page', async () => {
    await command('Close the saved run')
    await page.keyboard.press('Alt+7')
    await command('Explore every state')
    await tabTo('#explore-mutant')
    await page.keyboard.type('M11')
    await tabTo(byId('explore-run'))
    await page.keyboard.press('Enter')
    await tabTo(byId('explore-open'))
    await page.keyboard.press('Enter')
    await says('reenact-why', /processes have no acts/)
    await page.keyboard.press('Alt+6')
    await page.getByTestId('check-detail').getByTestId('reenact-why').waitFor()
    expect(web.problems).toEqual([])
  })
})
