/**
 * What the bench of the window does in the page: a probe that counts frames and long tasks, and the
 * clicks of a person.
 *
 * Phases: every frame and long task belongs to the phase that was on when it began: the view that
 *         is shown, `switch` (just after another view was opened) or `aside` (a forced collection
 *         or the like, which the bench itself causes).
 */

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ messages: number?, operations: number?, dropped: number? }} Bar null: not said */
/**
 * @typedef {{ gaps: [ms: number, count: number][], longTasks: number[], slow: SlowFrame[] }}
 *   PhaseFigures slow: the longest of the frames that took more than 50 ms
 */
/** @typedef {{ ms: number, layoutMs: number, scripts: { ms: number, of: string }[] }} SlowFrame */
/** @typedef {Record<string, PhaseFigures>} Probed by phase */

const WAIT_MS = 60_000

/** Runs in the page, before its own scripts. */
function probe() {
  /** A longer frame counts as this long. */
  const gapMsMax = 5000
  const slowMax = 10
  /** @type {{ atMs: number, phase: string }[]} */
  const marks = [{ atMs: 0, phase: 'aside' }]
  /** @typedef {{ gaps: Map<number, number>, longTasks: number[], slow: SlowFrame[] }} Figures */
  /** @type {Map<string, Figures>} */
  const phases = new Map()
  const figuresAt = (/** @type {number} */ atMs) => {
    const phase = marks.findLast((mark) => mark.atMs <= atMs)?.phase ?? 'aside'
    /** @type {Figures} */
    const known = phases.get(phase) ?? { gaps: new Map(), longTasks: [], slow: [] }
    phases.set(phase, known)
    return known
  }
  let lastMs = 0
  const onFrame = (/** @type {number} */ atMs) => {
    if (lastMs > 0 && atMs > lastMs) {
      const { gaps } = figuresAt(lastMs)
      const gap = Math.min(gapMsMax, Math.round((atMs - lastMs) * 2) / 2)
      gaps.set(gap, (gaps.get(gap) ?? 0) + 1)
    }
    lastMs = atMs
    requestAnimationFrame(onFrame)
  }
  requestAnimationFrame(onFrame)
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      figuresAt(startTime).longTasks.push(duration)
    }
  })
  observer.observe({ type: 'longtask' })
  const frames = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { startTime, duration } = entry
      /** @type {{ duration: number, invoker: string, sourceFunctionName: string }[]} */
      const ran = Reflect.get(entry, 'scripts')
      const layoutAtMs = Reflect.get(entry, 'styleAndLayoutStart')
      const { slow } = figuresAt(startTime)
      slow.push({
        ms: duration,
        layoutMs: layoutAtMs > 0 ? startTime + duration - layoutAtMs : 0,
        scripts: ran.map((script) => ({
          ms: script.duration,
          of: `${script.invoker} ${script.sourceFunctionName}`.trim(),
        })),
      })
      slow.sort((a, b) => b.ms - a.ms).splice(slowMax)
    }
  })
  frames.observe({ type: 'long-animation-frame' })
  Reflect.set(window, 'windowProbe', {
    phase: (/** @type {string} */ phase) => void marks.push({ atMs: performance.now(), phase }),
    read: () =>
      Object.fromEntries(
        [...phases].map(([phase, { gaps, ...more }]) => [phase, { gaps: [...gaps], ...more }]),
      ),
  })
}

/** @param {Page} page */
export async function installProbe(page) {
  await page.addInitScript(probe)
}

/**
 * @param {Page} page
 * @param {string} phase
 */
export async function enterPhase(page, phase) {
  await page.evaluate((name) => Reflect.get(window, 'windowProbe').phase(name), phase)
}

/**
 * @param {Page} page
 * @returns {Promise<Probed>}
 */
export async function readProbe(page) {
  return await page.evaluate(() => Reflect.get(window, 'windowProbe').read())
}

/**
 * By one short look at the page: whoever asks each second must not be what is measured.
 * @param {Page} page
 * @param {string} selector
 * @returns {Promise<string[]>}
 */
async function textsOf(page, selector) {
  return await page.evaluate(
    (wanted) => [...document.querySelectorAll(wanted)].map(({ textContent }) => textContent),
    selector,
  )
}

/**
 * What the status bar says, as a person reads it.
 * @param {Page} page
 * @returns {Promise<Bar>}
 */
