import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import ChartCard from '../../src/renderer/src/components/charts/ChartCard.vue'
import ChartsPanel from '../../src/renderer/src/components/charts/ChartsPanel.vue'
import TimeBar from '../../src/renderer/src/components/time/TimeBar.vue'
import { chartDraws } from '../../src/renderer/src/composables/chartDraws'
import type { Picture } from '../../src/renderer/src/composables/useLabChart'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSeriesStore } from '../../src/renderer/src/stores/series'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { ChartReplay } from '../support/chartReplay'
import { duelRun, partitionRun } from '../support/chartRuns'
import { syntheticSource } from '../support/syntheticSource'

const drawn = vi.hoisted(() => ({
  pictures: [] as unknown[],
  windows: [] as [round: number, window: string][],
  shows: 0,
  destroyed: 0,
}))

/** Chart.js draws in Chromium only; here it is enough to see what would be drawn. */
vi.mock('../../src/renderer/src/composables/useLabChart', () => ({
  AXIS_PX: 44,
  RIGHT_PX: 12,
  PAD_PX: 4,
  FOOT_PX: 20,
  useLabChart: (canvas: HTMLCanvasElement) => ({
    setWindow: (fromMs: number, toMs: number) =>
      drawn.windows.push([chartDraws.round, `${fromMs} ${toMs}`]),
    show: () => (drawn.shows += 1),
    setData: (picture: unknown) => drawn.pictures.push(picture),
    setBands: () => {},
    setCursor: () => {},
    setTheme: () => {},
    draw: () => {},
    toImage: () => canvas,
    destroy: () => (drawn.destroyed += 1),
  }),
}))

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

async function frames(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
    await flushPromises()
  }
}

async function attach(replay: ChartReplay, untilMs: number): Promise<void> {
  useSeriesStore()
  useTimeStore()
  replay.until(untilMs)
  useLabStore().connect(syntheticSource(replay))
  await flushPromises()
}

