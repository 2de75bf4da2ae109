/**
 * A host that goes away under its windows: two tabs, a broken connection, SIGKILL, and another host
 * on the same port.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page, WebSocketRoute } from 'playwright-core'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { builtEntry } from '../support/built'
import { eventually } from '../support/eventually'
import { axeFindings, overlaps } from '../support/pageChecks'
import { saysOn } from '../support/pageScenes'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `lost host${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const LINK = /http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]+/
/** What stays where it is when the host is lost. */
const STEADY = ['.toolbar', 'main', '.timebar', '[data-testid=time-edge]', '.timebar .strip']
/** Tries come at most 5 s apart; a busy machine adds to that. */
const BACK_MS = 60_000

let web: WebWindow
/** The first tab, which starts the cluster. */
let first: Page
/** A second tab of the same browser; its connection can be broken alone. */
let second: Page
const sockets: WebSocketRoute[] = []
let later: ChildProcess | null = null

const gone = (page: Page, id: string): Promise<true> =>
  eventually(`${id} is gone`, async () => (await page.getByTestId(id).count()) === 0, BACK_MS)

const gaps = (page: Page) => page.locator('[data-band="gap"]')

/** Lab time that the window shows, s. */
async function shownAt(page: Page): Promise<number> {
  return Number.parseFloat((await page.locator('.timebar .now').textContent()) ?? '')
}

async function openSecond(): Promise<void> {
  second = await first.context().newPage()
  await second.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer()
    sockets.push(socket)
    socket.onClose(() => void server.close())
  })
  await second.goto(first.url())
}

