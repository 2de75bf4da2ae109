/**
 * The ground of every chart with a time axis: faults as tinted and hatched bands over its whole
 * height, and acts as dotted lines. Canvas and vector export paint the same.
 */
import type { Band, BandKind, Flag } from './chartBands'
import type { Hatches, PlotFrame } from './chartPaint'
import type { Tick } from './chartTicks'

/** Times in which the same kinds of faults hold. */
export interface GroundSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly kinds: readonly BandKind[]
  /** How strong each of them is painted: many at once would hide what is drawn on them. */
  readonly strength: number
}

/** Kinds at once that are painted as strong as one alone. */
const FULL_KINDS = 3

/** One layer a kind, however many faults of it hold; in the order of time. */
export function groundOf(bands: readonly Band[], nowMs: number): GroundSpan[] {
  const edges = bands.flatMap(({ kind, fromMs, toMs }) => [
    { atMs: fromMs, kind, step: 1 },
    { atMs: toMs ?? nowMs, kind, step: -1 },
  ])
  edges.sort((a, b) => a.atMs - b.atMs || b.step - a.step)
  const held = new Map<BandKind, number>()
  const spans: GroundSpan[] = []
  let sinceMs = 0
  const close = (toMs: number): void => {
    const kinds = [...held].filter(([, count]) => count > 0).map(([kind]) => kind)
    if (kinds.length > 0 && toMs > sinceMs) {
      const strength = Math.min(1, FULL_KINDS / (kinds.length + 1))
      spans.push({ fromMs: sinceMs, toMs, kinds, strength })
    }
    sinceMs = toMs
  }
  for (const { atMs, kind, step } of edges) {
    const before = held.get(kind) ?? 0
    // A second fault of a kind adds no layer, so nothing begins or ends with it.
    const changes = step > 0 ? before === 0 : before === 1
    if (changes) close(atMs)
    held.set(kind, before + step)
  }
  return spans
}

export function paintBands(
  frame: PlotFrame,
  bands: readonly Band[],
  hatches: Hatches,
  height: number,
): void {
  const { ctx, left, right, theme } = frame
  for (const { fromMs, toMs, kinds, strength } of groundOf(bands, frame.nowMs)) {
    const from = Math.max(left, frame.x(fromMs))
    const to = Math.min(right, frame.x(toMs))
    if (to <= from) continue
    for (const kind of kinds) {
      ctx.globalAlpha = (kind === 'down' ? 0.1 : 0.07) * strength
      ctx.fillStyle = theme.faults[kind]
      ctx.fillRect(from, 0, to - from, height)
      ctx.globalAlpha = (kind === 'down' ? 0.05 : 0.2) * strength
      ctx.fillStyle = hatches.get(frame, kind) ?? ctx.fillStyle
      ctx.fillRect(from, 0, to - from, height)
    }
  }
  ctx.globalAlpha = 1
}

/** An act (a policy switched, load begun) is a dotted line through every chart. */
export function paintFlags(frame: PlotFrame, flags: readonly Flag[], height: number): void {
  const { ctx, theme } = frame
  ctx.strokeStyle = theme.fgMuted
  ctx.lineWidth = 1
  ctx.setLineDash([2, 3])
  for (const { atMs, change } of flags) {
    if (!change || atMs < frame.fromMs || atMs > frame.toMs) continue
    const x = Math.round(frame.x(atMs)) + 0.5
    ctx.beginPath()
    ctx.moveTo(x, 0)
    ctx.lineTo(x, height)
    ctx.stroke()
  }
  ctx.setLineDash([])
}

const LABEL_GAP_PX = 6

/** Values at the left, and a thin line through the plot for each. */
export function paintAxis(frame: PlotFrame, ticks: readonly Tick[]): void {
  const { ctx, theme, left, right } = frame
  ctx.font = `400 ${theme.fontPx}px ${theme.fontUi}`
  ctx.textAlign = 'right'
  ctx.textBaseline = 'alphabetic'
  for (const { value, text } of ticks) {
    const y = frame.y(value)
    ctx.fillStyle = theme.borderSoft
    ctx.fillRect(left, Math.round(y - 0.5), right - left, 1)
    ctx.fillStyle = theme.fgMuted
    ctx.fillText(text, left - LABEL_GAP_PX, y + theme.fontPx / 3)
  }
}

/** The line between the labels of the axis and the plot. */
export function paintEdge({ ctx, theme, left, top, bottom }: PlotFrame): void {
  ctx.fillStyle = theme.border
  ctx.fillRect(left - 1, top, 1, bottom - top)
}