describe('charts panel', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    drawn.pictures.length = 0
    drawn.destroyed = 0
    vi.stubGlobal('IntersectionObserver', NoObserver)
    vi.stubGlobal('ResizeObserver', NoObserver)
  })
  afterEach(() => {
    document.body.replaceChildren()
  })

  it('stacks the charts on one axis with the verdict and the faults above', async () => {
    await attach(new ChartReplay(duelRun()), 27_360)
    const panel = mount(ChartsPanel, { attachTo: document.body })
    await frames(4)
    expect(panel.findAll('[data-chart]').map((card) => card.attributes('data-chart'))).toEqual([
      'staircase',
      'preempted',
      'leaders',
      'throughput',
      'latency',
      'progress',
    ])
    expect(panel.get('[data-verdict]').attributes('data-verdict')).toBe('dueling')
    expect(panel.get('[data-verdict]').text()).toContain('Dueling (64 preemptions, 12.4 s)')
    expect(panel.get('[data-band]').text()).toContain('slow: +190 ± 10 ms, 20 links')
    expect(drawn.pictures).toHaveLength(6)
    panel.unmount()
    expect(drawn.destroyed).toBe(6)
  })

  it('the heads show values at the cursor, and every canvas says them in words', async () => {
    await attach(new ChartReplay(duelRun()), 48_200)
    const panel = mount(ChartsPanel, { attachTo: document.body })
    useTimeStore().pin(27_360)
    await frames(4)
    const head = panel.get('[data-chart=staircase] header')
    expect(head.text()).toContain('68.2')
    const canvas = panel.get('[data-chart=staircase] canvas')
    expect(canvas.attributes('aria-label')).toContain('N2 68.2, N4 67.4')
    expect(panel.get('[data-verdict]').text()).toContain('Dueling')
    panel.unmount()
  })

  it('a click on the legend hides a series, a double click leaves it alone', async () => {
    await attach(new ChartReplay(duelRun()), 48_200)
    const panel = mount(ChartsPanel, { attachTo: document.body })
    await frames(4)
    const button = () => panel.get('[data-chart=staircase] button[aria-pressed]')
    const lines = (): string[] => {
      const pictures = drawn.pictures as Picture[]
      return pictures.at(-1)?.lines.map(({ id }) => id) ?? []
    }
    drawn.pictures.length = 0
    await button().trigger('click')
    await frames(2)
    expect(button().attributes('aria-pressed')).toBe('false')
    expect(lines()).toEqual(['N4'])
    await button().trigger('click')
    await button().trigger('dblclick')
    await frames(2)
    expect(lines()).toEqual(['N2'])
    await button().trigger('dblclick')
    await frames(2)
    expect(lines()).toEqual(['N2', 'N4'])
    panel.unmount()
  })

  it('has one window of time in all charts of a round while the run goes on', async () => {
    const replay = new ChartReplay(partitionRun())
    await attach(replay, 32_000)
    const panel = mount(ChartsPanel, { attachTo: document.body })
    drawn.windows.length = 0
    // Data comes between the frames of a round, which are more or fewer as frames come.
    for (let step = 1; step <= 20; step += 1) {
      replay.until(32_000 + step * 100)
      useTimeStore().zoom(0.98, 0)
      await frames(1)
    }
    panel.unmount()
    const rounds = new Map<number, string[]>()
    for (const [round, one] of drawn.windows) {
      rounds.set(round, [...(rounds.get(round) ?? []), one])
    }
    const several = [...rounds.values()].filter((windows) => windows.length > 2)
    expect(several.length).toBeGreaterThan(1)
    for (const windows of several) expect(new Set(windows).size).toBe(1)
    expect(new Set(several.flat()).size).toBeGreaterThan(1)
  })

  it('a frozen picture takes no new data until another moment is asked for', async () => {
    const replay = new ChartReplay(partitionRun())
    await attach(replay, 20_000)
    const panel = mount(ChartsPanel, { attachTo: document.body })
    useTimeStore().togglePlay()
    await frames(4)
    drawn.pictures.length = 0
    replay.until(30_000)
    await frames(4)
    expect(drawn.pictures).toHaveLength(0)
    expect(panel.findAll('[data-band]')).toHaveLength(1)
    expect(useTimeStore().nowMs).toBe(30_000)
    useTimeStore().goLive()
    await frames(4)
    expect(drawn.pictures.length).toBeGreaterThan(0)
    expect(panel.findAll('[data-band]')).toHaveLength(3)
    panel.unmount()
  })

  it('keys on the stack zoom, pan and show the run', async () => {
    await attach(new ChartReplay(duelRun()), 48_200)
    const panel = mount(ChartsPanel, { attachTo: document.body })
    const time = useTimeStore()
    const ruler = panel.get('[data-time-plot]')
    await ruler.trigger('keydown', { key: 'w' })
    expect(time.toMs - time.fromMs).toBeCloseTo(24_000)
    await ruler.trigger('keydown', { key: 'a' })
    expect(time.toMs).toBeCloseTo(48_200 - 2400)
    await ruler.trigger('keydown', { key: 'f' })
    expect([time.fromMs, time.toMs]).toEqual([0, 48_200])
    await ruler.trigger('keydown', { key: 'w', ctrlKey: true })
    expect(time.toMs - time.fromMs).toBe(48_200)
    panel.unmount()
  })

  it('a table shows the numbers behind a chart', async () => {
    await attach(new ChartReplay(duelRun()), 48_200)
    const panel = mount(ChartsPanel, { attachTo: document.body })
    await frames(4)
    panel.getComponent(ChartCard).vm.$emit('table')
    await flushPromises()
    expect(document.querySelector('.dialog table')?.textContent).toContain('90.2')
    panel.unmount()
  })
})

describe('time bar', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.stubGlobal('ResizeObserver', NoObserver)
  })

  it('says where the pictures stand, and whether they are live', async () => {
    const replay = new ChartReplay(partitionRun())
    await attach(replay, 20_000)
    const bar = mount(TimeBar, { attachTo: document.body })
    expect(bar.get('output').text()).toBe('20.000 s')
    expect(bar.get('.live').attributes('aria-pressed')).toBe('true')
    await bar.get('[aria-label=Pause]').trigger('click')
    replay.until(25_000)
    await flushPromises()
    expect(bar.get('output').text()).toBe('20.000 s')
    expect(bar.get('.live').attributes('aria-pressed')).toBe('false')
    await bar.get('.live').trigger('click')
    expect(bar.get('output').text()).toBe('25.000 s')
    bar.unmount()
  })

  it('steps from event to event, and to both ends', async () => {
    await attach(new ChartReplay(partitionRun()), 33_420)
    const bar = mount(TimeBar, { attachTo: document.body })
    const at = async (label: string): Promise<string> => {
      await bar.get(`[aria-label="${label}"]`).trigger('click')
      return bar.get('output').text()
    }
    expect(await at('Previous event')).toBe('27.200 s')
    expect(await at('Previous event')).toBe('24.000 s')
    expect(await at('Next event')).toBe('27.200 s')
    expect(await at('Start of the run')).toBe('0.000 s')
    expect(await at('Newest moment')).toBe('33.420 s')
    bar.unmount()
  })

  it('the handles of the strip move by keys', async () => {
    await attach(new ChartReplay(duelRun()), 48_200)
    const bar = mount(TimeBar, { attachTo: document.body })
    const time = useTimeStore()
    const [from] = bar.findAll('[role=slider]')
    await from?.trigger('keydown', { key: 'ArrowLeft' })
    expect(time.fromMs).toBeCloseTo(17_200)
    bar.unmount()
  })
})
