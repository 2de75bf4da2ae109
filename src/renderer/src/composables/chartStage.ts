/**
 * The ground of every chart with a time axis: faults as tinted and hatched bands over its whole
 * height, and acts as dotted lines. Canvas and vector export paint the same.
 */
import type { Band, Flag } from './chartBands'
import type { Hatches, PlotFrame } from './chartPaint'

export function paintBands(
  frame: PlotFrame,
  bands: readonly Band[],
  hatches: Hatches,
  height: number,
): void {
  const { ctx, left, right, theme } = frame
  for (const band of bands) {
    const from = Math.max(left, frame.x(band.fromMs))
    const to = Math.min(right, frame.x(band.toMs ?? frame.nowMs))
    if (to <= from) continue
    ctx.globalAlpha = band.kind === 'down' ? 0.1 : 0.07
    ctx.fillStyle = theme.faults[band.kind]
    ctx.fillRect(from, 0, to - from, height)
    ctx.globalAlpha = band.kind === 'down' ? 0.05 : 0.2
    ctx.fillStyle = hatches.get(frame, band.kind) ?? ctx.fillStyle
    ctx.fillRect(from, 0, to - from, height)
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

/** The line between the labels of the axis and the plot. */
export function paintEdge({ ctx, theme, left, top, bottom }: PlotFrame): void {
  ctx.fillStyle = theme.border
  ctx.fillRect(left - 1, top, 1, bottom - top)
}
