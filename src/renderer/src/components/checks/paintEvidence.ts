/**
 * Paints the slice of a violation with the painters of the space-time diagram: one picture for each
 * stretch of time, side by side on the same lanes, the events of the evidence ringed.
 *
 * Units: CSS px of the canvas; lab time in ms.
 */
import { timeTicks } from '../../composables/chartTicks'
import { momentNumber, momentWords, tickMsMin } from '../../composables/timeUnit'
import type { TimeUnit } from '../../composables/timeUnit'
import { laneIndex, laneY, xOf } from '../../spacetime/geometry'
import type { Layout } from '../../spacetime/geometry'
import { paintArrow } from '../../spacetime/paintArrows'
import { paintGround } from '../../spacetime/paintGround'
import { paintLabels, paintMarks } from '../../spacetime/paintMarks'
import type { Ctx, Palette } from '../../spacetime/palette'
import { CLIENTS } from '../../spacetime/kinds'
import type { EvidenceMark, EvidenceSlice, Stretch } from './evidenceSlice'

/** Words stand above a lane and below it. */
const LANE_PX = 40
const FEW_LANES = 3
const FEW_LANES_PX = 56
export const AXIS_PX = 18
/** Between two stretches. */
const GAP_PX = 24
const STRETCH_PX_MIN = 96
const PX_A_TICK = 72
const RING_PX = 7

/** Height of a lane: two or three have room for their words. */
export function laneHeight(lanes: number): number {
  return lanes <= FEW_LANES ? FEW_LANES_PX : LANE_PX
}

/** Where a stretch stands in the picture. */
interface StretchPlace {
  readonly stretch: Stretch
  readonly left: number
  readonly width: number
}

/** Each has room for itself; the rest goes by length. */
export function placesOf(stretches: readonly Stretch[], width: number): StretchPlace[] {
  const count = stretches.length
  const free = Math.max(0, width - (count - 1) * GAP_PX - count * STRETCH_PX_MIN)
  const whole = stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  let left = 0
  return stretches.map((stretch) => {
    const share = (stretch.toMs - stretch.fromMs) / Math.max(1e-9, whole)
    const place = { stretch, left, width: STRETCH_PX_MIN + free * share }
    left += place.width + GAP_PX
    return place
  })
}

interface EvidencePainting {
  readonly ctx: Ctx
  readonly slice: EvidenceSlice
  readonly palette: Palette
  readonly width: number
  readonly unit: TimeUnit
  /** Pixels of the screen for each of the canvas. */
  readonly scale: number
  /** The event that is picked in the table; null: none. */
  readonly selectedSeq: number | null
}

export function paintEvidence(painting: EvidencePainting): void {
  const { ctx, slice, palette, width, scale } = painting
  const height = slice.lanes.length * laneHeight(slice.lanes.length)
  ctx.setTransform(scale, 0, 0, scale, 0, 0)
  ctx.globalAlpha = 1
  ctx.fillStyle = palette.bg
  ctx.fillRect(0, 0, width, height + AXIS_PX)
  const places = placesOf(slice.stretches, width)
  for (const place of places) {
    ctx.save()
    ctx.translate(place.left, 0)
    ctx.beginPath()
    ctx.rect(0, 0, place.width, height)
    ctx.clip()
    paintStretch(painting, place, height)
    ctx.restore()
    paintAxis(painting, place, height)
  }
  for (const [index, place] of places.entries()) {
    const next = places[index + 1]
    if (next !== undefined) paintBreak(painting, place, next, height)
  }
}

