/** Ballot staircase: rounds over time, one stepped line per proposer. A duel climbs. */
import type { NodeId } from '../../../../core/paxos/ballot'
import { formatBallot } from '../../../../core/paxos/ballot'
import { STAIRS_MAX } from '../../../../core/measure/series'
import type { Stair } from '../../../../core/measure/series'
import { edgesOf, placeLabels, strokesOf } from '../chartLabels'
import type { Box, Placed, Strokes, Wish } from '../chartLabels'
import { drawMarker, haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { axisText, countText } from '../chartText'
import { isSecond } from '../chartTheme'
import { niceRange } from '../chartTicks'
import type { Line, Picture, XY } from '../useLabChart'
import { LENS_STEP_PX, lensAt, paintLens } from './lens'
import { ballotsFromMs, paintNotKept } from './notKept'
import { nodeId, tableTimes, within } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'
import { paintTwine, twined } from './twine'
import { endOf, landings, proposersOf, stepMs, timeOfStair, WASTED_MIN } from './stairFacts'
import type { Landing } from './stairFacts'

const MARKER_PX = 8

export const staircase: ChartDefinition = {
  id: 'staircase',
  title: 'Ballot staircase',
  unit: 'round',
  help: 'Who outbids whom: every ballot a step; filled steps reached phase 2.',
  isDefault: true,
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
  const proposers = proposersOf(rows)
  const own = proposers.map((node) => lineOf(node, rows, input))
  const lines = isDense(rows, input) ? twined(own) : own
  return {
    lines,
    axis,
    over: (frame) => paint(frame, rows, lines, input),
    empty: rows.length === 0 ? nothing(input) : null,
  }
}

/** Why nothing is drawn: no ballot was begun in the window, or in the run, or they are not kept. */
function nothing({ data, ended, toMs }: PictureInput): string {
  if (toMs < ballotsFromMs(data)) {
    return `Not kept: a long run has its newest ${countText(STAIRS_MAX)} ballots here.`
  }
  if (data.stairs.length > 0) return 'No ballot in the time shown.'
  return ended === true
    ? 'No ballot was begun in this run.'
    : 'No ballot yet. Start an election at a node, or run the duel.'
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

/** About what a plot has; how dense steps are is asked before it is drawn. */
const PLOT_PX = 560

function isDense(rows: readonly Stair[], { fromMs, toMs }: PictureInput): boolean {
  return (stepMs(rows) * PLOT_PX) / (toMs - fromMs) < LENS_STEP_PX
}

function paint(
  frame: PlotFrame,
  rows: readonly Stair[],
  lines: readonly Line[],
  input: PictureInput,
): void {
  const { ctx } = frame
  ctx.save()
  ctx.beginPath()
  ctx.rect(frame.left, 0, frame.right - frame.left, frame.bottom + 4)
  ctx.clip()
  paintNotKept(frame, input, ballotsFromMs(input.data))
  const landed = told(frame, input)
  const leads = ledSpans(frame, input)
  for (const lead of leads) paintLead(frame, lead)
  const stepPx = stepMs(rows) * ((frame.right - frame.left) / (frame.toMs - frame.fromMs))
  if (stepPx >= LENS_STEP_PX) paintMarkers(frame, rows)
  else paintTwine(frame, rows)
  for (const landing of landed) paintRing(frame, landing)
  const cursorMs = stepPx < LENS_STEP_PX ? frame.cursorMs : null
  const strokes = [...strokesOf(lines, frame), ...leads.map(strokeOf)]
  const wordsBeside = (taken: readonly Box[]): Placed<Words>[] =>
    placeWords(frame, { rows, landed, leads, strokes, taken })
  let labels = wordsBeside([])
  const lens = cursorMs === null ? null : lensAt(frame, rows, boxesOf(labels), cursorMs)
  // Where the lens finds no room of its own, the words make way.
  if (lens) labels = wordsBeside([lens.box])
  if (lens) paintLens(frame, lens, input.unit ?? 's')
  for (const { wish, spot } of labels) paintWords(frame, wish, spot)
  ctx.restore()
}

const boxesOf = (labels: readonly Placed<Words>[]): Box[] => labels.map(({ spot }) => spot)
const strokeOf = ({ from, to, y }: Lead): Strokes[number] => [
  { x: from, y },
  { x: to, y },
]

/** A leading ballot as it is drawn, in px. */
interface Lead {
  readonly node: NodeId
  readonly ballot: string
  readonly from: number
  readonly to: number
  readonly y: number
}

function ledSpans(frame: PlotFrame, { data, hidden, nowMs }: PictureInput): Lead[] {
  return data.leaders.flatMap(({ kind, node, ballot, fromMs, toMs }) => {
    if (kind !== 'leading' || !ballot || hidden.has(nodeId(node))) return []
    const from = Math.max(frame.left, frame.x(fromMs))
    const to = frame.x(toMs ?? nowMs)
    if (to - from < 3 || from > frame.right) return []
    const y = frame.y(ballot.round)
    return [{ node, ballot: formatBallot(ballot), from, to: Math.min(to, frame.right), y }]
  })
}

/** A ballot that leads is drawn thick: from there on no step is needed. */
function paintLead({ ctx, theme }: PlotFrame, { node, from, to, y }: Lead): void {
  ctx.strokeStyle = theme.node(node)
  ctx.lineWidth = 3 * theme.lineScale
  ctx.setLineDash(isSecond(node) ? [6, 3] : [])
  ctx.beginPath()
  ctx.moveTo(from, y)
  ctx.lineTo(to, y)
  ctx.stroke()
  ctx.setLineDash([])
}

function paintMarkers(frame: PlotFrame, rows: readonly Stair[]): void {
  const { ctx, theme } = frame
  for (const row of rows) {
    const y = frame.y(row.ballot.round)
    drawMarker(frame, row.ballot.node, frame.x(row.bidAtMs), y, MARKER_PX, row.electedAtMs === null)
    if (row.preemptedAtMs === null) continue
    const x = frame.x(row.preemptedAtMs)
    ctx.strokeStyle = theme.node(row.ballot.node)
    ctx.lineWidth = 1.25 * theme.lineScale
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

const LINE_PX = 13
const RING_PX = 7
/** More sentences than this are no picture. */
const LANDINGS_NAMED_MAX = 12

interface Words extends Wish {
  readonly title: string
  /** Null: the title is all, and muted. */
  readonly note: string | null
}

/** What there is to say, and where nothing may be said. */
interface Told {
  readonly rows: readonly Stair[]
  readonly landed: readonly Landing[]
  readonly leads: readonly Lead[]
  readonly strokes: Strokes
  readonly taken: readonly Box[]
}

/** Landings first, those that cost most before all; then who leads, the newest first. */
function placeWords(
  frame: PlotFrame,
  { rows, landed, leads, strokes, taken }: Told,
): Placed<Words>[] {
  const rings = landed.map(({ stair, atMs }) => ringBox(frame.x(atMs), frame.y(stair.ballot.round)))
  const named = new Set(landed.map(({ stair }) => formatBallot(stair.ballot)))
  const costly = [...landed]
    .sort((a, b) => b.wasted - a.wasted || b.atMs - a.atMs)
    .slice(0, LANDINGS_NAMED_MAX)
  const leading = leads.filter(({ ballot }) => !named.has(ballot)).reverse()
  const wishes = [
    ...costly.map((landing) => landingWords(frame, landing, rows)),
    ...leading.flatMap((lead) => leadWords(frame, lead)),
  ]
  return placeLabels(wishes, edgesOf(frame, 4), [...rings, ...taken], strokes)
}

function ringBox(x: number, y: number): Box {
  return { left: x - RING_PX, top: y - RING_PX, width: 2 * RING_PX, height: 2 * RING_PX }
}

/** Below to the right is where no climb comes; above to the left it has not come yet. */
function landingWords(
  frame: PlotFrame,
  { stair, atMs, wasted }: Landing,
  rows: readonly Stair[],
): Words {
  const title = `${formatBallot(stair.ballot)} chosen`
  const note = `${wasted} ballots wasted`
  const width = Math.max(textWidth(frame, title, true), textWidth(frame, note))
  const height = 2 * LINE_PX
  const x = frame.x(atMs)
  const y = frame.y(stair.ballot.round)
  const right = Math.min(x + 2, frame.right - width - 4)
  const left = Math.max(x - 2 - width, frame.left + 4)
  const spots = WORDS_AWAY_PX.flatMap((away) => {
    const below = y + RING_PX + away
    const above = y - RING_PX - height - away
    return [
      { left: right, top: below, width, height },
      { left, top: above, width, height },
      { left, top: below, width, height },
      { left: right, top: above, width, height },
    ]
  })
  return { title, note, spots: spots.filter((spot) => stepsUnder(frame, rows, spot) <= STEPS_MAX) }
}

/** From the ring to its words: near it, then where fewer lines are. */
const WORDS_AWAY_PX = [0, 8, 16] as const
/** Words over more steps than this hide the climb. */
const STEPS_MAX = 2

function stepsUnder(frame: PlotFrame, rows: readonly Stair[], box: Box): number {
  return rows.filter(({ bidAtMs, ballot }) => {
    const x = frame.x(bidAtMs)
    const y = frame.y(ballot.round)
    const across = x > box.left && x < box.left + box.width
    return across && y > box.top && y < box.top + box.height
  }).length
}

function leadWords(frame: PlotFrame, { node, ballot, from, to, y }: Lead): Words[] {
  const title = `N${node} ${ballot}`
  const width = textWidth(frame, title)
  if (to - from < width + 12) return []
  const box = { left: from + 6, width, height: LINE_PX }
  const tops = [y - LINE_PX - 4, y + 4, y - LINE_PX - 12, y + 12]
  return [{ title, note: null, spots: tops.map((top) => ({ ...box, top })) }]
}

function paintWords(frame: PlotFrame, { title, note }: Words, { left, top }: Box): void {
  const muted = { color: frame.theme.fgMuted }
  haloText(frame, title, left, top + LINE_PX - 3, note === null ? muted : { bold: true })
  if (note !== null) haloText(frame, note, left, top + 2 * LINE_PX - 3, muted)
}

function paintRing(frame: PlotFrame, { stair, atMs }: Landing): void {
  frame.ctx.fillStyle = frame.theme.bg
  ring(frame, frame.x(atMs), frame.y(stair.ballot.round), 5.5)
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

function table({ data, fromMs, toMs, unit }: PictureInput): Table {
  const times = tableTimes({ unit })
  const rows = data.stairs.filter((row) => row.bidAtMs >= fromMs && row.bidAtMs <= toMs)
  return {
    columns: [
      'ballot',
      times.head('begun'),
      times.head('phase 2'),
      times.head('preempted'),
      'by',
      times.head('chosen'),
    ],
    rows: rows.map((row) => [
      formatBallot(row.ballot),
      times.cell(row.bidAtMs),
      times.cell(row.electedAtMs),
      times.cell(row.preemptedAtMs),
      row.preemptedBy ? formatBallot(row.preemptedBy) : '',
      times.cell(row.chosenAtMs),
    ]),
  }
}
