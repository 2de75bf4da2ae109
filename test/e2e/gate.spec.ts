/** The gate in the real window: frames of real nodes wait, are read, and are let go by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { sendCommand } from '../support/clientCommand'
import { eventually } from '../support/eventually'
import { axeFindings, clippedTexts, overlaps } from '../support/pageChecks'
import { saysOn } from '../support/pageScenes'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `gate${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`

let web: WebWindow
let page: Page

const says = (id: string, words: RegExp) => saysOn(page, id, words)

async function looksRight(scene: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeFindings(page), `${scene}, ${colorScheme}`).toEqual([])
  }
  expect(await clippedTexts(page), scene).toEqual([])
  expect(await overlaps(page), scene).toEqual([])
}

const waiting = (message: string) =>
  page.locator('[data-frame]').filter({ hasText: new RegExp(`→ N\\d${message}\\d`) })

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('start-five').waitFor()
    // A write that waits at the gate must not run out of time, however slow the machine.
    await page.keyboard.press('Alt+n')
    await page.getByTestId('nc-advanced').locator('summary').click()
    await looksRight('advanced options')
    await page.locator('#nc-deadline').fill('300000')
    await page.getByTestId('nc-start').click()
    await says('leader', /leader N\d/)
  })
  afterAll(() => web?.close())

  it('says what it is for, and holds accepts when it is asked to', async () => {
    await page.getByTestId('tab-gate').click()
    await says('gate', /decide which arrive/)
    await looksRight('empty gate')
    await page.getByTestId('gate-hold').click()
    await page.getByRole('dialog', { name: 'Hold frames' }).waitFor()
    await looksRight('hold dialog')
    await page.getByTestId('hold-apply').click()
    await says('gate', /Hold accept, 20 links/)
    await says('gate', /Nothing waits now/)
  })

  it('a write waits for its accepts, which are shown and can be read', async () => {
    await page.getByTestId('tab-client').click()
    await page.getByTestId('client-node').selectOption('2')
    await sendCommand(page, 'SET city Oslo')
    await page.getByTestId('tab-gate').click()
    await eventually('the accepts wait', async () => (await waiting('accept').count()) >= 4)
    await says('gate-count', /frames wait/)
    await page.locator('[data-frame] input').first().focus()
    await page.keyboard.press('Space')
    await page.getByTestId('gate-inspect').click()
    await says('frame-text', /"accept"/)
    await looksRight('a frame')
    await page.keyboard.press('Escape')
    await looksRight('frames at the gate')
  })

  it('doubles one, drops one, releases the rest: the write is acknowledged', async () => {
    const total = async () =>
      Number((await page.getByTestId('tab-gate').textContent())?.replace(/\D/g, ''))
    await page.getByTestId('gate-duplicate').click()
    await eventually('a copy waits', async () => (await total()) >= 5)
    await page.getByTestId('gate-drop').click()
    const release = page.getByTestId('gate-release')
    // What was picked is gone: to release it with the others is refused, as a whole.
    await eventually('it is dropped', async () => !(await release.isEnabled()))
    // Accepts that are sent again come at any time; and those of another leader, elected by a slow
    // machine, must be let go too.
    let released = 0
    await eventually('what waits is released until the write is acknowledged', async () => {
      await page.getByTestId('tab-gate').click()
      const all = page.getByLabel('Pick every frame that is shown')
      if (await all.isVisible()) await all.click()
      if ((await release.isVisible()) && (await release.isEnabled())) {
        await release.click()
        released += 1
      }
      await page.getByTestId('tab-client').click()
      const told = (await page.getByTestId('client-history').textContent()) ?? ''
      if (!/SET city Oslo\s*OK/.test(told)) throw new Error(`the client was told "${told}"`)
      return released > 0
    })
    await page.getByTestId('tab-gate').click()
    await page.locator('[data-testid^="hold-end-"]').click()
    await says('gate', /decide which arrive/)
    await page.getByTestId('tab-events').click()
    for (const type of ['frameHeld', 'frameDropped', 'frameReleased']) {
      await page.getByTestId('event-filter').fill(`type:${type}`)
      await says('event-count', /^\s*[1-9][\d\s]* of/)
    }
  })

  it('arms a failpoint from the menu of a node, which then crashes there', async () => {
    await page.locator('[data-node="3"]').focus()
    await page.keyboard.press('Shift+F10')
    await page.locator('[data-action="failpoint"]').click()
    await page.getByRole('dialog', { name: 'Failpoint at N3' }).waitFor()
    await looksRight('failpoint dialog')
    await page.getByTestId('failpoint-apply').click()
    await page.getByTestId('tab-client').click()
    await sendCommand(page, 'SET city Bergen')
    await eventually('N3 is down', async () =>
      /4\/5/.test((await page.getByTestId('nodes-up').textContent()) ?? ''),
    )
  })

  it('nothing was logged as an error, no policy was broken, no request left loopback', () => {
    expect(web.problems).toEqual([])
  })
})
