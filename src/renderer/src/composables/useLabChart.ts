/**
 * The only file that knows Chart.js: scales, lines and their drawing. Everything else on a chart
 * (bands, labels, markers) is painted by our own plugins, so that the library can be exchanged.
 *
 * Shapes: x is lab time in ms; a gap in a line is a point whose y is NaN.
 * Order:  setters change nothing on the screen; `draw` does, once, without animation.
 */
import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
} from 'chart.js'
import type { ChartDataset, Plugin } from 'chart.js'
import type { Band, Flag } from './chartBands'
import { FONT_PX, Hatches } from './chartPaint'
import type { Painter, PlotFrame } from './chartPaint'
import type { ChartTheme } from './chartTheme'
import type { AxisRange } from './chartTicks'

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale)

/** The y axis has one width everywhere: x means the same on every chart of a stack. */
export const AXIS_PX = 44
export const RIGHT_PX = 12

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

type LineChart = Chart<'line', XY[]>

const NOTHING: Picture = { lines: [], axis: { min: 0, max: 1, ticks: [] }, empty: null }

export function useLabChart(canvas: HTMLCanvasElement, scale: YScale, theme: ChartTheme): LabChart {
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
  const chart = makeChart(canvas, scale, state)
  return {
    setWindow: (fromMs, toMs, nowMs) => Object.assign(state, { fromMs, toMs, nowMs }),
    setData: (picture) => (state.picture = picture),
    setBands: (bands, flags) => Object.assign(state, { bands, flags }),
    setCursor: (atMs) => (state.cursorMs = atMs),
    setTheme: (next) => (state.theme = next),
    draw: () => draw(chart, state),
    toImage: () => chart.canvas,
    destroy: () => chart.destroy(),
  }
}

function draw(chart: LineChart, state: State): void {
  chart.data.datasets = state.picture.lines.map(datasetOf)
  const { x, y } = chart.options.scales ?? {}
  if (x) Object.assign(x, { min: state.fromMs, max: state.toMs })
  if (y) Object.assign(y, { min: state.picture.axis.min, max: state.picture.axis.max })
  chart.update('none')
}

function datasetOf(line: Line): ChartDataset<'line', XY[]> {
  return {
    label: line.id,
    data: line.points as XY[],
    borderColor: line.color,
    borderWidth: line.width,
    borderDash: [...(line.dash ?? [])],
    borderJoinStyle: 'round',
    stepped: line.stepped ?? false,
    pointRadius: 0,
    pointHitRadius: 0,
  }
}

function makeChart(canvas: HTMLCanvasElement, scale: YScale, state: State): LineChart {
  const hatches = new Hatches()
  return new Chart<'line', XY[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    plugins: [bandPlugin(state, hatches), picturePlugin(state)],
    options: {
      parsing: false,
      normalized: true,
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      // Pointers belong to the stack of charts, which reads one time for all of them.
      events: [],
      spanGaps: false,
      layout: { padding: { top: 4, right: RIGHT_PX, bottom: 4, left: 0 } },
      scales: {
        x: { type: 'linear', display: false },
        y: {
          type: scale,
          afterFit: (axis) => {
            axis.width = AXIS_PX
          },
          afterBuildTicks: (axis) => {
            axis.ticks = state.picture.axis.ticks.map(({ value }) => ({ value }))
          },
          border: { display: false },
          grid: { color: () => state.theme.borderSoft, drawTicks: false },
          ticks: {
            autoSkip: false,
            padding: 6,
            maxRotation: 0,
            color: () => state.theme.fgMuted,
            font: () => ({ size: FONT_PX, family: state.theme.fontUi }),
            callback: (_value, at) => state.picture.axis.ticks[at]?.text ?? '',
          },
        },
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

/** Faults behind everything: tint and hatch by kind, over the chart's whole height. */
function bandPlugin(state: State, hatches: Hatches): Plugin<'line'> {
  return {
    id: 'labBands',
    beforeDraw(chart) {
      const frame = frameOf(chart as LineChart, state)
      const { ctx, left, right, theme } = frame
      ctx.save()
      for (const band of state.bands) {
        const from = Math.max(left, frame.x(band.fromMs))
        const to = Math.min(right, frame.x(band.toMs ?? state.nowMs))
        if (to <= from) continue
        ctx.globalAlpha = band.kind === 'down' ? 0.1 : 0.07
        ctx.fillStyle = theme.faults[band.kind]
        ctx.fillRect(from, 0, to - from, chart.height)
        ctx.globalAlpha = band.kind === 'down' ? 0.05 : 0.2
        ctx.fillStyle = hatches.get(frame, band.kind) ?? ctx.fillStyle
        ctx.fillRect(from, 0, to - from, chart.height)
      }
      ctx.globalAlpha = 1
      paintFlags(frame, state.flags, chart.height)
      ctx.fillStyle = theme.border
      ctx.fillRect(left - 1, frame.top, 1, frame.bottom - frame.top)
      ctx.restore()
    },
  }
}

/** An act (a policy switched, load begun) is a dotted line through every chart. */
function paintFlags(frame: PlotFrame, flags: readonly Flag[], height: number): void {
  const { ctx, theme } = frame
  ctx.strokeStyle = theme.fgMuted
  ctx.lineWidth = 1
  ctx.setLineDash([2, 3])
  for (const { atMs, change } of flags) {
    if (!change || atMs < frame.fromMs || atMs > frame.toMs) continue
    const x = Math.round(frame.x(atMs)) + 0.5
    ctx.beginPath()
    ctx.moveTo(x, 0)
    ctx.lineTo(x, height)
    ctx.stroke()
  }
  ctx.setLineDash([])
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
