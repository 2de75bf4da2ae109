/**
 * The gate of a full load: the stores, folds and charts of the window under a synthetic lab at
 * 5,000 and 20,000 messages a second. No process, no clock: what is bounded and how the work grows
 * is counted. Times are the bench's (`npm run bench -- window`).
 */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LEADERS_MAX, POINTS_MAX, STAIRS_MAX } from '../../src/core/measure/series'
import { BATCH_EVENTS_MAX } from '../../src/shared/coalesce'
import type { LabEvent } from '../../src/core/event'
import { Outbox, OUTBOX_EVENTS_MAX } from '../../src/main/host/outbox'
import { OUTBOX_MESSAGES_MAX } from '../../src/main/host/messageBound'
import ChartsPanel from '../../src/renderer/src/components/charts/ChartsPanel.vue'
import StatusBar from '../../src/renderer/src/components/frame/StatusBar.vue'
import { DRAWS_PER_FRAME, DrawScheduler } from '../../src/renderer/src/composables/chartScheduler'
import { Ingest } from '../../src/renderer/src/spacetime/ingest'
import { Matches } from '../../src/renderer/src/spacetime/matches'
import { MessageStore } from '../../src/renderer/src/spacetime/messageStore'
import { EVENTS_MAX, useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useRatesStore } from '../../src/renderer/src/stores/rates'
import { useSeriesStore } from '../../src/renderer/src/stores/series'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { FullRateLab } from '../support/fullRateLab'
import { FullRateWorld } from '../support/fullRateWorld'
import { syntheticSource } from '../support/syntheticSource'

const drawn = vi.hoisted(() => ({ count: 0 }))

/** Chart.js draws in Chromium only; here it is enough to count. */
vi.mock('../../src/renderer/src/composables/useLabChart', () => ({
  ...{ AXIS_PX: 44, RIGHT_PX: 12, PAD_PX: 4, FOOT_PX: 20 },
  useLabChart: (canvas: HTMLCanvasElement) => ({
    ...{ setWindow: () => {}, setData: () => {}, setBands: () => {}, setCursor: () => {} },
    ...{ setTheme: () => {}, draw: () => (drawn.count += 1), show: () => {} },
    toImage: () => canvas,
    destroy: () => {},
  }),
}))

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

const STEPS_A_SECOND = 10
const RATES = [5000, 20_000] as const

async function open(lab: FullRateLab): Promise<void> {
  for (const use of [useEventsStore, useRatesStore, useSeriesStore, useTimeStore]) use()
  useLabStore().connect(syntheticSource(lab))
  await flushPromises()
}

function run(lab: FullRateLab, seconds: number): void {
  for (let step = 0; step < seconds * STEPS_A_SECOND; step += 1) lab.stepOn()
}

/** All messages of a run, in batches as they are told. */
function told(perSecond: number, seconds: number): LabEvent[][] {
  const world = new FullRateWorld(perSecond, 7)
  return Array.from({ length: seconds * STEPS_A_SECOND }, () => world.stepMessages())
}

beforeEach(() => {
  setActivePinia(createPinia())
  localStorage.clear()
  drawn.count = 0
  vi.stubGlobal('IntersectionObserver', NoObserver)
  vi.stubGlobal('ResizeObserver', NoObserver)
})
afterEach(() => document.body.replaceChildren())

describe.each(RATES)('at %i messages a second', (perSecond) => {
  it('the source tells so many, and the status bar shows them and what was dropped', async () => {
    const lab = new FullRateLab(perSecond)
    await open(lab)
    lab.dropped = 1234
    run(lab, 3)
    const store = useLabStore()
    const rates = useRatesStore()
    expect(rates.framesPerSecond).toBeCloseTo(perSecond, -2)
    const bar = mount(StatusBar, {
      props: {
        ...{ connection: store.connection, status: store.status, saved: false, live: true },
        ...{ alarms: [], framesPerSecond: rates.framesPerSecond },
        opsPerSecond: rates.opsPerSecond,
      },
    })
    expect(bar.text().replaceAll(/\s+/g, ' ')).toContain('dropped 1 234')
  })

  it('a batch for the window is bounded, whatever happened in it', async () => {
    const lab = new FullRateLab(perSecond)
    await open(lab)
    const batches = vi.fn((batch: readonly LabEvent[]) => batch.length)
    useLabStore().listen({ events: batches })
    run(lab, 4)
    const longest = Math.max(...batches.mock.results.map(({ value }) => Number(value)))
    expect(longest).toBeLessThanOrEqual(BATCH_EVENTS_MAX)
    expect(longest).toBeGreaterThan(0)
  })

  it('a viewer that reads nothing costs its host a bounded number of events and messages', () => {
    const outbox = new Outbox()
    const batches = told(perSecond, 6)
    for (const batch of batches) outbox.addEvents(batch)
    const { events } = outbox.take()
    const waiting = events.flatMap((event) => (event.type === 'messagesSeen' ? [event] : []))
    const held = waiting.reduce((sum, { messages }) => sum + messages.length, 0)
    const missed = waiting.reduce((sum, event) => sum + event.missed, 0)
    expect(events.length).toBeLessThanOrEqual(OUTBOX_EVENTS_MAX)
    expect(held).toBeLessThanOrEqual(OUTBOX_MESSAGES_MAX)
    // Nothing is lost without being counted.
    expect(held + missed).toBe(perSecond * 6)
    expect(missed).toBeGreaterThan(0)
  })

  it('charts are drawn at most two a frame, however many batches come in it', async () => {
    const lab = new FullRateLab(perSecond)
    await open(lab)
    const frames: FrameRequestCallback[] = []
    vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => frames.push(run))
    const panel = mount(ChartsPanel, { attachTo: document.body })
    let most = 0
    for (let frame = 0; frame < 30; frame += 1) {
      run(lab, 0.1)
      await flushPromises()
      const before = drawn.count
      for (const next of frames.splice(0)) next(frame * 16)
      most = Math.max(most, drawn.count - before)
    }
    panel.unmount()
    expect(most).toBe(DRAWS_PER_FRAME)
  })

  it('the diagram spills the oldest beyond its capacity, and says how many', () => {
    const capacity = 16_384
    const store = new MessageStore(capacity)
    const ingest = new Ingest(store)
    for (const batch of told(perSecond, 5)) ingest.feed(batch)
    expect(store.size).toBeLessThanOrEqual(capacity)
    expect(store.size + store.spilled).toBe(perSecond * 5)
  })
})

