/** Lessons in the window: predict, act, goals by events, progress, runs of the past. */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import type { Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, nextTick } from 'vue'
import { bundledFor, readLesson } from '../../src/renderer/src/components/lesson/bundled'
import LessonList from '../../src/renderer/src/components/lesson/LessonList.vue'
import LessonPanel from '../../src/renderer/src/components/lesson/LessonPanel.vue'
import { beginningOf, parseProgress } from '../../src/renderer/src/components/lesson/progress'
import { COMMAND_RUNS } from '../../src/renderer/src/commands/run'
import { openFiles } from '../../src/renderer/src/commands/openActs'
import { useFileDrop } from '../../src/renderer/src/composables/useFileDrop'
import { CHARTS } from '../../src/renderer/src/composables/pictures'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useLessonStore } from '../../src/renderer/src/stores/lesson'
import { useLessonBookStore } from '../../src/renderer/src/stores/lessonBook'
import { useSeriesStore } from '../../src/renderer/src/stores/series'
import { useTeachStore } from '../../src/renderer/src/stores/teach'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { EMPTY_SERIES } from '../../src/core/measure/series'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticSource } from '../support/syntheticSource'

const YAML = `
id: trial
number: 99
title: Trial
version: 2
minutes: 5
goal: To try the panel.
rows: [S21]
cluster: { nodes: 5 }
steps:
  - id: first
    title: Begin
    predict:
      question: Who stands still?
      choices: [somebody, nobody]
      answer: 1
      why: A majority **promised**.
    acts:
      - { id: begin, label: Start five, fresh: true, do: slots 1 }
    goals:
      - { id: predicted, words: Prediction made, check: predicted, weight: 10 }
      - { id: still, words: One stands still, check: nodesPaused >= 1, weight: 20 }
    hint: Wait a second.
  - id: second
    title: Pause one
    acts:
      - { id: pause, label: Pause N2, do: pause 2 }
    goals:
      - { id: fault, words: A fault began, check: count(faultStarted) >= 1, weight: 20 }
  - id: last
    title: Explain
    goals: []
`
const TEXT = '# Trial\n\n## first\nFive nodes.\n\n## second\nN2 stands still.\n\n## last\nTell.\n'
const file = (text: string, name: string): File => new File([text], name)
const lessonFiles = (yaml = YAML): File[] => [
  file(yaml, 'trial.lesson.yaml'),
  file(TEXT, 'trial.md'),
]

const BUNDLED = bundledFor(null)

let double: SyntheticLab
let stop: () => void
let pinia: Pinia

const marks = (): string[] =>
  useEventsStore()
    .held.slice()
    .flatMap((event) => (event.type === 'acted' && event.actor === 'lesson' ? [event.act] : []))
const goals = (): string[] => useLessonStore().goals.map(({ state }) => state)

/** As a page does that was loaded anew; the host goes on. */
async function openPage(): Promise<void> {
  pinia = createPinia()
  setActivePinia(pinia)
  stop = useLabStore().connect(syntheticSource(double))
  useTimeStore()
  useSeriesStore()
  await eventually('connected', () => useLabStore().connected)
  await useLessonBookStore().load()
  const id = await useLessonBookStore().openFiles(lessonFiles())
  expect(useLessonBookStore().wrong).toBe('')
  useTeachStore().chooseLesson(id ?? '')
  useLessonStore()
}

/** Marks on their way belong to the lab of this test, and no store outlives its page. */
async function closePage(): Promise<void> {
  await flushPromises()
  stop()
  disposePinia(pinia)
}

/** Time goes on until the act is done. */
async function begin(): Promise<void> {
  const lesson = useLessonStore()
  const done = lesson.act('begin')
  await eventually('the act is done', () => {
    double.forward(50)
    return lesson.running === null
  })
  await done
}

/** What the goal of the first step asks for, by hand. */
async function pauseThree(): Promise<void> {
  await double.pauseNode(3)
  double.forward(100)
}

