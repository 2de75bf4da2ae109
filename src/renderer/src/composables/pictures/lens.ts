/**
 * Lens: steps narrower than 8 px carry no markers on the staircase; a box shows those around the
 * cursor, wide enough to tell who climbed when and which ballots reached phase 2.
 */
import type { Stair } from '../../../../core/measure/series'
import { overlap } from '../chartLabels'
import type { Box } from '../chartLabels'
import { drawMarker, haloText } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { spanWords } from '../timeUnit'
import type { TimeUnit } from '../timeUnit'
import { firstAt } from './picture'
import { proposersOf, stepMs, timeOfStair } from './stairFacts'

export const LENS_STEP_PX = 8
const BOX_PX = { width: 184, height: 88, margin: 8, air: 40 }
/** Steps that fit in the box with their markers. */
const STEPS = 8
/** Of the time that the lens shows, this part lies before the cursor. */
const BEFORE = 0.7

interface View {
  readonly fromMs: number
  readonly toMs: number
  readonly low: number
  readonly high: number
}

/** A lens with its place. */
export interface Lens {
  readonly shown: readonly Stair[]
  readonly box: Box
  readonly view: View
  readonly cursorMs: number
}

/** Null: there is nothing to enlarge, or too little room. */
export function lensAt(
  frame: PlotFrame,
  rows: readonly Stair[],
  labels: readonly Box[],
  cursorMs: number,
): Lens | null {
  const around = rows.filter((row) => Math.abs(row.bidAtMs - cursorMs) < frame.toMs - frame.fromMs)
  const step = stepMs(around)
  if (!Number.isFinite(step)) return null
  const spanMs = step * STEPS
  const fromMs = cursorMs - spanMs * BEFORE
  const view = { fromMs, toMs: fromMs + spanMs }
  const first = Math.max(0, firstAt(rows, view.fromMs, timeOfStair) - 2)
  const shown = rows.slice(first, firstAt(rows, view.toMs, timeOfStair))
  const rounds = shown.map((row) => row.ballot.round)
  if (shown.length < 3) return null
  const low = Math.min(...rounds) - 1
  const high = Math.max(...rounds) + 1
  const box = place(frame, rows, labels, cursorMs)
  return box && { shown, box, view: { ...view, low, high }, cursorMs }
}

/** Where it hides least of climb and labels, and never the cursor. Null: too little room. */
function place(
  frame: PlotFrame,
  rows: readonly Stair[],
  labels: readonly Box[],
  cursorMs: number,
): Box | null {
  const width = Math.min(BOX_PX.width, (frame.right - frame.left) * 0.38)
  const height = Math.min(BOX_PX.height, (frame.bottom - frame.top) * 0.6)
  if (height < 48 || width < 100) return null
  const cursor = frame.x(cursorMs)
  const first = frame.left + BOX_PX.margin
  const last = frame.right - BOX_PX.margin - width
  const lefts = [first, last, cursor + BOX_PX.air, cursor - BOX_PX.air - width]
  const boxes = lefts
    .filter((left) => left >= first && left <= last)
    .filter((left) => cursor < left - BOX_PX.margin || cursor > left + width + BOX_PX.margin)
    .flatMap((left) =>
      [frame.top + 2, frame.bottom - height - 6].map((top) => ({ left, top, width, height })),
    )
  const free = boxes.filter((box) => !labels.some((label) => overlap(box, label)))
  const hidden = (box: Box): number =>
    rows.filter((row) => holds(box, frame.x(row.bidAtMs), frame.y(row.ballot.round))).length
  return (free.length > 0 ? free : boxes).sort((a, b) => hidden(a) - hidden(b))[0] ?? null
}

function holds(box: Box, x: number, y: number): boolean {
  const { left, top, width, height } = box
  return x >= left && x <= left + width && y >= top && y <= top + height
}

export function paintLens(
  frame: PlotFrame,
  { shown, box, view, cursorMs }: Lens,
  unit: TimeUnit,
): void {
  const { ctx, theme } = frame
  paintLink(frame, box, view)
  ctx.fillStyle = theme.bg
  ctx.fillRect(box.left, box.top, box.width, box.height)
  ctx.save()
  ctx.beginPath()
  ctx.rect(box.left, box.top, box.width, box.height)
  ctx.clip()
  const inner = { ...box, top: box.top + 6, height: box.height - 12 }
  const x = (atMs: number): number =>
    box.left + ((atMs - view.fromMs) / (view.toMs - view.fromMs)) * box.width
  const y = (round: number): number =>
    inner.top + inner.height - ((round - view.low) / (view.high - view.low)) * inner.height
  paintSteps(frame, shown, x, y)
  ctx.fillStyle = theme.fg
  ctx.fillRect(Math.round(x(cursorMs)), box.top, 1, box.height)
  ctx.restore()
  const text = spanWords(view.toMs - view.fromMs, unit)
  haloText(frame, text, box.left + box.width - 6, box.top + box.height - 6, {
    align: 'right',
    color: theme.fgMuted,
  })
  ctx.strokeStyle = theme.borderControl
  ctx.lineWidth = 1
  ctx.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1)
}

/** The part of the chart that the lens shows, and two lines to the box. */
function paintLink(frame: PlotFrame, box: Box, view: View): void {
  const { ctx, theme } = frame
  const left = Math.max(frame.left, frame.x(view.fromMs))
  const right = Math.min(frame.right, frame.x(view.toMs))
  const top = Math.max(frame.top, frame.y(view.high))
  const bottom = Math.min(frame.bottom, frame.y(view.low))
  ctx.strokeStyle = theme.fgMuted
  ctx.lineWidth = 1
  ctx.strokeRect(left, top, right - left, Math.max(4, bottom - top))
  const onLeft = box.left < left
  const boxEdge = onLeft ? box.left + box.width : box.left
  const edge = onLeft ? left : right
  ctx.setLineDash([2, 3])
  ctx.beginPath()
  ctx.moveTo(edge, top)
  ctx.lineTo(boxEdge, box.top)
  ctx.moveTo(edge, Math.max(top + 4, bottom))
  ctx.lineTo(boxEdge, box.top + box.height)
  ctx.stroke()
  ctx.setLineDash([])
}

function paintSteps(
  frame: PlotFrame,
  rows: readonly Stair[],
  x: (atMs: number) => number,
  y: (round: number) => number,
): void {
  const { ctx, theme } = frame
  for (const node of proposersOf(rows)) {
    const own = rows.filter((row) => row.ballot.node === node)
    ctx.strokeStyle = theme.node(node)
    ctx.lineWidth = 1.25
    ctx.beginPath()
    own.forEach((row, at) => {
      const before = own[at - 1]
      if (before) ctx.lineTo(x(row.bidAtMs), y(before.ballot.round))
      else ctx.moveTo(x(row.bidAtMs), y(row.ballot.round))
      ctx.lineTo(x(row.bidAtMs), y(row.ballot.round))
    })
    const last = own.at(-1)
    if (last) ctx.lineTo(x(last.preemptedAtMs ?? last.bidAtMs), y(last.ballot.round))
    ctx.stroke()
  }
  for (const row of rows) {
    const hollow = row.electedAtMs === null
    drawMarker(frame, row.ballot.node, x(row.bidAtMs), y(row.ballot.round), 8, hollow)
  }
}