/** The host runs on; this tab alone does not hear of it any more. */
async function breakSecond(): Promise<void> {
  await second.route('**/session', (route) => route.abort('connectionrefused'))
  for (const socket of sockets.splice(0)) await socket.close({ code: 4000 })
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    web = await openWebWindow(browserPath ?? '')
    first = web.page
    await first.getByTestId('start-five').click()
    await saysOn(first, 'nodes-up', /5\/5/)
    await saysOn(first, 'leader', /leader N\d/)
  })
  afterAll(async () => {
    await web?.close()
    later?.kill('SIGTERM')
    if (later) await eventually('the later host ends', () => later?.exitCode !== null)
  })

  it('two tabs look, one controls, and the other can take it', async () => {
    await openSecond()
    await saysOn(second, 'leader', /leader N\d/)
    await saysOn(second, 'control-banner', /Another window controls this lab/)
    expect(await second.getByTestId('stop').isDisabled()).toBe(true)
    expect(await first.getByTestId('control-banner').count()).toBe(0)
    await second.getByTestId('control-banner').getByRole('button', { name: 'Take control' }).click()
    await gone(second, 'control-banner')
    await saysOn(first, 'control-banner', /Another window controls this lab/)
    expect(await first.getByTestId('stop').isDisabled()).toBe(true)
    // What the one does the other sees.
    await second.locator('[data-link="1>2"]').focus()
    await second.keyboard.press('Enter')
    await second.keyboard.press('x')
    for (const page of [first, second]) {
      await page.locator('[data-link="1>2"][data-cut="cut"]').waitFor()
    }
    // There is something to heal only once this window has heard of it.
    await eventually('it can be healed', () => second.getByTestId('heal-all').isEnabled())
    await second.keyboard.press('Control+h')
    await first.locator('[data-link="1>2"][data-cut="open"]').waitFor()
  })

  it('a tab that lost the host comes back to the same run, and shows the gap', async () => {
    await breakSecond()
    await saysOn(second, 'host-banner', /Host not answering.*stays readable/)
    const lostAt = await shownAt(second)
    expect(await second.getByTestId('stop').isDisabled()).toBe(true)
    expect(await gaps(second).count()).toBe(0)
    await eventually('the run goes on', async () => (await shownAt(first)) > lostAt + 2)
    await second.unroute('**/session')
    await saysOn(second, 'host-state', /Host connected/, BACK_MS)
    await gone(second, 'host-banner')
    await gaps(second).first().waitFor()
    expect(await gaps(second).first().getAttribute('title')).toMatch(/window not connected for/)
    await eventually('it is live again', async () => (await shownAt(second)) > lostAt + 2)
    expect(await gaps(first).count()).toBe(0)
  })

  it('a host that is frozen is told, and leaves a gap where nothing was heard', async () => {
    const lostAt = await shownAt(first)
    const before = await gaps(first).count()
    web.signalHost('SIGSTOP')
    try {
      await saysOn(
        first,
        'host-banner',
        /Host not answering.*for \d+ s; it is there, frozen or busy/,
      )
      await saysOn(first, 'time-edge', /^LOST$/)
      expect(await first.getByTestId('stop').isDisabled()).toBe(true)
    } finally {
      web.signalHost('SIGCONT')
    }
    await gone(first, 'host-banner')
    await eventually('the gap is drawn', async () => (await gaps(first).count()) > before)
    expect(await gaps(first).last().getAttribute('title')).toMatch(/host not answering for/)
    await eventually('it is live again', async () => (await shownAt(first)) > lostAt + 2)
    await saysOn(first, 'nodes-up', /5\/5/)
  })

  it('a host that is killed is told; nothing can be done, everything can be read', async () => {
    await first.getByTestId('tab-events').click()
    const places = await Promise.all(STEADY.map((part) => first.locator(part).boundingBox()))
    await web.killHost()
    for (const page of [first, second]) {
      await saysOn(page, 'host-banner', /Host not answering.*(retrying in \d s|trying)/)
      await saysOn(page, 'host-state', /Host not answering/)
      await saysOn(page, 'nodes-up', /nodes answered when last heard of/)
      await saysOn(page, 'time-edge', /^LOST$/)
      expect(await page.getByTestId('time-edge').getAttribute('title')).toMatch(/at \d+\.\d+ s/)
      expect(await page.getByTestId('stop').isDisabled()).toBe(true)
      expect(await page.locator('[data-node]').count()).toBe(5)
    }
    const after = await Promise.all(STEADY.map((part) => first.locator(part).boundingBox()))
    expect(after).toEqual(places)
    expect(await overlaps(first)).toEqual([])
    expect(await first.getByTestId('control-banner').count()).toBe(0)
    await first.getByTestId('event-filter').fill('type:elected')
    await saysOn(first, 'event-count', /^\s*[1-9]\d* of/)
    await first.getByRole('row').filter({ hasText: 'elected' }).first().click()
    await saysOn(first, 'event-inspector', /"type": "elected"/)
    const atEvent = await shownAt(first)
    await first.getByRole('button', { name: 'Start of the run' }).click()
    await eventually('it stands at the start', async () => (await shownAt(first)) < atEvent)
    await first.getByRole('button', { name: 'Newest moment' }).click()
    await eventually('it stands at the end', async () => (await shownAt(first)) > atEvent)
    const plot = first.locator('[data-time-plot]')
    await plot.focus()
    await first.keyboard.press('f')
    expect(await plot.locator('canvas').count()).toBeGreaterThan(2)
    expect(await axeFindings(first)).toEqual([])
  })

  it('another host on the same port knows no old page, which says so and what to do', async () => {
    const { port } = new URL(first.url())
    let stdout = ''
    const args = [builtEntry('web'), '--runs', web.folder, '--port', port]
    later = spawn(process.execPath, args, { cwd: web.folder })
    later.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
    const link = await eventually('it prints its link', () => LINK.exec(stdout)?.[0])
    await saysOn(
      first,
      'host-banner',
      /does not know this page.*last link in the terminal/,
      BACK_MS,
    )
    expect(await first.locator('[data-node]').count()).toBe(5)
    expect(await axeFindings(first)).toEqual([])
    // One that has nothing to show yet gets a page of its own.
    const fourth = await first.context().newPage()
    await fourth.goto(`http://127.0.0.1:${port}/`)
    await saysOn(fourth, 'refused-page', /needs a new link.*npm start/s, BACK_MS)
    expect(await axeFindings(fourth)).toEqual([])
    await fourth.close()
    const third = await first.context().newPage()
    await third.goto(link)
    await saysOn(third, 'host-state', /Host connected/)
    await saysOn(first, 'host-state', /Host connected/, BACK_MS)
    await gone(first, 'host-banner')
    // The run ended with its host; what was seen of it is in the record.
    await first.getByRole('button', { name: 'Open its record' }).focus()
    await first.keyboard.press('Enter')
    await saysOn(first, 'saved-banner', /5 nodes.*saved run/)
  })
})
