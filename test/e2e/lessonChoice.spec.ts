/**
 * Lesson 6 in the window, on real processes: five choices by P2c (the trap first wrong), by keys
 * where it matters; a past that M6 and then Lamport's rule go on from; one file, which is valid.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { parseLesson } from '../../src/shared/lessonFile'
import type { Lesson, LessonStep } from '../../src/shared/lesson'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { builtEntry } from '../support/built'
import { eventually } from '../support/eventually'
import { legalChoice } from '../support/lessonChoices'
import { lessonText } from '../support/lessonRecords'
import { axeFindings } from '../support/pageChecks'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `lesson choice${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const WAIT_MS = 60_000

let web: WebWindow
let page: Page
let lesson: Lesson

async function predict({ predict: asked }: LessonStep): Promise<void> {
  if (asked === null) return
  await page.getByTestId(`lesson-choice-${asked.answer + 1}`).check()
  await page.getByTestId('lesson-lock').click()
}

/** By the keyboard: a value, each member of S, then Enter. */
async function hand(value: string, witnesses: readonly number[]): Promise<void> {
  await page.getByTestId(`choice-value-${value}`).focus()
  await page.keyboard.press('Space')
  for (const node of [1, 2, 3, 4, 5]) {
    const box = page.getByTestId(`choice-node-${node}`)
    if (!(await box.isEnabled()) || (await box.isChecked()) === witnesses.includes(node)) continue
    await box.focus()
    await page.keyboard.press('Space')
  }
  await page.getByTestId('choice-hand').focus()
  await page.keyboard.press('Enter')
}

async function onward(): Promise<void> {
  const next = page.getByTestId('lesson-next')
  await eventually('its goals are reached', () => next.isEnabled(), WAIT_MS)
  await next.click()
}

const verdict = (): Promise<string> => page.getByTestId('choice-verdict').innerText()

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    const file = '06-p2c.lesson.yaml'
    lesson = parseLesson(lessonText(file), lessonText('06-p2c.md'), file)
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('lesson-p2c').click()
    await page.getByTestId('lesson-choice').waitFor()
  })
  afterAll(() => web?.close())

  it('five choices; the trap is refused with the vote that says otherwise', async () => {
    for (const step of lesson.steps.slice(0, 5)) {
      await predict(step)
      if (step.id === 'trap') {
        await hand('blue', [1, 2, 3])
        await eventually('it is refused', async () => /does not hold/.test(await verdict()))
        expect(await verdict()).toContain('N2 has accepted red at 2.2')
        expect(await page.getByTestId('lesson-next').isEnabled()).toBe(false)
        expect(await axeFindings(page)).toEqual([])
      }
      const picked = legalChoice(step)
      await hand(picked?.value ?? '', picked?.witnesses ?? [])
      await eventually('P2c holds', async () => /P2c holds/.test(await verdict()))
      await onward()
    }
  })

  it('LR5 LR12: both runs and the file, which the command line finds valid', async () => {
    for (const step of lesson.steps.slice(5, 7)) {
      await predict(step)
      for (const { id } of step.acts) {
        const button = page.getByTestId(`lesson-act-${id}`)
        await eventually(`${id} is open`, () => button.isEnabled(), WAIT_MS)
        await button.click()
      }
      if (step.id === 'lower') {
        await eventually('the picture says so', () =>
          page.getByText('mutant M6: adopts any reported value').first().isVisible(),
        )
      }
      await onward()
    }
    await page.getByTestId('lesson-paragraph').fill('The highest vote below n decides.')
    const saving = page.waitForEvent('download')
    await page.getByTestId('lesson-save').click()
    const file = join(web.folder, 'student.p2c.paxos-result')
    await (await saving).saveAs(file)
    const args = ['lesson', 'verify', file, '--json']
    const { stdout, status } = spawnSync(process.execPath, [builtEntry('cli'), ...args])
    const [row = ''] = stdout.toString().split('\n')
    const told = JSON.parse(row) as { choices: { step: string; isLegal: boolean }[] }
    expect(told).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20, notes: [] })
    expect(told.choices.map(({ isLegal }) => isLegal)).toEqual([true, true, true, true, true])
    expect(told).toMatchObject({ handIn: { tries: { trap: 2, free: 1 } } })
    expect(status).toBe(0)
    expect(web.problems).toEqual([])
  })
})
