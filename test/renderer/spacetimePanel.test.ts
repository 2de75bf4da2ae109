/** Parts of the Timeline view as components: filter box, range panel, engine on the page. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { LabEvent } from '../../src/core/event'
import FilterBox from '../../src/renderer/src/components/spacetime/FilterBox.vue'
import NothingShown from '../../src/renderer/src/components/spacetime/NothingShown.vue'
import RangePanel from '../../src/renderer/src/components/spacetime/RangePanel.vue'
import { usePlotPointer } from '../../src/renderer/src/composables/usePlotPointer'
import { openEngine } from '../../src/renderer/src/spacetime/enginePort'
import { recordParts } from '../../src/renderer/src/spacetime/recordReader'
import type { FromEngine } from '../../src/renderer/src/spacetime/protocol'
import type { RangeStatistics } from '../../src/renderer/src/spacetime/statistics'
import { useSpacetimeStore } from '../../src/renderer/src/stores/spacetime'
import { useTimeStore } from '../../src/renderer/src/stores/time'

const PROPS = { fault: null, matching: 312, total: 104_221, members: [1, 2, 3], wish: 0 }

describe('the filter box', () => {
  it('says how many pass, and a fault with its column', async () => {
    const box = mount(FilterBox, { props: { ...PROPS, text: '' } })
    expect(box.get('[data-testid=spacetime-count]').text()).toBe('312 of 104\u202f221')
    await box.setProps({ fault: { words: 'there is no term “x”', column: 4 } })
    expect(box.get('[role=alert]').text()).toBe('column 4: there is no term “x”')
    expect(box.get('input').attributes('aria-invalid')).toBe('true')
  })

  it('completes the word under the caret by keys', async () => {
    const box = mount(FilterBox, { props: { ...PROPS, text: '' }, attachTo: document.body })
    const input = box.get('input')
    await input.setValue('type:prom')
    await box.setProps({ text: 'type:prom' })
    await nextTick()
    expect(box.findAll('[role=option]').map((one) => one.text())).toEqual([
      expect.stringMatching(/^type:promise/),
    ])
    await input.trigger('keydown', { key: 'ArrowDown' })
    expect(input.attributes('aria-activedescendant')).toBe('spacetime-hint-0')
    await input.trigger('keydown', { key: 'Enter' })
    expect(box.emitted('change')?.at(-1)).toEqual(['type:promise '])
    box.unmount()
  })
})

it('the range panel shows types in order of count, and both acts', async () => {
  const statistics: RangeStatistics = {
    ...{ fromMs: 12_319, toMs: 12_351, messages: 48, bytes: 9000, dropped: 1, doubled: 0 },
    ...{ skewed: 0, medianMs: 8.2, p95Ms: 9.1, bids: 4, preempted: 3, chosen: 0 },
    types: [
      { name: 'accept', family: 'phase2', count: 8 },
      { name: 'prepare', family: 'phase1', count: 16 },
    ],
  }
  const panel = mount(RangePanel, {
    props: { fromMs: 12_319, toMs: 12_351, unit: 's', statistics },
  })
  expect(panel.findAll('.bar').map((bar) => bar.text())).toEqual(['prepare16', 'accept8'])
  expect(panel.text()).toContain('12.3190 to 12.3510 s')
  expect(panel.text()).toContain('8.20 ms')
  await panel.get('[data-testid=spacetime-export]').trigger('click')
  expect(panel.emitted('export')).toHaveLength(1)
})

describe('the pointer of the plot', () => {
  const setUp = () => {
    const acts = { hover: vi.fn(), click: vi.fn(), pan: vi.fn(), zoom: vi.fn(), range: vi.fn() }
    const pointer = usePlotPointer(() => ({ left: 100, top: 50, width: 400 }), acts)
    const at = (clientX: number, more: object = {}) =>
      new PointerEvent('pointermove', { clientX, clientY: 60, button: 0, ...more })
    return { acts, pointer, at }
  }

  it('clicks, pans by drag, measures by Shift and drag', () => {
    const { acts, pointer, at } = setUp()
    pointer.down(at(150))
    pointer.up(at(151))
    expect(acts.click).toHaveBeenCalledWith(50, 10)
    pointer.down(at(150))
    pointer.move(at(140))
    pointer.up(at(140))
    expect(acts.pan).toHaveBeenCalledWith(10)
    expect(acts.click).toHaveBeenCalledTimes(1)
    pointer.down(at(300, { shiftKey: true }))
    pointer.move(at(900))
    pointer.up(at(900))
    expect(acts.range).toHaveBeenCalledWith(200, 400)
  })

  it('zooms around the pointer by the wheel, and pans by Shift and wheel', () => {
    const { acts, pointer } = setUp()
    // The DOM of the tests gives a wheel no place.
    const wheel = (init: WheelEventInit): WheelEvent =>
      Object.assign(new WheelEvent('wheel', init), { clientX: 200, clientY: 60 })
    pointer.wheel(wheel({ deltaY: -100 }))
    expect(acts.zoom.mock.lastCall?.[0]).toBeLessThan(1)
    expect(acts.zoom.mock.lastCall?.[1]).toBe(100)
    pointer.wheel(Object.assign(wheel({ deltaY: 30 }), { shiftKey: true }))
    expect(acts.pan).toHaveBeenCalledWith(30)
  })
})

it('without a worker the engine answers from the page itself', async () => {
  const heard: FromEngine[] = []
  const port = openEngine(null, (message) => heard.push(message))
  expect(port.kind).toBe('page')
  const message = {
    ...({ id: 1, from: 1, to: 2, message: 'accept', ballot: { round: 2, node: 1 } } as const),
    ...({ slot: 3, count: 1, bytes: 90, sentAtMs: 10, endedAtMs: 14, fate: 'passed' } as const),
  }
  const event: LabEvent = {
    ...{ seq: 1, atMs: 14, by: 'lab', type: 'messagesSeen', missed: 0, messages: [message] },
  }
  port.tell({ kind: 'events', events: [event] })
  const answer = await port.ask({ what: 'rows', from: 0, count: 5 })
  expect(answer).toMatchObject({
    what: 'rows',
    lines: [{ type: 'accept', from: 1, to: 2, startMs: 10, endMs: 14, slot: 3 }],
  })
  const csv = await port.ask({ what: 'csv', range: { fromMs: 0, toMs: 100 }, unit: 's' })
  expect(csv).toMatchObject({ rows: 1, left: 0 })
  expect(csv.what === 'csv' && csv.text.split('\r\n')[1]).toBe(
    '10.000,14.000,1,2,accept,2.1,3,1,90,passed,false,false',
  )
  port.close()
})

it('the record is read in parts, and no longer once another run is shown', async () => {
  const asked: [number, number][] = []
  const shares: number[] = []
  let stopped = false
  const ask = (from: number, to: number): Promise<readonly LabEvent[]> => {
    asked.push([from, to])
    return Promise.resolve([])
  }
  for await (const { share } of recordParts(2500, ask, () => stopped)) {
    shares.push(share)
    stopped = shares.length === 2
  }
  expect(asked).toEqual([
    [1, 1000],
    [1001, 2000],
    [2001, 2500],
  ])
  expect(shares).toEqual([0.4, 0.8])
})

describe('a diagram that is narrowed to a slot', () => {
  const seen = (id: number, slot: number, sentAtMs: number) => ({
    ...({ id, from: 1, to: 2, message: 'accept', ballot: { round: 2, node: 1 } } as const),
    ...({ slot, count: 1, bytes: 90, sentAtMs, endedAtMs: sentAtMs + 4, fate: 'passed' } as const),
  })
  const setUp = () => {
    setActivePinia(createPinia())
    const space = useSpacetimeStore()
    const time = useTimeStore()
    const port = space.engine()
    const long = { ...seen(4, 7, 20_000), endedAtMs: 59_000 }
    const messages = [seen(1, 3, 1000), seen(2, 3, 1100), long, seen(3, 9, 50_000)]
    const told = { atMs: 50_010, by: 'lab', type: 'messagesSeen', missed: 0 } as const
    port.tell({ kind: 'events', events: [{ seq: 1, ...told, messages }] })
    time.setNow(60_000)
    const look = (): void => {
      const { fromMs, toMs, nowMs } = time
      port.tell({ kind: 'view', view: { fromMs, toMs, nowMs, ticks: [] } })
    }
    look()
    return { space, time, look, note: mount(NothingShown) }
  }

  it('offers the time of a slot that lies outside of the window', async () => {
    const { space, time, look, note } = setUp()
    await vi.waitFor(() => expect(space.summary.inWindow).toBe(1))
    expect(note.text()).toBe('')
    space.slot = 3
    await vi.waitFor(() =>
      expect(note.text()).toContain('2 messages of slot 3, outside of the shown window.'),
    )
    await note.get('[data-testid=spacetime-fit]').trigger('click')
    expect(note.emitted('fit')).toHaveLength(1)
    await space.fitMatches()
    expect(time.fromMs).toBeLessThan(1000)
    expect(time.toMs).toBeGreaterThan(1104)
    expect(time.toMs).toBeLessThan(50_000)
    look()
    await vi.waitFor(() => expect(note.text()).toBe(''))
  })

  it('says nothing over a message that began before the window and is still under way', async () => {
    const { space, time, look, note } = setUp()
    time.look(50_000, 60_000)
    look()
    space.slot = 7
    await vi.waitFor(() => expect(space.summary).toMatchObject({ matching: 1, inWindow: 0 }))
    expect(space.summary.inSight).toBe(true)
    expect(note.text()).toBe('')
    time.look(59_500, 60_000)
    look()
    await vi.waitFor(() => expect(note.text()).toContain('outside of the shown window'))
  })

  it('says that a slot has no message, and offers nothing', async () => {
    const { space, note } = setUp()
    space.slot = 4
    await vi.waitFor(() => expect(note.text()).toBe('No message of slot 4 was seen.'))
    expect(note.find('button').exists()).toBe(false)
  })
})
