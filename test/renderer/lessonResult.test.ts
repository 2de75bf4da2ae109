/** The end of a lesson in the window: whose copy it is, paragraph, figure, and the saved file. */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import type { Pinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import LessonExplain from '../../src/renderer/src/components/lesson/LessonExplain.vue'
import { withRun } from '../../src/renderer/src/components/lesson/progress'
import { COMMAND_RUNS } from '../../src/renderer/src/commands/run'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useLessonStore } from '../../src/renderer/src/stores/lesson'
import { useLessonBookStore } from '../../src/renderer/src/stores/lessonBook'
import { useStudentStore } from '../../src/renderer/src/stores/student'
import { useTeachStore } from '../../src/renderer/src/stores/teach'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { FIRST_HASH, hashLine } from '../../src/main/lab/recordFile'
import { LabCallError } from '../../src/shared/api'
import type { DeskApi } from '../../src/shared/deskApi'
import { LessonResultReader } from '../../src/shared/lessonResult'
import { studentSeed } from '../../src/shared/studentSeed'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'

const RUN = '2026-11-22T08-00-00-aaaa'
const GONE = '2026-11-22T07-00-00-bbbb'
const LINES = [`{"seq":1,"prev":"${FIRST_HASH}"}`]
LINES.push(`{"seq":2,"prev":"${hashLine(LINES[0] ?? '')}"}`)
const RECORD = `${LINES.join('\n')}\n`
const PIN = {
  ...{ id: 'p1', pinnedAt: '2026-11-22T08:01:00.000Z', title: 'Quorum', caption: '' },
  ...{ fromMs: 0, toMs: 1, atMs: null, svg: '<svg></svg>', rows: [] },
}
const KEY = 'autumn'

/** Gives the record away in two pieces. */
const desk: Partial<DeskApi> = {
  pins: async (run) => (run === RUN ? [PIN] : Promise.reject(new LabCallError('badArgument', ''))),
  async lessonRun(run) {
    if (run !== RUN) throw new LabCallError('badArgument', `there is no ${run}`)
    const told = { events: 2, recordHash: hashLine(LINES[1] ?? '') }
    const about = { appVersion: '1.2.3', startedAt: '2026-11-22T08:00:00.000Z' }
    return { id: RUN, state: 'over', about, told, recordBytes: RECORD.length, inputs: [] }
  },
  async lessonRunText(_run, _file, from) {
    const cut = (LINES[0]?.length ?? 0) + 1
    return from === 0
      ? { text: RECORD.slice(0, cut), next: cut }
      : { text: RECORD.slice(from), next: null }
  },
}

let pinia: Pinia
let stop: () => void

async function openPage(): Promise<void> {
  pinia = createPinia()
  setActivePinia(pinia)
  const lab = new SyntheticLab()
  const open = async () => syntheticClient(lab, desk)
  stop = useLabStore().connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
  await eventually('connected', () => useLabStore().connected)
  await useLessonBookStore().load()
  useTeachStore().chooseLesson('majority')
}

async function closePage(): Promise<void> {
  await flushPromises()
  stop()
  disposePinia(pinia)
}

const question = (): string => useLessonStore().lesson?.steps[0]?.predict?.question ?? ''

async function setStudent(student: string, key: string): Promise<void> {
  const before = useLessonStore().lesson
  useStudentStore().set(student, key)
  await eventually('the copy is there', () => useLessonStore().lesson !== before)
}

beforeEach(async () => {
  localStorage.clear()
  await openPage()
})
afterEach(closePage)

it('LR8: a student has a copy, and progress of one’s own, after a reload too', async () => {
  expect(question()).toContain('blue')
  const lesson = useLessonStore()
  await lesson.lockIn(1)
  await setStudent('ada', KEY)
  expect(lesson.lesson?.student).toBe(studentSeed('ada', KEY))
  expect(question()).not.toContain('blue')
  expect(lesson.answer).toBeNull()
  await lesson.lockIn(2)
  const own = question()
  await closePage()
  await openPage()
  expect(question()).toBe(own)
  expect(useLessonStore().answer?.choice).toBe(2)
  await setStudent('', '')
  expect(question()).toContain('blue')
  expect(useLessonStore().answer?.choice).toBe(1)
})

it('LR13: paragraph and figure are kept; a file that is no picture says so', async () => {
  const lesson = useLessonStore()
  lesson.change((kept) => withRun(kept, RUN))
  const page = mount(LessonExplain, { global: { plugins: [pinia] } })
  await flushPromises()
  await page.get('[data-testid="lesson-paragraph"]').setValue('Two majorities\nshare a node.')
  expect(page.text()).toContain('5 words')
  await page.get('[data-testid="lesson-pin"]').trigger('click')
  expect(lesson.progress?.figure).toEqual({ name: 'Quorum', type: 'image/svg+xml', data: PIN.svg })
  const input = page.get<HTMLInputElement>('[data-testid="lesson-figure-file"]')
  const files = [new File(['no picture'], 'notes.png')]
  Object.defineProperty(input.element, 'files', { value: files })
  await input.trigger('change')
  await eventually('it says so', () => page.text().includes('neither an SVG nor a PNG picture'))
  expect(lesson.progress?.figure?.name).toBe('Quorum')
  page.unmount()
  await closePage()
  await openPage()
  expect(useLessonStore().progress?.paragraph).toBe('Two majorities\nshare a node.')
  expect(useLessonStore().progress?.figure?.name).toBe('Quorum')
})

it('LR5: one file with answers, explanation and runs, whose chain holds', async () => {
  const saved: Blob[] = []
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    saved.push(blob as Blob)
    return 'blob:none'
  })
  const save = COMMAND_RUNS['view.lessonResult']
  await save()
  expect(saved).toEqual([])
  expect(useToastsStore().toasts.at(-1)?.why).toContain('No run of lesson 1 was recorded yet')
  await setStudent('ada', KEY)
  const lesson = useLessonStore()
  await lesson.lockIn(1)
  lesson.change((kept) => ({ ...withRun(withRun(kept, GONE), RUN), paragraph: 'Why.' }))
  await save()
  const toast = useToastsStore().toasts.at(-1)
  expect(toast?.title).toBe('ada.majority.paxos-result was saved')
  expect(toast?.why).toBe(`It has 1 run and your answers. Not there any more: ${GONE}.`)
  const lines = ((await saved[0]?.text()) ?? '').trimEnd().split('\n')
  const reader = new LessonResultReader(hashLine)
  const parts = lines.map((line) => reader.take(line))
  expect(reader.isOver).toBe(true)
  expect(parts.map(({ kind }) => kind)).toEqual([
    ...['head', 'run', 'record', 'record', 'runEnd', 'end'],
  ])
  expect(parts[0]).toMatchObject({
    head: {
      ...{ lesson: 'majority', student: 'ada', seed: studentSeed('ada', KEY), paragraph: 'Why.' },
      answers: [{ step: 'write', choice: 2, at: lesson.answer?.at }],
    },
  })
})
