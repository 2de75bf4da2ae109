/** Ballot staircase: rounds over time, one stepped line per proposer. A duel climbs. */
import type { NodeId } from '../../../../core/paxos/ballot'
import { formatBallot } from '../../../../core/paxos/ballot'
import type { Stair } from '../../../../core/measure/series'
import { drawMarker, haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { axisText } from '../chartText'
import { isSecond } from '../chartTheme'
import { niceRange } from '../chartTicks'
import type { Line, Picture, XY } from '../useLabChart'
import { drawLens, LENS_STEP_PX } from './lens'
import type { Box } from './lens'
import { nodeId, tableS, within } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'
import { endOf, landings, proposersOf, stepMs, timeOfStair, WASTED_MIN } from './stairFacts'
import type { Landing } from './stairFacts'

const MARKER_PX = 8

export const staircase: ChartDefinition = {
  id: 'staircase',
  title: 'Ballot staircase',
  unit: 'round',
  scale: 'linear',
  plotPxMin: 104,
  grow: 3,
  picture,
  legend,
  table,
}

/** Rows of visible proposers that touch the window. */
function visible(input: PictureInput): readonly Stair[] {
  const { data, fromMs, toMs, hidden } = input
  const shown = data.stairs.filter((stair) => !hidden.has(nodeId(stair.ballot.node)))
  const rows = within(shown, fromMs, toMs, timeOfStair)
  // A ballot from before the window may lead into it: one more row for each proposer.
  const first = rows[0] ? shown.indexOf(rows[0]) : shown.length
  const before = shown.slice(0, first)
  const earlier = proposersOf(before).flatMap(
    (node) => before.findLast((stair) => stair.ballot.node === node) ?? [],
  )
  return [...earlier.filter((stair) => stair.preemptedAtMs === null), ...rows]
}

function picture(input: PictureInput): Picture {
  const rows = visible(input)
  const inside = rows.filter((row) => lastMs(row, input) >= input.fromMs)
  const rounds = inside.map((row) => row.ballot.round)
  const top = Math.max(4, ...rounds)
  const low = rounds.length > 0 ? Math.min(...rounds) : 0
  const axis = niceRange(low < top * 0.6 ? 0 : Math.max(0, low - 1), top * 1.04, 4, axisText, true)
  const lines = proposersOf(rows).map((node) => lineOf(node, rows, input))
  const none = 'No ballot here. Start an election at a node, or run the duel.'
  return {
    lines,
    axis,
    over: (frame) => paint(frame, rows, input),
    empty: rows.length === 0 ? none : null,
  }
}

function lastMs(row: Stair, { nowMs }: PictureInput): number {
  return row.preemptedAtMs ?? nowMs
}

function lineOf(node: NodeId, rows: readonly Stair[], { theme, nowMs }: PictureInput): Line {
  const own = rows.filter((row) => row.ballot.node === node)
  const points: XY[] = own.map((row) => ({ x: row.bidAtMs, y: row.ballot.round }))
  const last = own.at(-1)
  if (last) points.push({ x: endOf(last, undefined) ?? nowMs, y: last.ballot.round })
  const line = { id: nodeId(node), color: theme.node(node), width: 1.25, points, stepped: true }
  return isSecond(node) ? { ...line, dash: [6, 3] } : line
}

function paint(frame: PlotFrame, rows: readonly Stair[], input: PictureInput): void {
  const { ctx } = frame
  ctx.save()
  ctx.beginPath()
  ctx.rect(frame.left, 0, frame.right - frame.left, frame.bottom + 4)
  ctx.clip()
  const named = new Set(told(frame, input).map(({ stair }) => formatBallot(stair.ballot)))
  paintLeaders(frame, input, named)
  const stepPx = stepMs(rows) * ((frame.right - frame.left) / (frame.toMs - frame.fromMs))
  if (stepPx >= LENS_STEP_PX) paintMarkers(frame, rows)
  paintLandings(frame, input)
  ctx.restore()
  if (frame.cursorMs === null || stepPx >= LENS_STEP_PX) return
  const labels = told(frame, input).map(({ stair, atMs }) => labelBox(frame, stair, atMs))
  drawLens(frame, rows, labels, frame.cursorMs)
}

/** A ballot that leads is drawn thick: from there on no step is needed. */
function paintLeaders(
  frame: PlotFrame,
  { data, hidden, nowMs, theme }: PictureInput,
  named: ReadonlySet<string>,
): void {
  const { ctx } = frame
  for (const span of data.leaders) {
    if (span.kind !== 'leading' || !span.ballot || hidden.has(nodeId(span.node))) continue
    const from = Math.max(frame.left, frame.x(span.fromMs))
    const to = frame.x(span.toMs ?? nowMs)
    if (to - from < 3 || from > frame.right) continue
    const y = frame.y(span.ballot.round)
    ctx.strokeStyle = theme.node(span.node)
    ctx.lineWidth = 3
    ctx.setLineDash(isSecond(span.node) ? [6, 3] : [])
    ctx.beginPath()
    ctx.moveTo(from, y)
    ctx.lineTo(Math.min(to, frame.right), y)
    ctx.stroke()
    ctx.setLineDash([])
    if (named.has(formatBallot(span.ballot))) continue
    const text = `N${span.node} ${formatBallot(span.ballot)}`
    if (Math.min(to, frame.right) - from < textWidth(frame, text) + 12) continue
    const above = y - frame.top > 18
    haloText(frame, text, from + 6, above ? y - 7 : y + 14, { color: theme.fgMuted })
  }
}

function paintMarkers(frame: PlotFrame, rows: readonly Stair[]): void {
  const { ctx, theme } = frame
  for (const row of rows) {
    const y = frame.y(row.ballot.round)
    drawMarker(frame, row.ballot.node, frame.x(row.bidAtMs), y, MARKER_PX, row.electedAtMs === null)
    if (row.preemptedAtMs === null) continue
    const x = frame.x(row.preemptedAtMs)
    ctx.strokeStyle = theme.node(row.ballot.node)
    ctx.lineWidth = 1.25
    ctx.beginPath()
    ctx.moveTo(x - 2.5, y - 2.5)
    ctx.lineTo(x + 2.5, y + 2.5)
    ctx.moveTo(x + 2.5, y - 2.5)
    ctx.lineTo(x - 2.5, y + 2.5)
    ctx.stroke()
  }
}

/** Where a value was chosen after ballots that came to nothing: the end of a duel. */
function told(frame: PlotFrame, { data, hidden }: PictureInput): Landing[] {
  return landings(data.stairs).filter(
    ({ stair, atMs, wasted }) =>
      wasted >= WASTED_MIN &&
      atMs >= frame.fromMs &&
      atMs <= frame.toMs &&
      !hidden.has(nodeId(stair.ballot.node)),
  )
}

const LABEL_PX = { width: 104, height: 34 }

/** About where the words of a landing stand. */
function labelBox(frame: PlotFrame, stair: Stair, atMs: number): Box {
  const y = frame.y(stair.ballot.round)
  const below = frame.bottom - y > LABEL_PX.height
  const left = Math.min(frame.x(atMs), frame.right - LABEL_PX.width)
  return { ...LABEL_PX, left, top: below ? y + 6 : y - LABEL_PX.height }
}

function paintLandings(frame: PlotFrame, input: PictureInput): void {
  const { ctx, theme } = frame
  for (const { stair, atMs, wasted } of told(frame, input)) {
    const x = frame.x(atMs)
    const y = frame.y(stair.ballot.round)
    ctx.fillStyle = theme.bg
    ctx.strokeStyle = ctx.fillStyle
    ring(frame, x, y, 5.5)
    const title = `${formatBallot(stair.ballot)} chosen`
    const note = `${wasted} ballots wasted`
    const width = Math.max(textWidth(frame, title, true), textWidth(frame, note))
    const left = Math.max(frame.left + 4, Math.min(x + 2, frame.right - width - 4))
    const below = frame.bottom - y > LABEL_PX.height
    haloText(frame, title, left, below ? y + 17 : y - 22, { bold: true })
    haloText(frame, note, left, below ? y + 30 : y - 9, { color: theme.fgMuted })
  }
}

function ring({ ctx, theme }: PlotFrame, x: number, y: number, r: number): void {
  ctx.beginPath()
  ctx.arc(x, y, r, 0, Math.PI * 2)
  ctx.fill()
  ctx.strokeStyle = theme.learn
  ctx.lineWidth = 2
  ctx.stroke()
  ctx.beginPath()
  ctx.arc(x, y, 2.5, 0, Math.PI * 2)
  ctx.fillStyle = theme.learn
  ctx.fill()
}

function legend({ data, fromMs, toMs, readMs }: PictureInput): readonly LegendItem[] {
  const rows = within(data.stairs, fromMs, toMs, timeOfStair)
  const items = proposersOf(rows).map((node): LegendItem => {
    const at = data.stairs.findLast((row) => row.ballot.node === node && row.bidAtMs <= readMs)
    const value = at ? formatBallot(at.ballot) : '–'
    return { id: nodeId(node), label: nodeId(node), value, swatch: 'node', node }
  })
  return [
    ...items,
    { id: '', label: 'phase 1 only', value: null, swatch: 'hollow' },
    { id: '', label: 'reached phase 2', value: null, swatch: 'filled' },
  ]
}

function table({ data, fromMs, toMs }: PictureInput): Table {
  const rows = data.stairs.filter((row) => row.bidAtMs >= fromMs && row.bidAtMs <= toMs)
  return {
    columns: ['ballot', 'begun s', 'phase 2 s', 'preempted s', 'by', 'chosen s'],
    rows: rows.map((row) => [
      formatBallot(row.ballot),
      tableS(row.bidAtMs),
      tableS(row.electedAtMs),
      tableS(row.preemptedAtMs),
      row.preemptedBy ? formatBallot(row.preemptedBy) : '',
      tableS(row.chosenAtMs),
    ]),
  }
}
