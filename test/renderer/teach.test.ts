/** The Teach view: what the guide says of each experiment, and how it marks its steps. */
import { readdirSync } from 'node:fs'
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { BUNDLED, stepsOf } from '../../src/renderer/src/components/teach/bundled'
import { GUIDES } from '../../src/renderer/src/components/teach/guides'
import { lastHappenings } from '../../src/renderer/src/components/teach/happenings'
import { experimentOf, progressOf, toldOf } from '../../src/renderer/src/components/teach/steps'
import TeachGuide from '../../src/renderer/src/components/teach/TeachGuide.vue'
import { CHARTS } from '../../src/renderer/src/composables/pictures'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import type { LabEvent } from '../../src/core/event'
import { eventually } from '../support/eventually'

const NAME = 'dueling-proposers'
const CARD = {
  ...{ name: NAME, title: 'The duel', summary: 'Two proposers.', seconds: 15 },
  level: 'first' as const,
}

const steps = (name: string) => stepsOf(name) ?? []
const words = (name: string) => steps(name).map((line) => line.words)

function acted(seq: number, act: string, actor: 'scenario' | 'person' = 'scenario'): LabEvent {
  return { seq, atMs: seq * 1000, by: 'lab', type: 'acted', act, actor } as LabEvent
}

const told = (...lines: string[]): LabEvent[] =>
  lines.map((line, index) => acted(index + 1, `${NAME}: ${line}`))

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})

describe('the guide', () => {
  const files = readdirSync('resources/scenarios').map((file) => file.replace('.paxlab.yaml', ''))

  it('knows every bundled experiment, with its steps', () => {
    expect([...BUNDLED].toSorted()).toEqual(files.toSorted())
    expect(Object.keys(GUIDES).toSorted()).toEqual(files.toSorted())
    for (const name of files) expect(steps(name).length, name).toBeGreaterThan(0)
    expect(stepsOf('no-such')).toBeNull()
  })

  it('says what to look at in few words, and names a chart that there is', () => {
    for (const [name, { look, chart }] of Object.entries(GUIDES)) {
      expect(look.split(/\s+/).length, name).toBeLessThanOrEqual(60)
      expect(
        CHARTS.map(({ id }) => id),
        name,
      ).toContain(chart)
    }
  })
})

describe('the steps', () => {
  it('are marked by what the lab told', () => {
    const [first = '', second = '', third = ''] = words(NAME)
    const states = (...lines: string[]) => progressOf(steps(NAME), lines).states
    expect(states()).toEqual(['next', 'next', 'next', 'next'])
    expect(states('starting', first)).toEqual(['now', 'next', 'next', 'next'])
    expect(states(first, second, third)).toEqual(['done', 'done', 'now', 'next'])
    expect(states(...words(NAME), 'ended: valid')).toEqual(['done', 'done', 'done', 'done'])
    expect(states(first, second, 'ended: unknown')).toEqual(['done', 'stopped', 'next', 'next'])
  })

  it('of a loop begin again', () => {
    const lines = ['a', 'b', 'c'].map((line) => ({ words: line, depth: 0 }))
    expect(progressOf(lines, ['a', 'b', 'a']).states).toEqual(['now', 'next', 'next'])
  })

  it('are those of this experiment and of the last run only', () => {
    const other = acted(9, 'leader-kill: something')
    const person = acted(10, `${NAME}: by hand`, 'person')
    expect(toldOf([...told('x'), other, person], NAME)).toEqual(['x'])
    const started = { seq: 3, atMs: 0, by: 'lab', type: 'clusterStarted' } as unknown as LabEvent
    expect(toldOf([...told('x'), started, acted(4, `${NAME}: y`)], NAME)).toEqual(['y'])
    expect(experimentOf([...told('x'), other])).toBe('leader-kill')
    expect(experimentOf([...told('x'), started])).toBeNull()
  })

  it('follow the moment that the window shows, without a status', async () => {
    const [first = '', second = ''] = words(NAME)
    useLabStore()
    const time = useTimeStore()
    useEventsStore().reset(told(first, second))
    time.setNow(5000)
    const guide = mount(TeachGuide, { props: { card: CARD, cards: [CARD] } })
    const states = () => guide.findAll('[data-state]').map((one) => one.attributes('data-state'))
    await eventually('the steps are read', () => states().length === 4)
    expect(states()).toEqual(['done', 'now', 'next', 'next'])
    time.pin(1500)
    await nextTick()
    expect(states()).toEqual(['now', 'next', 'next', 'next'])
    expect(guide.find('[aria-current="step"]').text()).toContain('N2 and N4 propose')
    guide.unmount()
  })

  it('follow the status where an event has left the window', async () => {
    const lab = useLabStore()
    useTimeStore()
    const [, second = ''] = words(NAME)
    lab.status = {
      ...lab.status,
      state: 'running',
      scenario: { name: NAME, step: second, done: false },
    }
    const guide = mount(TeachGuide, { props: { card: CARD, cards: [CARD] } })
    await eventually('a step is marked', () => guide.findAll('[data-state="now"]').length === 1)
    expect(guide.findAll('[data-state]').map((one) => one.attributes('data-state'))).toEqual([
      'done',
      'now',
      'next',
      'next',
    ])
    guide.unmount()
  })
})

it('what just happened leaves out steps and what nobody should hear of, newest first', () => {
  const events = [...told('a', 'b'), acted(3, 'kill 2', 'person'), acted(4, 'x', 'person')]
  expect(lastHappenings(events, ({ seq }) => seq !== 4).map(({ seq }) => seq)).toEqual([3])
})
