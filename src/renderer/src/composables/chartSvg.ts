/**
 * A chart as an SVG document, drawn from its data: title, unit, axes, bands, lines and marks, with
 * the painters of the canvas. What the legend hides is left out, as on the screen.
 */
import type { Band, Flag } from './chartBands'
import { haloText, Hatches } from './chartPaint'
import type { PlotFrame } from './chartPaint'
import { paintAxis, paintBands, paintEdge, paintFlags } from './chartStage'
import type { ChartTheme } from './chartTheme'
import { timeTicks } from './chartTicks'
import { tickMsMin } from './timeUnit'
import type { TimeUnit } from './timeUnit'
import { SvgPen } from './svgPen'
import { AXIS_PX, FOOT_PX, PAD_PX, RIGHT_PX } from './useLabChart'
import type { ChartShape, Line, Picture } from './useLabChart'

const HEAD_PX = 28
const WIDER = 1.16
/** Room for the axis of time. */
const TIME_PX = 24

export interface SvgInput extends ChartShape {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** What is switched on, with its values: the legend in words. */
  readonly words: string
  readonly picture: Picture
  readonly bands: readonly Band[]
  readonly flags: readonly Flag[]
  readonly fromMs: number
  readonly toMs: number
  readonly nowMs: number
  /** What its time counts. */
  readonly time: TimeUnit
  readonly theme: ChartTheme
  /** Px of the plot with its axis, as on the screen. */
  readonly width: number
  readonly height: number
  widthOf(text: string, font: string): number
}

export function chartSvg(input: SvgInput): string {
  const { title, unit, theme, width, height, picture } = input
  const pen = new SvgPen(`chart-${input.id}`, input.widthOf)
  const frame = frameOf(input, pen)
  const { left, top, right, bottom } = frame
  const total = HEAD_PX + height + (input.timeless ? 0 : TIME_PX)
  pen.fillStyle = theme.bg
  pen.fillRect(0, 0, width, total)
  pen.save()
  pen.beginPath()
  pen.rect(left, HEAD_PX, right - left, height)
  pen.clip()
  if (!input.timeless) paintGround(frame, input, HEAD_PX + height)
  pen.restore()
  paintAxis(frame, picture.axis.ticks)
  paintEdge(frame)
  pen.save()
  pen.beginPath()
  pen.rect(left, HEAD_PX, right - left, height)
  pen.clip()
  picture.under?.(frame)
  pen.restore()
  pen.save()
  pen.beginPath()
  pen.rect(left, top - PAD_PX, right - left, bottom - top + 2 * PAD_PX)
  pen.clip()
  for (const line of picture.lines) strokeLine(frame, line)
  pen.restore()
  picture.over?.(frame)
  // Bands run behind the head on the canvas; here the head is the page's.
  pen.fillStyle = theme.bg
  pen.fillRect(0, 0, width, HEAD_PX - PAD_PX)
  haloText(frame, title, 12, 17, { bold: true })
  // A reader without the font may set the title wider.
  const titlePx = pen.measureText(title).width * WIDER
  haloText(frame, unit, 22 + titlePx, 17, { color: theme.fgMuted })
  haloText(frame, input.words, width - RIGHT_PX, 17, { align: 'right', color: theme.fgMuted })
  if (!input.timeless) paintTime(frame, total, input.time)
  if (picture.empty !== null) {
    const middle = { x: (left + right) / 2, y: (top + bottom) / 2 }
    haloText(frame, picture.empty, middle.x, middle.y, { align: 'center', color: theme.fgMuted })
  }
  return pen.document(width, total, `${title}, ${unit}. ${picture.empty ?? input.words}`)
}

function frameOf(input: SvgInput, pen: SvgPen): PlotFrame {
  const { fromMs, toMs, nowMs, theme, width, height, picture, scale, timeless } = input
  const left = AXIS_PX
  const right = width - RIGHT_PX
  const top = HEAD_PX + PAD_PX
  const bottom = HEAD_PX + height - (timeless ? FOOT_PX : PAD_PX)
  const { min, max } = picture.axis
  const place = scale === 'logarithmic' ? Math.log10 : (value: number): number => value
  const from = place(min)
  const span = place(max) - from || 1
  return {
    ...{ ctx: pen, theme, left, right, top, bottom, fromMs, toMs, nowMs, cursorMs: null },
    x: (atMs) => left + ((atMs - fromMs) / (toMs - fromMs)) * (right - left),
    y: (value) => bottom - ((place(value) - from) / span) * (bottom - top),
  }
}

function paintGround(frame: PlotFrame, { bands, flags }: SvgInput, height: number): void {
  frame.ctx.save()
  paintBands(frame, bands, new Hatches(), height)
  paintFlags(frame, flags, height)
  frame.ctx.restore()
}

function paintTime(frame: PlotFrame, total: number, time: TimeUnit): void {
  const { ctx, theme, left, right, fromMs, toMs } = frame
  ctx.fillStyle = theme.border
  ctx.fillRect(left, total - TIME_PX, right - left, 1)
  const style = { align: 'center', color: theme.fgMuted } as const
  const ticks = timeTicks(fromMs, toMs, right - left, undefined, tickMsMin(time))
  for (const { value, text } of ticks) {
    haloText(frame, text, frame.x(value), total - 8, style)
  }
  haloText(frame, time, left - 12, total - 8, { align: 'right', color: theme.fgMuted })
}

function strokeLine({ ctx, theme, x, y }: PlotFrame, line: Line): void {
  ctx.strokeStyle = line.color
  ctx.lineWidth = line.width * theme.lineScale
  ctx.lineJoin = 'round'
  ctx.setLineDash([...(line.dash ?? [])])
  ctx.beginPath()
  let before: number | null = null
  for (const point of line.points) {
    if (Number.isNaN(point.y)) {
      before = null
      continue
    }
    const at = { x: x(point.x), y: y(point.y) }
    if (before === null) ctx.moveTo(at.x, at.y)
    else {
      if (line.stepped) ctx.lineTo(at.x, before)
      ctx.lineTo(at.x, at.y)
    }
    before = at.y
  }
  ctx.stroke()
  ctx.setLineDash([])
}
