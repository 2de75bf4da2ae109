import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import {
  DEFAULT_CHOICE,
  movedBy,
  parseChoice,
  useChartChoice,
} from '../../src/renderer/src/composables/chartChoice'

describe('choice of charts', () => {
  beforeEach(() => {
    localStorage.clear()
    setActivePinia(createPinia())
  })

  it('the default set is that of the specification, in its order', () => {
    expect(DEFAULT_CHOICE.order).toHaveLength(12)
    expect(DEFAULT_CHOICE.shown).toEqual([
      ...['staircase', 'preempted', 'leaders', 'throughput', 'latency', 'progress'],
    ])
  })

  it.each([null, '', 'nonsense', '7', '{"order":"all"}', '{"order":[]}'])(
    'what is broken (%s) falls back to the default',
    (text) => {
      expect(parseChoice(text)).toEqual(DEFAULT_CHOICE)
    },
  )

  it('unknown charts are dropped; those of a later version come last', () => {
    const { order, shown } = parseChoice(
      JSON.stringify({ order: ['quorum', 'gone', 'staircase'], shown: ['quorum', 'gone'] }),
    )
    expect(order.slice(0, 2)).toEqual(['quorum', 'staircase'])
    expect(new Set(order)).toEqual(new Set(DEFAULT_CHOICE.order))
    // `staircase` was known and hidden; the default charts that were not known are shown.
    expect(shown).toEqual(['quorum', 'preempted', 'leaders', 'throughput', 'latency', 'progress'])
  })

  it('a chart moves past its neighbour on the screen, not past a hidden one', () => {
    const order = ['a', 'b', 'c', 'd']
    expect(movedBy(order, 'c', -1)).toEqual(['a', 'c', 'b', 'd'])
    expect(movedBy(order, 'a', 1)).toEqual(['b', 'a', 'c', 'd'])
    expect(movedBy(order, 'a', -1)).toEqual(order)
    expect(movedBy(order, 'd', 1)).toEqual(order)
    expect(movedBy(order, 'd', -1, (id) => id !== 'c')).toEqual(['a', 'd', 'b', 'c'])
  })

  it('is kept in this browser, and reset', async () => {
    const choice = useChartChoice()
    choice.setShown('quorum', true)
    choice.moveShown('quorum', -1)
    await nextTick()
    setActivePinia(createPinia())
    const again = useChartChoice()
    expect(again.shown.map(({ id }) => id).slice(-2)).toEqual(['quorum', 'progress'])
    expect(again.isDefault).toBe(false)
    again.reset()
    expect(again.isDefault).toBe(true)
    expect(again.isShown('quorum')).toBe(false)
  })
})
