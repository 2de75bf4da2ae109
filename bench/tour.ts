/** The tour: every view of the window, each as it looks in use. */
import type { Page } from 'playwright-core'
import { eventually } from '../test/support/eventually'
import * as step from './tourSteps'
import type { Shoot } from './tourSteps'

type Tour = (page: Page, shoot: Shoot) => Promise<void>

const LARGE = [{ width: 1440, height: 900 }] as const
const SMALL = { width: 1024, height: 640 } as const
const TEACH_SIZES = [{ width: 1920, height: 1080 }, ...LARGE] as const
/** One picture each: they are many. */
const ONE = { sizes: LARGE, themes: ['light'] } as const
/** Presses that show more and more around the selected message, which fills the diagram first. */
const FEWER = 5
/** Where in its run the duel is looked at. */
const DUEL_SHARE = 0.4

/** Five nodes under a load: cut, inspected, crashed, and looked at from all sides. */
async function live(page: Page, shoot: Shoot): Promise<void> {
  await step.startFive(page)
  await step.switchLoad(page)
  await step.passes(page, 6)
  await step.partitionMajority(page)
  await step.passes(page, 6)
  await page.getByTestId('tab-log').click()
  await step.passes(page, 1)
  await shoot('partition')
  await page.locator('[data-link]').first().focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('link-inspector').waitFor()
  await shoot('inspector', { sizes: LARGE })
  await step.openDrawer(page, SMALL)
  await shoot('inspector', { sizes: [SMALL] })
  await page.getByTestId('heal-all').click()
  await step.passes(page, 4)
  await gate(page, shoot)
  await instrumentsOf(page, shoot)
  await step.readToasts(page)
  await logs(page, shoot)
}

/** Frames of a running load that wait to be let go, one of them picked. */
async function gate(page: Page, shoot: Shoot): Promise<void> {
  await step.rest(page)
  await page.getByTestId('tab-gate').click()
  await page.getByTestId('gate-hold').click()
  await page.getByTestId('hold-apply').click()
  await page.locator('[data-frame]').nth(3).waitFor({ timeout: step.SCENE_MS_MAX })
  await page.locator('[data-frame] input').first().check()
  await step.rest(page)
  await shoot('gate')
  await page.getByTestId('gate-release-all').click()
  await page.locator('[data-testid^="hold-end-"]').click()
  await step.passes(page, 2)
}

/** The same, for what is refused, and the list of runs in the end. */
async function refused(page: Page, shoot: Shoot): Promise<void> {
  await step.startFive(page)
  await step.switchLoad(page)
  await step.passes(page, 6)
  await errorToast(page, shoot)
  await page.keyboard.press('F5')
  await page.getByTestId('stop').waitFor({ state: 'detached' })
  // The verdict of the run stands in the list that a fresh page gets.
  await page.reload()
  await page.getByTestId('scenario-dueling-proposers').waitFor()
  await step.rest(page)
  await shoot('start')
}

async function instrumentsOf(page: Page, shoot: Shoot): Promise<void> {
  await step.rest(page)
  await page.keyboard.press('Escape')
  await page.keyboard.press('2')
  await page.getByTestId('kill').click()
  await step.passes(page, 2)
  await page.getByTestId('restart').click()
  await step.until(page, 'nodes-up', /5\/5/)
  await step.passes(page, 3)
  await step.rest(page)
  await page.keyboard.press('Escape')
  await page.locator('[data-time-plot]').press('f')
  await step.tallInstruments(page)
  const scenes = {
    'Three clocks': 'clocks',
    'Pipeline window': 'pipeline',
    'Leader beliefs': 'beliefs',
    'Outage cards': 'outages',
    'Cost ledger': 'cost',
    'Storage microscope': 'storage',
  }
  for (const [title, name] of Object.entries(scenes)) {
    await step.openInstrument(page, title)
    await step.passes(page, 2)
    // What is read from the record is whole only at a moment that stands.
    if (name === 'clocks') await step.standStill(page)
    await shoot(`instrument-${name}`, ONE)
    await step.live(page)
  }
  await step.openInstrument(page, 'Read honesty')
  await page.getByRole('button', { name: /Read now/ }).click()
  await step.passes(page, 2)
  await step.rest(page)
  await shoot('instrument-reads', ONE)
}

