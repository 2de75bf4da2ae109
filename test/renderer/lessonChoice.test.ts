/** Lesson 6 in the window: a choice by P2c is picked, refused, tried again, kept, and marked. */
import { flushPromises, mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import type { Pinia } from 'pinia'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import ChoiceStage from '../../src/renderer/src/components/lesson/ChoiceStage.vue'
import { parseProgress } from '../../src/renderer/src/components/lesson/progress'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useLessonStore } from '../../src/renderer/src/stores/lesson'
import { useLessonBookStore } from '../../src/renderer/src/stores/lessonBook'
import { useTeachStore } from '../../src/renderer/src/stores/teach'
import type { P2cChoice } from '../../src/shared/p2cChoice'
import { eventually } from '../support/eventually'
import { legalChoice } from '../support/lessonChoices'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticSource } from '../support/syntheticSource'

let double: SyntheticLab
let stop: () => void
let pinia: Pinia
let stage: VueWrapper | null = null

async function openPage(): Promise<void> {
  pinia = createPinia()
  setActivePinia(pinia)
  stop = useLabStore().connect(syntheticSource(double))
  await eventually('connected', () => useLabStore().connected)
  await useLessonBookStore().load()
  useTeachStore().chooseLesson('p2c')
}

async function closePage(): Promise<void> {
  stage?.unmount()
  stage = null
  await flushPromises()
  stop()
  disposePinia(pinia)
}

beforeEach(async () => {
  localStorage.clear()
  double = new SyntheticLab()
  await openPage()
})
afterEach(closePage)

/** As the Teach view shows it. */
function show(): VueWrapper {
  stage?.unmount()
  const lesson = useLessonStore()
  const { step } = lesson
  if (!step?.choice) throw new Error('there is nothing to pick')
  const shown = mount(ChoiceStage, {
    global: { plugins: [pinia] },
    props: {
      ...{ state: step.choice, handed: lesson.choice, past: lesson.replays },
      waits: step.predict !== null && lesson.answer === null,
      onHand: (picked: P2cChoice) => void lesson.handIn(picked),
    },
  })
  stage = shown
  return shown
}

async function pick(value: string, ...nodes: number[]): Promise<void> {
  const shown = show()
  await shown.get(`[data-testid=choice-value-${value}]`).setValue()
  for (const node of [1, 2, 3, 4, 5]) {
    const box = shown.get<HTMLInputElement>(`[data-testid=choice-node-${node}]`)
    if (!box.element.disabled) await box.setValue(nodes.includes(node))
  }
  await shown.get('form').trigger('submit')
  await shown.setProps({ handed: useLessonStore().choice })
}

const verdict = (): string => stage?.get('[data-testid=choice-verdict]').text() ?? ''
const squares = (sign: string): string[] =>
  stage?.findAll(`table .box.${sign}`).map((one) => one.text().replace('?', '')) ?? []
const goals = (): string[] => useLessonStore().goals.map(({ state }) => state)
const marks = (): string[] =>
  useEventsStore()
    .held.slice()
    .flatMap((event) => (event.type === 'acted' && event.actor === 'lesson' ? [event.act] : []))

it('LR2: nothing can be picked before the question is answered', async () => {
  const shown = show()
  expect(shown.findAll('input').every(({ element }) => element.disabled)).toBe(true)
  expect(shown.text()).toContain('Answer the question first.')
  await useLessonStore().handIn({ value: 'red', witnesses: [1, 2, 4] })
  expect(useLessonStore().choice).toBeNull()
})

it('a refusal names acceptor and vote, and does not tick; a legal one does, and is kept', async () => {
  const lesson = useLessonStore()
  await lesson.lockIn(1)
  await pick('red', 1, 2, 3)
  expect(verdict()).toMatch(/P2c does not hold.*N3 has accepted blue at 1\.3/)
  expect([goals(), lesson.isThrough]).toEqual([['true', 'open'], false])
  // What decides is drawn when it was handed in, and not before.
  expect(stage?.findAll('table .box b')).toHaveLength(1)
  await stage?.get('[data-testid=choice-node-3]').setValue(false)
  expect([stage?.findAll('table .box b').length, verdict()]).toEqual([0, ''])

  await pick('red', 1, 2, 4)
  expect(verdict()).toMatch(/P2c holds, case 1/)
  expect([goals(), lesson.isThrough, lesson.keyShown]).toEqual([['true', 'true'], true, true])
  expect(stage?.findAll('input').every(({ element }) => element.disabled)).toBe(true)
  await lesson.handIn({ value: 'blue', witnesses: [1, 2, 3] })
  expect(lesson.choice).toMatchObject({ value: 'red', witnesses: [1, 2, 4], tries: 2 })

  await closePage()
  await openPage()
  expect(useLessonStore().choice).toMatchObject({ value: 'red', tries: 2 })
  expect(goals()).toEqual(['true', 'true'])
  useLessonStore().resetStep()
  expect([useLessonStore().choice, goals()]).toEqual([null, ['open', 'open']])
})

it('a silent acceptor can be no witness, and its votes are not drawn', async () => {
  const lesson = useLessonStore()
  for (const { id } of lesson.lesson?.steps.slice(0, 4) ?? []) {
    expect(lesson.step?.id).toBe(id)
    lesson.skip()
  }
  await lesson.lockIn(1)
  show()
  expect(squares('voted').toSorted()).toEqual(['N2: voted at 2.2', 'N3: voted at 1.3'])
  await stage?.get('button[aria-label=N4]').trigger('click')
  expect(squares('s')).toEqual([])
  // The heads of the columns pick, too.
  await stage?.get('button[aria-label=N2]').trigger('click')
  expect(squares('s')).toEqual(['N2: promised, had voted at 2.2'])
  expect(stage?.get<HTMLInputElement>('[data-testid=choice-node-4]').element.disabled).toBe(true)
})

it('LR5: choices that were made before there is a run are marked when one begins', async () => {
  const lesson = useLessonStore()
  for (const step of lesson.lesson?.steps.slice(0, 5) ?? []) {
    if (step.predict) await lesson.lockIn(step.predict.answer)
    const picked = legalChoice(step)
    if (picked) await lesson.handIn(picked)
    await nextTick()
    expect(lesson.isThrough).toBe(true)
    lesson.next()
  }
  expect(marks()).toEqual([])
  await lesson.lockIn(1)
  void lesson.act('past')
  await eventually('the step is marked', () => {
    double.forward(50)
    return marks().includes('p2c@1: begin lower')
  })
  lesson.resetStep()
  const chosen = marks().filter((words) => words.includes(': choose '))
  expect(chosen).toHaveLength(5)
  expect(chosen.at(-1)).toBe('p2c@1: choose trap 1,2,3 red')
})

it('progress of before there were choices is still read', () => {
  const step = { answer: null, ran: ['go'], reached: [], skipped: false }
  const old = { version: 1, step: 'a', steps: { a: step }, finished: false }
  expect(parseProgress(JSON.stringify({ p2c: old }))['p2c']?.steps['a']).toEqual({
    ...step,
    choice: null,
  })
})
