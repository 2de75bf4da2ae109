/** The time before what a long run has kept of its ballots: said, and not drawn as if none were. */
import { haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { momentWords } from '../timeUnit'
import type { PictureInput } from './picture'

const PAD_PX = 6

/** `firstMs`: the first that is kept; missing: nothing is. */
export function paintNotKept(
  frame: PlotFrame,
  { data, fromMs, unit = 's' }: PictureInput,
  firstMs: number | undefined,
): void {
  if (data.dropped === 0 || firstMs === undefined || firstMs <= fromMs) return
  const { ctx, theme, left } = frame
  const width = Math.min(frame.right, frame.x(firstMs)) - left
  ctx.save()
  ctx.globalAlpha = 0.1
  ctx.fillStyle = theme.fgMuted
  ctx.fillRect(left, 0, width, frame.bottom + 4)
  ctx.restore()
  const words = `not kept before ${momentWords(firstMs, unit, 1)}`
  if (textWidth(frame, words) > width - 2 * PAD_PX) return
  const middle = (frame.top + frame.bottom) / 2
  haloText(frame, words, left + PAD_PX, middle + 4, { color: theme.fgMuted })
}
