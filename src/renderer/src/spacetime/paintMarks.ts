/** What lies over the arrows: milestones on lanes, labels of fans, stairs, cone. */
import { formatBallot } from '../../../core/paxos/ballot'
import type { Cone } from './causality'
import { drawnStart, NO_SHIFT } from './clockShift'
import type { ClockShift } from './clockShift'
import { laneTop, laneY, xOf } from './geometry'
import type { Layout, Window } from './geometry'
import { FAMILY_CODES, typeName } from './kinds'
import type { TypeName } from './kinds'
import type { LaneBook, LaneMark } from './laneBook'
import type { MessageStore } from './messageStore'
import { familyOfCode, nodeColour } from './palette'
import type { Ctx, Palette } from './palette'

export interface Overlay {
  readonly ctx: Ctx
  readonly layout: Layout
  readonly window: Window
  readonly palette: Palette
  readonly book: LaneBook
  readonly store: MessageStore
  /** Default: as it was recorded. */
  readonly shift?: ClockShift
}

/** With more marks on a lane than this, only ticks are drawn. */
const MARKS_WHOLE_MAX = 300
/** Labels of one lane are at least so far apart. */
const LABEL_PX = 60
const STEPS: ReadonlySet<LaneMark['kind']> = new Set(['promised', 'voted'] as const)
const LABELLED: ReadonlySet<TypeName> = new Set([
  'prepare',
  'accept',
  'chosen',
  'blogPrepare',
  'blogAccept',
] as const)

export function paintMarks(over: Overlay, slot: number | null): void {
  over.layout.lanes.forEach((node, lane) => {
    const { fromMs, toMs } = over.window
    const shiftMs = shiftMsOf(over, node)
    const all = over.book.marksWithin(node, fromMs - shiftMs, toMs - shiftMs)
    const about = slot === null ? all : all.filter((mark) => isAbout(mark, slot))
    const whole = about.length <= MARKS_WHOLE_MAX
    // Steps of acceptors are many and stand at the ends of arrows anyway.
    const marks = whole ? about : about.filter(({ kind }) => !STEPS.has(kind))
    let last = -Infinity
    for (const mark of marks) {
      const x = xOf(over.layout, over.window, mark.atMs + shiftMs)
      // Two milestones on one pixel look like one; the table tells them apart.
      if (!whole && x - last < 1) continue
      last = x
      paintMark(over, mark, x, laneY(over.layout, lane), nodeColour(over.palette, node), whole)
    }
  })
}

function shiftMsOf({ shift = NO_SHIFT }: Overlay, node: number): number {
  return shift.ms[node] ?? 0
}

function isAbout(mark: LaneMark, slot: number): boolean {
  return mark.slot === 0 || (slot >= mark.slot && slot < mark.slot + mark.count)
}

function paintMark(
  { ctx, palette }: Overlay,
  mark: LaneMark,
  x: number,
  y: number,
  colour: string,
  whole: boolean,
): void {
  ctx.globalAlpha = 1
  if (!whole || mark.kind === 'promised' || mark.kind === 'voted') {
    ctx.fillStyle = mark.kind === 'chosen' ? palette.families.learn : colour
    ctx.fillRect(x - 0.5, y - 3, 1, 6)
    return
  }
  ctx.beginPath()
  switch (mark.kind) {
    case 'preempted':
      ctx.moveTo(x, y - 5.5)
      ctx.lineTo(x + 5.5, y)
      ctx.lineTo(x, y + 5.5)
      ctx.lineTo(x - 5.5, y)
      ctx.closePath()
      return paintShape(ctx, palette.bg, colour, 1.5)
    case 'chosen':
      ctx.arc(x, y, 5, 0, 2 * Math.PI)
      return paintShape(ctx, palette.families.learn, palette.bg, 1.5)
    case 'elected':
      ctx.arc(x, y, 5.5, 0, 2 * Math.PI)
      paintShape(ctx, palette.bg, colour, 1.5)
      ctx.beginPath()
      ctx.arc(x, y, 2.5, 0, 2 * Math.PI)
      return paintShape(ctx, colour, colour, 1)
    default:
      ctx.arc(x, y, 2.5, 0, 2 * Math.PI)
      paintShape(ctx, colour, palette.bg, 1)
  }
}

function paintShape(ctx: Ctx, fill: string, stroke: string, width: number): void {
  ctx.setLineDash([])
  ctx.fillStyle = fill
  ctx.fill()
  ctx.lineWidth = width
  ctx.strokeStyle = stroke
  ctx.stroke()
}