/** Predicts, starts the cluster, and does what the goal asks for. */
async function doFirst(): Promise<void> {
  const lesson = useLessonStore()
  await lesson.lockIn(0)
  await begin()
  await pauseThree()
  await eventually('its goals are reached', () => lesson.isThrough)
}

beforeEach(async () => {
  localStorage.clear()
  double = new SyntheticLab()
  await openPage()
})
afterEach(closePage)

describe('a step of a lesson', () => {
  it('locks its acts until the question is answered, and the answer then', async () => {
    const lesson = useLessonStore()
    const [act] = lesson.step?.acts ?? []
    if (!act) throw new Error('no act')
    expect(lesson.lockOf(act)).toMatch(/question/)
    await lesson.act('begin')
    expect(useLabStore().status.state).toBe('idle')
    await lesson.lockIn(1)
    await lesson.lockIn(0)
    expect(lesson.answer?.choice).toBe(1)
    expect(lesson.lockOf(act)).toBe('')
  })

  it('marks the record with answer, step and act, in this order, and ticks by its events', async () => {
    const lesson = useLessonStore()
    expect(goals()).toEqual(['open', 'open'])
    await lesson.lockIn(0)
    expect(goals()).toEqual(['true', 'open'])
    await begin()
    expect(marks()).toEqual([
      'trial@2: answer first 1',
      'trial@2: begin first',
      'trial@2: act first begin',
    ])
    expect(lesson.results.map(({ ok }) => ok)).toEqual([true])
    expect([lesson.keyShown, lesson.isThrough]).toEqual([false, false])
    await pauseThree()
    await eventually('it is seen', () => lesson.isThrough)
    expect([lesson.keyShown, lesson.news]).toEqual([true, 'Goal reached: One stands still'])
  })

  it('opens the next one after its goals, and marks it; skipping says so', async () => {
    const lesson = useLessonStore()
    lesson.next()
    lesson.go(1)
    expect(lesson.step?.id).toBe('first')
    await doFirst()
    lesson.next()
    expect(lesson.step?.id).toBe('second')
    await eventually('the step is marked', () => marks().at(-1) === 'trial@2: begin second')
    lesson.skip()
    expect([lesson.step?.id, lesson.progress?.steps['second']?.skipped]).toEqual(['last', true])
    lesson.next()
    expect(lesson.progress?.finished).toBe(true)
  })

  it('is reset at once: the act in progress ends, answer and goals are gone', async () => {
    await doFirst()
    const lesson = useLessonStore()
    lesson.resetStep()
    expect([lesson.answer, lesson.ran.length]).toEqual([null, 0])
    await eventually('the cluster is gone', () => useLabStore().status.state === 'idle')
    expect(marks().at(-1)).toBe('trial@2: reset first')
    expect(goals()).toEqual(['open', 'open'])

    double.startCluster = () => new Promise(() => {})
    await lesson.lockIn(0)
    void lesson.act('begin')
    await eventually('it starts', () => lesson.running !== null)
    lesson.resetStep()
    await nextTick()
    expect([lesson.running, lesson.ran.length]).toEqual([null, 0])
  })

  it('tells by a toast what the lab refused, and counts nothing as done', async () => {
    await doFirst()
    const lesson = useLessonStore()
    lesson.next()
    await eventually('the step is marked', () => marks().at(-1) === 'trial@2: begin second')
    await double.pauseNode(2)
    double.forward(300)
    await lesson.act('pause')
    expect(lesson.ran).toEqual([])
    expect(useToastsStore().toasts.at(-1)).toMatchObject({ level: 'error', title: 'Pause N2' })
    // Done by hand it counts as well: goals ask the events, not the button.
    await eventually('the goal is reached', () => goals().join() === 'true')
  })
})

