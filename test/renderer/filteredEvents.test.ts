import { describe, expect, it } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import type { LabEvent } from '../../src/core/event'
import { useFilteredEvents } from '../../src/renderer/src/composables/useFilteredEvents'
import { EventLog } from '../../src/renderer/src/stores/eventLog'

const note = (seq: number): LabEvent => ({
  seq,
  atMs: seq,
  by: 'lab',
  type: 'labNote',
  level: 'info',
  words: seq % 2 === 0 ? 'even' : 'odd',
})
const notes = (...seqs: number[]): LabEvent[] => seqs.map(note)

function setup(first: readonly LabEvent[]) {
  const log = shallowRef(EventLog.of(first))
  let tested = 0
  const even = (event: LabEvent): boolean => {
    tested += 1
    return event.seq % 2 === 0
  }
  const test = shallowRef(even)
  const scope = effectScope()
  const rows = scope.run(() =>
    useFilteredEvents(
      () => log.value,
      () => test.value,
    ),
  )
  if (!rows) throw new Error('the scope ended')
  const seqs = (): number[] => [...rows.value].map((event) => event.seq)
  return { log, test, seqs, end: () => scope.stop(), testedSince: () => [tested, (tested = 0)][0] }
}

describe('events that pass a filter', () => {
  it('tests only what is new', async () => {
    const list = setup(notes(1, 2, 3, 4))
    list.testedSince()
    list.log.value = list.log.value.appended(notes(5, 6), 100)
    await nextTick()
    expect(list.seqs()).toEqual([2, 4, 6])
    expect(list.testedSince()).toBe(2)
    list.end()
  })

  it('lets go of what left the front', async () => {
    const list = setup(notes(1, 2, 3, 4))
    list.log.value = list.log.value.appended(notes(5, 6), 4)
    await nextTick()
    expect(list.seqs()).toEqual([4, 6])
    list.end()
  })

  it('begins anew with another run and with another filter', async () => {
    const list = setup(notes(1, 2, 3, 4))
    list.log.value = EventLog.of(notes(1, 2, 3, 4, 5, 6))
    await nextTick()
    expect(list.seqs()).toEqual([2, 4, 6])
    list.log.value = EventLog.of(notes(2))
    await nextTick()
    expect(list.seqs()).toEqual([2])
    list.test.value = () => false
    await nextTick()
    expect(list.seqs()).toEqual([])
    list.end()
  })

  it('another filter and another batch at once: nothing twice, nothing left out', async () => {
    const list = setup(notes(1, 2, 3, 4))
    list.log.value = list.log.value.appended(notes(5, 6), 100)
    list.test.value = (event) => event.seq % 3 === 0
    await nextTick()
    expect(list.seqs()).toEqual([3, 6])
    list.log.value = list.log.value.appended(notes(9), 100)
    await nextTick()
    expect(list.seqs()).toEqual([3, 6, 9])
    list.end()
  })
})
