/** Beside the topology of Teach: what the slot in question took, from recorded events alone. */
import type * as VueUse from '@vueuse/core'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import type { LabEvent } from '../../src/core/event'
import type { Stair } from '../../src/core/measure/series'
import { Quorums } from '../../src/core/paxos/quorum'
import { SlotBook } from '../../src/renderer/src/composables/instruments/slotFacts'
import SlotFacts from '../../src/renderer/src/components/teach/SlotFacts.vue'
import {
  effortOf,
  happeningsOf,
  slotInQuestion,
} from '../../src/renderer/src/components/teach/slotQuestion'
import { simulate } from '../../src/renderer/src/sources/simulation'
import type { Simulated } from '../../src/renderer/src/sources/simulation'
import { simulatedView } from '../../src/renderer/src/sources/simulator'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSelectionStore } from '../../src/renderer/src/stores/selection'
import { useSeriesStore } from '../../src/renderer/src/stores/series'
import { useTimeStore } from '../../src/renderer/src/stores/time'

const size = { width: ref(1400), height: ref(500) }
vi.mock('@vueuse/core', async (actual) => ({
  ...(await actual<typeof VueUse>()),
  useElementSize: () => size,
}))

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
  size.width.value = 1400
})

const stair = (
  round: number,
  node: number,
  bidAtMs: number,
  electedAtMs: number | null,
  preemptedAtMs: number | null,
): Stair => ({
  ...{ ballot: { round, node }, bidAtMs, electedAtMs, preemptedAtMs },
  ...{ preemptedBy: null, chosenAtMs: null },
})
const traffic = (seq: number, atMs: number, prepare: number): LabEvent => ({
  ...{ seq, atMs, by: 'lab', type: 'trafficSampled' },
  links: [
    {
      from: 1,
      to: 2,
      frames: prepare,
      bytes: 0,
      dropped: 0,
      duplicated: 0,
      types: { prepare },
      samples: [],
    },
  ],
})
const sent = (seq: number, atMs: number, to: number): LabEvent => ({
  ...{ seq, atMs, by: 1, life: 1, nodeSeq: seq, type: 'sent', to, after: 0, id: `m${seq}` },
  ...{ message: 'prepare', ballot: { round: 2, node: 1 }, slot: 0, count: 0 },
})
const voted = (seq: number, atMs: number, by: number, slot: number): LabEvent => ({
  ...{ seq, atMs, by, life: 1, nodeSeq: seq, type: 'voted', ballot: { round: 2, node: 1 } },
  ...{ slot, count: 1, ids: [`s:${slot}`] },
})

describe('what a slot took', () => {
  const stairs = [
    stair(1, 1, 0, null, 90),
    stair(2, 2, 50, 60, 700),
    stair(3, 4, 600, null, 800),
    stair(4, 2, 700, 750, 900),
    stair(5, 4, 5000, 5100, null),
  ]

  it('are the ballots since the slot before, and the one in play then, up to the moment', () => {
    expect(effortOf(stairs, [], 100, 1000)).toMatchObject({ ballots: 3, reachedPhase2: 2 })
    expect(effortOf(stairs, [], 100, 720)).toMatchObject({ ballots: 3, reachedPhase2: 1 })
    expect(effortOf(stairs, [], -Infinity, 6000)).toMatchObject({ ballots: 5, reachedPhase2: 3 })
  })

  it('counts single prepares exactly, samples roughly, and else says that it does not know', () => {
    const samples = [
      traffic(1, 250, 4),
      traffic(2, 500, 8),
      traffic(3, 1500, 16),
      traffic(4, 1750, 32),
    ]
    const from = (events: readonly LabEvent[], fromMs: number, toMs: number) =>
      effortOf([], events, fromMs, toMs)
    expect(from(samples, 250, 1400)).toMatchObject({ prepares: 24, isRough: true })
    expect(from(samples, 250, 400)).toMatchObject({ prepares: null })
    expect(from([], 0, 5000)).toMatchObject({ prepares: null })
    const single = [sent(1, 10, 2), sent(2, 10, 1), sent(3, 40, 3), sent(4, 90, 2)]
    expect(from([...single, ...samples], 20, 90)).toMatchObject({ prepares: 2, isRough: false })
  })
})

it('the next slot is in question when proposers contend for it, not at an election', () => {
  const book = new SlotBook({ from: 1, count: 3 }, new Quorums({ kind: 'majority' }, [1, 2, 3]))
  for (const event of [voted(1, 100, 1, 2), voted(2, 110, 2, 2)]) book.feed(event)
  const one = [stair(3, 1, 200, null, null)]
  const two = [...one, stair(4, 2, 210, null, null)]
  expect(slotInQuestion(2, book, one, 500, false)).toBe(2)
  expect(slotInQuestion(2, book, two, 500, false)).toBe(3)
  expect(slotInQuestion(2, book, two, 205, false)).toBe(2)
  expect(slotInQuestion(2, book, two, 500, true)).toBe(2)
})

it('the same step of several nodes is one line', () => {
  const events = [voted(3, 12, 3, 1), voted(2, 11, 1, 1), voted(1, 10, 2, 4)]
  const say = (event: LabEvent) => ({
    node: Number(event.by),
    words: event.type === 'voted' ? `voted ${event.slot}` : '',
  })
  expect(happeningsOf(events, say, 5).map(({ nodes, words }) => [nodes, words])).toEqual([
    [[1, 3], 'voted 1'],
    [[2], 'voted 4'],
  ])
  expect(happeningsOf(events, say, 1)).toHaveLength(1)
})

function simulated() {
  const told: Simulated[] = []
  const wish = { seed: 3, nodes: 3, faults: [], mutant: null, seconds: 2, hunt: false } as const
  simulate(wish, (message) => {
    if (message.kind === 'done') told.push(message.run)
  })
  return simulatedView(told[0]!)
}

describe('the facts', () => {
  it('are those of the moment that is shown, and of the slot that is picked', async () => {
    const view = simulated()
    const time = useTimeStore()
    useSeriesStore()
    useLabStore().showSaved(view)
    const chosen = view.events.find((event) => event.type === 'chosen')
    if (chosen?.type !== 'chosen') throw new Error('nothing was chosen')
    useSelectionStore().select({ kind: 'slot', slot: chosen.slot })
    time.pin(0)
    const wrapper = mount(SlotFacts)
    await flushPromises()
    const value = (name: string): string => {
      const at = wrapper.findAll('dt').findIndex((dt) => dt.text() === name)
      return wrapper.findAll('dd')[at]?.text() ?? ''
    }
    expect(wrapper.get('h3').text()).toBe(`Slot ${chosen.slot}`)
    expect(value('Chosen')).toBe('nothing')
    expect(value('Ballots begun')).toBe('0')
    time.pin(chosen.atMs)
    await expect.poll(() => value('Chosen'), { timeout: 5000 }).toBe(chosen.ids[0])
    expect(Number(value('Ballots begun'))).toBeGreaterThan(0)
    expect(Number(value('Prepares sent'))).toBeGreaterThan(0)
    expect(wrapper.findAll('li').length).toBeGreaterThan(0)
    wrapper.unmount()
  })

  it('give way where the picture needs the room', () => {
    useLabStore().showSaved(simulated())
    size.width.value = 700
    const wrapper = mount(SlotFacts)
    expect(wrapper.findAll('section')).toHaveLength(0)
    wrapper.unmount()
  })
})