describe('progress', () => {
  it('outlives the page', async () => {
    await doFirst()
    useLessonStore().next()
    await closePage()
    await openPage()
    const lesson = useLessonStore()
    expect(lesson.step?.id).toBe('second')
    lesson.back()
    expect([lesson.answer?.choice, ...goals()]).toEqual([0, 'true', 'true'])
  })

  it('is of one version of a lesson', async () => {
    await doFirst()
    const next = YAML.replace('version: 2', 'version: 3')
    await useLessonBookStore().openFiles(lessonFiles(next))
    expect(useLessonStore().progress?.steps).toEqual({})
  })

  it('begins anew with the lesson, which can be undone', async () => {
    await doFirst()
    const lesson = useLessonStore()
    lesson.next()
    lesson.resetLesson()
    expect([lesson.step?.id, lesson.answer]).toEqual(['first', null])
    await eventually('the cluster is gone', () => useLabStore().status.state === 'idle')
    expect(goals()).toEqual(['open', 'open'])
    useToastsStore()
      .toasts.find(({ action }) => action?.label === 'Undo')
      ?.action?.run()
    expect(lesson.step?.id).toBe('second')
  })

  it('leaves out what is broken', () => {
    const good = { version: 1, step: 'a', steps: {}, finished: false }
    const text = JSON.stringify({ good, bad: { ...good, steps: { a: { answer: 'x' } } }, no: 1 })
    const rest = { runs: [], paragraph: '', figure: null }
    expect(parseProgress(text)).toEqual({ good: { ...good, ...rest } })
    expect([parseProgress('{'), parseProgress(null), parseProgress('[]')]).toEqual([{}, {}, {}])
  })

  it('stands in the list of the start page', async () => {
    const list = mount(LessonList)
    expect(list.get('[data-testid="lesson-trial"]').text()).toContain('5 min')
    await doFirst()
    useLessonStore().next()
    await nextTick()
    expect(list.get('[data-testid="lesson-trial"]').text()).toContain('step 2 of 3')
    expect(list.text()).toContain(`0 of ${BUNDLED.length + 1} done`)
    await list.get('[data-testid="lesson-duel"]').trigger('click')
    expect([useTeachStore().lesson, useUiStore().view]).toEqual(['duel', 'teach'])
    list.unmount()
  })
})

describe('a run of the past', () => {
  it('shows its lesson as the record tells it, at the moment that is shown', async () => {
    await doFirst()
    const lesson = useLessonStore()
    lesson.next()
    await lesson.act('pause')
    double.forward(500)
    await eventually('all is reached', () => lesson.isThrough)
    const { status } = useLabStore()
    // The window is pushed less than the record holds when much comes at once.
    const events = await double.events(1, 10_000)
    lesson.resetLesson()
    await eventually('the cluster is gone', () => useLabStore().status.state === 'idle')
    const saved: SavedView = {
      ...{ kind: 'saved', title: 'Saved', startedAt: null, verdict: 'valid', status, events },
      ...{ series: EMPTY_SERIES, left: 0, notes: [], read: async () => events },
    }
    useLabStore().showSaved(saved)
    useTimeStore().goLast()
    await eventually('its last step is shown', () => lesson.step?.id === 'second')
    expect([lesson.replays, ...goals()]).toEqual([true, 'true'])
    lesson.go(0)
    expect([lesson.answer, ...goals()]).toEqual([{ choice: 0, at: '' }, 'true', 'true'])
    const [act] = lesson.step?.acts ?? []
    expect(act && lesson.lockOf(act)).toMatch(/past/)
    const atMs = events.find((event) => event.type === 'faultStarted')?.atMs ?? 0
    useTimeStore().pin(atMs - 1)
    await nextTick()
    expect([lesson.step?.id, ...goals()]).toEqual(['first', 'true', 'open'])
    expect(lesson.progress?.steps).toEqual({})
  })
})

