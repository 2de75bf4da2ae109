/** The sign that the clocks of a picture are aligned: part of it, wherever the picture goes. */
import type { Layout } from './geometry'
import type { Ctx, Palette } from './palette'

const PAD_PX = 7
const ROOM_PX = 6

export function paintBadge(ctx: Ctx, layout: Layout, palette: Palette, words: string): void {
  ctx.globalAlpha = 1
  ctx.setLineDash([])
  ctx.font = `600 ${palette.fontPx}px ${palette.fontUi}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  const height = palette.fontPx + 9
  const width = Math.min(layout.width - 2 * ROOM_PX, ctx.measureText(words).width + 2 * PAD_PX)
  const left = Math.round(layout.width - width - ROOM_PX) + 0.5
  const top = ROOM_PX - 1.5
  ctx.fillStyle = palette.bg
  ctx.fillRect(left, top, width, height)
  ctx.lineWidth = 1.5
  ctx.strokeStyle = palette.warn
  ctx.strokeRect(left, top, width, height)
  ctx.fillStyle = palette.fg
  ctx.fillText(words, left + PAD_PX, top + height - 7, width - 2 * PAD_PX)
}