/** Messages of a duel, told while somebody watches; one is selected, with its cause and effect. */
async function timeline(page: Page, shoot: Shoot): Promise<void> {
  await page.getByTestId('scenario-dueling-proposers').getByRole('button', { name: /Run/ }).click()
  await step.until(page, 'nodes-up', /5\/5/)
  await step.show(page, 'Timeline')
  await step.until(page, 'spacetime-count', /[1-9]\d\d/)
  await step.passes(page, 2)
  await page.getByRole('button', { name: 'Pause', exact: true }).last().click()
  await page.getByTestId('spacetime-filter').fill('type:accept')
  await page.locator('[data-serial]').first().waitFor({ timeout: step.SCENE_MS_MAX })
  await page.locator('[data-serial]').first().click()
  await page.getByTestId('message-inspector').waitFor()
  await page.getByTestId('spacetime-filter').fill('')
  // Arrows of single messages: half a second around the one that is selected.
  const plot = page.getByTestId('spacetime-plot')
  await plot.press('f')
  for (let press = 0; press < FEWER; press += 1) await plot.press('s')
  await step.rest(page)
  await shoot('timeline')
}

async function logs(page: Page, shoot: Shoot): Promise<void> {
  await step.show(page, 'Logs')
  await page.getByTestId('log-source-all').click()
  await eventually('a line is told', async () => {
    return /SIGKILL/.test(await step.textOf(page, 'log-lines'))
  })
  await step.rest(page)
  await shoot('logs')
}

async function errorToast(page: Page, shoot: Shoot): Promise<void> {
  await step.show(page, 'Lab')
  await step.rest(page)
  await page.keyboard.press('3')
  await page.getByTestId('kill').click()
  await step.until(page, 'node-role', /killed/)
  await page.getByTestId('tab-client').click()
  await page.getByTestId('client-node').selectOption('3')
  await page.getByTestId('client-send').click()
  await page.getByTestId('toast-error').getByRole('button', { name: 'Details' }).click()
  await shoot('error')
}

async function duel(page: Page, shoot: Shoot): Promise<void> {
  await page.getByTestId('scenario-dueling-proposers').getByRole('button', { name: /Run/ }).click()
  await step.until(page, 'policy', /exponential/)
  await page.locator('[data-verdict="progressing"]').waitFor({ timeout: step.SCENE_MS_MAX })
  await page.keyboard.press('2')
  await page.getByTestId('tab-events').click()
  await step.passes(page, 2)
  await step.lookBack(page, DUEL_SHARE)
  await shoot('duel')
  await step.live(page)
  await page.keyboard.press('Escape')
  await step.tallInstruments(page)
  await step.openInstrument(page, 'Duel meter')
  await step.passes(page, 1)
  await shoot('instrument-duel', ONE)
  await step.openInstrument(page, 'P2c ladder')
  await page.getByTestId('p2c-rungs').waitFor({ timeout: step.SCENE_MS_MAX })
  await shoot('instrument-p2c', ONE)
}

/** For a room: a lesson at the moment when its goals are reached. */
async function teach(page: Page, shoot: Shoot): Promise<void> {
  await page.getByTestId('lesson-duel').click()
  await page.getByTestId('lesson-choice-3').check()
  await page.getByTestId('lesson-lock').click()
  await page.getByTestId('lesson-act-duel').click()
  await page.getByTestId('lesson-key').waitFor({ timeout: step.SCENE_MS_MAX })
  await step.readToasts(page)
  await step.rest(page)
  await shoot('teach', { sizes: TEACH_SIZES })
}

/** An experiment beside its steps. */
async function guide(page: Page, shoot: Shoot): Promise<void> {
  await page.keyboard.press('Alt+3')
  await page.getByTestId('teach-pick').selectOption('experiment dueling-proposers')
  await page.getByTestId('teach-run').click()
  await step.until(page, 'teach-steps', /at the same time, in progress/)
  await step.readToasts(page)
  await step.passes(page, 4)
  await step.rest(page)
  await shoot('guide', ONE)
}

