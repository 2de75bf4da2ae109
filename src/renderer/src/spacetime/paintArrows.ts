/**
 * Arrows of messages: colour by family or by the owner of the ballot, form by family, and at their
 * end what became of them. Thin and without heads where there are thousands.
 */
import { drawnEnd, drawnStart, NO_SHIFT, runsBackwards } from './clockShift'
import type { ClockShift } from './clockShift'
import { laneY, STOP_SHARE, STUB_PX, xOf } from './geometry'
import type { Layout, Window } from './geometry'
import { FAMILY_CODES, fateCode, FLAG, LINE_FORMS } from './kinds'
import type { LineForm } from './kinds'
import type { MessageStore } from './messageStore'
import { DASHES, familyOfCode, nodeColour } from './palette'
import type { Ctx, Palette } from './palette'

export interface ArrowPen {
  readonly ctx: Ctx
  readonly layout: Layout
  readonly window: Window
  readonly palette: Palette
  readonly colour: 'family' | 'owner'
  readonly store: MessageStore
  readonly laneOf: Int16Array
  /** Default: as it was recorded. */
  readonly shift?: ClockShift
  /** Where "clock skew" stands last, px, by link: neighbours have a dot. Default: all words. */
  readonly skewWords?: Map<number, number>
  /** Of many lines at once: crowded ones are thinner, so that what is under them shows. */
  readonly alpha?: number
}

export interface Segment {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

const DROPPED = fateCode('dropped')
const DOUBLED = fateCode('doubled')
const PENDING = fateCode('pending')
const HEAD_PX = 7
const HEAD_HALF_PX = 2.8
/** Two of these words on one link are at least so far apart. */
const SKEW_WORD_PX = 84

export type Place = Pick<ArrowPen, 'layout' | 'window' | 'store' | 'laneOf' | 'shift'>

/** Null: one of its ends has no lane here. */
export function segmentOf(place: Place, row: number): Segment | null {
  const { layout, window, store, laneOf, shift = NO_SHIFT } = place
  const { col } = store
  const from = laneOf[col.from[row]!] ?? -1
  const to = laneOf[col.to[row]!] ?? -1
  if (from < 0 || to < 0) return null
  const x0 = xOf(layout, window, drawnStart(store, shift, row))
  const y0 = laneY(layout, from)
  const x1 = xOf(layout, window, drawnEnd(store, shift, row))
  const whole = { x1, y1: laneY(layout, to) }
  const fate = col.fate[row]
  if (fate === DROPPED) return { x0, y0, x1: whole.x1, y1: y0 + (whole.y1 - y0) * STOP_SHARE }
  if (fate === PENDING) {
    const down = Math.sign(whole.y1 - y0)
    return { x0, y0, x1: x0 + STUB_PX, y1: y0 + down * STUB_PX }
  }
  return { x0, y0, ...whole }
}

export function colourOf(pen: Pick<ArrowPen, 'palette' | 'colour' | 'store'>, row: number): string {
  const { palette, colour, store } = pen
  if (colour === 'owner') {
    const owner = store.col.ballotNode[row]!
    return owner === 0 ? palette.muted : nodeColour(palette, owner)
  }
  return palette.families[familyOfCode(FAMILY_CODES[store.col.type[row]!]!)]
}

/** One arrow whole: line, head, and the sign of its fate. `strong`: it is selected. */
export function paintArrow(pen: ArrowPen, row: number, strong = false): void {
  const segment = segmentOf(pen, row)
  if (segment === null) return
  const { ctx, store, palette } = pen
  const form = LINE_FORMS[store.col.type[row]!] ?? 'solid'
  const colour = colourOf(pen, row)
  const fate = store.col.fate[row]!
  const family = familyOfCode(FAMILY_CODES[store.col.type[row]!]!)
  const beat = family === 'heartbeat'
  ctx.globalAlpha = beat && !strong ? 0.5 : 1
  const width = strong ? 3 : beat ? 1 : family === 'client' ? 1.5 : 1.25
  paintLine(ctx, segment, form, colour, width * palette.lineScale, {
    ground: palette.bg,
    short: fate === DROPPED || fate === PENDING ? 0 : 4,
  })
  ctx.setLineDash([])
  if (fate === DROPPED) paintDropped(ctx, segment, palette)
  else if (fate === PENDING) paintOpenEnd(ctx, segment, colour)
  else if (form === 'dotted') paintCross(ctx, segment, colour)
  else paintHead(ctx, segment, colour, family === 'client' ? palette.bg : colour, strong)
  ctx.globalAlpha = 1
  if (fate === DOUBLED) paintWord(pen, segment, '×2', colour)
  const flags = store.col.flags[row]!
  if (runsBackwards(store, pen.shift ?? NO_SHIFT, row)) paintSkew(pen, segment, row)
  else if ((flags & FLAG.delayed) !== 0 && fate !== DROPPED) paintClock(ctx, segment, palette)
}

function paintLine(
  ctx: Ctx,
  { x0, y0, x1, y1 }: Segment,
  form: LineForm,
  colour: string,
  width: number,
  { ground, short }: { readonly ground: string; readonly short: number },
): void {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1
  const keep = Math.max(0, 1 - short / length)
  const trace = (): void => {
    ctx.beginPath()
    ctx.moveTo(x0, y0)
    ctx.lineTo(x0 + (x1 - x0) * keep, y0 + (y1 - y0) * keep)
    ctx.stroke()
  }
  ctx.setLineDash([...DASHES[form]])
  ctx.strokeStyle = colour
  ctx.lineWidth = form === 'double' ? Math.max(3, width) : width
  trace()
  if (form !== 'double') return
  ctx.strokeStyle = ground
  ctx.lineWidth = 1
  trace()
}

function paintHead(
  ctx: Ctx,
  { x0, y0, x1, y1 }: Segment,
  colour: string,
  fill: string,
  strong: boolean,
): void {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length]
  const half = strong ? 4 : HEAD_HALF_PX
  ctx.beginPath()
  ctx.moveTo(x1, y1)
  ctx.lineTo(x1 - ux * HEAD_PX - uy * half, y1 - uy * HEAD_PX + ux * half)
  ctx.lineTo(x1 - ux * HEAD_PX + uy * half, y1 - uy * HEAD_PX - ux * half)
  ctx.closePath()
  ctx.fillStyle = fill
  ctx.fill()
  if (fill === colour) return
  ctx.lineWidth = 1.2
  ctx.strokeStyle = colour
  ctx.stroke()
}

