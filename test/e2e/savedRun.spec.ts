/** A run that is over, in the same views: opened from the start page, scrubbed, closed, dropped. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { sendCommand } from '../support/clientCommand'
import { eventually } from '../support/eventually'
import { axeFindings, clippedTexts, overlaps } from '../support/pageChecks'
import { saysOn } from '../support/pageScenes'
import { openLowerTab } from '../support/lowerTab'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `saved runs${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`

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

async function write(text: string): Promise<void> {
  await sendCommand(page, text)
  await says('client-history', /OK/)
}

/** By keyboard, from the row of the only run. */
async function rowMenu(act: string): Promise<void> {
  await page
    .getByTestId('past')
    .getByRole('button', { name: /report, delete/ })
    .focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: act }).focus()
  await page.keyboard.press('Enter')
}

/** By keyboard alone. */
async function openOnlyRun(): Promise<void> {
  await page.keyboard.press('Alt+o')
  const list = page.getByRole('dialog', { name: 'Open a run' })
  await list
    .getByRole('button', { name: /5 nodes/ })
    .first()
    .focus()
  await page.keyboard.press('Enter')
  await says('saved-banner', /5 nodes.*saved run/)
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
    // What is left of it is not live any more, and is one press away.
    await says('time-edge', /^\s*ENDED/)
    await page.getByTestId('look-back').waitFor()
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
    await openLowerTab(page, 'log')
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

  it('forks a simulated run by keyboard, at a moment where that can be', async () => {
    const stage = () => page.locator('main').click({ position: { x: 5, y: 60 } })
    await page.getByRole('navigation', { name: 'Views' }).getByRole('button').first().click()
    await page.getByRole('button', { name: /Simulate in this window/ }).click()
    await page.locator('#sim-mutant').selectOption('M1')
    await page.getByTestId('sim-hunt').check()
    await page.getByTestId('sim-run').click()
    await says('saved-banner', /simulated run.*violated/)
    // A violation ended it: there is nothing after it that could be another.
    await page.getByTestId('fork-here').press('Enter')
    await says('toast-info', /Nothing to fork here.*was over at [\d.]+ s/)
    await stage()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Shift+F')
    await page.getByRole('dialog', { name: 'Fork from here' }).waitFor()
    await looksRight('the dialog of a fork')
    await page.getByTestId('fork-hold').focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await says('saved-banner', /Forked from seed \d+ at 1 s/)
    await says('fork-steps', /Waits at 1\.000 s.*0 steps by hand/)
    await stage()
    await page.keyboard.press('Shift+N')
    await says('fork-steps', /1 step by hand/)
    await page.keyboard.press('Shift+B')
    await says('fork-steps', /0 steps by hand/)
    await page.getByTestId('fork-next').click()
    await says('fork-steps', /1 step by hand/)
    await page.getByTestId('fork-on').click()
    await page.getByTestId('fork-steps').waitFor({ state: 'detached' })
    await page.getByTestId('saved-banner').getByRole('button', { name: /Close/ }).click()
  })

  it('keeps pins, in the order that a person gives them, and shows them in its report', async () => {
    await openOnlyRun()
    for (const chart of ['Throughput', 'Request latency']) {
      await page.getByRole('button', { name: `${chart}: copy, save` }).click()
      await page.getByRole('menuitem', { name: 'Pin to report' }).click()
      await eventually(`${chart} is pinned`, async () =>
        (await page.getByTestId('toast-info').allTextContents()).some((words) =>
          new RegExp(`${chart}.*: pinned`).test(words),
        ),
      )
    }
    await page.getByRole('button', { name: 'Show pins' }).last().click()
    const titles = () => page.getByTestId('pin').locator('b').allTextContents()
    await eventually('both are listed', async () => (await titles()).length === 2)
    const [first = '', second = ''] = await titles()
    await looksRight('the pins')
    await page
      .getByRole('button', { name: `Move ${second}` })
      .first()
      .focus()
    await page.keyboard.press('Alt+ArrowUp')
    await eventually('the second is the first', async () => (await titles())[0] === second)
    await page.keyboard.press('Enter')
    await eventually('and back again', async () => (await titles())[0] === first)
    await page.getByRole('button', { name: `Remove ${first}` }).click()
    await eventually('one is left', async () => (await titles()).join('') === second)
    await page.keyboard.press('Escape')
    await page.getByTestId('saved-banner').getByRole('button', { name: /Close/ }).click()
    const opened = page.context().waitForEvent('page')
    await page.getByRole('button', { name: 'Runs', exact: true }).click()
    await rowMenu('Report')
    const report = await opened
    await report.locator('figure.pin img').waitFor()
    expect(await report.locator('figure.pin b').allTextContents()).toEqual([second])
    expect(await axeFindings(report)).toEqual([])
    await report.close()
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
    await page.getByTestId('saved-banner').getByRole('button', { name: /Close/ }).click()
  })

  it('is deleted for good after one question, which can be answered with no', async () => {
    await page.getByRole('button', { name: 'Runs', exact: true }).click()
    await rowMenu('Delete…')
    const question = page.getByRole('dialog', { name: 'Delete this run?' })
    await question.waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    expect(readdirSync(web.folder)).toHaveLength(1)
    await rowMenu('Delete…')
    await page.getByTestId('confirm-delete').focus()
    await page.keyboard.press('Enter')
    await eventually('it is gone', () => readdirSync(web.folder).length === 0)
    await page.getByTestId('past').getByRole('listitem').waitFor({ state: 'detached' })
    expect(web.problems).toEqual([])
  })
})
