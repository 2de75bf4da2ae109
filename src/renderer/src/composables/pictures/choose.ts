/**
 * Time to choose: how long slots took from their first proposal to their choice, as a histogram
 * over the slots chosen in the window, with the cumulative share and the median.
 */
import { bucketMs } from '../../../../core/measure/histogram'
import { edgesOf, placeLabels } from '../chartLabels'
import { haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { axisText, countText } from '../chartText'
import { ladderRange } from '../chartTicks'
import { measureUnit, measureWords } from '../timeUnit'
import type { TimeUnit } from '../timeUnit'
import type { Picture } from '../useLabChart'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'
import { chooseTimes } from './tallies'

const BINS_A_DECADE = 10
/** What took less stands in the first bin: clocks of two nodes are no nearer. */
const LEAST_MS = 0.1
const LINE_PX = 13
const MARKS = [
  [0.5, 'median'],
  [0.95, 'p95'],
] as const

export const choose: ChartDefinition = {
  id: 'choose',
  title: 'Time to choose',
  unit: 'slots; x: ms, log',
  stepUnit: 'slots; x: steps, log',
  help: 'From the first proposal for a slot to its choice, for the slots chosen in the window.',
  isDefault: false,
  timeless: true,
  scale: 'linear',
  plotPxMin: 92,
  grow: 1,
  picture,
  legend,
  table,
}

export interface ChooseBin {
  readonly fromMs: number
  readonly toMs: number
  readonly slots: number
  /** Share of slots chosen within `toMs`. */
  readonly share: number
}

/** Ten bins a decade, from the lowest to the highest that holds a slot. */
export function chooseBins(input: PictureInput): ChooseBin[] {
  const times = chooseTimes(input)
  const counts = new Map<number, number>()
  for (const [bucket, slots] of times.pairs()) {
    const ms = Math.max(LEAST_MS, bucketMs(bucket))
    const bin = Math.floor(Math.log10(ms) * BINS_A_DECADE + 1e-9)
    counts.set(bin, (counts.get(bin) ?? 0) + slots)
  }
  if (counts.size === 0) return []
  const bins: ChooseBin[] = []
  const last = Math.max(...counts.keys())
  let below = 0
  for (let bin = Math.min(...counts.keys()); bin <= last; bin += 1) {
    const slots = counts.get(bin) ?? 0
    below += slots
    const fromMs = 10 ** (bin / BINS_A_DECADE)
    const toMs = 10 ** ((bin + 1) / BINS_A_DECADE)
    bins.push({ fromMs, toMs, slots, share: below / times.count })
  }
  return bins
}

function picture(input: PictureInput): Picture {
  const bins = chooseBins(input)
  const top = Math.max(4, ...bins.map(({ slots }) => slots))
  const marks = MARKS.map(([share, name]) => ({ name, ms: chooseTimes(input).quantile(share) }))
  return {
    lines: [],
    axis: ladderRange(top, axisText, 3),
    over: (frame) => paint(frame, bins, marks, input),
    empty: bins.length === 0 ? 'No slot was chosen in this window.' : null,
  }
}

interface Mark {
  readonly name: string
  readonly ms: number | null
}

function paint(
  frame: PlotFrame,
  bins: readonly ChooseBin[],
  marks: readonly Mark[],
  { hidden, unit = 's' }: PictureInput,
): void {
  const [first] = bins
  const last = bins.at(-1)
  if (!first || !last) return
  const { ctx, theme } = frame
  // Whole decades, so that the scale stands still while slots are added.
  const low = Math.floor(Math.log10(first.fromMs) + 1e-9)
  const high = Math.max(low + 2, Math.ceil(Math.log10(last.toMs) - 1e-9))
  const width = frame.right - frame.left
  const x = (ms: number): number => frame.left + ((Math.log10(ms) - low) / (high - low)) * width
  paintScale(frame, { low, high, x, unit })
  ctx.fillStyle = theme.accent
  ctx.globalAlpha = 0.55
  if (!hidden.has('slots')) {
    for (const { fromMs, toMs, slots } of bins) {
      if (slots === 0) continue
      const top = Math.min(frame.y(slots), frame.bottom - 1)
      ctx.fillRect(x(fromMs) + 0.5, top, Math.max(1, x(toMs) - x(fromMs) - 1), frame.bottom - top)
    }
  }
  ctx.globalAlpha = 1
  if (!hidden.has('within')) paintShare(frame, bins, x)
  paintMarks(frame, marks, { x, unit })
}

/** The x axis: powers of ten of ms, or of steps. */
interface Scale {
  readonly unit: TimeUnit
  readonly x: (ms: number) => number
}

function paintScale(
  frame: PlotFrame,
  { low, high, x, unit }: Scale & { readonly low: number; readonly high: number },
): void {
  const { ctx, theme } = frame
  const { name, ms } = measureUnit(unit)
  for (let power = low; power <= high; power += 1) {
    const at = Math.round(x(10 ** power))
    ctx.fillStyle = theme.borderSoft
    ctx.fillRect(at, frame.top, 1, frame.bottom - frame.top + 4)
    const align = power === low ? 'left' : power === high ? 'right' : 'center'
    const number = axisText(10 ** power / ms)
    const text = power === high ? `${number} ${name}` : number
    haloText(frame, text, at, frame.bottom + 15, { align, color: theme.fgMuted })
  }
  ctx.fillStyle = theme.border
  ctx.fillRect(frame.left, frame.bottom, frame.right - frame.left, 1)
}

/** The share of slots chosen by then: 0 at the bottom, all at the top. */
function paintShare(frame: PlotFrame, bins: readonly ChooseBin[], x: (ms: number) => number): void {
  const { ctx, theme } = frame
  const y = (share: number): number => frame.bottom - share * (frame.bottom - frame.top)
  ctx.strokeStyle = theme.fg
  ctx.lineWidth = 1.25
  ctx.beginPath()
  bins.forEach(({ fromMs, toMs, share }, at) => {
    if (at === 0) ctx.moveTo(x(fromMs), y(0))
    ctx.lineTo(x(toMs), y(share))
  })
  ctx.lineTo(frame.right, y(1))
  ctx.stroke()
}

function paintMarks(frame: PlotFrame, marks: readonly Mark[], { x, unit }: Scale): void {
  const { ctx, theme } = frame
  const wishes = marks.flatMap(({ name, ms }) => {
    if (ms === null) return []
    const at = Math.round(x(ms)) + 0.5
    ctx.strokeStyle = theme.fgMuted
    ctx.lineWidth = 1
    ctx.setLineDash([3, 3])
    ctx.beginPath()
    ctx.moveTo(at, frame.top)
    ctx.lineTo(at, frame.bottom)
    ctx.stroke()
    ctx.setLineDash([])
    const text = `${name} ${measureWords(ms, unit)}`
    const width = textWidth(frame, text)
    const spots = [0, LINE_PX, 2 * LINE_PX].flatMap((down) => {
      const box = { top: frame.top + 2 + down, width, height: LINE_PX }
      return [
        { ...box, left: at + 5 },
        { ...box, left: at - 5 - width },
      ]
    })
    return [{ text, spots }]
  })
  for (const { wish, spot } of placeLabels(wishes, edgesOf(frame))) {
    haloText(frame, wish.text, spot.left, spot.top + LINE_PX - 3)
  }
}

function legend(input: PictureInput): readonly LegendItem[] {
  const times = chooseTimes(input)
  const [median, p95, max] = times.quantiles([0.5, 0.95, 1])
  const ms = (value: number | null | undefined): string =>
    measureWords(value ?? null, input.unit ?? 's')
  return [
    { id: 'slots', label: 'slots', value: countText(times.count), swatch: 'filled' },
    { id: 'within', label: 'share within', value: null, swatch: 'plain' },
    { id: '', label: 'median', value: ms(median), swatch: 'none' },
    { id: '', label: 'p95', value: ms(p95), swatch: 'none' },
    { id: '', label: 'max', value: ms(max), swatch: 'none' },
  ]
}

function table(input: PictureInput): Table {
  const { name, ms } = measureUnit(input.unit ?? 's')
  return {
    columns: [`from ${name}`, `to ${name}`, 'slots', 'share within'],
    rows: chooseBins(input).map(({ fromMs, toMs, slots, share }) => [
      Number((fromMs / ms).toPrecision(4)),
      Number((toMs / ms).toPrecision(4)),
      slots,
      Number(share.toFixed(4)),
    ]),
  }
}
