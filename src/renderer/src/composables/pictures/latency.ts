/**
 * Latency of acknowledged requests: percentiles over time, log axis. Lines break where nothing was
 * acknowledged. In an open loop they run from when a request was due; what the requests took once
 * they were sent is a line of its own.
 */
import type { LoadPoint } from '../../../../core/measure/series'
import { edgesOf, placeLabels, strokesOf } from '../chartLabels'
import { haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { axisText, lengthText, msText } from '../chartText'
import { measureUnit } from '../timeUnit'
import { logRange } from '../chartTicks'
import type { Line, Picture } from '../useLabChart'
import { brokenLine, firstAt, tableTimes, within } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'
import { timeOfLoad } from './throughput'

/** Waits from here on get a sentence. */
const LONG_WAIT_MS = 1000
/** Without an answer for this long a line breaks; slow loads leave shorter gaps all the time. */
const BREAK_MS = 1000

type Percentile = 'p50' | 'p95' | 'p99' | 'max' | 'service p99'

const VALUE: Readonly<Record<Percentile, (point: LoadPoint) => number | null>> = {
  p50: (point) => point.p50Ms,
  p95: (point) => point.p95Ms,
  p99: (point) => point.p99Ms,
  max: (point) => point.maxMs,
  'service p99': (point) => point.serviceP99Ms,
}

export const latency: ChartDefinition = {
  id: 'latency',
  title: 'Request latency',
  unit: 'ms, log',
  stepUnit: 'steps, log',
  help: 'Percentiles of acknowledged requests; the line breaks where nothing was acknowledged.',
  isDefault: true,
  scale: 'logarithmic',
  plotPxMin: 60,
  grow: 1,
  picture,
  legend,
  table,
}

function picture(input: PictureInput): Picture {
  const { data, fromMs, toMs, hidden, theme } = input
  const rows = within(data.load, fromMs, toMs, timeOfLoad)
  const gapMs = Math.max(BREAK_MS, data.spanMs * 2.5)
  const answered = rows.filter((point) => point.p50Ms !== null)
  const line = (id: Percentile, style: Omit<Line, 'id' | 'points'>): Line[] =>
    hidden.has(id)
      ? []
      : [{ id, ...style, points: brokenLine(answered, gapMs, timeOfLoad, VALUE[id]) }]
  const highs = answered.map((point) => point.maxMs ?? 0)
  const lows = answered.map((point) => Math.min(point.p50Ms ?? Infinity, lowOf(point)))
  const lines = [
    ...(isOpen(rows) ? line('service p99', { color: theme.fgMuted, width: 1 }) : []),
    ...line('p99', { color: theme.accent, width: 1, dash: [1, 2] }),
    ...line('p95', { color: theme.accent, width: 1, dash: [4, 2] }),
    ...line('p50', { color: theme.accent, width: 2 }),
  ]
  return {
    lines,
    axis: logRange(Math.max(0.01, Math.min(1, ...lows)), Math.max(100, ...highs), (value) =>
      axisText(value),
    ),
    over: (frame) => {
      if (!hidden.has('p50')) paintLone(frame, answered, gapMs)
      if (!hidden.has('max')) nameLongest(frame, paintMax(frame, answered), lines)
    },
    empty: answered.length === 0 ? nothing(input) : null,
  }
}

/** Why nothing is drawn: nothing was answered in the window, or in the run, if it is in sight. */
function nothing({ data, ended, fromMs }: PictureInput): string {
  if (fromMs > 0 || data.load.some((point) => point.p50Ms !== null)) {
    return 'No request was acknowledged in the time shown.'
  }
  return ended === true
    ? 'No request was acknowledged in this run.'
    : 'Latency appears with the first acknowledged request.'
}

/** Requests became due by the clock: the two kinds of time can differ. */
function isOpen(load: readonly LoadPoint[]): boolean {
  return load.some((point) => point.serviceP99Ms !== null)
}

const lowOf = (point: LoadPoint): number => point.serviceP99Ms ?? Infinity

/** One answer between two breaks has no line: it gets a point. */
function paintLone(
  { ctx, theme, x, y }: PlotFrame,
  rows: readonly LoadPoint[],
  gapMs: number,
): void {
  rows.forEach((point, at) => {
    const before = rows[at - 1]
    const after = rows[at + 1]
    if (before && point.atMs - before.atMs <= gapMs) return
    if (after && after.atMs - point.atMs <= gapMs) return
    ctx.fillStyle = theme.accent
    ctx.beginPath()
    ctx.arc(x(point.atMs), y(point.p50Ms ?? 0), 1.75, 0, Math.PI * 2)
    ctx.fill()
  })
}

/** Slowest answer of each bucket as a dot; answers with the bucket of the slowest of all. */
function paintMax(frame: PlotFrame, points: readonly LoadPoint[]): LoadPoint | null {
  const { ctx, theme } = frame
  ctx.fillStyle = theme.fg
  let longest: LoadPoint | null = null
  for (const point of points) {
    const x = frame.x(point.atMs)
    if (point.maxMs === null || x < frame.left || x > frame.right) continue
    if (point.maxMs > (longest?.maxMs ?? 0)) longest = point
    // On the line of p99 a dot says nothing more.
    if (point.maxMs < LONG_WAIT_MS && point.maxMs < (point.p99Ms ?? 0) * 1.05) continue
    ctx.globalAlpha = point.maxMs >= LONG_WAIT_MS ? 1 : 0.65
    ctx.beginPath()
    ctx.arc(x, frame.y(point.maxMs), point.maxMs >= LONG_WAIT_MS ? 2 : 1.25, 0, Math.PI * 2)
    ctx.fill()
  }
  ctx.globalAlpha = 1
  return longest
}

const LINE_PX = 13

/** The longest wait in words, beside its dot, where it hides no line. */
function nameLongest(frame: PlotFrame, longest: LoadPoint | null, lines: readonly Line[]): void {
  const waitMs = longest?.maxMs ?? 0
  if (!longest || waitMs < LONG_WAIT_MS) return
  const text = `longest wait ${lengthText(waitMs)}`
  const width = textWidth(frame, text)
  const x = frame.x(longest.atMs)
  const middle = Math.max(frame.top + 8, frame.y(waitMs) + 4) - LINE_PX + 3
  const spots = [0, 9, -9, 18].flatMap((off) =>
    [x + 8, x - 8 - width].map((left) => ({ left, top: middle + off, width, height: LINE_PX })),
  )
  const strokes = strokesOf(lines, frame)
  for (const { spot } of placeLabels([{ spots }], edgesOf(frame, 4), [], strokes)) {
    haloText(frame, text, spot.left, spot.top + LINE_PX - 3)
  }
}

function legend({ data, readMs }: PictureInput): readonly LegendItem[] {
  // The last bucket with an answer, unless the line is broken here.
  const until = data.load.slice(0, firstAt(data.load, readMs + data.spanMs, timeOfLoad))
  const near = until.findLast((point) => point.p50Ms !== null)
  const known = near && readMs - near.atMs < BREAK_MS ? near : null
  const item = (id: Percentile, swatch: LegendItem['swatch']): LegendItem => {
    return { id, label: id, value: known ? msText(VALUE[id](known)) : '–', swatch }
  }
  const items = [item('p50', 'line'), item('p95', 'dashed'), item('p99', 'thin')]
  const service = isOpen(data.load) ? [item('service p99', 'muted')] : []
  return [...items, item('max', 'dots'), ...service]
}

function table({ data, fromMs, toMs, unit = 's' }: PictureInput): Table {
  const measure = measureUnit(unit)
  const times = tableTimes({ unit })
  const rows = data.load.filter((point) => point.atMs >= fromMs && point.atMs <= toMs)
  const ms = (value: number | null): string =>
    value === null ? '' : (value / measure.ms).toFixed(3)
  return {
    columns: [
      times.head('until'),
      `p50 ${measure.name}`,
      `p95 ${measure.name}`,
      `p99 ${measure.name}`,
      `max ${measure.name}`,
      'service p50',
      'service p99',
    ],
    rows: rows.map((point) => [
      times.cell(point.atMs),
      ms(point.p50Ms),
      ms(point.p95Ms),
      ms(point.p99Ms),
      ms(point.maxMs),
      ms(point.serviceP50Ms),
      ms(point.serviceP99Ms),
    ]),
  }
}