describe('what is held does not grow with the rate, nor without end', () => {
  async function held(perSecond: number, seconds: number): Promise<number> {
    setActivePinia(createPinia())
    const lab = new FullRateLab(perSecond)
    await open(lab)
    run(lab, seconds)
    return useEventsStore().held.slice().length
  }

  it('four times the messages are as many milestones', async () => {
    const few = await held(5000, 4)
    expect(few).toBeGreaterThan(0)
    expect((await held(20_000, 4)) / few).toBeLessThan(1.2)
  })

  it('a store that is full stays so, and counts what left it', () => {
    const events = useEventsStore()
    const batch = (from: number): LabEvent[] =>
      Array.from({ length: BATCH_EVENTS_MAX }, (_, at) => ({
        ...{ seq: from + at, atMs: from + at, by: 'lab', type: 'labNote' },
        ...{ level: 'info', words: '' },
      }))
    const many = EVENTS_MAX + 2 * BATCH_EVENTS_MAX
    for (let from = 1; from <= many; from += BATCH_EVENTS_MAX) events.append(batch(from))
    expect(events.held.slice()).toHaveLength(EVENTS_MAX)
    expect(events.forgotten).toBe(2 * BATCH_EVENTS_MAX)
  })

  it('series keep their bounds, however long the run', async () => {
    const lab = new FullRateLab(200)
    await open(lab)
    run(lab, 130)
    const { data } = useSeriesStore()
    expect(data.spanMs).toBeGreaterThan(100)
    for (const points of [data.load, data.tallies, ...data.progress.values()]) {
      expect(points.length).toBeLessThanOrEqual(POINTS_MAX)
    }
    expect(data.stairs.length).toBeLessThanOrEqual(STAIRS_MAX)
    expect(data.leaders.length).toBeLessThanOrEqual(LEADERS_MAX)
  })
})

it('charts are drawn one a frame while frames come late', () => {
  const waiting: ((atMs?: number) => void)[] = []
  const scheduler = new DrawScheduler(
    (next) => waiting.push(next),
    () => {},
  )
  const charts = [1, 2, 3, 4, 5, 6, 7].map(() => scheduler.add(() => (drawn.count += 1)))
  for (const chart of charts) chart.request()
  const draws = [0, 16, 116, 216, 232].map((atMs) => {
    const before = drawn.count
    for (const next of waiting.splice(0)) next(atMs)
    return drawn.count - before
  })
  expect(draws).toEqual([2, 2, 1, 1, 1])
  expect(waiting).toEqual([])
})

describe('work grows with what comes, not with what is held', () => {
  /** Messages that the list of a filter tests while a run is followed. */
  function tested(seconds: number): number {
    const store = new MessageStore()
    const ingest = new Ingest(store)
    const matches = new Matches(store)
    matches.setFilter('type:prepare')
    for (const batch of told(5000, seconds)) {
      ingest.feed(batch)
      matches.rows()
    }
    return matches.listTests
  }

  it('a filtered list tests twice as much for twice as many messages', () => {
    const ratio = tested(12) / tested(6)
    expect(ratio).toBeGreaterThan(1.8)
    expect(ratio).toBeLessThan(2.2)
  })

  it('the list that is kept up is the list made anew', () => {
    const store = new MessageStore(16_384)
    const ingest = new Ingest(store)
    const kept = new Matches(store)
    kept.setFilter('type:accepted -node:3')
    for (const batch of told(5000, 6)) {
      ingest.feed(batch)
      const fresh = new Matches(store)
      fresh.setFilter('type:accepted -node:3')
      expect([...kept.rows()]).toEqual([...fresh.rows()])
    }
    expect(store.spilled).toBeGreaterThan(0)
  })
})
