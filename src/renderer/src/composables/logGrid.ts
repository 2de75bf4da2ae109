/** The log as a grid: what each node holds in each slot, for the page and for a drawing of it. */
import type { SlotView } from '../../../core/machineTypes'
import { formatBallot } from '../../../core/paxos/ballot'
import type { NodeView } from '../../../shared/api'
import { count } from '../api/words'
import { drawMarker, haloText } from './chartPaint'
import type { ChartTheme } from './chartTheme'
import { SvgPen } from './svgPen'

/** Every so many slots have their number. */
export const HEAD_EVERY = 4

export type CellLook = SlotView['state'] | 'lost'

export interface LogCell {
  readonly slot: number
  readonly look: CellLook
  readonly words: string
}

export interface LogRow {
  readonly node: number
  readonly cells: readonly LogCell[]
}

export type HeldByNode = ReadonlyMap<number, ReadonlyMap<number, SlotView>>

export function logRows(
  nodes: readonly Pick<NodeView, 'node' | 'state'>[],
  slots: readonly number[],
  held: HeldByNode,
): LogRow[] {
  return nodes.map(({ node, state }) => {
    const down = !['running', 'paused'].includes(state)
    const cells = slots.map((slot) => {
      const view = held.get(node)?.get(slot)
      const is = view?.state ?? 'open'
      const vote = view?.vote ? ` at ${formatBallot(view.vote.ballot)}` : ''
      const value = view?.chosen?.text ?? view?.vote?.text ?? ''
      const words = `N${node}, slot ${slot}: ${is}${vote} ${value}${down ? `, ${state}` : ''}`
      const look: CellLook = down && is !== 'applied' ? 'lost' : is
      return { slot, look, words: words.trim() }
    })
    return { node, cells }
  })
}

/** What the looks mean; an open slot of a node that runs is an empty box, and says so itself. */
export const LOG_KEY: readonly (readonly [CellLook, string])[] = [
  ['applied', 'applied'],
  ['chosen', 'chosen'],
  ['voted', 'voted, not known as chosen'],
  ['lost', 'open or lost, process down'],
]

const TITLE_PX = 28
const HEAD_PX = 20
const ROW_PX = 26
const CELL_PX = 34
const NODE_PX = 52
const PAD_PX = 12
const KEY_PX = 30
const KEY_GAP_PX = 18
/** Of a letter, at most: the reader's font may be wider than that of the page. */
const CHAR_EM = 0.6

/** The grid as a picture of its own, with its title and its key. */
export function logGridSvg(title: string, rows: readonly LogRow[], theme: ChartTheme): string {
  const pen = new SvgPen('log', (text) => text.length * theme.fontPx * CHAR_EM)
  const slots = rows[0]?.cells.map(({ slot }) => slot) ?? []
  const left = PAD_PX + NODE_PX
  const top = TITLE_PX + HEAD_PX
  const keyPx = LOG_KEY.reduce((sum, [, words]) => sum + keyWidth(pen, theme, words), 0)
  const width = Math.ceil(Math.max(left + slots.length * CELL_PX, PAD_PX + keyPx) + PAD_PX)
  const height = top + rows.length * ROW_PX + KEY_PX
  const frame = { ctx: pen, theme }
  pen.fillStyle = theme.bg
  pen.fillRect(0, 0, width, height)
  haloText(frame, title, PAD_PX, 18, { bold: true })
  slots.forEach((slot, at) => {
    if (at % HEAD_EVERY !== 0) return
    const x = left + at * CELL_PX
    haloText(frame, count(slot), x, top - 6, { mono: true, color: theme.fgMuted })
  })
  rows.forEach(({ node, cells }, at) => {
    const y = top + at * ROW_PX
    drawMarker(frame, node, PAD_PX + 5, y + 11, 9)
    haloText(frame, `N${node}`, PAD_PX + 16, y + 15)
    cells.forEach(({ look }, column) => {
      const box = { x: left + column * CELL_PX, y, width: CELL_PX - 2, height: 22 }
      paintCell(pen, theme, look, theme.node(node), box)
    })
  })
  paintKey(pen, theme, height - KEY_PX + 10)
  return pen.document(width, height, `${title}. ${slots.length} slots, ${rows.length} nodes.`)
}

interface CellBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const DASHES: Readonly<Partial<Record<CellLook, number[]>>> = { voted: [4, 3], lost: [1, 2] }
const FILLED: Readonly<Partial<Record<CellLook, number>>> = { applied: 1, chosen: 0.45 }

function paintCell(
  pen: SvgPen,
  theme: ChartTheme,
  look: CellLook,
  ink: string,
  { x, y, width, height }: CellBox,
): void {
  const filled = FILLED[look]
  if (filled !== undefined) {
    pen.globalAlpha = filled
    pen.fillStyle = ink
    pen.fillRect(x, y, width, height)
    pen.globalAlpha = 1
  }
  const edges: Partial<Record<CellLook, string>> = { open: theme.border, lost: theme.faults.down }
  pen.strokeStyle = edges[look] ?? ink
  pen.lineWidth = 1
  pen.setLineDash(DASHES[look] ?? [])
  pen.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1)
  pen.setLineDash([])
}

const keyWidth = (pen: SvgPen, { fontPx, fontUi }: ChartTheme, words: string): number => {
  pen.font = `400 ${fontPx}px ${fontUi}`
  return 16 + pen.measureText(words).width + KEY_GAP_PX
}

function paintKey(pen: SvgPen, theme: ChartTheme, y: number): void {
  let x = PAD_PX
  for (const [look, words] of LOG_KEY) {
    paintCell(pen, theme, look, theme.fgMuted, { x, y, width: 10, height: 10 })
    haloText({ ctx: pen, theme }, words, x + 16, y + 9, { color: theme.fgMuted })
    x += keyWidth(pen, theme, words)
  }
}
