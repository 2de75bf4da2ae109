/** The overview strip's picture: throughput of the whole run, faults, and a tick per preemption. */
import type { Band } from './chartBands'
import { Hatches } from './chartPaint'
import { groundOf, paintGround } from './chartStage'
import type { Ctx } from './chartPaint'
import type { ChartTheme } from './chartTheme'
import type { SeriesData } from './seriesData'
import { extentMs } from './timeWindow'
import type { TimeView } from './timeWindow'

/** Room for half a handle at either end. */
export const STRIP_EDGE_PX = 4
const TOP_PX = 4
const BOTTOM_PX = 32
const AREA_PX = 24

export interface Overview {
  readonly data: SeriesData
  readonly bands: readonly Band[]
  readonly theme: ChartTheme
  readonly view: TimeView
  readonly plotPx: number
  /** Of the canvas, px. */
  readonly box: { readonly width: number; readonly height: number }
}

const hatches = new Hatches()

export function drawOverview(canvas: HTMLCanvasElement, overview: Overview): void {
  const ctx = fitted(canvas, overview.box)
  if (!ctx) return
  const { theme, view, plotPx } = overview
  const lengthMs = extentMs(view)
  const x = (atMs: number): number => STRIP_EDGE_PX + (atMs / lengthMs) * plotPx
  ctx.fillStyle = groundColour(canvas, theme)
  ctx.fillRect(STRIP_EDGE_PX, TOP_PX, plotPx, BOTTOM_PX - TOP_PX)
  paintGround({ ctx, theme }, groundOf(overview.bands, view.nowMs), hatches, {
    ...{ left: STRIP_EDGE_PX, right: STRIP_EDGE_PX + plotPx, top: TOP_PX },
    ...{ height: BOTTOM_PX - TOP_PX, nowMs: view.nowMs, x },
  })
  drawLoad(ctx, overview, x)
  drawPreemptions(ctx, overview, x)
}

/** Matches the canvas to its box, which is not asked for: that would lay out the whole page. */
function fitted(canvas: HTMLCanvasElement, box: Overview['box']): Ctx | null {
  const scale = Math.max(1, window.devicePixelRatio || 1)
  const width = Math.round(box.width * scale)
  const height = Math.round(box.height * scale)
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  const ctx = canvas.getContext('2d')
  ctx?.setTransform(scale, 0, 0, scale, 0, 0)
  ctx?.clearRect(0, 0, box.width, box.height)
  return ctx
}

/** Asked for once a theme: to ask computes the style of the whole page. */
const groundColours = new WeakMap<ChartTheme, string>()

function groundColour(canvas: HTMLCanvasElement, theme: ChartTheme): string {
  const known = groundColours.get(theme)
  if (known !== undefined) return known
  const colour = getComputedStyle(canvas).getPropertyValue('--bg-raised').trim()
  groundColours.set(theme, colour)
  return colour
}

function drawLoad(ctx: Ctx, { data, theme }: Overview, x: (atMs: number) => number): void {
  // Two buckets together: one alone jumps between the requests of a slow load.
  const rates = data.load.map((point, at) => {
    const before = data.load[at - 1] ?? point
    return { atMs: point.atMs, rate: (point.ackedPerSecond + before.ackedPerSecond) / 2 }
  })
  const top = Math.max(1, ...rates.map(({ rate }) => rate))
  const y = (rate: number): number => BOTTOM_PX - 1 - (rate / top) * AREA_PX
  const runs: { atMs: number; rate: number }[][] = []
  let lastMs = -Infinity
  for (const point of rates) {
    if (point.atMs - lastMs > data.spanMs * 5) runs.push([])
    runs.at(-1)?.push(point)
    lastMs = point.atMs
  }
  for (const run of runs) {
    const [first] = run
    const last = run.at(-1)
    if (!first || !last) continue
    const line = new Path2D()
    run.forEach(({ atMs, rate }, at) =>
      at === 0 ? line.moveTo(x(atMs), y(rate)) : line.lineTo(x(atMs), y(rate)),
    )
    const area = new Path2D(line)
    area.lineTo(x(last.atMs), BOTTOM_PX)
    area.lineTo(x(first.atMs), BOTTOM_PX)
    ctx.fillStyle = ctx.strokeStyle = theme.accent
    ctx.globalAlpha = 0.14
    ctx.fill(area)
    ctx.globalAlpha = 1
    ctx.lineWidth = 1
    ctx.stroke(line)
  }
}

function drawPreemptions(ctx: Ctx, { data, theme }: Overview, x: (atMs: number) => number): void {
  ctx.fillStyle = theme.bad
  for (const { atMs } of data.preemptions) ctx.fillRect(Math.round(x(atMs)), 26, 1, 5.5)
}