/** One label for each fan, not for each arrow, where there is room. */
export function paintLabels(over: Overlay, rows: readonly number[], laneOf: Int16Array): void {
  const { ctx, layout, palette, store, shift = NO_SHIFT } = over
  const { col } = store
  const ends = new Float64Array(layout.lanes.length).fill(-Infinity)
  const seen = new Set<string>()
  ctx.font = `400 ${palette.fontPx}px ${palette.fontUi}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.lineJoin = 'round'
  for (const row of rows) {
    const name = typeName(col.type[row]!)
    const lane = laneOf[col.from[row]!] ?? -1
    if (!LABELLED.has(name) || lane < 0) continue
    const text = fanLabel(store, row, name)
    const key = `${lane} ${text}`
    const x = xOf(layout, over.window, drawnStart(store, shift, row)) + 4
    if (seen.has(key) || x < ends[lane]! || x < 0) continue
    seen.add(key)
    const width = ctx.measureText(text).width
    ends[lane] = x + Math.max(LABEL_PX, width + 10)
    const below = lane > layout.lanes.length / 2 && lane < layout.lanes.length
    const y = laneY(layout, lane) + (below ? 14 : -6)
    ctx.lineWidth = 3.5
    ctx.strokeStyle = palette.bg
    ctx.strokeText(text, x, y)
    ctx.fillStyle = palette.labels[familyOfCode(FAMILY_CODES[col.type[row]!]!)]
    ctx.fillText(text, x, y)
  }
}

function fanLabel({ col }: MessageStore, row: number, name: TypeName): string {
  const round = col.round[row]!
  const ballot = round === 0 ? '' : ` ${formatBallot({ round, node: col.ballotNode[row]! })}`
  const slot = col.slot[row]!
  const count = col.count[row]!
  const slots = count > 1 ? `${slot}–${slot + count - 1}` : `${slot}`
  if (name === 'chosen') return `chosen ${slots}`
  if (name === 'prepare' || slot === 0) return `${name}${ballot}`
  return `${name}${ballot} · ${slots}`
}

/** Ballots of each proposer as stairs on its lane: the duel of one slot. */
export function paintStaircase(over: Overlay): void {
  const { ctx, layout, window, palette, book } = over
  const bids = layout.lanes.map((node) => {
    const shiftMs = shiftMsOf(over, node)
    const marks = book.marksWithin(node, window.fromMs - shiftMs, window.toMs - shiftMs)
    return marks
      .filter(({ kind }) => kind === 'bid')
      .map(({ atMs, ballot }) => ({ atMs: atMs + shiftMs, ballot }))
  })
  const rounds = bids.flat().map(({ ballot }) => ballot.round)
  if (rounds.length === 0) return
  const low = Math.min(...rounds)
  const span = Math.max(1, Math.max(...rounds) - low)
  ctx.lineWidth = 2
  ctx.setLineDash([])
  layout.lanes.forEach((node, lane) => {
    const own = bids[lane] ?? []
    if (own.length === 0) return
    const base = laneTop(layout, lane) + layout.laneHeight - 5
    const height = layout.laneHeight - 12
    ctx.strokeStyle = nodeColour(palette, node)
    ctx.beginPath()
    let y = base
    ctx.moveTo(0, y)
    for (const { atMs, ballot } of own) {
      const x = xOf(layout, window, atMs)
      ctx.lineTo(x, y)
      y = base - ((ballot.round - low) / span) * height
      ctx.lineTo(x, y)
    }
    ctx.lineTo(layout.width, y)
    ctx.stroke()
  })
}

/** Ground of the cone: what happened before on the left, what could follow on the right. */
export function paintCone(over: Overlay, cone: Cone): void {
  const { ctx, layout, window, palette } = over
  const edge = (times: Float64Array, outside: number): { x: number; y: number }[] =>
    layout.lanes.flatMap((node, lane) => {
      if (node === 0) return []
      const atMs = Number.isFinite(times[node]!) ? times[node]! + shiftMsOf(over, node) : outside
      return [{ x: clamp(xOf(layout, window, atMs), layout.width), y: laneY(layout, lane) }]
    })
  const shade = (points: { x: number; y: number }[], side: number): void => {
    const first = points[0]
    const last = points.at(-1)
    if (!first || !last) return
    const top = laneTop(layout, 1)
    const outline = [{ ...first, y: top }, ...points, { ...last, y: layout.height }]
    ctx.beginPath()
    ctx.moveTo(side, top)
    for (const { x, y } of outline) ctx.lineTo(x, y)
    ctx.lineTo(side, layout.height)
    ctx.closePath()
    ctx.globalAlpha = 0.04
    ctx.fillStyle = palette.fg
    ctx.fill()
    ctx.globalAlpha = 1
    ctx.setLineDash([1, 3])
    ctx.lineWidth = 1
    ctx.strokeStyle = palette.muted
    ctx.beginPath()
    outline.forEach(({ x, y }, at) => (at === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)))
    ctx.stroke()
    ctx.setLineDash([])
  }
  shade(edge(cone.past, window.fromMs), 0)
  shade(edge(cone.future, window.toMs), layout.width)
}

function clamp(x: number, width: number): number {
  return Math.min(width + 2, Math.max(-2, x))
}
