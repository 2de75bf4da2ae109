/** What an end-to-end test asks of a scene of the window: what it says, and that it looks right. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { eventually } from './eventually'
import { axeFindings, clippedTexts, overlaps } from './pageChecks'

/** An element that is not there is looked for again. */
const LOOK_MS = 2000

/** The first element of that test id says these words, at last; if not, the error has its words. */
export async function saysOn(
  page: Page,
  id: string,
  words: RegExp,
  limitMs?: number,
): Promise<void> {
  await eventually(
    `${id} says ${String(words)}`,
    async () => {
      const text = (await page.getByTestId(id).first().textContent({ timeout: LOOK_MS })) ?? ''
      if (!words.test(text)) throw new Error(`it says "${text}"`)
      return true
    },
    limitMs,
  )
}

/** In both themes: no finding of axe, nothing clipped or covered. */
export async function looksRightOn(page: Page, scene: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeFindings(page), `${scene}, ${colorScheme}`).toEqual([])
  }
  expect(await clippedTexts(page), scene).toEqual([])
  expect(await overlaps(page), scene).toEqual([])
}
