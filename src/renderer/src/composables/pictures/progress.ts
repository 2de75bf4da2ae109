/** Log progress: chosen (solid) and applied (dashed) slots per node; who lags and what stands. */
import type { NodeId } from '../../../../core/paxos/ballot'
import type { LeaderSpan, ProgressPoint } from '../../../../core/measure/series'
import { edgesOf, placeLabels, strokesOf } from '../chartLabels'
import type { Wish } from '../chartLabels'
import { haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { axisText, countText } from '../chartText'
import { niceRange } from '../chartTicks'
import { spanWords } from '../timeUnit'
import type { Line, Picture, XY } from '../useLabChart'
import { firstAt, nodeId, tableTimes, within } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'

/** A node this far behind, in slots and as a share of what the chart shows, gets a sentence. */
const LAG_SLOTS_MIN = 20
const LAG_SHARE_MIN = 0.15
/** A log that stands for this long gets one, too. */
const STAND_MS_MIN = 2000
/** Status lines of a living node come at least so often. */
const STATUS_MS_MAX = 1000
const LINE_PX = 14

export const progress: ChartDefinition = {
  id: 'progress',
  title: 'Log progress',
  unit: 'slot',
  help: 'How far each log is chosen (solid) and applied (dashed); who lags.',
  isDefault: true,
  scale: 'linear',
  plotPxMin: 56,
  grow: 1.2,
  picture,
  legend,
  table,
}

function timeOf(point: ProgressPoint): number {
  return point.atMs
}

/** When it was down or paused: its line breaks if its log is another afterwards. */
function awaySpans({ data }: PictureInput, node: NodeId): readonly LeaderSpan[] {
  return data.leaders.filter((span) => {
    return span.node === node && (span.kind === 'down' || span.kind === 'paused')
  })
}

/** When nodes exited or went silent: their line ends there. */
function isOver(input: PictureInput, node: NodeId, atMs: number): boolean {
  return input.data.leaders.some(
    (span) =>
      span.node === node &&
      span.kind === 'down' &&
      span.fromMs <= atMs &&
      (span.toMs ?? Infinity) > atMs,
  )
}

function isPaused(input: PictureInput, node: NodeId, atMs: number): boolean {
  return input.data.leaders.some(
    (span) =>
      span.node === node &&
      span.kind === 'paused' &&
      span.fromMs <= atMs &&
      (span.toMs ?? Infinity) > atMs,
  )
}

interface NodeRow {
  readonly node: NodeId
  readonly points: readonly ProgressPoint[]
  /** Down at the end of the window: the line ends with a cross. */
  readonly over: boolean
}

function rowsOf(input: PictureInput): NodeRow[] {
  const { data, fromMs, toMs, nowMs, hidden } = input
  const endMs = Math.min(toMs, nowMs)
  return [...data.progress]
    .filter(([node]) => !hidden.has(nodeId(node)))
    .sort(([a], [b]) => a - b)
    .map(([node, all]) => {
      const inside = within(all, fromMs, toMs, timeOf)
      const last = inside.at(-1)
      const over = isOver(input, node, endMs)
      // A paused node says nothing, but its log stands where it stood.
      const stands = last && !over && isPaused(input, node, endMs) && last.atMs < endMs
      return { node, over, points: stands ? [...inside, { ...last, atMs: endMs }] : inside }
    })
    .filter(({ points }) => points.length > 0)
}

function picture(input: PictureInput): Picture {
  const rows = rowsOf(input)
  const ends = rows.flatMap(({ points }) => points.map((point) => point.chosenThrough))
  const low = Math.min(...ends, ...rows.map(({ points }) => points[0]?.appliedThrough ?? 0))
  const range = ends.length > 0 ? { low, high: Math.max(...ends) } : { low: 0, high: 1 }
  const axis = niceRange(range.low, Math.max(range.high, range.low + 4), 3, axisText, true)
  const lines = rows.flatMap((row) => linesOf(row, input))
  return {
    lines,
    axis,
    over: (frame) => paint(frame, rows, lines, input),
    empty: rows.length === 0 ? nothing(input) : null,
  }
}

/** Why nothing is drawn: nothing was reported in the window, or in the run. */
function nothing({ data, ended }: PictureInput): string {
  const some = [...data.progress.values()].some((points) => points.length > 0)
  if (some) return 'No node has reported in the time shown.'
  return ended === true ? 'No node reported in this run.' : 'No node has reported yet.'
}

function linesOf({ node, points }: NodeRow, input: PictureInput): Line[] {
  const away = awaySpans(input, node)
  const breaks = points.map((point, at) => {
    const before = points[at - 1]
    if (before === undefined || point.chosenThrough === before.chosenThrough) return false
    return away.some(({ fromMs, toMs }) => fromMs < point.atMs && (toMs ?? Infinity) > before.atMs)
  })
  const line = (valueOf: (point: ProgressPoint) => number): XY[] => {
    const all: XY[] = []
    points.forEach((point, at) => {
      if (breaks[at] === true) all.push({ x: points[at - 1]?.atMs ?? point.atMs, y: NaN })
      all.push({ x: point.atMs, y: valueOf(point) })
    })
    return all
  }
  const color = input.theme.node(node)
  return [
    { id: nodeId(node), color, width: 1.5, points: line((point) => point.chosenThrough) },
    {
      id: `${nodeId(node)} applied`,
      color,
      width: 1,
      dash: [4, 3],
      points: line((point) => point.appliedThrough),
    },
  ]
}

function paint(
  frame: PlotFrame,
  rows: readonly NodeRow[],
  lines: readonly Line[],
  input: PictureInput,
): void {
  const { ctx, theme } = frame
  for (const { node, points, over } of rows) {
    const last = points.at(-1)
    if (!over || !last || last.atMs < frame.fromMs) continue
    const x = frame.x(last.atMs)
    const y = frame.y(last.chosenThrough)
    ctx.strokeStyle = theme.node(node)
    ctx.lineWidth = 1.5
    ctx.beginPath()
    ctx.moveTo(x - 3, y - 3)
    ctx.lineTo(x + 3, y + 3)
    ctx.moveTo(x + 3, y - 3)
    ctx.lineTo(x - 3, y + 3)
    ctx.stroke()
  }
  const wishes = [...nameLag(frame, rows), ...nameStand(frame, rows, input)]
  const strokes = strokesOf(lines, frame)
  for (const { wish, spot } of placeLabels(wishes, edgesOf(frame, 4), [], strokes)) {
    haloText(frame, wish.text, spot.left, spot.top + LINE_PX - 3)
  }
}

/** From its line to a label; one that is farther away seems to name another line. */
const AWAY_PX = [0, 4] as const

interface Words extends Wish {
  readonly text: string
}

/** Above or below a line at `y`, near it first, then where fewer lines are. */
function around(
  text: string,
  line: { readonly left: number; readonly y: number; readonly width: number },
  first: 'above' | 'below',
): Words {
  const box = { left: line.left, width: line.width, height: LINE_PX }
  const above = AWAY_PX.map((px) => ({ ...box, top: line.y - LINE_PX - 3 - px }))
  const below = AWAY_PX.map((px) => ({ ...box, top: line.y + 2 + px }))
  return { text, spots: first === 'above' ? [...above, ...below] : [...below, ...above] }
}

/** The slot that stayed open longest in the window; that none was asked for looks the same. */
function nameStand(frame: PlotFrame, rows: readonly NodeRow[], input: PictureInput): Words[] {
  const shown = rows.map(({ node }) => ({ points: input.data.progress.get(node) ?? [] }))
  const best = standStill(shown, input.fromMs, Math.min(input.toMs, input.nowMs))
  if (!best || best.toMs - best.fromMs < STAND_MS_MIN) return []
  const what = wasAsked(input, best) ? `slot ${countText(best.slot + 1)} open` : 'no slot chosen'
  const text = `${what} for ${spanWords(best.toMs - best.fromMs, input.unit ?? 's')}`
  const left = Math.max(frame.left, frame.x(best.fromMs)) + 6
  const line = { left, y: frame.y(best.slot), width: textWidth(frame, text) }
  return [around(text, line, 'above')]
}

/** Clients waited, or somebody bid. */
function wasAsked({ data }: PictureInput, { fromMs, toMs }: Stand): boolean {
  const load = [...(data.earlier?.load ?? []), ...data.load]
  const isIn = (atMs: number): boolean => atMs > fromMs && atMs <= toMs
  return (
    load.some((point) => isIn(point.atMs) && (point.waiting > 0 || point.sentPerSecond > 0)) ||
    data.stairs.some(({ bidAtMs }) => isIn(bidAtMs))
  )
}

export interface Stand {
  readonly fromMs: number
  readonly toMs: number
  readonly slot: number
}

/**
 * The longest time up to `endMs`, still going on at `fromMs` or later, in which no node's log grew.
 * A load that is off looks the same: it stands. Where points are sparse only what they show counts.
 */
export function standStill(
  rows: readonly { readonly points: readonly ProgressPoint[] }[],
  fromMs: number,
  endMs: number,
): Stand | null {
  const all = rows.flatMap(({ points }) => points).sort((a, b) => a.atMs - b.atMs)
  let best: Stand | null = null
  let top = -1
  let sinceMs = 0
  let seenMs = 0
  const consider = (laterMs: number): void => {
    const toMs = laterMs - seenMs > STATUS_MS_MAX ? seenMs : laterMs
    if (top >= 0 && toMs > fromMs && toMs - sinceMs > (best ? best.toMs - best.fromMs : 0)) {
      best = { fromMs: sinceMs, toMs, slot: top }
    }
  }
  for (const { atMs, chosenThrough } of all) {
    if (atMs > endMs) break
    if (chosenThrough > top) {
      consider(atMs)
      top = chosenThrough
      sinceMs = atMs
    }
    if (chosenThrough === top) seenMs = atMs
  }
  // Nobody has told more: it stands still.
  if ((all.at(-1)?.atMs ?? 0) <= endMs) seenMs = endMs
  consider(endMs)
  return best
}

/** The node that lags most, at the right edge. */
function nameLag(frame: PlotFrame, rows: readonly NodeRow[]): Words[] {
  const living = rows.filter(({ over }) => !over)
  const lasts = living.flatMap(({ node, points }) => {
    const last = points.at(-1)
    return last ? [{ node, last }] : []
  })
  const behind = lasts.sort((a, b) => a.last.chosenThrough - b.last.chosenThrough)[0]
  if (!behind) return []
  // What the others had told by then: lines of status come one after another.
  const top = Math.max(...living.map(({ points }) => heldAt(points, behind.last.atMs)))
  const slots = top - behind.last.chosenThrough
  const shown = Math.abs(frame.y(top) - frame.y(behind.last.chosenThrough))
  if (slots < LAG_SLOTS_MIN || shown < (frame.bottom - frame.top) * LAG_SHARE_MIN) return []
  const text = `${nodeId(behind.node)} lags ${countText(slots)} slots`
  const width = textWidth(frame, text)
  const left = Math.min(frame.x(behind.last.atMs), frame.right) - 8 - width
  // All others are above.
  return [around(text, { left, y: frame.y(behind.last.chosenThrough), width }, 'below')]
}

function heldAt(points: readonly ProgressPoint[], atMs: number): number {
  return points[firstAt(points, atMs + 1, timeOf) - 1]?.chosenThrough ?? 0
}

function legend({ data, readMs }: PictureInput): readonly LegendItem[] {
  return [...data.progress]
    .sort(([a], [b]) => a - b)
    .map(([node, points]) => {
      const at = points[firstAt(points, readMs + 1, timeOf) - 1]
      const value = at ? countText(at.chosenThrough) : '–'
      return { id: nodeId(node), label: nodeId(node), value, swatch: 'node', node }
    })
}

function table({ data, fromMs, toMs, unit }: PictureInput): Table {
  const times = tableTimes({ unit })
  const rows = [...data.progress.values()]
    .flat()
    .filter((point) => point.atMs >= fromMs && point.atMs <= toMs)
    .sort((a, b) => a.atMs - b.atMs || a.node - b.node)
  return {
    columns: [times.head('at'), 'node', 'chosen through', 'applied through'],
    rows: rows.map((point) => [
      times.cell(point.atMs),
      nodeId(point.node),
      point.chosenThrough,
      point.appliedThrough,
    ]),
  }
}
