/** Charts in a real browser: what is on the canvases, one ruler for all of them, both themes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { build, preview } from 'vite'
import type { PreviewServer } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { browserArgs, findBrowser, NO_BROWSER } from '../support/browser'
import { eventually } from '../support/eventually'
import { root } from '../support/tree'

const path = findBrowser()
const configFile = join(root, 'test/support/chartPage/vite.config.ts')
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const CHART_IDS = ['staircase', 'preempted', 'leaders', 'throughput', 'latency', 'progress']
/** Hidden at first; the first and the last of them have an x axis of their own. */
const MORE_IDS = ['choose', 'messages', 'failed', 'quorum', 'health', 'ballots']

/** How many pixels of a chart's plot differ from its ground, and a digest of all of them. */
function readCanvas(canvas: HTMLCanvasElement) {
  const ctx = canvas.getContext('2d')
  const { data } = ctx?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
  let painted = 0
  let digest = 0
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) continue
    painted += 1
    for (let part = 0; part < 3; part += 1)
      digest = (digest * 31 + (data[at + part] ?? 0)) % 999_983
  }
  return { painted, digest, share: painted / Math.max(1, data.length / 4) }
}

/** Share of painted pixels in a column of the canvas, `share` of its width from the left. */
function readColumn(canvas: HTMLCanvasElement, share: number) {
  const ctx = canvas.getContext('2d')
  const x = Math.round(canvas.width * share)
  const { data } = ctx?.getImageData(x, 0, 8, canvas.height) ?? { data: [] }
  let painted = 0
  for (let at = 3; at < data.length; at += 4) if (data[at]) painted += 1
  return painted / (data.length / 4)
}

