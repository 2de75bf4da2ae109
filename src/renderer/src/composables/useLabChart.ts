/**
 * The only file that knows Chart.js: scales, lines and their drawing. Everything else on a chart
 * (bands, labels, markers) is painted by our own plugins, so that the library can be exchanged.
 *
 * Shapes: x is lab time in ms; a gap in a line is a point whose y is NaN.
 * Order:  setters and `draw` change nothing on the screen: `draw` paints a canvas out of sight, once,
 *         without animation; `show` copies it.
 */
import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
} from 'chart.js'
import type { ChartDataset, Plugin, Scale } from 'chart.js'
import type { Band, Flag } from './chartBands'
import { Hatches } from './chartPaint'
import type { Painter, PlotFrame } from './chartPaint'
import { paintAxis, paintBands, paintEdge, paintFlags } from './chartStage'
import type { ChartTheme } from './chartTheme'
import type { AxisRange } from './chartTicks'

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale)

/** The y axis has one width everywhere: x means the same on every chart of a stack. */
export const AXIS_PX = 44
export const RIGHT_PX = 12
/** Above and below the plot; a chart with an x axis of its own has it below. */
export const PAD_PX = 7
export const FOOT_PX = 20

export interface XY {
  readonly x: number
  readonly y: number
}

export interface Line {
  readonly id: string
  readonly color: string
  readonly width: number
  readonly points: readonly XY[]
  readonly dash?: readonly number[]
  /** Holds each value until the next one. */
  readonly stepped?: boolean
}

export interface Picture {
  readonly lines: readonly Line[]
  readonly axis: AxisRange
  /** Over the bands, under the lines. */
  readonly under?: Painter
  /** Over the lines; not clipped, so that it may label rows in the axis. */
  readonly over?: Painter
  /** Why there is nothing to see and what to do; null: there is something. */
  readonly empty: string | null
}

export interface LabChart {
  setWindow(fromMs: number, toMs: number, nowMs: number): void
  setData(picture: Picture): void
  setBands(bands: readonly Band[], flags: readonly Flag[]): void
  setCursor(atMs: number | null): void
  setTheme(theme: ChartTheme): void
  draw(): void
  show(): void
  /** The canvas as it stands, for pictures of the chart. */
  toImage(): HTMLCanvasElement
  destroy(): void
}

export type YScale = 'linear' | 'logarithmic'

interface State {
  fromMs: number
  toMs: number
  nowMs: number
  cursorMs: number | null
  bands: readonly Band[]
  flags: readonly Flag[]
  picture: Picture
  theme: ChartTheme
}

/** Ticks and labels are ours: the library would measure and place them anew at each drawing. */
const BARE = {
  display: false,
  afterBuildTicks: (axis: Scale) => void (axis.ticks = []),
} as const

type LineChart = Chart<'line', XY[]>

const NOTHING: Picture = { lines: [], axis: { min: 0, max: 1, ticks: [] }, empty: null }

export interface ChartShape {
  readonly scale: YScale
  /** No bands, no acts; room for an x axis of its own. */
  readonly timeless?: boolean
}

export function useLabChart(
  canvas: HTMLCanvasElement,
  shape: ChartShape,
  theme: ChartTheme,
): LabChart {
  const state: State = {
    fromMs: 0,
    toMs: 1,
    nowMs: 0,
    cursorMs: null,
    bands: [],
    flags: [],
    picture: NOTHING,
    theme,
  }
  // A plain variable: a reactive proxy around a chart breaks it and costs every access.
  const chart = makeChart(document.createElement('canvas'), shape, state)
  return {
    setWindow: (fromMs, toMs, nowMs) => Object.assign(state, { fromMs, toMs, nowMs }),
    setData: (picture) => (state.picture = picture),
    setBands: (bands, flags) => Object.assign(state, { bands, flags }),
    setCursor: (atMs) => (state.cursorMs = atMs),
    setTheme: (next) => (state.theme = next),
    draw: () => {
      sizeTo(chart, canvas)
      draw(chart, state)
    },
    show: () => copyTo(canvas, chart.canvas),
    toImage: () => chart.canvas,
    destroy: () => chart.destroy(),
  }
}

/** As large as where it is shown. */
function sizeTo(chart: LineChart, { clientWidth, clientHeight }: HTMLCanvasElement): void {
  const isSame = chart.width === clientWidth && chart.height === clientHeight
  const isSharp = chart.currentDevicePixelRatio === window.devicePixelRatio
  if ((isSame && isSharp) || clientWidth === 0 || clientHeight === 0) return
  chart.resize(clientWidth, clientHeight)
}

