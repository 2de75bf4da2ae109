/** The topology against the real browser host and real nodes: cut, lasso, partition, heal. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browserArgs, findBrowser, NO_BROWSER } from '../support/browser'
import { builtEntry } from '../support/built'
import { eventually } from '../support/eventually'

const browserPath = findBrowser()
const suite = `topology${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const LINK = /http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]{43}/

let folder: string
let host: ChildProcess
let browser: Browser
let page: Page
const problems: string[] = []

async function openWindow(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'paxos-lab-topology-'))
  let stdout = ''
  host = spawn(process.execPath, [builtEntry('web'), '--runs', join(folder, 'runs')], {
    cwd: folder,
  })
  host.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
  const url = await eventually('the host prints its link', () => LINK.exec(stdout)?.[0])
  browser = await chromium.launch({ executablePath: browserPath ?? '', args: browserArgs() })
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(url)
  await page.getByTestId('start-five').click()
  const leader = page.locator('[data-node][aria-label*="leader at"]')
  await eventually('a leader', async () => (await leader.count()) === 1)
  // A leader may be elected before the last node is up; links can be changed after that.
  await countOf(page.locator('[data-state="running"]'), 5, 'five nodes run')
  const scissors = page.getByRole('button', { name: 'Scissors' })
  await eventually('links can be changed', () => scissors.isEnabled())
}

async function closeWindow(): Promise<void> {
  await browser?.close()
  host?.kill('SIGTERM')
  await eventually('the host ends', () => host.exitCode !== null || host.signalCode)
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

const links = (state: string): Locator => page.locator(`[data-link][data-cut="${state}"]`)
const link = (key: string): Locator => page.locator(`[data-link="${key}"]`)
const node = (id: number): Locator => page.locator(`[data-node="${id}"]`)

async function countOf(locator: Locator, want: number, what: string): Promise<void> {
  await eventually(what, async () => (await locator.count()) === want)
}

async function centre(locator: Locator): Promise<{ x: number; y: number }> {
  const box = await locator.boundingBox()
  if (!box) throw new Error('it is not on the screen')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Frames in which nothing may move: a slow machine still lays the picture out after the start. */
const STILL_FRAMES = 20

/** The same, once the picture stands still. */
async function onLink(key: string): Promise<{ x: number; y: number }> {
  let before = await stripOf(key)
  let still = 0
  return eventually('the picture stands still', async () => {
    await page.evaluate(() => document.fonts.ready)
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
    const now = await stripOf(key)
    still = now.x === before.x && now.y === before.y ? still + 1 : 0
    before = now
    return still >= STILL_FRAMES && now
  })
}

/** Where the pointer strip of a half-link is, a little off its middle, where links cross. */
function stripOf(key: string): Promise<{ x: number; y: number }> {
  return link(key)
    .locator('.hit')
    .evaluate((strip) => {
      const path = strip as SVGPathElement
      const at = path.getPointAtLength(path.getTotalLength() * 0.2)
      const matrix = path.getScreenCTM()!
      return { x: at.x + matrix.e, y: at.y + matrix.f }
    })
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(openWindow)
  afterAll(closeWindow)
  beforeEach(async () => {
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+h')
    await countOf(links('open'), 20, 'nothing is cut')
  })

  it('selects a link by click and cuts both directions by Alt+click and double click', async () => {
    const at = await onLink('1>2')
    await page.mouse.click(at.x, at.y)
    await eventually(
      'selected',
      async () => (await link('1>2').getAttribute('aria-pressed')) === 'true',
    )
    expect(await links('cut').count()).toBe(0)
    await page.keyboard.down('Alt')
    await page.mouse.click(at.x, at.y)
    await page.keyboard.up('Alt')
    await countOf(links('cut'), 2, 'both directions are cut')
    await page.mouse.dblclick(at.x, at.y)
    await countOf(links('cut'), 0, 'both directions are whole')
  })

  it('cuts by keyboard alone, one way and both ways', async () => {
    await node(3).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    const key = await page.evaluate(() => document.activeElement?.getAttribute('data-link'))
    expect(key).toMatch(/^3>/)
    await page.keyboard.press('Shift+X')
    await countOf(links('cut'), 1, 'one direction is cut')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
      /^Link N3 to N\d, cut,/,
    )
    await page.keyboard.press('x')
    await countOf(links('cut'), 2, 'both directions are cut')
  })

  it('cuts every link that a swipe of the scissors crosses', async () => {
    await page.getByRole('button', { name: 'Scissors' }).click()
    const one = await centre(node(1).locator('.ring'))
    const graph = await page.getByTestId('topology-graph').boundingBox()
    // Below N1, from side to side: across its four pairs and nothing else.
    await page.mouse.move(graph!.x + 8, one.y + 48)
    await page.mouse.down()
    await page.mouse.move(graph!.x + graph!.width - 8, one.y + 48, { steps: 12 })
    await page.mouse.up()
    await countOf(links('cut'), 8, 'N1 is cut off')
    await eventually('a group says so', () =>
      page
        .getByTestId('group-B')
        .textContent()
        .then((text) => text?.includes('no quorum 1/5')),
    )
  })

  it('partitions what a lasso holds, and heals by Undo', async () => {
    const [left, right] = [
      await centre(node(4).locator('.ring')),
      await centre(node(3).locator('.ring')),
    ]
    const corners = [
      { x: left.x - 50, y: left.y - 50 },
      { x: right.x + 50, y: right.y - 50 },
      { x: right.x + 50, y: right.y + 50 },
      { x: left.x - 50, y: left.y + 50 },
    ]
    await page.mouse.move(corners[0]!.x, corners[0]!.y)
    await page.mouse.down()
    for (const corner of corners.slice(1)) await page.mouse.move(corner.x, corner.y, { steps: 8 })
    await page.mouse.up()
    await page.locator('[data-action="isolate"]').click()
    await countOf(links('partition'), 12, 'the partition is drawn')
    expect(await page.getByTestId('group-A').innerText()).toMatch(/A\s*quorum 3\/5/)
    expect(await page.getByTestId('group-B').innerText()).toMatch(/B\s*no quorum 2\/5/)
    // Toasts of earlier faults may still stand beside it.
    const toast = page.locator('.toast').filter({ hasText: 'Partition N1' })
    await toast.getByRole('button', { name: 'Undo' }).click()
    await countOf(links('partition'), 0, 'it is healed')
  })

  it('pauses, resumes and kills by the menu of a node', async () => {
    const state = (): Promise<string | null> => node(5).getAttribute('data-state')
    const choose = async (action: string, want: string): Promise<void> => {
      await node(5).click({ button: 'right' })
      await page.locator(`[data-action="${action}"]`).click()
      await eventually(`N5 is ${want}`, async () => (await state()) === want)
    }
    await choose('pause', 'paused')
    await choose('resume', 'running')
    await choose('kill', 'killed')
    await choose('restart', 'running')
  })

  it('draws recorded traffic', async () => {
    const drawn = page.locator('[data-packet], .flow')
    await eventually('packets or flow', async () => (await drawn.count()) > 0)
    // A click that is meant for a link is not taken by what flies over it.
    const packets = page.locator('.packets.moving')
    const takes = await packets.evaluate((group) => getComputedStyle(group).pointerEvents)
    expect(takes).toBe('none')
  })

  it('wrote no error', () => {
    expect(problems).toEqual([])
  })
})
