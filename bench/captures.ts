/**
 * Two moving pictures of real runs: the duel and its end, and a partition with frames at the gate.
 *
 * Units:  ms. A film is at most FILM_MS long: what took longer is played faster, which it says.
 */
import type { BrowserContextOptions, CDPSession, Page } from 'playwright-core'
import { writeApng } from './apng'
import type { Shot } from './apng'
import { readPng } from './png'
import * as step from './tourSteps'

/** How long a film plays, and how long its pictures stay at least. */
const FILM_MS = 9_000
const SHOT_MS = 125
/** The last picture is looked at before the film begins again. */
const LAST_MS = 2_000
/** The smallest window that has all: text stays sharp, for nothing is scaled. */
const SMALL: BrowserContextOptions = { viewport: { width: 1024, height: 640 } }

interface Capture {
  readonly context: BrowserContextOptions
  readonly play: (page: Page) => Promise<Readonly<Record<string, Buffer>>>
}

/** Keeps what the browser shows, picture by picture, until it is asked for the film. */
class Camera {
  private readonly taken: { readonly file: Buffer; readonly atMs: number }[] = []

  private constructor(private readonly session: CDPSession) {
    session.on('Page.screencastFrame', ({ data, sessionId }) => {
      const atMs = performance.now()
      const last = this.taken.at(-1)
      const isDue = last === undefined || atMs - last.atMs >= SHOT_MS / 2
      if (isDue) this.taken.push({ file: Buffer.from(data, 'base64'), atMs })
      // After the last picture the session may be closed before the browser hears of it.
      session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined)
    })
  }

  static async start(page: Page): Promise<Camera> {
    const session = await page.context().newCDPSession(page)
    const camera = new Camera(session)
    await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 })
    return camera
  }

  async film(name: string): Promise<Buffer> {
    await this.session.send('Page.stopScreencast')
    const [first, last] = [this.taken[0], this.taken.at(-1)]
    if (!first || !last) throw new Error('The camera took no picture.')
    const pace = Math.max(1, (last.atMs - first.atMs) / FILM_MS)
    const shots: Shot[] = []
    let due = first.atMs
    const kept = this.taken.filter(({ atMs }) => {
      if (atMs < due) return false
      due = atMs + SHOT_MS * pace * 0.9
      return true
    })
    kept.forEach(({ file, atMs }, at) => {
      const ms = ((kept[at + 1]?.atMs ?? atMs) - atMs) / pace
      shots.push({ picture: readPng(file), ms: at === kept.length - 1 ? LAST_MS : ms })
    })
    const taken = `${shots.length} of ${this.taken.length} pictures`
    console.log(`${name}: ${taken}, ${pace.toFixed(1)} times as fast as it was`)
    return writeApng(shots)
  }
}

async function duel(page: Page): Promise<Readonly<Record<string, Buffer>>> {
  await page.getByTestId('scenario-dueling-proposers').getByRole('button', { name: /Run/ }).click()
  await step.until(page, 'nodes-up', /5\/5/)
  await step.rest(page)
  const camera = await Camera.start(page)
  await step.until(page, 'policy', /exponential/)
  await page.locator('[data-verdict="progressing"]').waitFor({ timeout: step.SCENE_MS_MAX })
  await step.passes(page, 3)
  return { 'film-duel.png': await camera.film('film-duel') }
}

async function gate(page: Page): Promise<Readonly<Record<string, Buffer>>> {
  await step.startFive(page)
  await step.switchLoad(page)
  await step.passes(page, 4)
  await step.rest(page)
  await page.keyboard.press('Shift+H')
  await step.passes(page, 1)
  await step.readToasts(page)
  const camera = await Camera.start(page)
  await step.passes(page, 0.6)
  await step.partitionMajority(page)
  await step.passes(page, 2)
  await page.getByTestId('gate-hold').click()
  await page.getByTestId('hold-apply').waitFor()
  await step.passes(page, 0.6)
  await page.getByTestId('hold-apply').click()
  await page.locator('[data-frame]').nth(1).waitFor({ timeout: step.SCENE_MS_MAX })
  await step.readToasts(page)
  await step.passes(page, 1.5)
  await page.getByTestId('gate-release-all').click()
  await page.locator('[data-testid^="hold-end-"]').click()
  await step.passes(page, 1.5)
  await page.getByTestId('heal-all').click()
  await step.passes(page, 2)
  return { 'film-gate.png': await camera.film('film-gate') }
}

export const CAPTURES: Readonly<Record<string, Capture>> = {
  filmDuel: { context: SMALL, play: duel },
  filmGate: { context: SMALL, play: gate },
}
