/** Throughput: acknowledged requests as a line, offered ones thin and dashed, outages shaded. */
import type { LoadPoint } from '../../../../core/measure/series'
import { edgesOf, placeLabels, strokesOf } from '../chartLabels'
import { haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { axisText, countText, lengthText } from '../chartText'
import { ladderRange } from '../chartTicks'
import type { Line, Picture } from '../useLabChart'
import { outages } from './outage'
import type { Outage } from './outage'
import { brokenLine, firstAt, tableTimes, within } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'

/** Rates are read over at least this long: ten requests a second are no saw. */
const SMOOTH_MS = 500

export const throughput: ChartDefinition = {
  id: 'throughput',
  title: 'Throughput',
  unit: 'ops/s',
  stepUnit: 'ops/step',
  help: 'Acknowledged and offered requests; times without an answer are shaded.',
  isDefault: true,
  scale: 'linear',
  plotPxMin: 56,
  grow: 1,
  picture,
  legend,
  table,
}

export function timeOfLoad(point: LoadPoint): number {
  return point.atMs
}

/** Bucket by bucket, the mean over the last `SMOOTH_MS`; an empty bucket stays an honest 0. */
export function smoothed(
  load: readonly LoadPoint[],
  spanMs: number,
  valueOf: (point: LoadPoint) => number,
): (point: LoadPoint, at: number) => number {
  const most = Math.max(1, Math.round(SMOOTH_MS / spanMs))
  return (point, at) => {
    if (valueOf(point) === 0 && idleAround(load, at, valueOf)) return 0
    let sum = 0
    let count = 0
    for (let back = at; back >= 0 && count < most; back -= 1) {
      const other = load[back]
      if (!other || point.atMs - other.atMs > SMOOTH_MS) break
      sum += valueOf(other)
      count += 1
    }
    return count > 0 ? sum / count : 0
  }
}

function idleAround(
  load: readonly LoadPoint[],
  at: number,
  valueOf: (point: LoadPoint) => number,
): boolean {
  const around = load.slice(Math.max(0, at - 1), at + 2)
  return around.every((point) => valueOf(point) === 0)
}

/** Requests that became due, sent or not: what was asked of the cluster. */
const OFFERED = (point: LoadPoint): number => point.offeredPerSecond
const SHED = (point: LoadPoint): number => point.shedPerSecond
const ACKED = (point: LoadPoint): number => point.ackedPerSecond

function picture(input: PictureInput): Picture {
  const { data, fromMs, toMs, hidden, theme } = input
  const rows = within(data.load, fromMs, toMs, timeOfLoad)
  const line = (id: string, valueOf: typeof ACKED, style: Omit<Line, 'id' | 'points'>): Line[] => {
    if (hidden.has(id)) return []
    const smooth = smoothed(rows, data.spanMs, valueOf)
    const values = rows.map((point, at) => ({ atMs: point.atMs, value: smooth(point, at) }))
    const gapMs = Math.max(SMOOTH_MS, data.spanMs * 2.5)
    return [
      {
        id,
        ...style,
        points: brokenLine(
          values,
          gapMs,
          (v) => v.atMs,
          (v) => v.value,
        ),
      },
    ]
  }
  const lines = [
    ...line('offered', OFFERED, { color: theme.fgMuted, width: 1, dash: [4, 3] }),
    ...(rows.some((point) => point.shedPerSecond > 0)
      ? line('shed', SHED, { color: theme.bad, width: 1, dash: [1, 2] })
      : []),
    ...line('acknowledged', ACKED, { color: theme.accent, width: 1.5 }),
  ]
  const top = Math.max(8, ...lines.flatMap(({ points }) => points.map(({ y }) => y || 0)))
  const out = hidden.has('acknowledged') ? [] : outages(data)
  return {
    lines,
    axis: ladderRange(top, axisText, 3),
    under: (frame) => shade(frame, out),
    over: (frame) => name(frame, out, lines),
    empty: rows.length === 0 ? nothing(input) : null,
  }
}

/** Why nothing is drawn: nothing was counted in the window, or in the run, if it is in sight. */
function nothing({ data, ended, fromMs }: PictureInput): string {
  if (data.load.length > 0 || fromMs > 0) return 'No traffic in the time shown.'
  return ended === true
    ? 'No client asked anything in this run.'
    : 'No traffic yet. Start the load, or write through a node.'
}

function shade(frame: PlotFrame, out: readonly Outage[]): void {
  const { ctx, theme } = frame
  ctx.fillStyle = theme.bad
  ctx.globalAlpha = 0.08
  for (const { fromMs, toMs } of out) {
    const left = frame.x(fromMs)
    ctx.fillRect(left, 0, frame.x(toMs) - left, frame.bottom + 4)
  }
  ctx.globalAlpha = 1
}

const LINE_PX = 13
const HIDES_PX_MAX = 8

/** The longest outage is named first; a short one beside its shade, where there is room. */
function name(frame: PlotFrame, out: readonly Outage[], lines: readonly Line[]): void {
  const shown = out.filter(({ fromMs, toMs }) => toMs >= frame.fromMs && fromMs <= frame.toMs)
  const lengthMs = ({ fromMs, toMs }: Outage): number => toMs - fromMs
  shown.sort((a, b) => lengthMs(b) - lengthMs(a) || b.fromMs - a.fromMs)
  const wishes = shown.map((outage, rank) => {
    const text = `unavailable ${lengthText(lengthMs(outage))}`
    const width = textWidth(frame, text)
    const left = Math.max(frame.left, frame.x(outage.fromMs)) + 6
    const right = Math.min(frame.right, frame.x(outage.toMs))
    const isRoom = right - left >= width
    const lefts = isRoom ? [left] : [right + 6, left - 12 - width]
    const spots = heights(frame).flatMap((top) =>
      lefts.map((at) => ({ left: at, top, width, height: LINE_PX })),
    )
    // The longest is always named; for the others the shade speaks where lines are in the way.
    return { text, spots, hidesPxMax: rank === 0 ? Infinity : HIDES_PX_MAX }
  })
  const strokes = strokesOf(lines, frame)
  for (const { wish, spot } of placeLabels(wishes, edgesOf(frame, 4), [], strokes)) {
    haloText(frame, wish.text, spot.left, spot.top + LINE_PX - 2)
  }
}

/** Where a name may stand, the best height first: above the line of 0, at the top, between. */
function heights({ top, bottom }: PlotFrame): number[] {
  const low = bottom - 5 - LINE_PX
  return [low, top - 2, Math.round((low + top) / 2)]
}

function legend({ data, readMs }: PictureInput): readonly LegendItem[] {
  const at = firstAt(data.load, readMs - data.spanMs / 2, timeOfLoad)
  const near = data.load[Math.min(at, data.load.length - 1)]
  const known = near && Math.abs(near.atMs - readMs) < SMOOTH_MS + data.spanMs ? near : null
  const index = known ? data.load.indexOf(known) : 0
  const value = (valueOf: typeof ACKED): string =>
    known ? countText(smoothed(data.load, data.spanMs, valueOf)(known, index)) : '–'
  const hasShed = data.load.some((point) => point.shedPerSecond > 0)
  const shed: LegendItem = { id: 'shed', label: 'shed', value: value(SHED), swatch: 'shed' }
  return [
    { id: 'acknowledged', label: 'acknowledged', value: value(ACKED), swatch: 'line' },
    { id: 'offered', label: 'offered', value: value(OFFERED), swatch: 'sent' },
    ...(hasShed ? [shed] : []),
  ]
}

function table({ data, fromMs, toMs, unit = 's' }: PictureInput): Table {
  const times = tableTimes({ unit })
  const rows = data.load.filter((point) => point.atMs >= fromMs && point.atMs <= toMs)
  const rate = (value: number): number => Number(value.toFixed(2))
  return {
    columns: [
      times.head('until'),
      `acknowledged/${unit}`,
      `offered/${unit}`,
      `sent/${unit}`,
      `failed/${unit}`,
      `unknown/${unit}`,
      `shed/${unit}`,
      'waiting',
    ],
    rows: rows.map((point) => [
      times.cell(point.atMs),
      rate(point.ackedPerSecond),
      rate(point.offeredPerSecond),
      rate(point.sentPerSecond),
      rate(point.failedPerSecond),
      rate(point.unknownPerSecond),
      rate(point.shedPerSecond),
      point.waiting,
    ]),
  }
}
