/** What the bar calls the run: by its lesson while the record is in one. */
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { effectScope } from 'vue'
import type { EffectScope } from 'vue'
import type { LabEvent } from '../../src/core/event'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { useRunTitle } from '../../src/renderer/src/composables/useRunTitle'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { useLessonBookStore } from '../../src/renderer/src/stores/lessonBook'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { printMark } from '../../src/shared/lessonMark'
import { eventually } from '../support/eventually'

const OPTIONS = { ...DEFAULT_CLUSTER, nodes: 3, policy: LEADER_POLICY, flush: false } as const
const RUNNING = { ...IDLE_STATUS, state: 'running', options: OPTIONS } as const

let scope: EffectScope
beforeEach(() => {
  setActivePinia(createPinia())
  scope = effectScope()
})
afterEach(() => scope.stop())

const said = (seq: number, act: string, actor: 'lesson' | 'person'): LabEvent => ({
  ...{ seq, atMs: seq, by: 'lab', type: 'acted', act, actor },
})

function titleOf(events: readonly LabEvent[]) {
  useLabStore().status = RUNNING
  useEventsStore().append(events)
  return scope.run(useRunTitle)!
}

it('is the title of the lesson whose marks are in the record, with what is not as Paxos', async () => {
  const mark = printMark({ lesson: 'duel', version: 1, step: 'fixed', act: 'begin' })
  const title = titleOf([said(1, mark, 'lesson'), said(2, 'node 1: kill', 'person')])
  // The lessons are read when a record names one.
  await eventually('the lessons are read', () => useLessonBookStore().lessons !== null)
  expect(title.value).toBe('Lesson 8: The duel, flush off')
  useLabStore().status = IDLE_STATUS
  expect(title.value).toBe('No cluster')
})

it('is of no lesson where a person says the words of a mark, and before any mark', () => {
  const mark = printMark({ lesson: 'duel', version: 1, step: 'fixed', act: 'begin' })
  const title = titleOf([said(1, mark, 'person')])
  expect(title.value).toBe('3 nodes, multi-Paxos, flush off')
  expect(useLessonBookStore().lessons).toBeNull()
})

it('names a lesson that this window does not have by its id', async () => {
  const mark = printMark({ lesson: 'my-own', version: 1, step: 'one', act: 'begin' })
  const title = titleOf([said(1, mark, 'lesson')])
  await eventually('the lessons are read', () => useLessonBookStore().lessons !== null)
  expect(title.value).toBe('Lesson my-own, flush off')
})
