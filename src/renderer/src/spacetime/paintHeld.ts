/** Frames that wait at the gate now: a stub with a hand for each, or one hand with their count. */
import { heldMarks, pillOf } from './heldMarks'
import type { HeldFrame, HeldGroup, HeldHand } from './heldMarks'
import type { Overlay } from './paintMarks'
import type { Ctx, Palette } from './palette'

const HAND_PX = 18
const PAD_PX = 7

export function paintHeld(over: Overlay, held: Iterable<HeldFrame>, laneOf: Int16Array): void {
  const { ctx, layout, window } = over
  const { hands, groups } = heldMarks(held, layout, window, laneOf)
  ctx.globalAlpha = 1
  for (const hand of hands) paintOne(over, hand)
  for (const group of groups) paintGroup(over, group)
  ctx.setLineDash([])
}

function paintOne({ ctx, palette }: Overlay, { x0, y0, x, y }: HeldHand): void {
  ctx.setLineDash([3, 2])
  ctx.lineWidth = 1.25
  ctx.strokeStyle = palette.warn
  ctx.beginPath()
  ctx.moveTo(x0, y0)
  ctx.lineTo(x, y)
  ctx.stroke()
  ctx.setLineDash([])
  ctx.beginPath()
  ctx.arc(x, y, 8, 0, 2 * Math.PI)
  ctx.fillStyle = palette.bg
  ctx.fill()
  ctx.stroke()
  paintHand(ctx, x, y, palette.warn)
}

/** A bar for the time in which they came, and how many there are. */
function paintGroup({ ctx, layout, palette }: Overlay, { lane, from, to, count }: HeldGroup): void {
  const words = `${String(count).replace(/\B(?=(\d{3})+$)/g, '\u2009')} held`
  const { top, height } = pillOf(layout, lane)
  ctx.font = `600 ${palette.fontPx}px ${palette.fontUi}`
  const width = HAND_PX + ctx.measureText(words).width + PAD_PX
  const left = Math.max(1, Math.min(from, layout.width - width - 1))
  ctx.setLineDash([])
  ctx.fillStyle = palette.warn
  ctx.fillRect(from, top - 4, Math.max(2, to - from), 3)
  ctx.fillStyle = palette.bg
  ctx.fillRect(left, top, width, height)
  ctx.lineWidth = 1.25
  ctx.strokeStyle = palette.warn
  ctx.strokeRect(left, top, width, height)
  paintHand(ctx, left + HAND_PX / 2, top + height / 2, palette.warn)
  paintCount(ctx, palette, words, left + HAND_PX, top + height / 2)
}

function paintCount(ctx: Ctx, palette: Palette, words: string, x: number, y: number): void {
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  ctx.fillStyle = palette.fg
  ctx.fillText(words, x, y + 0.5)
  ctx.textBaseline = 'alphabetic'
}

function paintHand(ctx: Ctx, x: number, y: number, colour: string): void {
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.2
  ctx.beginPath()
  for (let finger = 0; finger < 4; finger += 1) {
    const at = x - 3 + finger * 2
    ctx.moveTo(at, y + 1)
    ctx.lineTo(at, y - (finger === 0 || finger === 3 ? 2 : 4))
  }
  ctx.moveTo(x - 3, y + 1)
  ctx.quadraticCurveTo(x, y + 6, x + 3, y + 1)
  ctx.stroke()
}
