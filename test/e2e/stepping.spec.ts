/** Step mode in the real window: timers fire and frames arrive one at a time. */
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
const suite = `step mode${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 640 },
] as const
/** Of what was on its way when step mode was switched on. */
const DRAIN_MS = 60_000

let web: WebWindow
let page: Page

const says = (id: string, words: RegExp) => saysOn(page, id, words)

async function looksRight(scene: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size)
    // A low window closes the instruments; a person opens them again.
    const toggle = page.getByTestId('lower-toggle')
    if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const name = `${scene}, ${size.width}, ${colorScheme}`
      expect(await axeFindings(page), name).toEqual([])
      await snapshot(name)
    }
    expect(await clippedTexts(page), `${scene}, ${size.width}`).toEqual([])
    expect(await overlaps(page), `${scene}, ${size.width}`).toEqual([])
  }
  await page.setViewportSize(SIZES[0])
}

/** Only when somebody wants to look at them. */
async function snapshot(name: string): Promise<void> {
  const folder = process.env['PAXOS_LAB_PICTURES']
  if (folder) await page.screenshot({ path: `${folder}/${name.replace(/[^\w]+/g, '-')}.png` })
}

const rows = () => page.locator('[data-frame]')

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('start-five').click()
    await says('leader', /leader N\d/)
  })
  afterAll(() => web?.close())

  it('is switched on by a key, and says so; nothing moves then', async () => {
    await page.locator('[data-node="1"]').focus()
    await page.keyboard.press('Shift+G')
    await says('stepping', /nothing moves by itself/)
    await page.getByTestId('step-side').waitFor()
    await eventually(
      'the gate is empty',
      async () => {
        if (await page.getByTestId('step-next').isEnabled())
          await page.getByTestId('step-next').click()
        return (await rows().count()) === 0
      },
      DRAIN_MS,
    )
  })

  it('a timer fires, its frames wait, and one goes on at a time', async () => {
    const fire = page.locator('[data-testid^="step-timer-"][data-testid$="-heartbeat"]').first()
    await fire.click()
    await eventually('four heartbeats wait', async () => (await rows().count()) === 4)
    await page.locator('[data-node="1"]').focus()
    await page.keyboard.press('n')
    await eventually('three wait', async () => (await rows().count()) === 3)
    await page.getByTestId('step-next').click()
    await eventually('two wait', async () => (await rows().count()) === 2)
  })

  it('a frame is moved by key, and a picked one delivered out of turn', async () => {
    const ids = () => rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-frame')))
    const [first, second] = await ids()
    await page.locator(`#frame-${first}`).focus()
    await page.keyboard.press('Alt+ArrowDown')
    await eventually(
      'the order is another',
      async () => (await ids()).join() === `${second},${first}`,
    )
    await page.locator(`#frame-${first}`).check()
    await page.getByTestId('gate-release').click()
    await eventually('the other waits', async () => (await ids()).join() === second)
  })

  it('a request of a client waits at its node until it is let in', async () => {
    await page.getByTestId('tab-client').click()
    await page.getByTestId('client-node').selectOption('2')
    await sendCommand(page, 'SET city Oslo')
    await page.getByTestId('tab-gate').click()
    await page.getByTestId('step-request-2').waitFor()
    await looksRight('stepping')
    await page.getByTestId('step-request-2').click()
    await eventually('it is taken', async () => (await rows().count()) > 1)
  })

  it('leaving lets everything go on: the write is answered', async () => {
    await page.getByTestId('leave-steps').click()
    await page.getByTestId('tab-client').click()
    await says('client-history', /SET city Oslo\s*OK/)
    await page.getByTestId('tab-gate').click()
    await says('gate', /decide which arrive/)
    await page.getByTestId('tab-events').click()
    for (const words of [
      'type:acted mode on',
      'type:acted deliver',
      'type:frameMoved',
      'type:acted mode off',
    ]) {
      await page.getByTestId('event-filter').fill(words)
      await says('event-count', /^\s*[1-9]\d* of/)
    }
  })

  it('nothing was logged as an error, no policy was broken, no request left loopback', () => {
    expect(web.problems).toEqual([])
  })
})
