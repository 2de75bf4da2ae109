/**
 * Lesson 1 in the window as one student takes it, on real processes: a copy of one's own, all acts,
 * a paragraph, a figure, one saved file, which the command line finds valid.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import type { Lesson, LessonStep } from '../../src/shared/lesson'
import { parseLesson } from '../../src/shared/lessonFile'
import { studentSeed } from '../../src/shared/studentSeed'
import { findBrowser, NO_BROWSER } from '../support/browser'
import { builtEntry } from '../support/built'
import { eventually } from '../support/eventually'
import { bundledFiles, lessonText } from '../support/lessonRecords'
import { axeFindings } from '../support/pageChecks'
import { openWebWindow } from '../support/webWindow'
import type { WebWindow } from '../support/webWindow'

const browserPath = findBrowser()
const suite = `lesson result${browserPath === null ? ` (skipped: ${NO_BROWSER})` : ''}`
const WAIT_MS = 60_000
const STUDENT = 'ada'
const KEY = 'autumn'
/** So that one read is over, and counted, before the next. */
const LOOKS_A_READ = 20

let web: WebWindow
let page: Page
let copy: Lesson

const isOpen = (id: string): Promise<boolean> => page.getByTestId(id).isEnabled()

async function reached(): Promise<boolean> {
  const rows = page.locator('[data-goal]')
  const states = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-goal')))
  return states.length > 0 && states.every((state) => state === 'true')
}

async function take(step: LessonStep): Promise<void> {
  await page.getByTestId(`lesson-choice-${(step.predict?.answer ?? 0) + 1}`).check()
  await page.getByTestId('lesson-lock').click()
  for (const { id } of step.acts) {
    await eventually(`${id} is open`, () => isOpen(`lesson-act-${id}`), WAIT_MS)
    await page.getByTestId(`lesson-act-${id}`).click()
  }
  const read = step.acts.at(-1)?.id ?? ''
  let looks = 0
  await eventually(
    `goals of ${step.id}`,
    async () => {
      if (await reached()) return true
      // A read may come too early; it is asked again while its goal is open.
      if (++looks % LOOKS_A_READ !== 0 || !(await isOpen(`lesson-act-${read}`))) return false
      await page.getByTestId(`lesson-act-${read}`).click()
      return false
    },
    WAIT_MS,
  )
  await page.getByTestId('lesson-next').click()
}

describe.skipIf(browserPath === null)(suite, () => {
  beforeAll(async () => {
    const [yaml = '', prose = ''] = bundledFiles().find(([file]) => file.includes('majority')) ?? []
    const seed = studentSeed(STUDENT, KEY)
    copy = parseLesson(lessonText(yaml), lessonText(prose), yaml, seed)
    web = await openWebWindow(browserPath ?? '')
    page = web.page
    await page.getByTestId('lesson-majority').click()
  })
  afterAll(() => web?.close())

  it('LR8: with id and class key the lesson is a copy of one’s own', async () => {
    await page.getByTestId('lesson-prediction').waitFor()
    await page.getByTestId('lesson-student').click()
    await page.getByTestId('student-id').fill(STUDENT)
    await page.getByTestId('student-key').fill(KEY)
    expect(await page.getByTestId('student-seed').innerText()).toContain(`${copy.student}`)
    expect(await axeFindings(page)).toEqual([])
    await page.getByTestId('student-set').click()
    const question = copy.steps[0]?.predict?.question ?? ''
    expect(question).not.toContain('blue')
    await page.getByText(question).first().waitFor()
  })

  it('LR5 LR13: after the lesson one file is saved, and it is valid', async () => {
    for (const step of copy.steps.slice(0, -1)) await take(step)
    await page.getByTestId('lesson-paragraph').fill('Two majorities share a node.')
    await page.getByTestId('teach-figure').click()
    await page.getByTestId('lesson-figure').waitFor()
    expect(await axeFindings(page)).toEqual([])
    const saving = page.waitForEvent('download')
    await page.getByTestId('lesson-save').click()
    const download = await saving
    expect(download.suggestedFilename()).toBe('ada.majority.paxos-result')
    const file = join(web.folder, download.suggestedFilename())
    await download.saveAs(file)
    const args = ['lesson', 'verify', file, '--json', '--class-key', KEY]
    const { stdout, status } = spawnSync(process.execPath, [builtEntry('cli'), ...args])
    const [row] = stdout.toString().split('\n')
    expect(JSON.parse(row ?? '')).toMatchObject({
      ...{ student: STUDENT, verdict: 'valid', evidence: 50, prediction: 20, notes: [] },
      handIn: { paragraph: 'Two majorities share a node.' },
    })
    expect(status).toBe(0)
    expect(web.problems).toEqual([])
  })
})