export async function readBar(page) {
  const parts = await textsOf(page, 'footer.status > span')
  const whole = (/** @type {RegExp} */ pattern) => {
    const words = parts.find((part) => pattern.test(part)) ?? ''
    const digits = pattern.exec(words)?.[1]?.replaceAll(/\D/g, '') ?? ''
    return digits === '' ? null : Number(digits)
  }
  return {
    messages: whole(/([\d\u202f]+)\s*msg\/s/),
    operations: whole(/([\d\u202f]+)\s*ops\/s/),
    dropped: whole(/dropped\s*([\d\u202f]+)/),
  }
}

/**
 * Five nodes by the dialog; with learners `all` every acceptor tells everybody of its vote, which
 * makes more messages of one operation ("Paxos Made Simple", 2.3).
 * @param {Page} page
 * @param {'leader' | 'all'} learners
 */
export async function startFive(page, learners) {
  await page.getByTestId('start-five').click({ trial: true })
  await page.getByTestId('new-cluster').click()
  await page.getByTestId('nc-advanced').locator('summary').click()
  const name = learners === 'all' ? 'Everybody' : 'Proposer'
  const group = page.getByRole('group', { name: 'Learners' })
  await group.getByRole('button', { name, exact: true }).click()
  await page.getByTestId('nc-start').click()
  await page.getByTestId('leader').getByText(/N\d/).first().waitFor({ timeout: WAIT_MS })
}

/**
 * Opens the load generator, and calls `change` while it is open.
 * @param {Page} page
 * @param {() => Promise<void>} change
 */
async function atLoad(page, change) {
  await page.getByTestId('load').click()
  await page.locator('#load-loop').waitFor({ timeout: WAIT_MS })
  await change()
  // A change is sent when typing has rested for a moment.
  await page.waitForTimeout(600)
  await page.keyboard.press('Escape')
}

/**
 * @param {Page} page
 * @param {number} rate operations a second
 */
export async function startLoad(page, rate) {
  await atLoad(page, async () => {
    await page.locator('#load-loop').selectOption('constant')
    await page.locator('#load-clients').fill('10')
    await page.locator('#load-target').fill(String(rate))
    await page.locator('#load-in-flight').fill('64')
    await page.getByTestId('load-switch').click()
  })
}

/**
 * @param {Page} page
 * @param {number} rate
 */
export async function setRate(page, rate) {
  await atLoad(page, async () => await page.locator('#load-target').fill(String(rate)))
}

/**
 * Shows so many charts, by the chooser: the first ones that are off are switched on.
 * @param {Page} page
 * @param {number} count
 */
export async function showCharts(page, count) {
  await page.getByTestId('choose-charts').click()
  const off = page.locator('.chart-chooser input[type=checkbox]:not(:checked)')
  const on = page.locator('.chart-chooser input[type=checkbox]:checked')
  while ((await on.count()) < count && (await off.count()) > 0) await off.first().click()
  await page.keyboard.press('Escape')
}

/**
 * @param {Page} page
 * @param {'lab' | 'timeline'} view
 */
export async function openView(page, view) {
  const name = view === 'lab' ? 'Lab' : 'Timeline'
  await page.getByRole('button', { name, exact: true }).click()
}

/**
 * The pointer wanders over the charts or the diagram, as one does who reads them; then it leaves.
 * @param {Page} page
 * @param {'lab' | 'timeline'} view
 */
export async function readPictures(page, view) {
  const place = view === 'lab' ? '.ruler' : '[data-testid=spacetime-plot]'
  const box = await page.locator(place).first().boundingBox()
  if (box === null) return
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * 0.3, y)
  for (let step = 0; step <= 40; step += 1) {
    await page.mouse.move(box.x + box.width * (0.3 + step * 0.015), y)
    await page.waitForTimeout(50)
  }
  await page.mouse.move(2, 2)
}

/**
 * Words of the diagram: how many messages it holds, and what it does not show.
 * @param {Page} page
 */
export async function readDiagram(page) {
  const words = async (/** @type {string} */ id) => {
    const place = page.getByTestId(id).first()
    return (await place.count()) === 0 ? '' : ((await place.textContent()) ?? '').trim()
  }
  return { held: await words('spacetime-count'), limits: await words('spacetime-limits') }
}

/**
 * True while a toast says that this window was told less than happened.
 * @param {Page} page
 */
export async function saysFellBehind(page) {
  return (await textsOf(page, '.toast')).some((words) => words.includes('This window fell behind'))
}
