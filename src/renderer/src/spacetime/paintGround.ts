/** What lies under the arrows: grid, lanes with their states, and time that nobody watched. */
import { NO_SHIFT } from './clockShift'
import type { ClockShift } from './clockShift'
import { laneTop, laneY, xOf } from './geometry'
import type { Layout, Window } from './geometry'
import type { LaneBook, LaneSpan } from './laneBook'
import { nodeColour } from './palette'
import type { Ctx, Palette } from './palette'

/** Time in which single messages were not told to this window. */
export interface Unwatched {
  readonly fromMs: number
  /** Null: up to now. */
  readonly toMs: number | null
}

export interface Ground {
  readonly ctx: Ctx
  readonly layout: Layout
  readonly window: Window
  readonly palette: Palette
  readonly book: LaneBook
  readonly unwatched: readonly Unwatched[]
  readonly nowMs: number
  readonly ticks: readonly number[]
  /** Default: as it was recorded. */
  readonly shift?: ClockShift
}

const HATCH_PX = 8

export function paintGround(ground: Ground): void {
  const { ctx, layout, palette } = ground
  ctx.globalAlpha = 1
  ctx.fillStyle = palette.bg
  ctx.fillRect(0, 0, layout.width, layout.height)
  layout.lanes.forEach((node, lane) => {
    for (const span of ground.book.spans(node)) paintSpan(ground, lane, node, span)
  })
  paintGrid(ground)
  for (const gap of ground.unwatched) paintUnwatched(ground, gap)
  layout.lanes.forEach((node, lane) => {
    const y = Math.round(laneY(layout, lane)) + 0.5
    ctx.globalAlpha = 0.55
    ctx.strokeStyle = nodeColour(palette, node)
    ctx.lineWidth = (node === 0 ? 1 : 1.5) * palette.lineScale
    // N6 to N9 reuse hues: their lines are dashed.
    ctx.setLineDash(node > 5 ? [6, 3] : [])
    line(ctx, 0, y, layout.width, y)
  })
  ctx.setLineDash([])
  ctx.globalAlpha = 1
}

function paintGrid({ ctx, layout, window, palette, ticks }: Ground): void {
  ctx.strokeStyle = palette.grid
  ctx.lineWidth = 1
  ctx.setLineDash([])
  for (let lane = 1; lane < layout.lanes.length; lane += 1) {
    const y = Math.round(laneTop(layout, lane)) + 0.5
    line(ctx, 0, y, layout.width, y)
  }
  for (const atMs of ticks) {
    const x = Math.round(xOf(layout, window, atMs)) + 0.5
    line(ctx, x, 0, x, layout.height)
  }
}

function paintSpan(ground: Ground, lane: number, node: number, span: LaneSpan): void {
  const { ctx, layout, window, palette, nowMs, shift = NO_SHIFT } = ground
  // The lab times processes, a node its own states.
  const isLabs = span.kind === 'down' || span.kind === 'paused'
  const shiftMs = isLabs ? 0 : (shift.ms[node] ?? 0)
  const endShiftMs = span.toMs === null || span.endsByLab ? 0 : shiftMs
  const from = Math.max(0, xOf(layout, window, span.fromMs + shiftMs))
  const to = Math.min(layout.width, xOf(layout, window, (span.toMs ?? nowMs) + endShiftMs))
  if (to <= from) return
  const top = laneTop(layout, lane)
  const { laneHeight } = layout
  switch (span.kind) {
    case 'leading':
      ctx.globalAlpha = 0.1
      ctx.fillStyle = nodeColour(palette, node)
      ctx.fillRect(from, top, to - from, laneHeight)
      break
    case 'down':
      ctx.globalAlpha = 0.12
      ctx.fillStyle = palette.down
      ctx.fillRect(from, top, to - from, laneHeight)
      hatch(ctx, { x: from, y: top, width: to - from, height: laneHeight }, palette.down, 'slope')
      break
    case 'paused':
      hatch(ctx, { x: from, y: top, width: to - from, height: laneHeight }, palette.pause, 'bars')
      break
    case 'preparing': {
      const y = Math.round(laneY(layout, lane) + laneHeight * 0.5 - (laneHeight > 50 ? 14 : 9))
      ctx.globalAlpha = 0.75
      ctx.strokeStyle = nodeColour(palette, node)
      ctx.lineWidth = 3
      ctx.setLineDash([6, 3])
      line(ctx, from, y, to, y)
      ctx.setLineDash([])
    }
  }
  ctx.globalAlpha = 1
}

function paintUnwatched({ ctx, layout, window, palette, nowMs }: Ground, gap: Unwatched): void {
  const from = Math.max(0, xOf(layout, window, gap.fromMs))
  const to = Math.min(layout.width, xOf(layout, window, gap.toMs ?? nowMs))
  if (to - from < 1) return
  const box = { x: from, y: 0, width: to - from, height: layout.height }
  ctx.globalAlpha = 0.1
  ctx.fillStyle = palette.gap
  ctx.fillRect(box.x, box.y, box.width, box.height)
  hatch(ctx, box, palette.gap, 'cross')
  if (to - from < 140) return
  ctx.globalAlpha = 1
  ctx.font = `400 ${palette.fontPx}px ${palette.fontUi}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.lineWidth = 4
  ctx.lineJoin = 'round'
  ctx.strokeStyle = palette.bg
  ctx.fillStyle = palette.muted
  ctx.strokeText('messages were not watched', from + 8, 15)
  ctx.fillText('messages were not watched', from + 8, 15)
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Patterns repeat the meaning of the tint: slopes for down, bars for paused, crosses for a gap. */
function hatch(ctx: Ctx, box: Box, colour: string, kind: 'slope' | 'bars' | 'cross'): void {
  const { x, y, width, height } = box
  ctx.save()
  ctx.beginPath()
  ctx.rect(x, y, width, height)
  ctx.clip()
  ctx.globalAlpha = 0.35
  ctx.strokeStyle = colour
  ctx.lineWidth = 1
  ctx.beginPath()
  const first = Math.floor((x - height) / HATCH_PX) * HATCH_PX
  for (let at = first; at < x + width; at += HATCH_PX) {
    if (kind === 'bars') {
      ctx.moveTo(at + 0.5, y)
      ctx.lineTo(at + 0.5, y + height)
      continue
    }
    ctx.moveTo(at, y + height)
    ctx.lineTo(at + height, y)
    if (kind !== 'cross') continue
    ctx.moveTo(at, y)
    ctx.lineTo(at + height, y + height)
  }
  ctx.stroke()
  ctx.restore()
}

function line(ctx: Ctx, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath()
  ctx.moveTo(x0, y0)
  ctx.lineTo(x1, y1)
  ctx.stroke()
}
