/** The time before what a long run has kept of its ballots: said, and not drawn as if none were. */
import { LEADERS_MAX, STAIRS_MAX } from '../../../../core/measure/series'
import { haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import type { SeriesData } from '../seriesData'
import { momentWords } from '../timeUnit'
import type { PictureInput } from './picture'

const PAD_PX = 6

/** Before this moment ballots are not kept; 0: all are. */
export function ballotsFromMs({ stairs, dropped }: Pick<SeriesData, 'stairs' | 'dropped'>): number {
  return dropped > 0 && stairs.length >= STAIRS_MAX ? (stairs[0]?.bidAtMs ?? 0) : 0
}

/** The same of what nodes believed. */
export function beliefsFromMs(data: Pick<SeriesData, 'leaders' | 'dropped'>): number {
  const { leaders, dropped } = data
  return dropped > 0 && leaders.length >= LEADERS_MAX ? (leaders[0]?.fromMs ?? 0) : 0
}

/** `keptFromMs`: as one of these says. */
export function paintNotKept(
  frame: PlotFrame,
  { fromMs, unit = 's' }: PictureInput,
  keptFromMs: number,
): void {
  if (keptFromMs <= Math.max(0, fromMs)) return
  const { ctx, theme, left } = frame
  const width = Math.min(frame.right, frame.x(keptFromMs)) - left
  ctx.save()
  ctx.globalAlpha = 0.1
  ctx.fillStyle = theme.fgMuted
  ctx.fillRect(left, 0, width, frame.bottom + 4)
  ctx.restore()
  const words = `not kept before ${momentWords(keptFromMs, unit, 1)}`
  if (textWidth(frame, words) > width - 2 * PAD_PX) return
  const middle = (frame.top + frame.bottom) / 2
  haloText(frame, words, left + PAD_PX, middle + 4, { color: theme.fgMuted })
}
