/**
 * `npm run bench -- window`: the real window in Chromium over a real cluster of five nodes at full
 * load, measured while a person's views go by. `windowReport.mjs` holds it against its budgets.
 *
 * Load:    an open loop; its rate is set so that the status bar shows about so many messages a
 *          second, and then left alone.
 * Minutes: each begins with a view being opened (Lab and Timeline in turn, unless one is asked
 *          for), has ten seconds of the pointer and of a trace, and ends with a forced collection.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linkOf, openBrowser } from './browserHost.mjs'
import { residentMiB, watchOthers } from './machine.mjs'
import { pause } from './stage.mjs'
import {
  enterPhase,
  installProbe,
  openView,
  readBar,
  readDiagram,
  readPictures,
  readProbe,
  saysFellBehind,
  setRate,
  showCharts,
  startFive,
  startLoad,
} from './windowPage.mjs'
import { browserUsages, coresOf, hostUsages } from './windowProcesses.mjs'
import { frameWork, TRACE_CATEGORIES } from './windowTrace.mjs'

/** @typedef {'lab' | 'timeline'} View */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').CDPSession} CDPSession */
/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./stage.mjs').Program} Program */
/** @typedef {(line: string) => void} Say */
/**
 * @typedef {object} WindowOptions
 * @property {number} minutes
 * @property {number} warmUp minutes under load before, that are not measured: lists fill up
 * @property {number} messages a second
 * @property {'leader' | 'all'} learners whom acceptors tell of their votes
 * @property {boolean} synthetic a host without nodes: what the page alone takes, by the clock
 * @property {View | null} view null: both in turn
 * @property {string | null} profileDir CPU profiles of the page go there; null: none are taken
 */
/**
 * @typedef {object} Minute
 * @property {View} view
 * @property {number} messages a second, median
 * @property {number} operations a second, median
 * @property {number} dropped as the status bar says at the end
 * @property {number} heapMiB after a forced collection
 * @property {number} domNodes
 * @property {number | null} pageMiB resident memory of the page's process
 * @property {number | null} hostMiB
 * @property {string} diagram what the diagram says it holds and does not show
 */
/**
 * @typedef {object} WindowFigures
 * @property {WindowOptions} options
 * @property {number} rate operations a second that the load asked for
 * @property {Minute[]} minutes
 * @property {import('./windowPage.mjs').Probed} probed
 * @property {{ view: View, work: import('./windowTrace.mjs').FrameWork }[]} traces
 * @property {ReturnType<typeof coresOf>} processes
 * @property {number | null} otherCores
 * @property {boolean} isSoftware the browser draws without a GPU
 * @property {string} browserVersion
 * @property {boolean} fellBehind the window said so at least once
 * @property {{ factsDropped: number, eventsLost: number } | null} record null: it tells nothing
 * @property {string[]} problems console errors
 */

const ROOT = join(import.meta.dirname, '..')
const VIEWPORT = { width: 1440, height: 900 }
const CHARTS = 8
/** Low: the more operations wait, the fewer messages each of them takes. */
const FIRST_RATE = 100
const TUNE_ROUNDS_MAX = 8
/** Rates are the last sample's, so they settle within some seconds. */
const TUNE_SETTLE_MS = 4000
const TUNE_SAMPLES = 8
const TUNE_SHARE = 0.04
const TUNE_GROWTH = 1.05
/** After another view was opened, this long counts as the change and not as its steady state. */
const SWITCH_MS = 2000
const ASIDE_MS = 1000
const TRACE_MS = 10_000
const PROFILE_MS = 15_000
const SAMPLE_MS = 1000
/** What is left after the last whole minute is too short for samples of its own. */
const REST_MS = 10_000

/**
 * @param {Stage} stage
 * @param {WindowOptions} options
 * @param {Say} say
 * @returns {Promise<WindowFigures>}
 */
export async function measureWindow(stage, options, say) {
  const runs = stage.folder()
  const main = process.env['PAXOS_TEST_OUT'] ?? join(ROOT, 'out/main')
  const args = options.synthetic ? syntheticArgs(main, options.messages) : hostArgs(main, runs)
  const host = stage.start('the browser host', process.execPath, args, { orderly: true })
  const url = await linkOf(host)
  const browser = await openBrowser()
  const quit = () => void browser.close().catch(() => {})
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, quit)
  }
  try {
    const context = await browser.newContext({ viewport: VIEWPORT })
    const page = await context.newPage()
    const run = new WindowRun(browser, page, host, options, say)
    const figures = await run.measure(url)
    await browser.close()
    await host.end()
    return { ...figures, record: recordOf(runs) }
  } finally {
    await browser.close().catch(() => {})
  }
}

/**
 * @param {string} main
 * @param {string} runs
 */
function hostArgs(main, runs) {
  return [join(main, 'web.js'), '--runs', runs]
}

