/** The Timeline view on real processes: what the diagram knows, by table, keys and inspector. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { axeFindings, clippedTexts } from '../support/pageChecks'
import { writeSkewedRun } from '../support/skewedRun'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const path = findBrowser()
const WAIT_MS = 60_000
const STORED = join(import.meta.dirname, 'looks/runs/duel')

describe.skipIf(path === null)(
  `timeline${path === null ? ` (skipped: ${NO_BROWSER})` : ''}`,
  () => {
    let window: WebWindow
    let page: Page

    beforeAll(async () => {
      window = await openWebWindow(path ?? '')
      page = window.page
      const to = join(window.folder, '2026-01-01T00-00-00-skew')
      writeSkewedRun(STORED, to, 'Clocks off', new Map([[3, -60]]))
      // The list of runs is read when the window connects.
      await page.reload()
      await page.locator('[data-testid=start-five]:enabled').waitFor()
    })
    afterAll(async () => await window?.close())

    const text = async (id: string): Promise<string> =>
      (await page.getByTestId(id).first().textContent()) ?? ''
    /** `312 of 104 221`: those that pass, and all. */
    const counts = async (): Promise<[number, number]> => {
      const [matching = '', total = ''] = (await text('spacetime-count')).split(' of ')
      const whole = (words: string): number => Number(words.replaceAll(/\D/g, ''))
      return [whole(matching), whole(total)]
    }
    const row = (at: number) => page.locator('[data-serial]').nth(at)

    /** Pixels of the diagram that are not its ground. */
    const painted = (): Promise<number> =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>(
          '[data-testid=spacetime-plot] canvas',
        )
        const copy = document.createElement('canvas')
        const ctx = copy.getContext('2d')
        if (!canvas || !ctx) return 0
        copy.width = canvas.width
        copy.height = canvas.height
        ctx.drawImage(canvas, 0, 0)
        const { data } = ctx.getImageData(0, 0, copy.width, copy.height)
        let count = 0
        for (let at = 0; at < data.length; at += 4) {
          if (data[at + 3]! > 0 && data[at]! + data[at + 1]! + data[at + 2]! < 600) count += 1
        }
        return count
      })

    it('tells of messages once it is opened, draws them, and measures them', async () => {
      await page.getByTestId('start-five').click()
      const led = async (): Promise<boolean> => /leader N\d/.test(await text('leader'))
      await eventually('there is a leader', led, WAIT_MS)
      await page.getByTestId('load').click()
      await page.getByTestId('load-switch').click()
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Timeline', exact: true }).click()
      await eventually('messages are told', async () => (await counts())[1] > 60, WAIT_MS)
      await eventually('they are drawn', async () => (await painted()) > 2000, WAIT_MS)
      expect(await text('spacetime-level')).toMatch(/Level \d/)
      await eventually('the table lists them', async () => (await row(0).count()) > 0, WAIT_MS)
      expect(await page.getByTestId('spacetime-table').getAttribute('role')).toBe('grid')

      await page.getByTestId('spacetime-plot').focus()
      await page.keyboard.press('b')
      const range = page.getByTestId('spacetime-range')
      await range.getByText('heartbeat').waitFor({ timeout: WAIT_MS })
      expect(await range.textContent()).toMatch(/\d+ messages/)
      await page.keyboard.press('Escape')
      expect(await range.count()).toBe(0)
    })

    it('filters, says what is wrong with a filter, and completes it', async () => {
      const filter = page.getByTestId('spacetime-filter')
      await filter.fill('type:heartbeat')
      await eventually(
        'fewer pass than there are',
        async () => {
          const [matching, total] = await counts()
          return matching > 0 && matching < total
        },
        WAIT_MS,
      )
      await filter.fill('from:1 type:heartbeet')
      await page.getByText(/column 8: .*no type of message/).waitFor({ timeout: WAIT_MS })
      await filter.fill('')
      await filter.pressSequentially('type:heart')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      expect(await filter.inputValue()).toBe('type:heartbeat ')
    })

    it('selects by the table with keys, walks to the cause, and dims what is concurrent', async () => {
      await page.getByTestId('spacetime-filter').fill('type:accepted')
      await eventually('answers fill the table', async () => (await counts())[0] > 60, WAIT_MS)
      await eventually(
        'the table has them',
        async () => /accepted/.test((await row(0).textContent()) ?? ''),
        WAIT_MS,
      )
      // The list goes with the run; while it is pressed it stands, so that a slow click is one.
      const box = await page.getByTestId('spacetime-table').boundingBox()
      if (box === null) throw new Error('the table is not on the page')
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      await page.mouse.down()
      const [, told] = await counts()
      await eventually('more came', async () => (await counts())[1] > told + 100, WAIT_MS)
      await page.mouse.up()
      const inspector = page.getByTestId('message-inspector')
      await inspector.waitFor({ timeout: WAIT_MS })
      expect(await inspector.locator('h2').textContent()).toMatch(/accepted/)
      await page.getByTestId('spacetime-plot').focus()
      await page.keyboard.press('[')
      await eventually(
        'its cause is shown',
        async () => /accept(?!ed)/.test((await inspector.locator('h2').textContent()) ?? ''),
        WAIT_MS,
      )
      await page.keyboard.press('h')
      const cone = page.getByTestId('spacetime-cone')
      await eventually(
        'the cone is on',
        async () => (await cone.getAttribute('aria-pressed')) === 'true',
      )
      await page.getByTestId('spacetime-filter').fill('')
    })

    it('is accessible in both themes and fits a small window', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await axeFindings(page)).toEqual([])
      }
      await page.setViewportSize({ width: 1024, height: 640 })
      expect(await clippedTexts(page)).toEqual([])
      expect(window.problems).toEqual([])
    })

    it('stops asking when it is left, and says what it did not watch', async () => {
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.keyboard.press('Alt+1')
      await page.getByTestId('spacetime-plot').waitFor({ state: 'detached' })
      await page.keyboard.press('Alt+2')
      await page.getByTestId('spacetime-plot').waitFor()
      const before = (await counts())[1]
      await eventually('more are told', async () => (await counts())[1] > before, WAIT_MS)
      expect(window.problems).toEqual([])
    })

    it('aligns the clocks of a live run to no effect, and of one with clocks that are off', async () => {
      const toggle = page.getByTestId('spacetime-align')
      const list = page.getByTestId('spacetime-aligned')
      const says = async (): Promise<string> => (await list.getAttribute('aria-label')) ?? ''
      await toggle.click()
      await list.waitFor({ timeout: WAIT_MS })
      expect(await says()).toMatch(/none shifted/)
      await list.click()
      await page.getByText(/timed by one clock, that of the switchboard/).waitFor()
      await row(0).waitFor()
      expect(await axeFindings(page)).toEqual([])
      await page.keyboard.press('Escape')

      await page.keyboard.press('Alt+o')
      const runs = page.getByRole('dialog', { name: 'Open a run' })
      await runs.getByRole('button', { name: /Clocks off/ }).click()
      await page.getByTestId('saved-banner').waitFor({ timeout: WAIT_MS })
      await page.keyboard.press('Alt+2')
      await page.getByTestId('spacetime-plot').waitFor()
      await eventually(
        'its skew is told',
        async () => /with clock skew/.test(await text('spacetime-limits')),
        WAIT_MS,
      )
      // What was estimated belonged to the live run.
      expect(await toggle.getAttribute('aria-pressed')).toBe('false')
      await toggle.click()
      await list.waitFor({ timeout: WAIT_MS })
      expect(await says()).toMatch(/^clocks aligned: N3 \+60\.0 ms/)
      expect(await text('spacetime-limits')).toMatch(/with clock skew/)
      expect(window.problems).toEqual([])
    })
  },
)