describe.skipIf(path === null)(`charts${path === null ? ` (skipped: ${NO_BROWSER})` : ''}`, () => {
  let folder: string
  let server: PreviewServer
  let browser: Browser
  let address: string
  let page: Page
  let problems: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'paxos-lab-charts-'))
    const out = { outDir: folder, emptyOutDir: true, minify: false, reportCompressedSize: false }
    await build({ configFile, logLevel: 'error', build: out })
    const loopback = { host: '127.0.0.1', port: 0 }
    server = await preview({ configFile, logLevel: 'error', build: out, preview: loopback })
    address = server.resolvedUrls?.local[0] ?? ''
    browser = await chromium.launch({ executablePath: path ?? '', args: browserArgs() })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })
  afterEach(async () => {
    const seen = problems
    problems = []
    await page.close()
    expect(seen).toEqual([])
  })

  async function open(query: string, width = 1440, height = 900): Promise<void> {
    page = await browser.newPage({ viewport: { width, height } })
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      const aside = message.location().url.endsWith('/favicon.ico')
      if (message.type() === 'error' && !aside) problems.push(message.text())
    })
    await page.goto(address + query)
    await page.waitForSelector('[data-chart]')
    await settled()
  }

  /** Until two looks at every canvas in view are the same and something is there. */
  async function settled(): Promise<void> {
    let before = ''
    await eventually('the charts stand still', async () => {
      const now = JSON.stringify(await page.locator('[data-chart] canvas').evaluateAll(readAll))
      const same = now === before && /"painted":[1-9]/.test(now)
      before = now
      return same
    })
  }

  function readAll(canvases: Element[]): unknown {
    return canvases.map((canvas) => {
      const plot = canvas as HTMLCanvasElement
      const data = plot.getContext('2d')?.getImageData(0, 0, plot.width, plot.height).data ?? []
      let painted = 0
      let sum = 0
      // A few thousand pixels tell two pictures apart; all of them take the machine's time.
      for (let at = 3; at < data.length; at += 4 * 37) {
        if (data[at]) painted += 1
        sum = (sum * 31 + (data[at - 1] ?? 0) + (data[at] ?? 0)) % 999_983
      }
      return { painted, sum }
    })
  }

  const canvasOf = (id: string) => page.locator(`[data-chart=${id}] canvas`)
  const textOf = (id: string) => page.locator(`[data-chart=${id}] header`).innerText()

  async function boxOf(selector: string) {
    const box = await page.locator(selector).first().boundingBox()
    if (!box) throw new Error(`${selector} has no box`)
    return box
  }

  it('every chart of a duel has a picture, on one ruler', async () => {
    await open('?run=duel&at=48.2&theme=light')
    const boxes = await Promise.all(CHART_IDS.map((id) => boxOf(`[data-chart=${id}] canvas`)))
    expect(new Set(boxes.map(({ x, width }) => `${x} ${width}`)).size).toBe(1)
    for (const id of CHART_IDS) {
      const { share } = await canvasOf(id).evaluate(readCanvas)
      expect(share, id).toBeGreaterThan(0.05)
    }
    expect(await page.locator('[data-verdict]').innerText()).toMatch(/^Progressing/)
  })

  it('one cursor goes through all charts, and every head shows its values', async () => {
    await open('?run=duel&at=48.2&theme=light')
    expect(await page.locator('[data-cursor]').count()).toBe(0)
    const plot = await boxOf('[data-chart=staircase] canvas')
    const before = await textOf('throughput')
    // 18.2 to 48.2 s are shown from 44 px on; 23 s lies in the duel.
    const x = plot.x + 44 + ((23 - 18.2) / 30) * (plot.width - 56)
    await page.mouse.move(x, plot.y + plot.height / 2)
    await eventually('the heads follow', async () => (await textOf('throughput')) !== before)
    const cursor = await boxOf('[data-cursor]')
    const last = await boxOf('[data-chart=progress] canvas')
    expect(Math.abs(cursor.x - x)).toBeLessThanOrEqual(1)
    expect(cursor.y).toBeLessThan(plot.y)
    expect(cursor.y + cursor.height).toBeGreaterThan(last.y + last.height)
    expect(await textOf('throughput')).toContain('acknowledged\n0')
    expect(await page.locator('.axis-row').textContent()).toMatch(/2[23]\.\d{3}/)
    // Reading freezes nothing; a click does.
    expect(await page.locator('.live').getAttribute('aria-pressed')).toBe('true')
    await page.mouse.click(x, plot.y + plot.height / 2)
    await eventually('the pictures stand', async () =>
      /^2[23]\.\d{3} s$/.test(await page.locator('.now output').innerText()),
    )
    expect(await page.locator('[data-verdict]').innerText()).toMatch(/^Dueling \(\d+ preemptions/)
  })

  it('each fault is a band on every chart, from its start on', async () => {
    await open('?run=partition&at=33.4&theme=dark')
    expect(await page.locator('[data-band]').allInnerTexts()).toEqual([
      'partition N2 N3 N4 | N1 N5',
      'N5 killed',
      'N1 paused',
    ])
    for (const id of ['staircase', 'preempted', 'latency', 'progress']) {
      const calm = await canvasOf(id).evaluate(readColumn, 0.3)
      const broken = await canvasOf(id).evaluate(readColumn, 0.95)
      expect(calm, id).toBeLessThan(0.4)
      expect(broken, id).toBeGreaterThan(0.95)
    }
  })

  it('dragging looks at a range; Ctrl and wheel zooms; the wheel alone zooms nothing', async () => {
    await open('?run=duel&at=48.2&theme=light')
    const range = () => page.locator('.charts .range').innerText()
    const plot = await boxOf('[data-chart=staircase] canvas')
    const middle = plot.y + plot.height / 2
    await page.mouse.move(plot.x + 100, middle)
    await page.mouse.down()
    await page.mouse.move(plot.x + 300, middle, { steps: 4 })
    await page.mouse.up()
    await eventually('the range is shown', async () => /\d s shown$/.test(await range()))
    const brushed = await range()
    await page.mouse.wheel(0, 200)
    await settled()
    expect(await range()).toBe(brushed)
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -300)
    await page.keyboard.up('Control')
    await eventually('zoomed', async () => (await range()) !== brushed)
    expect(await page.evaluate(() => window.devicePixelRatio)).toBe(1)
    await page.locator('.live').click()
    await eventually('live again', async () => (await range()).endsWith('following'))
  })

  it('keys work on the focused charts', async () => {
    await open('?run=partition&at=33.4&theme=light')
    await page.locator('[data-time-plot]').focus()
    await page.keyboard.press('Home')
    const now = () => page.locator('.now output').innerText()
    await eventually('at the start', async () => (await now()) === '0.000 s')
    await page.keyboard.press('ArrowRight')
    await eventually('at the next event', async () => (await now()) !== '0.000 s')
    await page.keyboard.press('l')
    await eventually('live', async () => (await now()) === '33.400 s')
    await page.keyboard.press('f')
    await eventually('the whole run', async () =>
      (await page.locator('.charts .range').innerText()).startsWith('0–33.4 s'),
    )
  })

  it('another theme redraws every chart in its colours', async () => {
    await open('?run=duel&at=48.2&theme=light')
    const light = await canvasOf('staircase').evaluate(readCanvas)
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'))
    await eventually('redrawn', async () => {
      const dark = await canvasOf('staircase').evaluate(readCanvas)
      return dark.digest !== light.digest
    })
  })

  it('a small window scrolls its charts under an axis that stays', async () => {
    await open('?run=duel&at=27.36&theme=dark', 1024, 640)
    const axis = await boxOf('.axis-row')
    const scroll = page.locator('.charts .scroll')
    const { height, content } = await scroll.evaluate((box) => {
      return { height: box.clientHeight, content: box.scrollHeight }
    })
    expect(content).toBeGreaterThan(height)
    await scroll.evaluate((box) => box.scrollTo(0, box.scrollHeight))
    await settled()
    expect(await boxOf('.axis-row')).toEqual(axis)
    const last = await boxOf('[data-chart=progress] canvas')
    expect(last.y + last.height).toBeLessThanOrEqual(axis.y + 1)
    expect((await canvasOf('progress').evaluate(readCanvas)).share).toBeGreaterThan(0.05)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(wide).toBe(1024)
  })

  it('all twelve can be reached, none is empty, and one cursor reads all', async () => {
    await open('?run=work&at=24&theme=light')
    expect(await page.locator('[data-chart]').count()).toBe(6)
    await page.getByTestId('choose-charts').click()
    for (const id of MORE_IDS) await page.locator(`[data-choice=${id}] input`).check()
    await page.keyboard.press('Escape')
    expect(await page.locator('[data-chart]').count()).toBe(12)
    for (const id of [...CHART_IDS, ...MORE_IDS]) {
      await page.locator(`[data-chart=${id}]`).scrollIntoViewIfNeeded()
      await eventually(`${id} has a picture`, async () => {
        return (await canvasOf(id).evaluate(readCanvas)).share > 0.05
      })
      expect(await page.locator(`[data-chart=${id}] .none`).count(), id).toBe(0)
    }
    const moments = async (): Promise<string[]> =>
      Promise.all(['messages', 'quorum', 'throughput'].map((id) => textOf(id)))
    const plot = await boxOf('[data-chart=quorum] canvas')
    const at = (seconds: number): number => plot.x + 44 + (seconds / 30) * (plot.width - 56)
    await page.mouse.move(at(5), plot.y + plot.height / 2)
    await eventually('the heads read 5 s', async () => /5 of 5/.test((await moments())[1] ?? ''))
    const before = await moments()
    await page.mouse.move(at(10), plot.y + plot.height / 2)
    await eventually('all heads read 10 s', async () => {
      const now = await moments()
      return /none/.test(now[1] ?? '') && now.every((text, one) => text !== before[one])
    })
    expect(Math.abs((await boxOf('[data-cursor]')).x - at(10))).toBeLessThanOrEqual(1)
    expect(await page.locator('.timebar path.hover').count()).toBe(1)
    // Over an axis that is no time the cursor is elsewhere.
    await page.locator('[data-chart=ballots] canvas').hover()
    await eventually('no cursor', async () => (await page.locator('[data-cursor]').count()) === 0)
  })

  it('charts move, go and come back by keyboard, and stay so in the next window', async () => {
    await open('?run=work&at=24&theme=dark')
    const ids = async (): Promise<(string | null)[]> =>
      page
        .locator('[data-chart]')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-chart')))
    await page.locator('[data-chart=preempted] .more').focus()
    await page.keyboard.press('Alt+ArrowUp')
    await eventually('moved up', async () => (await ids())[0] === 'preempted')
    await page.keyboard.press('Alt+ArrowDown')
    await page.keyboard.press('Alt+ArrowDown')
    await eventually('moved down', async () => (await ids())[2] === 'preempted')
    await page.locator('[data-chart=leaders] .more').click()
    await page.getByRole('menuitem', { name: 'Hide chart' }).click()
    await eventually('hidden', async () => !(await ids()).includes('leaders'))
    await page.reload()
    await page.waitForSelector('[data-chart]')
    expect(await ids()).toEqual(['staircase', 'preempted', 'throughput', 'latency', 'progress'])
    await page.getByTestId('choose-charts').click()
    await page.getByRole('button', { name: 'Reset to default' }).click()
    await eventually('as at first', async () => (await ids()).join() === CHART_IDS.join())
  })

  it('an empty run says what to do', async () => {
    await open('?run=partition&at=0.3&theme=light')
    const words = await page.locator('[data-chart] .none').allInnerTexts()
    expect(words.join(' ')).toContain('Start an election at a node, or run the duel.')
    expect(await page.locator('[data-verdict]').innerText()).toBe('Idle')
  })

  it('a picture, a file and a table can be had of each chart', async () => {
    await open('?run=duel&at=48.2&theme=light')
    const choose = async (words: string): Promise<void> => {
      await page.locator('[data-chart=throughput] .more').click()
      await page.getByRole('menuitem', { name: words }).click()
    }
    const csv = page.waitForEvent('download')
    await choose('Save CSV')
    expect((await csv).suggestedFilename()).toBe('paxos-lab-throughput-18s-48s.csv')
    const png = page.waitForEvent('download')
    await choose('Save PNG')
    expect((await png).suggestedFilename()).toBe('paxos-lab-throughput-18s-48s.png')
    const svg = page.waitForEvent('download')
    await choose('Save SVG')
    expect((await svg).suggestedFilename()).toBe('paxos-lab-throughput-18s-48s.svg')
    await choose('Show data table')
    await page.getByRole('dialog').getByText('acknowledged/s').waitFor()
    await page.keyboard.press('Escape')
  })

  it.each(['light', 'dark'])(
    'axe finds nothing serious in charts and time bar, %s',
    async (theme) => {
      await open(`?run=duel&at=27.36&theme=${theme}`)
      await page.addScriptTag({ path: axe })
      const found = await page.evaluate(async () => {
        const { axe: checker } = window as unknown as {
          axe: { run(scope: unknown): Promise<{ violations: { id: string; impact: string }[] }> }
        }
        const { violations } = await checker.run({ include: [['.charts'], ['.timebar']] })
        return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      })
      expect(found.map(({ id }) => id)).toEqual([])
    },
  )
})
