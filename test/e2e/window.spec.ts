/** The window in Chromium on the real browser host with real nodes: what a newcomer does first. */
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
const suite = `window${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`

let web: WebWindow
let page: Page

const seen = (id: string): Promise<true> =>
  eventually(`${id} is shown`, async () => (await page.getByTestId(id).isVisible()) || undefined)

const says = (id: string, words: RegExp) => saysOn(page, id, words)

/** The layout holds, and axe has nothing serious, in both themes. */
async function looksRight(scene: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeFindings(page), `${scene}, ${colorScheme}`).toEqual([])
  }
  for (const [width, height] of [
    [1024, 640],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height })
    const at = `${scene}, ${width}x${height}`
    expect(await clippedTexts(page), at).toEqual([])
    expect(await overlaps(page), at).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null })
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
  })
  afterAll(() => web?.close())

  it('opens on the start page with the bundled examples', async () => {
    await says('host-state', /Host connected/)
    await seen('scenario-dueling-proposers')
    expect(new URL(page.url()).hash).toBe('')
    await looksRight('start page')
  })

  it('starts five real nodes and shows their leader', async () => {
    await page.getByTestId('start-five').click()
    await seen('stop')
    await says('nodes-up', /5\/5/)
    await says('leader', /leader N\d/)
  })

  it('folds instruments that nobody opened in a low window, and keeps those of a person', async () => {
    const topology = page.getByRole('region', { name: 'Topology' })
    const topologyPx = async () => (await topology.boundingBox())?.height ?? 0
    const toggle = page.getByTestId('lower-toggle')
    const isOpen = async () => (await toggle.getAttribute('aria-expanded')) === 'true'
    const clocks = page.getByRole('tabpanel', { name: 'Three clocks' })
    const clocksPx = async () => (await clocks.boundingBox())?.height ?? 0
    expect(await isOpen()).toBe(true)
    await page.setViewportSize({ width: 1024, height: 640 })
    await eventually('a low window closes the instruments', async () => !(await isOpen()))
    await eventually('the topology has room', async () => (await topologyPx()) >= 300)
    await page.setViewportSize({ width: 1440, height: 900 })
    await eventually('open again in the high one', isOpen)
    await page.getByTestId('instruments').click()
    await page.getByRole('menuitem', { name: /^Three clocks/ }).click()
    await clocks.waitFor()
    await page.setViewportSize({ width: 1024, height: 640 })
    const tab = page.getByRole('tab', { name: 'Three clocks', selected: true })
    // 220 px with its strip of tabs.
    await eventually('a person opened it: it stays', async () => {
      return (await isOpen()) && (await tab.isVisible()) && (await clocksPx()) >= 180
    })
    await eventually('the topology keeps the rest', async () => (await topologyPx()) >= 250)
    expect(await overlaps(page)).toEqual([])
    await toggle.click()
    await eventually('a person closes it', async () => !(await isOpen()))
    await page.setViewportSize({ width: 1440, height: 900 })
    await toggle.click()
    await eventually('and opens it again', isOpen)
    await page.getByTestId('tab-client').click()
    expect(await topologyPx()).toBeGreaterThanOrEqual(300)
  })

  it('writes through one node, reads through another, and asks all', async () => {
    await page.getByTestId('client-node').selectOption('2')
    await sendCommand(page, 'SET city Oslo')
    await says('client-history', /SET city Oslo\s*OK/)
    await page.getByTestId('client-node').selectOption('5')
    await sendCommand(page, 'GET city')
    await says('client-history', /GET city\s*"?Oslo/)
    await page.getByRole('button', { name: 'Learner read', exact: true }).click()
    await page.getByTestId('client-key').fill('city')
    await page.keyboard.press('Enter')
    await says('read-result', /chosen.*Oslo.*5 of 5 answered/)
  })

  it('cuts a link and heals it with the keyboard alone', async () => {
    await page.locator('[data-link="1>2"]').focus()
    await page.keyboard.press('Enter')
    await seen('link-inspector')
    await page.keyboard.press('x')
    await says('link-state', /cut/)
    await page.keyboard.press('Control+h')
    await says('link-state', /open/)
  })

  it('a partition is told with an undo, which heals it', async () => {
    await page.getByTestId('partition').click()
    await page.getByRole('menuitem', { name: /Majority/ }).click()
    await seen('toast-info')
    await looksRight('partition')
    await page.keyboard.press('Control+z')
    await says('heal-all', /Heal all\s*$/)
  })

  it('a learner read without a majority says undetermined and why', async () => {
    for (const node of ['3', '4', '5']) {
      await page.keyboard.press('Escape')
      await page.locator('main').click({ position: { x: 5, y: 60 } })
      await page.keyboard.press(node)
      await page.getByTestId('kill').click()
      await says('node-role', /killed/)
    }
    await page.getByTestId('client-node').selectOption('1')
    await page.getByTestId('client-send').click()
    await eventually('undetermined', async () =>
      /undetermined/.test((await page.getByTestId('read-result').last().textContent()) ?? ''),
    )
    await page.getByTestId('heal-all').click()
    await says('nodes-up', /5\/5/)
  })

  it('an act that is refused is told with its reason and details', async () => {
    await page.getByRole('button', { name: 'Command', exact: true }).click()
    await page.getByTestId('client-node').selectOption('2')
    await page.locator('main').click({ position: { x: 5, y: 60 } })
    await page.keyboard.press('2')
    await page.getByTestId('kill').click()
    await says('node-role', /killed/)
    await page.getByTestId('client-send').click()
    await says('toast-error', /Command at N2.*killed/)
    await page.getByTestId('toast-error').getByRole('button', { name: 'Details' }).click()
    await says('toast-error', /code:/)
    await looksRight('error toast')
    await page.getByTestId('toast-error').getByRole('button', { name: 'Dismiss' }).click()
    await page.getByTestId('restart').click()
    await says('node-role', /idle|leader/)
  })

  it('an event is found by the filter and shown as recorded', async () => {
    await page.getByTestId('tab-events').click()
    await page.getByTestId('event-filter').fill('type:clusterstarted')
    await says('event-count', /^\s*1 of/)
    await page.getByRole('row').filter({ hasText: 'clusterStarted' }).click()
    await says('event-inspector', /"type": "clusterStarted"/)
    await looksRight('event inspector')
    await page.getByTestId('event-filter').fill('')
  })

  it('every dialog opens by keyboard and looks right', async () => {
    await page.locator('main').click({ position: { x: 5, y: 60 } })
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await looksRight('cheat sheet')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette').waitFor()
    await page.keyboard.type('about')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'About Paxos Lab' }).waitFor()
    await looksRight('about')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette').waitFor()
    await page.keyboard.type('lesson 7')
    const lesson = page.getByTestId('palette').getByText(/^7: /)
    await lesson.waitFor()
    await looksRight('palette')
    await page.keyboard.press('Enter')
    await page.getByTestId('lesson').waitFor()
    await page.keyboard.press('Alt+n')
    await page.getByRole('dialog', { name: 'New cluster' }).waitFor()
    await looksRight('new cluster')
    await page.keyboard.press('Escape')
    await eventually('no dialog', async () => (await page.getByRole('dialog').count()) === 0)
  })

  it('plays the duel from the start page to the chosen value', async () => {
    await page.getByRole('navigation', { name: 'Views' }).getByLabel('Start').click()
    await page
      .getByTestId('scenario-dueling-proposers')
      .getByRole('button', { name: /Run/ })
      .click()
    await says('experiment', /dueling-proposers/)
    const verdict = (name: string) => page.locator(`[data-verdict="${name}"]`)
    await verdict('dueling').waitFor()
    await looksRight('duel')
    await page.getByTestId('tab-events').click()
    await page.getByTestId('event-filter').fill('type:acted policy')
    await eventually(
      'the policy is switched after 50 ballots',
      async () => /exponential/.test((await page.getByTestId('policy').textContent()) ?? ''),
      60_000,
    )
    await verdict('progressing').waitFor({ timeout: 60_000 })
    await looksRight('landing of the duel')
  })

  it('nothing was logged as an error, no policy was broken, no request left loopback', () => {
    // A refused call is an answer of the lab, not an error of the page.
    expect(web.problems).toEqual([])
  })

  it('a host that dies is told; what was shown stays readable', async () => {
    await web.killHost()
    await says('host-banner', /Host not answering.*retrying|trying/)
    await says('host-state', /Host not answering/)
    expect(await page.getByTestId('stop').isDisabled()).toBe(true)
    expect(await page.locator('[data-node]').count()).toBe(5)
    await looksRight('lost host')
  })
})
