import { beforeEach, describe, expect, it, vi } from 'vitest'
import { readTheme } from '../../src/renderer/src/composables/chartTheme'
import type { Band } from '../../src/renderer/src/composables/chartBands'
import { AXIS_PX, RIGHT_PX, useLabChart } from '../../src/renderer/src/composables/useLabChart'
import type { Picture } from '../../src/renderer/src/composables/useLabChart'

interface Plugin {
  readonly id: string
  beforeDraw?(chart: unknown): void
  beforeDatasetsDraw?(chart: unknown): void
  afterDatasetsDraw?(chart: unknown): void
}
interface Config {
  readonly type: string
  readonly plugins: readonly Plugin[]
  readonly options: Record<string, unknown> & {
    scales: Record<'x' | 'y', Record<string, unknown>>
  }
}

const made = vi.hoisted(() => ({ charts: [] as unknown[], registered: [] as unknown[] }))

/** Chart.js needs a real canvas; here only what our file asks of it counts. */
vi.mock('chart.js', () => {
  class Chart {
    static register(...parts: unknown[]): void {
      made.registered.push(...parts)
    }
    data = { datasets: [] as unknown[] }
    readonly options: Config['options']
    readonly update = vi.fn()
    readonly destroy = vi.fn()
    constructor(
      readonly canvas: HTMLCanvasElement,
      readonly config: Config,
    ) {
      this.options = config.options
      made.charts.push(this)
    }
  }
  const part = (name: string) => ({ id: name })
  return {
    Chart,
    LineController: part('line'),
    LineElement: part('lineElement'),
    LinearScale: part('linear'),
    LogarithmicScale: part('log'),
    PointElement: part('point'),
  }
})

interface FakeChart {
  readonly canvas: HTMLCanvasElement
  readonly config: Config
  readonly data: { readonly datasets: readonly Record<string, unknown>[] }
  readonly options: Config['options']
  readonly update: ReturnType<typeof vi.fn>
  readonly destroy: ReturnType<typeof vi.fn>
}

const lastChart = (): FakeChart => made.charts.at(-1) as FakeChart

const PICTURE: Picture = {
  lines: [
    { id: 'N1', color: '#111', width: 2, points: [{ x: 1, y: 2 }], stepped: true },
    { id: 'N6', color: '#222', width: 1, points: [], dash: [6, 3] },
  ],
  axis: { min: 0, max: 50, ticks: [{ value: 0, text: '0' }] },
  empty: null,
}

function makeChart() {
  const canvas = document.createElement('canvas')
  return useLabChart(canvas, { scale: 'linear' }, readTheme())
}

/** Records what a plugin paints. */
function paintOn(chart: FakeChart, plugin: string, hook: keyof Plugin) {
  const rects: number[][] = []
  const ctx = new Proxy(
    { fillRect: (...box: number[]) => rects.push(box) },
    {
      get: (target, name) =>
        name === 'fillRect' ? target.fillRect : name === 'createPattern' ? () => null : () => {},
      set: () => true,
    },
  )
  const area = { left: AXIS_PX, right: AXIS_PX + 500, top: 4, bottom: 96 }
  const scales = { y: { getPixelForValue: () => 50 } }
  const found = chart.config.plugins.find(({ id }) => id === plugin)
  const run = found?.[hook]
  if (typeof run === 'function') run({ ctx, chartArea: area, height: 100, scales })
  return rects
}