function copyTo(canvas: HTMLCanvasElement, from: HTMLCanvasElement): void {
  // A canvas that gets a size is cleared, also if it had the same.
  if (canvas.width !== from.width) canvas.width = from.width
  if (canvas.height !== from.height) canvas.height = from.height
  const ctx = canvas.getContext('2d')
  if (!ctx || from.width === 0 || from.height === 0) return
  ctx.clearRect(0, 0, canvas.width, canvas.height)
  ctx.drawImage(from, 0, 0)
}

function draw(chart: LineChart, state: State): void {
  chart.data.datasets = state.picture.lines.map((line) => datasetOf(line, state.theme))
  const { x, y } = chart.options.scales ?? {}
  if (x) Object.assign(x, { min: state.fromMs, max: state.toMs })
  if (y) Object.assign(y, { min: state.picture.axis.min, max: state.picture.axis.max })
  chart.update('none')
}

function datasetOf(line: Line, { lineScale }: ChartTheme): ChartDataset<'line', XY[]> {
  return {
    label: line.id,
    data: line.points as XY[],
    borderColor: line.color,
    borderWidth: line.width * lineScale,
    borderDash: [...(line.dash ?? [])],
    borderJoinStyle: 'round',
    stepped: line.stepped ?? false,
    pointRadius: 0,
    pointHitRadius: 0,
  }
}

function makeChart(canvas: HTMLCanvasElement, shape: ChartShape, state: State): LineChart {
  const hatches = new Hatches()
  return new Chart<'line', XY[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    plugins: [
      ...(shape.timeless ? [] : [bandPlugin(state, hatches)]),
      axisPlugin(state),
      picturePlugin(state),
    ],
    options: {
      parsing: false,
      normalized: true,
      animation: false,
      // Its canvas is in no page: `sizeTo` says how large it is.
      responsive: false,
      maintainAspectRatio: false,
      // Pointers belong to the stack of charts, which reads one time for all of them.
      events: [],
      spanGaps: false,
      layout: {
        padding: {
          top: PAD_PX,
          right: RIGHT_PX,
          bottom: shape.timeless ? FOOT_PX : PAD_PX,
          left: AXIS_PX,
        },
      },
      scales: {
        x: { type: 'linear', ...BARE },
        y: { type: shape.scale, ...BARE },
      },
    },
  })
}

function frameOf(chart: LineChart, state: State): PlotFrame {
  const { left, right, top, bottom } = chart.chartArea
  const { fromMs, toMs, nowMs, cursorMs, theme } = state
  const perMs = (right - left) / (toMs - fromMs)
  return {
    ...{ ctx: chart.ctx, theme, left, right, top, bottom, fromMs, toMs, nowMs, cursorMs },
    x: (atMs) => left + (atMs - fromMs) * perMs,
    y: (value) => chart.scales['y']?.getPixelForValue(value) ?? bottom,
  }
}

/** Faults and acts behind everything. */
function bandPlugin(state: State, hatches: Hatches): Plugin<'line'> {
  return {
    id: 'labBands',
    beforeDraw(chart) {
      const frame = frameOf(chart as LineChart, state)
      frame.ctx.save()
      paintBands(frame, state.bands, hatches, chart.height)
      paintFlags(frame, state.flags, chart.height)
      frame.ctx.restore()
    },
  }
}

function axisPlugin(state: State): Plugin<'line'> {
  return {
    id: 'labAxis',
    beforeDraw(chart) {
      const frame = frameOf(chart as LineChart, state)
      frame.ctx.save()
      paintAxis(frame, state.picture.axis.ticks)
      paintEdge(frame)
      frame.ctx.restore()
    },
  }
}

function picturePlugin(state: State): Plugin<'line'> {
  return {
    id: 'labPicture',
    beforeDatasetsDraw(chart) {
      const { under } = state.picture
      if (!under) return
      const frame = frameOf(chart as LineChart, state)
      frame.ctx.save()
      frame.ctx.beginPath()
      frame.ctx.rect(frame.left, 0, frame.right - frame.left, chart.height)
      frame.ctx.clip()
      under(frame)
      frame.ctx.restore()
    },
    afterDatasetsDraw(chart) {
      const { over } = state.picture
      if (!over) return
      const frame = frameOf(chart as LineChart, state)
      frame.ctx.save()
      over(frame)
      frame.ctx.restore()
    },
  }
}