function paintStretch(painting: EvidencePainting, place: StretchPlace, height: number): void {
  const { ctx, slice, palette, selectedSeq } = painting
  const { store, book, lanes, slot } = slice
  const { fromMs, toMs, rows } = place.stretch
  const layout: Layout = {
    ...{ width: place.width, height, lanes },
    laneHeight: laneHeight(lanes.length),
  }
  const window = { fromMs, toMs }
  const laneOf = laneIndex(lanes)
  const over = { ctx, layout, window, palette, book, store }
  const ticks = timeTicks(fromMs, toMs, place.width, PX_A_TICK, tickMsMin(painting.unit)).map(
    ({ value }) => value,
  )
  paintGround({ ...over, unwatched: [], nowMs: toMs, ticks })
  for (const row of rows) paintArrow({ ...over, colour: 'family', laneOf }, row)
  paintMarks(over, slot)
  paintLabels(over, rows, laneOf)
  const own = slice.marks.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
  const ends = new Map<number, number>()
  for (const mark of own) paintMark(over, mark, laneOf, ends, mark.seq === selectedSeq)
}

type Over = Pick<EvidencePainting, 'ctx' | 'palette'> & {
  readonly layout: Layout
  readonly window: { readonly fromMs: number; readonly toMs: number }
}

/** A ring, and in words what it is where no other words stand on its lane. */
function paintMark(
  { ctx, palette, layout, window }: Over,
  mark: EvidenceMark,
  laneOf: Int16Array,
  ends: Map<number, number>,
  isSelected: boolean,
): void {
  const lane = laneOf[mark.node] ?? -1
  if (lane < 0) return
  const x = xOf(layout, window, mark.atMs)
  const y = laneY(layout, lane)
  ctx.setLineDash([])
  ctx.strokeStyle = palette.bad
  const clients = laneOf[CLIENTS] ?? -1
  if (mark.tells && clients >= 0) {
    ctx.lineWidth = 2.5
    ctx.beginPath()
    ctx.moveTo(x, y)
    ctx.lineTo(x, laneY(layout, clients))
    ctx.stroke()
  }
  ctx.lineWidth = isSelected ? 3.5 : 2
  ctx.beginPath()
  ctx.arc(x, y, RING_PX, 0, 2 * Math.PI)
  ctx.stroke()
  ctx.font = `600 ${palette.fontPx}px ${palette.fontUi}`
  const width = ctx.measureText(mark.words).width
  const isRight = x + RING_PX + 4 + width > layout.width
  const left = isRight ? x - RING_PX - 4 - width : x + RING_PX + 4
  if (left < (ends.get(lane) ?? 0)) return
  ends.set(lane, left + width + 6)
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.lineJoin = 'round'
  ctx.lineWidth = 3.5
  ctx.strokeStyle = palette.bg
  // Labels of messages stand on the other side of the lane.
  const base = lane > layout.lanes.length / 2 ? y - 9 : y + 14
  ctx.strokeText(mark.words, left, base)
  ctx.fillStyle = palette.bad
  ctx.fillText(mark.words, left, base)
}

function paintAxis(
  { ctx, palette, unit }: EvidencePainting,
  { stretch, left, width }: StretchPlace,
  height: number,
): void {
  ctx.setLineDash([])
  ctx.lineWidth = 1
  ctx.strokeStyle = palette.border
  ctx.beginPath()
  ctx.moveTo(left, height + 0.5)
  ctx.lineTo(left + width, height + 0.5)
  ctx.stroke()
  ctx.font = `400 ${palette.fontPx}px ${palette.fontMono}`
  ctx.fillStyle = palette.muted
  ctx.textBaseline = 'alphabetic'
  const y = height + palette.fontPx + 3
  ctx.textAlign = 'left'
  ctx.fillText(momentNumber(stretch.fromMs, unit), left, y)
  const end = momentWords(stretch.toMs, unit)
  if (ctx.measureText(end).width * 2 + 8 > width) return
  ctx.textAlign = 'right'
  ctx.fillText(end, left + width, y)
}

/** Time that is left out. */
function paintBreak(
  { ctx, palette }: EvidencePainting,
  place: StretchPlace,
  next: StretchPlace,
  height: number,
): void {
  const x = (place.left + place.width + next.left) / 2
  ctx.setLineDash([2, 4])
  ctx.lineWidth = 1.5
  ctx.strokeStyle = palette.muted
  ctx.beginPath()
  ctx.moveTo(x, 4)
  ctx.lineTo(x, height)
  ctx.stroke()
  ctx.setLineDash([])
}
