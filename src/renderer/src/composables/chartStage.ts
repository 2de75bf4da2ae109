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

/** Opacity of one kind alone, and of all together where several hold; of a stroke on top of it. */
export const TINT = 0.09
export const TINTS = 0.14
export const HATCH = 0.2
/** A solid kind says more by its tint. */
const SOLID_TINT = 0.1
const SOLID_HATCH = 0.05
/** Where a pattern runs into the plot to say which kind begins or ends there, px. */
const EDGE_PX = 18
/** Shares of the plot from which on a pattern begins to fade, and from which on there is none. */
const FADE_FROM = 0.25
const FADE_TO = 0.5

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
      const strength = Math.min(1, TINTS / TINT / kinds.length)
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

/** Where bands are painted, px. */
export interface Ground {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly height: number
  readonly nowMs: number
  readonly x: (atMs: number) => number
}

export function paintBands(
  frame: PlotFrame,
  bands: readonly Band[],
  hatches: Hatches,
  height: number,
): void {
  const { left, right, nowMs } = frame
  const x = (atMs: number): number => frame.x(atMs)
  paintGround(frame, groundOf(bands, nowMs), hatches, { left, right, top: 0, height, nowMs, x })
}

/**
 * Tints everywhere, patterns where they hide little: in a short band of one kind. In a long one,
 * and where kinds overlap, they stay at the edges; the track says the rest.
 */
export function paintGround(
  pen: Pick<PlotFrame, 'ctx' | 'theme'>,
  spans: readonly GroundSpan[],
  hatches: Hatches,
  ground: Ground,
): void {
  const { ctx, theme } = pen
  const { left, right, top, height } = ground
  for (const { fromMs, toMs, kinds, strength } of spans) {
    const from = Math.max(left, ground.x(fromMs))
    const to = Math.min(right, ground.x(toMs))
    if (to <= from) continue
    for (const kind of kinds) {
      ctx.globalAlpha = (kind === 'down' ? SOLID_TINT : TINT) * strength
      ctx.fillStyle = theme.faults[kind]
      ctx.fillRect(from, top, to - from, height)
    }
  }
  for (const run of runsOf(spans)) {
    ctx.fillStyle = hatches.get(pen, run.kind) ?? theme.faults[run.kind]
    for (const { from, to, strength } of hatchedParts(run, ground)) {
      ctx.globalAlpha = (run.kind === 'down' ? SOLID_HATCH : HATCH) * strength
      ctx.fillRect(from, top, to - from, height)
    }
  }
  ctx.globalAlpha = 1
}

/** A kind from where it begins to where it ends, whatever else holds meanwhile. */
interface Run {
  readonly kind: BandKind
  readonly fromMs: number
  readonly toMs: number
  /** No other kind holds at any time of it. */
  readonly alone: boolean
}

function runsOf(spans: readonly GroundSpan[]): Run[] {
  const open = new Map<BandKind, Run>()
  const runs: Run[] = []
  for (const { fromMs, toMs, kinds } of spans) {
    for (const kind of kinds) {
      const before = open.get(kind)
      const goesOn = before?.toMs === fromMs
      if (before && !goesOn) runs.push(before)
      const alone = kinds.length === 1 && (!goesOn || before.alone)
      open.set(kind, { kind, fromMs: goesOn ? before.fromMs : fromMs, toMs, alone })
    }
  }
  return [...runs, ...open.values()]
}

interface HatchedPart {
  readonly from: number
  readonly to: number
  readonly strength: number
}

/** The middle pales as a run fills the plot; its ends, where they are in sight, stay. */
function hatchedParts(
  { fromMs, toMs, alone }: Run,
  { left, right, x, nowMs }: Ground,
): HatchedPart[] {
  const [begin, end] = [x(fromMs), x(toMs)]
  const [from, to] = [Math.max(left, begin), Math.min(right, end)]
  if (to <= from) return []
  const share = (to - from) / (right - left)
  const middle = alone ? Math.min(1, Math.max(0, (FADE_TO - share) / (FADE_TO - FADE_FROM))) : 0
  const headTo = Math.min(to, Math.max(from, begin + EDGE_PX))
  // What goes on has no end yet.
  const tailFrom = toMs >= nowMs ? to : Math.max(headTo, Math.min(to, end - EDGE_PX))
  const parts = [
    { from, to: headTo, strength: 1 },
    { from: headTo, to: tailFrom, strength: middle },
    { from: tailFrom, to, strength: 1 },
  ]
  return middle === 1
    ? [{ from, to, strength: 1 }]
    : parts.filter((part) => part.to > part.from && part.strength > 0)
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