describe('useLabChart', () => {
  beforeEach(() => {
    made.charts.length = 0
  })

  it('asks Chart.js for no animation, no parsing, no events of its own', () => {
    makeChart()
    expect(lastChart().options).toMatchObject({
      animation: false,
      parsing: false,
      normalized: true,
      events: [],
      layout: { padding: { left: AXIS_PX, right: RIGHT_PX } },
    })
  })

  it('registers only what lines need', () => {
    expect(made.registered.map((part) => (part as { id: string }).id)).toEqual([
      'line',
      'lineElement',
      'point',
      'linear',
      'log',
    ])
  })

  it('leaves axes to our own painters: the library places no tick', () => {
    makeChart()
    for (const axis of Object.values(lastChart().options.scales)) {
      expect(axis['display']).toBe(false)
      const built = { ticks: [{ value: 1 }] }
      const build = axis['afterBuildTicks']
      if (typeof build === 'function') build(built)
      expect(built.ticks).toEqual([])
    }
  })

  it('setters show nothing; draw updates once, without animation', () => {
    const chart = makeChart()
    chart.setWindow(1000, 2000, 1800)
    chart.setData(PICTURE)
    expect(lastChart().update).not.toHaveBeenCalled()
    chart.draw()
    expect(lastChart().update.mock.calls).toEqual([['none']])
    expect(lastChart().options.scales.x).toMatchObject({ min: 1000, max: 2000, display: false })
    expect(lastChart().options.scales.y).toMatchObject({ min: 0, max: 50 })
    expect(lastChart().data.datasets).toMatchObject([
      { label: 'N1', stepped: true, data: [{ x: 1, y: 2 }], borderDash: [] },
      { label: 'N6', stepped: false, borderDash: [6, 3] },
    ])
  })

  it('bands are painted over the whole height, one layer a kind, open ones up to now', () => {
    const chart = makeChart()
    chart.setWindow(0, 1000, 600)
    const band = { kind: 'down', glyph: 'x', label: 'N5 killed' } as const
    const bands: Band[] = [
      { ...band, id: 'a', fromMs: 200, toMs: 400 },
      { ...band, id: 'b', fromMs: -500, toMs: null },
      { ...band, kind: 'pause', id: 'd', fromMs: 200, toMs: 400 },
      { ...band, id: 'c', fromMs: 2000, toMs: 3000 },
    ]
    chart.setBands(bands, [])
    const painted = paintOn(lastChart(), 'labBands', 'beforeDraw')
    const whole = (x: number): number[] => [AXIS_PX + x, 0, 100, 100]
    expect(painted).toEqual([
      // Tints: the second kill adds no layer, the pause does.
      ...[whole(0), whole(100), whole(100), whole(200)],
      // Patterns only at edges in sight: the kill begins before and goes on, the pause has both.
      ...[
        [AXIS_PX + 100, 0, 18, 100],
        [AXIS_PX + 182, 0, 18, 100],
      ],
    ])
  })

  it('a short band of one kind has its pattern all over, one over the window none', () => {
    const chart = makeChart()
    const band = { kind: 'slow', glyph: 'slow', label: 'slow', id: 'a' } as const
    const widths = (fromMs: number, toMs: number | null): unknown[] => {
      chart.setWindow(0, 1000, 1000)
      chart.setBands([{ ...band, fromMs, toMs }], [])
      return paintOn(lastChart(), 'labBands', 'beforeDraw').map(([x, , width]) => [x, width])
    }
    expect(widths(200, 300)).toEqual([
      [AXIS_PX + 100, 50],
      [AXIS_PX + 100, 50],
    ])
    expect(widths(-500, null)).toEqual([[AXIS_PX, 500]])
    expect(widths(100, null)).toEqual([
      [AXIS_PX + 50, 450],
      [AXIS_PX + 50, 18],
    ])
  })

  it('painters get the ruler that lines have', () => {
    const chart = makeChart()
    chart.setWindow(0, 1000, 600)
    chart.setCursor(250)
    const seen: unknown[] = []
    const over: Picture['over'] = (frame) => seen.push(frame.x(500), frame.cursorMs)
    chart.setData({ ...PICTURE, over })
    paintOn(lastChart(), 'labPicture', 'afterDatasetsDraw')
    expect(seen).toEqual([AXIS_PX + 250, 250])
  })

  it('destroys the chart', () => {
    makeChart().destroy()
    expect(lastChart().destroy).toHaveBeenCalledOnce()
  })
})
