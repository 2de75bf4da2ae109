/**
 * `npm run bench -- bigrun [--events N]`: a run of so many events, made by the simulator from one
 * seed, then opened in the real window in Chromium twice: cold, with nothing but its record, and
 * warm, with the cache that the first opening left. `bigRunReport.mjs` holds it against its bars.
 *
 * First picture: from the click in the list of runs to the first frame that has the run's banner
 *                and a chart.
 */
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as act from './bigRunPage.mjs'
import { linkOf, openBrowser } from './browserHost.mjs'
import { residentMiB, watchOthers } from './machine.mjs'
import { browserUsages } from './windowProcesses.mjs'

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./bigRunPage.mjs').Phase} Phase */
/**
 * @typedef {object} Opening
 * @property {string} name
 * @property {number} firstMs
 * @property {number} wholeMs all events are counted and listed
 * @property {Phase} phase frames meanwhile
 */
/**
 * @typedef {object} BigRunFigures
 * @property {number} events
 * @property {number} recordMiB
 * @property {number} makeS
 * @property {Opening[]} openings
 * @property {number} diagramMs until every message is in the diagram
 * @property {number} messages
 * @property {{ name: string, phase: Phase }[]} scrubs
 * @property {{ text: string, ms: number, count: string, phase: Phase }} filter
 * @property {number} statisticsMs
 * @property {number | null} pageMiB
 * @property {number} heapMiB
 * @property {number | null} hostMiB
 * @property {number | null} otherCores
 * @property {string[]} problems
 */

const ROOT = join(import.meta.dirname, '..')
const VIEWPORT = { width: 1440, height: 900 }
/** What so many operations a second come to, in events of a simulated second. */
const RATE = 400
const EVENTS_A_SECOND = 1610
/** An experiment has at most 600 s: a longer run has more operations a second instead. */
const SECONDS_MIN = 20
const SECONDS_MAX = 590
const FILTER = 'type:accept node:2 ballot>=1'

/**
 * @param {Stage} stage
 * @param {{ events: number }} options
 * @param {(line: string) => void} say
 * @returns {Promise<BigRunFigures>}
 */
export async function measureBigRun(stage, { events }, say) {
  const runs = stage.folder()
  const main = process.env['PAXOS_TEST_OUT'] ?? join(ROOT, 'out/main')
  const others = watchOthers()
  const made = await makeRun(stage, main, runs, events)
  say(`made a run of ${made.recordMiB} MiB in ${made.makeS} s`)
  const args = [join(main, 'web.js'), '--runs', runs]
  const host = stage.start('the browser host', process.execPath, args, { orderly: true })
  const url = await linkOf(host)
  const browser = await openBrowser()
  /** @type {string[]} */
  const problems = []
  try {
    const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage()
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => void problems.push(error.message))
    await act.installProbe(page)
    await page.goto(url)
    const cold = await open(page, 'cold', say)
    const labScrub = await act.scrub(page)
    await page.keyboard.press('Alt+2')
    const reading = await act.scrub(page)
    const diagramMs = await act.diagramRead(page)
    const scrubs = [
      { name: 'time bar, Lab', phase: labScrub },
      { name: 'time bar, Timeline, while its messages are read', phase: reading },
      { name: 'time bar, Timeline', phase: await act.scrub(page) },
      { name: 'playback', phase: await act.playBack(page) },
      { name: 'zoom in and out to the whole run', phase: await act.zoom(page) },
      { name: 'table of messages', phase: await act.scrollTable(page) },
    ]
    const filter = await act.filter(page, FILTER)
    const statisticsMs = await act.brush(page)
    const memory = await memoryOf(page, browser, host.pid)
    await act.closeRun(page)
    const openings = [cold, await open(page, 'warm', say)]
    await browser.close()
    await host.end()
    return {
      ...{ ...made, openings, diagramMs, scrubs, statisticsMs, problems, ...memory },
      filter: { text: FILTER, ...filter },
      events: openings[0]?.events ?? 0,
      messages: filter.of,
      otherCores: others(),
    }
  } finally {
    await browser.close().catch(() => {})
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {(line: string) => void} say
 */
async function open(page, name, say) {
  const opening = await act.openRun(page, 'Big run')
  say(`${name}: first picture ${opening.firstMs} ms, whole ${opening.wholeMs} ms`)
  return { name, ...opening }
}

/**
 * The same seed gives the same record, byte for byte.
 * @param {Stage} stage
 * @param {string} main
 * @param {string} runs
 * @param {number} events
 */
async function makeRun(stage, main, runs, events) {
  const plain = Math.ceil(events / EVENTS_A_SECOND)
  const seconds = Math.min(SECONDS_MAX, Math.max(SECONDS_MIN, plain))
  const rate = Math.ceil((RATE * events) / EVENTS_A_SECOND / seconds)
  const path = join(stage.folder(), 'big.paxlab.yaml')
  writeFileSync(path, experimentText(seconds, rate))
  const beganAtMs = performance.now()
  const args = [join(main, 'cli.js'), 'run', path, '--sim', '--seed', '1', '--out', runs]
  const program = stage.start('the simulator', process.execPath, args)
  await program.ended
  const record = readdirSync(runs, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('events.ndjson'),
  )
  if (record === undefined) throw new Error(`no run was made: ${program.tail}`)
  const recordMiB = Math.round(statSync(join(runs, record)).size / 2 ** 20)
  return { recordMiB, makeS: Math.round((performance.now() - beganAtMs) / 1000) }
}

/**
 * @param {number} seconds
 * @param {number} rate operations a second
 */
function experimentText(seconds, rate) {
  const at = (/** @type {number} */ share) => `${Math.round(seconds * share)}s`
  return `version: 1
name: big
title: Big run
summary: A long load with a kill, a cut and their ends.
seconds: ${seconds}
level: advanced
cluster:
  nodes: 5
steps:
  - do: load 40 rate ${rate}
  - at: ${at(0.1)}
    do: kill 2
  - at: ${at(0.15)}
    do: restart 2
  - at: ${at(0.33)}
    do: cut 1 3
  - at: ${at(0.43)}
    do: heal
  - at: ${at(1)}
    do: load off
expect:
  - chosenSlots > 0
`
}

/**
 * After a forced collection.
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Browser} browser
 * @param {number} hostPid
 */
async function memoryOf(page, browser, hostPid) {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0
  const usages = await browserUsages(await browser.newBrowserCDPSession())
  const pages = usages.flatMap(({ name, residentMiB: memory }) =>
    name === 'browser: renderer' && memory !== null ? [memory] : [],
  )
  return {
    heapMiB: Math.round(heap / 2 ** 20),
    pageMiB: pages.length === 0 ? null : Math.max(...pages),
    hostMiB: residentMiB(hostPid),
  }
}
