/**
 * What the bench of big runs does in the page: clicks and drags of a person, and a probe for frames
 * and long tasks between two looks.
 */

/** @typedef {import('playwright-core').Page} Page */
/**
 * @typedef {object} Phase
 * @property {number} frames
 * @property {number} perSecond
 * @property {number} p50Ms
 * @property {number} p95Ms
 * @property {number} longestMs
 * @property {number} longTaskMs the longest task of the page; 0: none took 50 ms
 */

const WAIT_MS = 300_000
const SCRUB_STEPS = 120
const PLAY_MS = 3000
const WHEEL_STEPS = 60

/** Runs in the page, before its own scripts. */
function probe() {
  /** @type {number[]} */
  let gaps = []
  /** @type {number[]} */
  let tasks = []
  let lastMs = 0
  const onFrame = (/** @type {number} */ atMs) => {
    if (lastMs > 0) gaps.push(atMs - lastMs)
    lastMs = atMs
    requestAnimationFrame(onFrame)
  }
  requestAnimationFrame(onFrame)
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration)
  })
  observer.observe({ type: 'longtask' })
  Reflect.set(window, 'bigRunProbe', {
    take: () => {
      const taken = { gaps, tasks }
      gaps = []
      tasks = []
      return taken
    },
    /** Ms from the next click until the selectors are all there, at a frame. */
    fromClick: (/** @type {string[]} */ selectors) =>
      new Promise((resolve) => {
        addEventListener(
          'click',
          () => {
            const clickedAtMs = performance.now()
            const look = () => {
              const isThere = selectors.every((each) => document.querySelector(each) !== null)
              if (isThere) resolve(performance.now() - clickedAtMs)
              else requestAnimationFrame(look)
            }
            look()
          },
          { capture: true, once: true },
        )
      }),
  })
}

/** @param {Page} page */
export async function installProbe(page) {
  await page.addInitScript(probe)
}

/**
 * Frames since it was last asked.
 * @param {Page} page
 * @returns {Promise<Phase>}
 */
async function takePhase(page) {
  /** @type {{ gaps: number[], tasks: number[] }} */
  const { gaps, tasks } = await page.evaluate(() => Reflect.get(window, 'bigRunProbe').take())
  const sorted = gaps.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  const sumMs = gaps.reduce((sum, gap) => sum + gap, 0)
  return {
    frames: gaps.length,
    perSecond: sumMs === 0 ? 0 : (1000 * gaps.length) / sumMs,
    ...{ p50Ms: at(0.5), p95Ms: at(0.95), longestMs: sorted.at(-1) ?? 0 },
    longTaskMs: Math.max(0, ...tasks),
  }
}

/**
 * @param {Page} page
 * @param {string} title
 */
export async function openRun(page, title) {
  await page.keyboard.press('Alt+o')
  const run = page.getByRole('dialog').getByRole('button', { name: title }).first()
  await run.waitFor({ timeout: WAIT_MS })
  await takePhase(page)
  const beganAtMs = performance.now()
  const first = page.evaluate(
    (selectors) => Reflect.get(window, 'bigRunProbe').fromClick(selectors),
    ['[data-testid="saved-banner"]', '[data-time-plot] canvas'],
  )
  await run.click()
  const firstMs = Math.round(await first)
  const reading = page.getByTestId('saved-reading')
  await reading.waitFor({ state: 'detached', timeout: WAIT_MS })
  const wholeMs = Math.round(performance.now() - beganAtMs)
  const words = (await page.getByTestId('saved-banner').textContent()) ?? ''
  const events = Number(/([\d\s]+) events/.exec(words)?.[1]?.replaceAll(/\s/g, '') ?? 0)
  return { firstMs, wholeMs, events, phase: await takePhase(page) }
}

/** @param {Page} page */
export async function closeRun(page) {
  await page.getByRole('button', { name: 'Close the run' }).click()
  await page.getByTestId('saved-banner').waitFor({ state: 'detached' })
}

