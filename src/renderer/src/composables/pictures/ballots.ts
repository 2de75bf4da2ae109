/**
 * Ballots per chosen slot: 1, 2, 3, 4, 5 or more, in % of the slots chosen in the window. One
 * ballot a slot is what a leader is for (PMS §3); a duel shows at the right.
 */
import { haloText, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { countText } from '../chartText'
import type { Picture } from '../useLabChart'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'
import { talliesInside } from './tallies'

const NAMES = ['1', '2', '3', '4', '5+'] as const
const TICKS = [0, 50, 100].map((value) => ({ value, text: `${value} %` }))
const BAR_PX_MAX = 72

export const ballots: ChartDefinition = {
  id: 'ballots',
  title: 'Ballots per chosen slot',
  unit: '% of slots; x: ballots',
  help: 'How many ballots were begun until a slot was chosen. All at 1: no ballot was wasted.',
  isDefault: false,
  timeless: true,
  scale: 'linear',
  plotPxMin: 92,
  grow: 0.6,
  picture,
  legend,
  table,
}

/** Slots chosen in the window, by ballots. */
export function slotsByBallots(input: PictureInput): number[] {
  const sums = NAMES.map(() => 0)
  for (const point of talliesInside(input)) {
    point.ballots.forEach((slots, bar) => (sums[bar] = (sums[bar] ?? 0) + slots))
  }
  return sums
}

function picture(input: PictureInput): Picture {
  const bars = slotsByBallots(input)
  const total = bars.reduce((sum, slots) => sum + slots, 0)
  return {
    lines: [],
    axis: { min: 0, max: 100, ticks: TICKS },
    over: (frame) => paint(frame, bars, total),
    empty: total === 0 ? 'No slot was chosen in this window.' : null,
  }
}

function paint(frame: PlotFrame, bars: readonly number[], total: number): void {
  if (total === 0) return
  const { ctx, theme } = frame
  const step = (frame.right - frame.left) / bars.length
  const width = Math.min(BAR_PX_MAX, step * 0.6)
  bars.forEach((slots, bar) => {
    const middle = frame.left + (bar + 0.5) * step
    const share = (slots / total) * 100
    // Few are still some.
    const top = slots > 0 ? Math.min(frame.y(share), frame.bottom - 1.5) : frame.bottom
    ctx.fillStyle = bar === 0 ? theme.learn : bar < 4 ? theme.warn : theme.bad
    ctx.globalAlpha = 0.7
    ctx.fillRect(middle - width / 2, top, width, frame.bottom - top)
    ctx.globalAlpha = 1
    const text = `${percent(share)} · ${countText(slots)}`
    const inside = top - frame.top < 14 && textWidth(frame, text) < width - 6
    const beside = top - frame.top < 14 && !inside
    const x = beside ? middle + width / 2 + 5 : middle
    const y = top - frame.top < 14 ? top + 13 : top - 4
    const align = beside ? 'left' : 'center'
    haloText(frame, text, x, y, { align, ...(slots === 0 && { color: theme.fgMuted }) })
    haloText(frame, NAMES[bar] ?? '', middle, frame.bottom + 15, {
      align: 'center',
      color: theme.fgMuted,
    })
  })
  ctx.fillStyle = theme.border
  ctx.fillRect(frame.left, frame.bottom, frame.right - frame.left, 1)
}

function percent(share: number): string {
  if (share === 0) return '0 %'
  if (share < 0.1) return '<0.1 %'
  return `${share >= 10 || Number.isInteger(share) ? Math.round(share) : share.toFixed(1)} %`
}

function legend(input: PictureInput): readonly LegendItem[] {
  const bars = slotsByBallots(input)
  const total = bars.reduce((sum, slots) => sum + slots, 0)
  const one = total > 0 ? percent(((bars[0] ?? 0) / total) * 100) : '–'
  return [
    { id: '', label: 'slots', value: countText(total), swatch: 'none' },
    { id: '', label: 'with one ballot', value: one, swatch: 'none' },
  ]
}

function table(input: PictureInput): Table {
  const bars = slotsByBallots(input)
  const total = Math.max(
    1,
    bars.reduce((sum, slots) => sum + slots, 0),
  )
  return {
    columns: ['ballots', 'slots', '% of slots'],
    rows: bars.map((slots, bar) => [
      NAMES[bar] ?? '',
      slots,
      Number(((slots / total) * 100).toFixed(3)),
    ]),
  }
}