/** A refusal ends in a cross. */
function paintCross(ctx: Ctx, { x0, y0, x1, y1 }: Segment, colour: string): void {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1
  const [x, y] = [x1 - ((x1 - x0) / length) * 4, y1 - ((y1 - y0) / length) * 4]
  ctx.beginPath()
  ctx.moveTo(x - 3, y - 3)
  ctx.lineTo(x + 3, y + 3)
  ctx.moveTo(x + 3, y - 3)
  ctx.lineTo(x - 3, y + 3)
  ctx.lineWidth = 1.5
  ctx.strokeStyle = colour
  ctx.stroke()
}

function paintDropped(ctx: Ctx, { x1, y1 }: Segment, { bg, bad }: Palette): void {
  ctx.globalAlpha = 1
  ctx.beginPath()
  ctx.arc(x1, y1, 6, 0, 2 * Math.PI)
  ctx.fillStyle = bg
  ctx.fill()
  ctx.lineWidth = 1.5
  ctx.strokeStyle = bad
  ctx.stroke()
  ctx.beginPath()
  ctx.moveTo(x1 - 4.2, y1 + 4.2)
  ctx.lineTo(x1 + 4.2, y1 - 4.2)
  ctx.stroke()
}

function paintOpenEnd(ctx: Ctx, { x1, y1 }: Segment, colour: string): void {
  ctx.beginPath()
  ctx.arc(x1, y1, 2, 0, 2 * Math.PI)
  ctx.lineWidth = 1
  ctx.strokeStyle = colour
  ctx.stroke()
}