/**
 * The pointer along the whole time bar, a step a frame.
 * @param {Page} page
 */
export async function scrub(page) {
  const box = await boxOf(page, '.timebar svg, .timebar canvas')
  const y = box.y + box.height / 2
  const x = (/** @type {number} */ share) => box.x + 10 + (box.width - 20) * share
  await page.mouse.move(x(0), y)
  await takePhase(page)
  await page.mouse.down()
  for (let step = 0; step <= SCRUB_STEPS; step += 1) {
    await page.mouse.move(x(step / SCRUB_STEPS), y)
    await nextFrame(page)
  }
  await page.mouse.up()
  return await takePhase(page)
}

/** @param {Page} page */
export async function playBack(page) {
  await page.keyboard.press('Home')
  await takePhase(page)
  await page.keyboard.press('Space')
  await page.waitForTimeout(PLAY_MS)
  const phase = await takePhase(page)
  await page.keyboard.press('Space')
  return phase
}

/** @param {Page} page */
export async function zoom(page) {
  const box = await boxOf(page, '[data-testid="spacetime-plot"]')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await takePhase(page)
  for (let step = 0; step < WHEEL_STEPS; step += 1) {
    await page.mouse.wheel(0, step < WHEEL_STEPS / 2 ? -120 : 120)
    await nextFrame(page)
  }
  return await takePhase(page)
}

/** @param {Page} page */
export async function scrollTable(page) {
  const box = await boxOf(page, '[data-testid="spacetime-table"]')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await takePhase(page)
  for (let step = 0; step < WHEEL_STEPS; step += 1) {
    await page.mouse.wheel(0, step < WHEEL_STEPS / 2 ? 2400 : -2400)
    await nextFrame(page)
  }
  return await takePhase(page)
}

/**
 * Until the count that is said stays.
 * @param {Page} page
 * @param {string} text
 */
export async function filter(page, text) {
  const box = page.getByTestId('spacetime-filter')
  const before = await countText(page)
  await takePhase(page)
  const beganAtMs = performance.now()
  await box.fill(text)
  let said = before
  let saidAtMs = beganAtMs
  for (let steady = 0; steady < 30; steady += 1) {
    await nextFrame(page)
    const now = await countText(page)
    if (now === said) continue
    said = now
    saidAtMs = performance.now()
    steady = 0
  }
  const phase = await takePhase(page)
  const of = Number(/ of (.*)/.exec(said)?.[1]?.replaceAll(/\D/g, '') ?? 0)
  await box.fill('')
  return { ms: Math.round(saidAtMs - beganAtMs), count: said, of, phase }
}

/**
 * A brush over most of the run, until its statistics are there.
 * @param {Page} page
 */
export async function brush(page) {
  await page.keyboard.press('Escape')
  const box = await boxOf(page, '[data-testid="spacetime-plot"]')
  const y = box.y + box.height / 2
  await page.keyboard.down('Shift')
  await page.mouse.move(box.x + box.width * 0.1, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.9, y, { steps: 10 })
  const beganAtMs = performance.now()
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await page.getByTestId('spacetime-range').getByText('heartbeat').waitFor({ timeout: WAIT_MS })
  return Math.round(performance.now() - beganAtMs)
}

/**
 * Ms until the diagram holds the whole record.
 * @param {Page} page
 */
export async function diagramRead(page) {
  const beganAtMs = performance.now()
  await page.getByText(/Reading the record/).waitFor({ state: 'detached', timeout: WAIT_MS })
  return Math.round(performance.now() - beganAtMs)
}

/** @param {Page} page */
async function countText(page) {
  return (await page.getByTestId('spacetime-count').textContent()) ?? ''
}

/** @param {Page} page */
async function nextFrame(page) {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
}

/**
 * @param {Page} page
 * @param {string} selector
 */
async function boxOf(page, selector) {
  const box = await page.locator(selector).first().boundingBox({ timeout: WAIT_MS })
  if (box === null) throw new Error(`${selector} is not on the screen`)
  return box
}
