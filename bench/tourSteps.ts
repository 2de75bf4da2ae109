/** What scenes are made of: steps in the real window, each awaited by what it shows. */
import type { Page } from 'playwright-core'
import { eventually } from '../test/support/eventually'

export type Theme = 'light' | 'dark'

export interface ViewSize {
  readonly width: number
  readonly height: number
}

/** Takes the pictures of a scene that stands; without a choice all sizes and themes. */
export type Shoot = (
  name: string,
  choice?: { readonly sizes?: readonly ViewSize[]; readonly themes?: readonly Theme[] },
) => Promise<void>

/** A machine with two busy cores still gets there. */
export const SCENE_MS_MAX = 120_000
/** Presses of an arrow that move the divider as far as it goes. */
const TALLER = 4
/** Width of the y axis of every chart. */
const AXIS_PX = 44

export const textOf = async (page: Page, id: string): Promise<string> =>
  (await page.getByTestId(id).first().textContent()) ?? ''

export const until = (page: Page, id: string, words: RegExp): Promise<true> =>
  eventually(`${id} says ${words}`, async () => words.test(await textOf(page, id)), SCENE_MS_MAX)

/** Resolves after the run has gone on by so much lab time. */
export async function passes(page: Page, seconds: number): Promise<void> {
  const clock = page.locator('.timebar .now')
  const now = async (): Promise<number> => Number.parseFloat((await clock.textContent()) ?? '')
  const target = (await now()) + seconds
  await eventually(`${seconds} s of lab time`, async () => (await now()) >= target, SCENE_MS_MAX)
}

export async function show(page: Page, view: string): Promise<void> {
  const rail = page.getByRole('navigation', { name: 'Views' })
  await rail.getByRole('button', { name: view, exact: true }).click()
}

/** Keys go to the stage, and nothing is lit by the pointer. */
export async function rest(page: Page): Promise<void> {
  await page.mouse.move(0, 0)
  await page.evaluate(
    () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
  )
}

/** What toasts said was read. */
export async function readToasts(page: Page): Promise<void> {
  const toast = page.locator('.toast')
  await eventually('no toast stands', async () => {
    if ((await toast.count()) === 0) return true
    await toast.first().getByRole('button', { name: 'Dismiss' }).click({ timeout: 1000 })
    return false
  })
}

export async function startFive(page: Page): Promise<void> {
  await page.getByTestId('start-five').click()
  await until(page, 'nodes-up', /5\/5/)
  await until(page, 'leader', /leader N\d/)
}

export async function switchLoad(page: Page): Promise<void> {
  await page.getByTestId('load').click()
  await page.getByTestId('load-switch').click()
  await page.keyboard.press('Escape')
}

export async function partitionMajority(page: Page): Promise<void> {
  await page.getByTestId('partition').click()
  await page.getByRole('menuitem', { name: /Majority \|/ }).click()
}

/** The pictures stand still, at this share of the run so far, with the charts fitted to it. */
export async function lookBack(page: Page, share: number): Promise<void> {
  await page.getByRole('button', { name: 'Pause', exact: true }).last().click()
  const plot = page.locator('[data-time-plot]')
  await plot.focus()
  await page.keyboard.press('f')
  const box = await plot.locator('canvas').first().boundingBox()
  if (!box) throw new Error('The staircase is not on the page.')
  const x = box.x + AXIS_PX + share * (box.width - AXIS_PX)
  await page.mouse.click(x, box.y + box.height / 2)
  await rest(page)
}

/** Pictures stop, and the instrument that is open has read what it shows. */
export async function standStill(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Pause', exact: true }).last().click()
  const reading = page.locator('.instrument').getByText('reading the record')
  await reading.waitFor({ state: 'detached', timeout: SCENE_MS_MAX })
  await rest(page)
}

export async function live(page: Page): Promise<void> {
  await rest(page)
  await page.keyboard.press('l')
}

/** Gives the lower panel all the room that the topology can spare. */
export async function tallInstruments(page: Page): Promise<void> {
  const divider = page.getByRole('separator', { name: 'Height of topology and instruments' })
  for (let press = 0; press < TALLER; press += 1) await divider.press('ArrowUp')
}

/** In a small window the inspector is a drawer. */
export async function openDrawer(page: Page, size: ViewSize): Promise<void> {
  await page.setViewportSize(size)
  const drawer = page.getByTestId('drawer')
  if ((await drawer.count()) === 0) await page.getByTestId('inspector-toggle').click()
  await drawer.waitFor()
}

export async function openInstrument(page: Page, title: string): Promise<void> {
  await page.getByTestId('instruments').click()
  await page.getByRole('menuitem', { name: title, exact: true }).click()
  await page.locator('.instrument').waitFor()
  await rest(page)
}