describe('lessons', () => {
  it('that come along name charts that there are, and leave the text of teachers out', () => {
    expect(BUNDLED.map(({ number }) => number)).toContain(8)
    const charts = new Set(CHARTS.map(({ id }) => id))
    const named = BUNDLED.flatMap(({ steps }) => steps.flatMap(({ chart }) => chart ?? []))
    expect(named.filter((chart) => !charts.has(chart))).toEqual([])
    for (const lesson of BUNDLED) expect(beginningOf(lesson).step).toBe(lesson.steps[0]?.id)
  })

  it('of a teacher open by a drop of both files anywhere; one of them alone says what misses', async () => {
    const Host = defineComponent({ setup: () => void useFileDrop(openFiles), render: () => null })
    const host = mount(Host)
    const drop = (files: readonly File[]): Event => {
      const event = new Event('drop', { cancelable: true })
      window.dispatchEvent(Object.assign(event, { dataTransfer: { files, types: ['Files'] } }))
      return event
    }
    useTeachStore().choose('first-choice')
    const dropped = drop(lessonFiles(YAML.replace('id: trial', 'id: dropped')))
    expect(dropped.defaultPrevented).toBe(true)
    await eventually('opened', () => useTeachStore().lesson === 'dropped')
    expect([useUiStore().view, useTeachStore().shows]).toEqual(['teach', 'lesson'])
    drop([file(TEXT, 'trial.md')])
    await eventually('refused', () => useLessonBookStore().wrong.includes('NAME.lesson.yaml'))
    expect(useTeachStore().lesson).toBe('dropped')
    host.unmount()
  })

  it('of a teacher that cannot be read say where', async () => {
    const read = await readLesson(lessonFiles(YAML.replace('minutes: 5', 'minutes: soon')))
    expect(read).toMatchObject({ wrong: expect.stringMatching(/^trial\.lesson\.yaml:6:10: /) })
    expect(await readLesson([file(TEXT, 'x.md')])).toHaveProperty('wrong')
    await useLessonBookStore().openFiles([file('id: [', 'odd.yaml')])
    const panel = mount(LessonPanel, { props: { cards: [] } })
    expect(panel.get('[role="alert"]').text()).toContain('odd.yaml:1')
    panel.unmount()
  })
})

describe('the panel', () => {
  it('asks first, then shows the key beside what came', async () => {
    const panel = mount(LessonPanel, { props: { cards: [] }, attachTo: document.body })
    const part = (id: string) => panel.find(`[data-testid="${id}"]`)
    expect(part('lesson-act-begin').attributes('disabled')).toBeDefined()
    expect(part('lesson-next').attributes('disabled')).toBeDefined()
    expect(part('lesson-lock').attributes('disabled')).toBeDefined()
    // Never scrolled out of sight of its act, until it is answered.
    const scrolls = (): boolean =>
      panel.get('.text').find('[data-testid="lesson-prediction"]').exists()
    expect([part('lesson-prediction').exists(), scrolls()]).toEqual([true, false])
    await part('lesson-choice-2').setValue(true)
    await part('lesson-lock').trigger('click')
    expect(scrolls()).toBe(true)
    expect(part('lesson-prediction').text()).toMatch(/locked at \d\d:\d\d/)
    expect(part('lesson-key').exists()).toBe(false)
    expect(part('lesson-act-begin').attributes('disabled')).toBeUndefined()
    await part('lesson-act-begin').trigger('click')
    await eventually('it ran', () => {
      double.forward(50)
      return useLessonStore().ran.length === 1
    })
    await pauseThree()
    await eventually('the key is shown', () => part('lesson-key').exists())
    expect(part('lesson-key').text()).toContain('Otherwise than you predicted')
    expect(part('lesson-key').find('strong').text()).toBe('promised')
    expect(panel.findAll('[data-goal="true"]')).toHaveLength(2)
    expect(part('lesson-next').attributes('disabled')).toBeUndefined()
    panel.unmount()
  })

  it('moves by the keys of a presenter, which tell what is still open', async () => {
    await COMMAND_RUNS['view.teachNext']()
    const [toast] = useToastsStore().toasts
    expect([useLessonStore().step?.id, toast?.action?.label]).toEqual(['first', 'Skip'])
    toast?.action?.run()
    expect(useLessonStore().step?.id).toBe('second')
    await COMMAND_RUNS['view.teachBack']()
    expect(useLessonStore().step?.id).toBe('first')
    await useLessonStore().lockIn(0)
    await COMMAND_RUNS['view.teachReset']()
    expect(useLessonStore().answer).toBeNull()
  })
})