/**
 * @param {string} main
 * @param {number} messages
 */
function syntheticArgs(main, messages) {
  return [
    join(import.meta.dirname, 'syntheticHost.mjs'),
    String(messages),
    join(main, '../renderer'),
  ]
}

/**
 * What the lab itself says that its record lacks.
 * @param {string} runs
 */
function recordOf(runs) {
  const paths = readdirSync(runs, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('result.json'))
    .map((path) => join(runs, path))
  const path = paths.at(-1)
  if (path === undefined || !existsSync(path)) return null
  const { factsDropped, eventsLost } = JSON.parse(readFileSync(path, 'utf8'))
  return { factsDropped, eventsLost }
}

/** @param {readonly number[]} values */
function middle(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

class WindowRun {
  /** @type {Minute[]} */
  #minutes = []
  /** @type {WindowFigures['traces']} */
  #traces = []
  /** @type {string[]} */
  #problems = []
  #fellBehind = false
  /** @type {View} */
  #view = 'lab'
  /** @type {number[]} */
  #messages = []
  /** @type {number[]} */
  #operations = []
  #dropped = 0

  /**
   * @param {import('playwright-core').Browser} browser
   * @param {Page} page
   * @param {Program} host
   * @param {WindowOptions} options
   * @param {Say} say
   */
  constructor(browser, page, host, options, say) {
    this.browser = browser
    this.page = page
    this.host = host
    this.options = options
    this.say = say
    page.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(message.text())
    })
    page.on('pageerror', (error) => this.#problems.push(error.message))
  }

  /** @param {string} url */
  async measure(url) {
    const { page, options } = this
    await installProbe(page)
    await page.goto(url)
    if (!options.synthetic) await startFive(page, options.learners)
    await showCharts(page, CHARTS)
    const rate = options.synthetic ? 0 : await this.#tune()
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    const whole = await this.browser.newBrowserCDPSession()
    await this.#warmUp()
    const others = watchOthers()
    const beganAtMs = performance.now()
    const before = await this.#usages(whole)
    const endsAtMs = beganAtMs + options.minutes * 60_000
    while (performance.now() < endsAtMs - REST_MS) {
      await this.#minute(session, whole, endsAtMs)
    }
    const seconds = (performance.now() - beganAtMs) / 1000
    const after = await this.#usages(whole)
    const { gpu } = await whole.send('SystemInfo.getInfo')
    if (options.profileDir !== null) await this.#profiles(session, options.profileDir)
    const status = String(gpu.featureStatus?.['gpu_compositing'] ?? '')
    return {
      ...{ options, rate, minutes: this.#minutes, probed: await readProbe(page) },
      ...{ traces: this.#traces, processes: coresOf(before, after, seconds) },
      ...{ otherCores: others(), isSoftware: !status.startsWith('enabled') },
      browserVersion: this.browser.version(),
      ...{ fellBehind: this.#fellBehind, problems: this.#problems },
    }
  }

  /** Turns the rate of the load until the bar shows the messages that are wanted. */
  async #tune() {
    const wanted = this.options.messages
    let rate = FIRST_RATE
    let best = { rate, found: 0 }
    await startLoad(this.page, rate)
    for (let round = 1; round <= TUNE_ROUNDS_MAX; round += 1) {
      await pause(TUNE_SETTLE_MS)
      /** @type {number[]} */
      const seen = []
      for (let left = TUNE_SAMPLES; left > 0; left -= 1) {
        seen.push((await readBar(this.page)).messages ?? 0)
        await pause(SAMPLE_MS / 2)
      }
      const found = Math.max(1, middle(seen))
      this.say(`load ${rate} ops/s: ${found} msg/s`)
      if (Math.abs(found - wanted) <= wanted * TUNE_SHARE) return rate
      // A cluster at its end answers a higher rate with larger batches, not with more messages.
      if (round > 2 && found < wanted && found < best.found * TUNE_GROWTH) break
      if (found > best.found && found < wanted * (1 + TUNE_SHARE)) best = { rate, found }
      rate = Math.max(10, Math.round(rate * Math.min(2, Math.max(0.5, wanted / found))))
      await setRate(this.page, rate)
    }
    if (rate !== best.rate) await setRate(this.page, best.rate)
    this.say(`load ${best.rate} ops/s it is`)
    return best.rate
  }

  /** The same views and load as later; the figures of it are thrown away. */
  async #warmUp() {
    const endsAtMs = performance.now() + this.options.warmUp * 60_000
    for (let at = 0; performance.now() < endsAtMs; at += 1) {
      await this.#show(this.options.view ?? (at % 2 === 0 ? 'lab' : 'timeline'), 'aside')
      await readPictures(this.page, this.#view)
      await this.#watch(Math.min(endsAtMs, performance.now() + 60_000))
    }
    if (this.options.warmUp > 0) this.say(`warmed up for ${this.options.warmUp} min`)
    await enterPhase(this.page, 'aside')
  }

  /**
   * @param {CDPSession} session
   * @param {CDPSession} whole
   * @param {number} endsAtMs of the run
   */
  async #minute(session, whole, endsAtMs) {
    const { page } = this
    const beganAtMs = performance.now()
    const minuteEndsAtMs = Math.min(endsAtMs, beganAtMs + 60_000)
    this.#messages = []
    this.#operations = []
    await this.#show(this.options.view ?? (this.#minutes.length % 2 === 0 ? 'lab' : 'timeline'))
    await readPictures(page, this.#view)
    await this.#watch(Math.min(minuteEndsAtMs, beganAtMs + 15_000))
    if (minuteEndsAtMs - performance.now() > TRACE_MS + 3 * ASIDE_MS) await this.#trace()
    await this.#watch(minuteEndsAtMs - ASIDE_MS)
    await this.#collect(session, whole)
    const minute = this.#minutes.at(-1)
    if (minute === undefined) return
    const left = Math.max(0, (endsAtMs - performance.now()) / 60_000)
    const { messages, heapMiB, view, dropped } = minute
    const words = `${messages} msg/s, heap ${heapMiB.toFixed(1)} MiB, dropped ${dropped}`
    this.say(`minute ${this.#minutes.length} (${view}): ${words}; ${left.toFixed(1)} min left`)
  }

  /**
   * @param {View} view
   * @param {string} phase that its steady state counts to
   */
  async #show(view, phase = view) {
    const { page } = this
    await enterPhase(page, phase === view ? 'switch' : phase)
    await openView(page, view)
    this.#view = view
    await pause(SWITCH_MS)
    await enterPhase(page, phase)
  }

  /** @param {number} untilMs */
  async #watch(untilMs) {
    while (performance.now() < untilMs) {
      const { messages, operations, dropped } = await readBar(this.page)
      if (messages !== null) this.#messages.push(messages)
      if (operations !== null) this.#operations.push(operations)
      if (dropped !== null) this.#dropped = Math.max(this.#dropped, dropped)
      this.#fellBehind ||= await saysFellBehind(this.page)
      await pause(Math.max(0, Math.min(SAMPLE_MS, untilMs - performance.now())))
    }
  }

  /** Ten seconds of frames, in detail. To start and end a trace is no time of the page's own. */
  async #trace() {
    const { page, browser } = this
    await enterPhase(page, 'aside')
    await browser.startTracing(page, { categories: TRACE_CATEGORIES })
    await pause(ASIDE_MS)
    await enterPhase(page, this.#view)
    await this.#watch(performance.now() + TRACE_MS)
    await enterPhase(page, 'aside')
    const trace = await browser.stopTracing()
    // To read it fills a core for a while, which is no time of the page's own either.
    this.#traces.push({ view: this.#view, work: frameWork(trace) })
    await pause(ASIDE_MS)
    await enterPhase(page, this.#view)
  }

  /**
   * @param {CDPSession} session
   * @param {CDPSession} whole
   */
  async #collect(session, whole) {
    const { page } = this
    await enterPhase(page, 'aside')
    await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    const metric = (/** @type {string} */ wanted) =>
      metrics.find(({ name }) => name === wanted)?.value ?? 0
    const { held, limits } = await readDiagram(page)
    const usages = await this.#usages(whole)
    const pages = usages.filter(({ name }) => name === 'browser: renderer')
    this.#minutes.push({
      view: this.#view,
      messages: middle(this.#messages),
      operations: middle(this.#operations),
      dropped: this.#dropped,
      heapMiB: metric('JSHeapUsedSize') / 2 ** 20,
      domNodes: metric('Nodes'),
      pageMiB: Math.max(0, ...pages.map((usage) => usage.residentMiB ?? 0)),
      hostMiB: residentMiB(this.host.pid),
      diagram: [held, limits].filter((words) => words !== '').join('; '),
    })
  }

  /** @param {CDPSession} whole */
  async #usages(whole) {
    return [...hostUsages(this.host.pid), ...(await browserUsages(whole))]
  }

  /**
   * A CPU profile of each view, after the measured time.
   * @param {CDPSession} session
   * @param {string} dir
   */
  async #profiles(session, dir) {
    mkdirSync(dir, { recursive: true })
    await session.send('Profiler.enable')
    for (const view of /** @type {const} */ (['lab', 'timeline'])) {
      await this.#show(view)
      await session.send('Profiler.start')
      await pause(PROFILE_MS)
      const { profile } = await session.send('Profiler.stop')
      writeFileSync(join(dir, `${view}.cpuprofile`), JSON.stringify(profile))
    }
  }
}