function paintClock(ctx: Ctx, { x0, y0, x1, y1 }: Segment, { bg, warn }: Palette): void {
  const [x, y] = [x0 + (x1 - x0) * 0.3, y0 + (y1 - y0) * 0.3]
  ctx.beginPath()
  ctx.arc(x, y, 5, 0, 2 * Math.PI)
  ctx.fillStyle = bg
  ctx.fill()
  ctx.lineWidth = 1.2
  ctx.strokeStyle = warn
  ctx.stroke()
  ctx.beginPath()
  ctx.moveTo(x, y - 3)
  ctx.lineTo(x, y)
  ctx.lineTo(x + 2.2, y + 1.2)
  ctx.stroke()
}

function paintWord({ ctx, palette }: ArrowPen, segment: Segment, word: string, colour: string) {
  const { x0, y0, x1, y1 } = segment
  ctx.font = `600 ${palette.fontPx - 1}px ${palette.fontMono}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.lineWidth = 3
  ctx.lineJoin = 'round'
  ctx.strokeStyle = palette.bg
  const [x, y] = [x0 + (x1 - x0) * 0.7 + 6, y0 + (y1 - y0) * 0.7 + 3]
  ctx.strokeText(word, x, y)
  ctx.fillStyle = colour
  ctx.fillText(word, x, y)
}

function paintSkew(pen: ArrowPen, segment: Segment, row: number): void {
  const { ctx, store, palette, skewWords } = pen
  const [from, to] = [store.col.from[row]!, store.col.to[row]!]
  const link = Math.min(from, to) * 256 + Math.max(from, to)
  const { x0 } = segment
  const isCrowded = Math.abs(x0 - (skewWords?.get(link) ?? -Infinity)) < SKEW_WORD_PX
  if (!isCrowded) {
    skewWords?.set(link, x0)
    return paintWord(pen, segment, 'clock skew', palette.bad)
  }
  const [x, y] = [x0 + (segment.x1 - x0) * 0.7, segment.y0 + (segment.y1 - segment.y0) * 0.7]
  ctx.beginPath()
  ctx.arc(x, y, 2.5, 0, 2 * Math.PI)
  ctx.fillStyle = palette.bad
  ctx.fill()
}

/** Many arrows at once: one stroke for each colour and form, no heads; drops keep their sign. */
export function paintLines(pen: ArrowPen, rows: readonly number[]): void {
  const { ctx, store, palette } = pen
  const groups = new Map<number, { form: LineForm; colour: string; rows: number[] }>()
  const dropped: Segment[] = []
  for (const row of rows) {
    const type = store.col.type[row]!
    // Type says the form and by family the colour; else the owner says the colour.
    const key = pen.colour === 'family' ? type : type * 256 + store.col.ballotNode[row]!
    let group = groups.get(key)
    if (group === undefined) {
      group = { form: LINE_FORMS[type] ?? 'solid', colour: colourOf(pen, row), rows: [] }
      groups.set(key, group)
    }
    group.rows.push(row)
  }
  for (const { form, colour, rows: own } of groups.values()) {
    ctx.beginPath()
    for (const row of own) {
      const segment = segmentOf(pen, row)
      if (segment === null) continue
      ctx.moveTo(segment.x0, segment.y0)
      ctx.lineTo(segment.x1, segment.y1)
      if (store.col.fate[row] === DROPPED) dropped.push(segment)
    }
    ctx.setLineDash([...DASHES[form]])
    ctx.strokeStyle = colour
    ctx.globalAlpha = pen.alpha ?? 0.75
    ctx.lineWidth = 1
    ctx.stroke()
  }
  ctx.setLineDash([])
  ctx.globalAlpha = 1
  ctx.fillStyle = palette.bad
  for (const { x1, y1 } of dropped) ctx.fillRect(x1 - 1.5, y1 - 1.5, 3, 3)
}
