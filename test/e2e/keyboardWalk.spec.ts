/**
 * The whole way by the keyboard alone, from the start page to the report; no mouse, and each stop
 * of the focus can be seen.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { parseRecordLine } from '../../src/shared/recordLine'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { saysOn } from '../support/pageScenes'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `keyboard${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
/** More stops than any view has. */
const STOPS_MAX = 220
const WAIT_MS = 60_000

let web: WebWindow
let page: Page
/** Stops of the focus that nobody can see. */
const unseen = new Set<string>()

const says = (id: string, words: RegExp) => saysOn(page, id, words, WAIT_MS)

/** What has the focus: empty if it can be seen, else what it is. */
function hiddenFocus(): Promise<string> {
  return page.evaluate(() => {
    const focused = document.activeElement
    if (!(focused instanceof Element) || focused === document.body) return ''
    const isDrawn = (element: Element): boolean => {
      const { outlineStyle, outlineWidth, stroke, opacity } = getComputedStyle(element)
      const outline = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0
      if (!(element instanceof SVGElement)) return outline
      return outline || (!/^none$|, 0\)$/.test(stroke) && Number(opacity) > 0)
    }
    // In the topology a ring of the node or the halo of the link is lit; a field lights its frame.
    const around = [focused, ...focused.querySelectorAll('.focus-ring, .halo, .ground')]
    const frame = focused.closest(':focus-within:is(label, .filter, .find)')
    if ([...around, ...(frame ? [frame] : [])].some(isDrawn)) return ''
    const words = focused.getAttribute('aria-label') ?? focused.textContent ?? ''
    return `${focused.tagName}.${focused.getAttribute('class') ?? ''} ${words.slice(0, 40)}`
  })
}

async function look(): Promise<void> {
  const hidden = await hiddenFocus()
  if (hidden !== '') unseen.add(hidden)
}

const isAt = (selector: string): Promise<boolean> =>
  page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)

/** Tab, and again, until the focus is there. */
async function tabTo(selector: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    if (await isAt(selector)) return look()
    await page.keyboard.press(key)
    await look()
  }
  throw new Error(`${STOPS_MAX} times ${key} never led to ${selector}`)
}

const byId = (id: string): string => `[data-testid="${id}"]`

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('scenario-dueling-proposers').waitFor()
  })
  afterAll(() => web?.close())

  it('starts the duel from the start page', async () => {
    await tabTo(`${byId('scenario-dueling-proposers')} button`)
    await page.keyboard.press('Enter')
    await says('experiment', /dueling-proposers/)
    await says('nodes-up', /5\/5/)
    await page.locator('[data-verdict="dueling"]').waitFor({ timeout: WAIT_MS })
  })

  it('cuts a link', async () => {
    await tabTo('[data-link]')
    const key = await page.evaluate(() => document.activeElement?.getAttribute('data-link'))
    await page.keyboard.press('x')
    await page.locator(`[data-link="${key}"][data-cut="cut"]`).waitFor()
    await look()
  })

  it('holds a frame, reads it, and releases it', async () => {
    await page.keyboard.press('Shift+H')
    await page.getByTestId('gate-hold').waitFor()
    await tabTo(byId('gate-hold'))
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Hold frames' }).waitFor()
    await tabTo(byId('hold-type-prepare'))
    await page.keyboard.press('Space')
    await tabTo(byId('hold-apply'))
    await page.keyboard.press('Enter')
    await says('gate', /Hold .*prepare/)
    await page.locator('[data-frame]').first().waitFor({ timeout: WAIT_MS })
    await tabTo('[data-frame] input')
    await page.keyboard.press('Enter')
    await page.getByTestId('frame-text').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('frame-text').waitFor({ state: 'detached' })
    await tabTo('[data-frame] input')
    await page.keyboard.press('Space')
    await tabTo(byId('gate-release'), 'Shift+Tab')
    const id = await page.locator('[data-frame].sel').first().getAttribute('data-frame')
    await page.keyboard.press('Enter')
    await page.locator(`[data-frame="${id}"]`).waitFor({ state: 'detached' })
  })

  it('keeps the focus at the gate: the next frame has it, or the list', async () => {
    const isAtGate = (): Promise<boolean> => isAt('[data-testid="gate"] *')
    await eventually('the focus is on a frame', async () => isAtGate())
    await look()
  })

  it('saves the run that goes on as a file, by the key of Save', async () => {
    const download = page.waitForEvent('download')
    await page.keyboard.press('Control+s')
    const file = await download
    expect(file.suggestedFilename()).toMatch(/^\d{4}-.*\.events\.ndjson$/)
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\n')
    expect(parseRecordLine(lines[0] ?? '').event.type).toBe('clusterStarted')
    const types = new Set(lines.map((line) => parseRecordLine(line).event.type))
    for (const type of ['frameHeld', 'frameReleased', 'faultStarted']) expect(types).toContain(type)
    await page.getByText('The run was saved').waitFor()
  })

  it('heals all, and the duel ends', async () => {
    await page.keyboard.press('Control+h')
    await eventually(
      'no link is cut and nothing waits',
      async () =>
        (await page.locator('[data-link][data-cut="cut"]').count()) === 0 &&
        (await page.locator('[data-frame]').count()) === 0,
      WAIT_MS,
    )
    await says('gate', /decide which arrive/)
    await page.keyboard.press('F5')
    await page.getByTestId('stop').waitFor({ state: 'detached', timeout: WAIT_MS })
  })

  it('saves the experiment as a file of its own', async () => {
    await page.keyboard.press('Alt+4')
    await page.getByTestId('ex-card-dueling-proposers').waitFor()
    await tabTo(byId('ex-card-dueling-proposers'))
    await page.keyboard.press('Enter')
    await page.getByTestId('ex-duplicate-to-edit').waitFor()
    await tabTo(byId('ex-duplicate-to-edit'))
    await page.keyboard.press('Enter')
    await page.getByTestId('ex-save').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByTestId('ex-card-dueling-proposers-copy').waitFor()
    // The host keeps own experiments beside its folder of runs.
    const home = dirname(web.folder)
    const file = join(home, 'experiments/dueling-proposers-copy.paxlab.yaml')
    expect(readFileSync(file, 'utf8')).toContain('name: dueling-proposers-copy')
  })

  it('opens the report of the run', async () => {
    await page.keyboard.press('Alt+5')
    await page.getByTestId('past').locator('li').first().waitFor()
    await tabTo(`${byId('past')} li button[aria-haspopup="menu"]`)
    await page.keyboard.press('Enter')
    const item = page.getByRole('menuitem', { name: 'Report' })
    await item.waitFor()
    const opened = page.context().waitForEvent('page')
    await eventually('the report is chosen', async () => {
      if (await item.evaluate((element) => element === document.activeElement)) return true
      await page.keyboard.press('ArrowDown')
      return false
    })
    await page.keyboard.press('Enter')
    const report = await opened
    await report.getByRole('heading').first().waitFor()
    expect(await report.title()).toMatch(/duel/i)
    await report.close()
  })

  it('showed at each stop where the focus is, and logged no error', () => {
    expect([...unseen]).toEqual([])
    expect(web.problems).toEqual([])
  })
})