/** What needs no cluster. */
async function quiet(page: Page, shoot: Shoot): Promise<void> {
  await step.show(page, 'Experiments')
  await page.getByTestId('ex-card-isolate-leader').click()
  await page.getByTestId('ex-duplicate-to-edit').waitFor()
  await step.rest(page)
  await shoot('experiments')
  await sweep(page, shoot)
  await step.show(page, 'Learn')
  await page
    .getByRole('button', { name: /^Our Paxos/ })
    .first()
    .click()
  await step.rest(page)
  await shoot('learn')
  await step.show(page, 'Settings')
  await page.getByTestId('section-appearance').click()
  await step.rest(page)
  await shoot('settings')
  await explore(page, shoot)
  await violated(page, shoot)
  await variants(page, shoot)
}

async function sweep(page: Page, shoot: Shoot): Promise<void> {
  await step.show(page, 'Runs')
  await page.getByTestId('run-experiment').selectOption('bundled/backoff-compared')
  await page.getByTestId('source-simulator').click()
  await page.getByLabel('Repetitions of each point').fill('5')
  await step.until(page, 'plan', /^20 trials at 4 points/)
  await page.getByTestId('start-trials').click()
  const ended = async () => /20 of 20/.test(await step.textOf(page, 'trial-count'))
  await eventually('all trials ended', ended, 4 * step.SCENE_MS_MAX)
  await page.getByTestId('trials-chip').waitFor({ state: 'detached' })
  await page.getByTestId('survival').waitFor()
  await step.readToasts(page)
  await step.rest(page)
  await shoot('runs')
}

async function explore(page: Page, shoot: Shoot): Promise<void> {
  await step.show(page, 'Start')
  await page.getByRole('button', { name: 'Explore every state…' }).click()
  await page.locator('#explore-mutant').selectOption('M7')
  await page.getByTestId('explore-run').click()
  await page.getByTestId('explore-open').waitFor({ timeout: step.SCENE_MS_MAX })
  await shoot('explore')
  await reenact(page, shoot)
}

/** The counterexample that was found, on real processes: what became of it, from three sides. */
async function reenact(page: Page, shoot: Shoot): Promise<void> {
  await page.getByTestId('explore-open').click()
  await page.getByTestId('reenact').click()
  await page.getByTestId('reenact-start').click()
  await page.getByTestId('reenacted').waitFor({ timeout: step.SCENE_MS_MAX })
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await step.tallInstruments(page)
  await step.openInstrument(page, 'Vote bars')
  await page.locator('[data-bar]').first().waitFor({ timeout: step.SCENE_MS_MAX })
  await shoot('reenact')
  await step.openInstrument(page, 'Acceptor history')
  await page.locator('[data-step]').first().waitFor({ timeout: step.SCENE_MS_MAX })
  await shoot('instrument-history', ONE)
  await step.openInstrument(page, 'Replay')
  await page.getByTestId('replay-run').click()
  await step.until(page, 'replay-badge', /Replay fidelity/)
  await step.rest(page)
  await shoot('instrument-replay', ONE)
  await step.show(page, 'Learn')
  await page.getByRole('button', { name: 'Mutant museum' }).click()
  await page.getByTestId('hunt').waitFor()
  await step.rest(page)
  await shoot('museum')
  await step.show(page, 'Start')
}

async function violated(page: Page, shoot: Shoot): Promise<void> {
  await page.getByRole('button', { name: /Simulate in this window/ }).click()
  await page.locator('#sim-mutant').selectOption('M1')
  await page.getByTestId('sim-hunt').check()
  await page.getByTestId('sim-run').click()
  const found = async () => /violated/.test(await step.textOf(page, 'saved-banner'))
  await eventually('a violation is found', found, step.SCENE_MS_MAX)
  await step.show(page, 'Checks')
  // The view may have opened it by itself; another press would close it.
  const row = page.locator('[data-check][data-state="violated"] button').first()
  if ((await row.getAttribute('aria-pressed')) !== 'true') await row.click()
  await step.rest(page)
  await shoot('checks')
}

async function variants(page: Page, shoot: Shoot): Promise<void> {
  await step.show(page, 'Lab')
  await step.tallInstruments(page)
  await step.openInstrument(page, 'Variants side by side')
  await page.getByTestId('variants-hunt').click()
  await page.getByTestId('variants-run').waitFor({ timeout: step.SCENE_MS_MAX })
  await step.rest(page)
  await shoot('instrument-variants', ONE)
}

export const TOURS: Readonly<Record<string, Tour>> = {
  ...{ quiet, live, refused, timeline },
  ...{ duel, teach, guide },
}
