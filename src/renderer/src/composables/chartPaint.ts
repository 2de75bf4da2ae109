/** Marks of the canvas charts: node markers, hatches, text with a halo. */
import type { BandKind } from './chartBands'
import { isSecond } from './chartTheme'
import type { ChartTheme } from './chartTheme'

export type Ctx = CanvasRenderingContext2D

/** What painters use of a canvas: a recorder of vectors has the same (`chartSvg.ts`). */
export interface Pen {
  fillStyle: string | CanvasGradient | CanvasPattern
  strokeStyle: string | CanvasGradient | CanvasPattern
  lineWidth: number
  lineJoin: CanvasLineJoin
  globalAlpha: number
  font: string
  textAlign: CanvasTextAlign
  textBaseline: CanvasTextBaseline
  save(): void
  restore(): void
  beginPath(): void
  closePath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  arc(x: number, y: number, radius: number, from: number, to: number): void
  rect(x: number, y: number, width: number, height: number): void
  clip(): void
  fill(): void
  stroke(): void
  fillRect(x: number, y: number, width: number, height: number): void
  strokeRect(x: number, y: number, width: number, height: number): void
  fillText(text: string, x: number, y: number): void
  strokeText(text: string, x: number, y: number): void
  measureText(text: string): { readonly width: number }
  setLineDash(segments: number[]): void
  createPattern(image: HTMLCanvasElement, repetition: string): CanvasPattern | null
  /** A fill with the form of a fault kind; only where patterns are no pixels. */
  hatch?(kind: BandKind, color: string): string
}

/** Where a painter draws: the plot's edges in px, and from values to px. */
export interface PlotFrame {
  readonly ctx: Pen
  readonly theme: ChartTheme
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly fromMs: number
  readonly toMs: number
  readonly nowMs: number
  /** The moment under the pointer, or where the pictures stand; null: live and not pointed at. */
  readonly cursorMs: number | null
  x(atMs: number): number
  y(value: number): number
}

export type Painter = (frame: PlotFrame) => void

/** The shape that repeats a node's colour: circle, triangle, square, diamond, cross. */
export function drawMarker(
  { ctx, theme }: Pick<PlotFrame, 'ctx' | 'theme'>,
  node: number,
  x: number,
  y: number,
  size: number,
  hollow = false,
): void {
  // An area, so its side grows by the root.
  const r = (size / 2) * Math.sqrt(theme.lineScale)
  ctx.beginPath()
  const shape = (node - 1) % 5
  if (shape === 0) ctx.arc(x, y, r * 0.9, 0, Math.PI * 2)
  else if (shape === 1) polygon(ctx, x, y, [0, -r], [r, r * 0.85], [-r, r * 0.85])
  else if (shape === 2) ctx.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7)
  else if (shape === 3) polygon(ctx, x, y, [0, -r], [r, 0], [0, r], [-r, 0])
  else cross(ctx, x, y, r)
  ctx.closePath()
  const open = hollow || isSecond(node)
  ctx.fillStyle = open ? theme.bg : theme.node(node)
  ctx.fill()
  if (!open) return
  ctx.strokeStyle = theme.node(node)
  ctx.lineWidth = 1.5
  ctx.stroke()
}

function polygon(ctx: Pen, x: number, y: number, ...points: readonly [number, number][]): void {
  points.forEach(([dx, dy], at) =>
    at === 0 ? ctx.moveTo(x + dx, y + dy) : ctx.lineTo(x + dx, y + dy),
  )
}

function cross(ctx: Pen, x: number, y: number, r: number): void {
  const a = r * 0.34
  const ring: [number, number][] = [
    [-a, -r],
    [a, -r],
    [a, -a],
    [r, -a],
    [r, a],
    [a, a],
    [a, r],
    [-a, r],
    [-a, a],
    [-r, a],
    [-r, -a],
    [-a, -a],
  ]
  polygon(ctx, x, y, ...ring)
}

export interface TextStyle {
  readonly color?: string
  readonly bold?: boolean
  readonly mono?: boolean
  readonly align?: CanvasTextAlign
}

/** Text on a halo of the ground, so that lines and hatches under it do not hurt. */
export function haloText(
  { ctx, theme }: Pick<PlotFrame, 'ctx' | 'theme'>,
  text: string,
  x: number,
  y: number,
  style: TextStyle = {},
): void {
  const family = style.mono ? theme.fontMono : theme.fontUi
  ctx.font = `${style.bold ? 600 : 400} ${theme.fontPx}px ${family}`
  ctx.textAlign = style.align ?? 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.lineJoin = 'round'
  ctx.lineWidth = 3
  ctx.strokeStyle = theme.bg
  ctx.strokeText(text, x, y)
  ctx.fillStyle = style.color ?? theme.fg
  ctx.fillText(text, x, y)
}

/** Widths that text takes, to keep a label inside the plot. */
export function textWidth({ ctx, theme }: PlotFrame, text: string, bold = false): number {
  ctx.font = `${bold ? 600 : 400} ${theme.fontPx}px ${theme.fontUi}`
  return ctx.measureText(text).width
}

/** Canvas patterns of the fault kinds, made once per theme and screen. */
export class Hatches {
  #made = new Map<string, CanvasPattern | null>()

  get(
    { ctx, theme }: Pick<PlotFrame, 'ctx' | 'theme'>,
    kind: BandKind,
  ): CanvasPattern | string | null {
    if (ctx.hatch) return ctx.hatch(kind, theme.faults[kind])
    const scale = Math.max(1, window.devicePixelRatio || 1)
    const key = `${kind} ${theme.faults[kind]} ${scale}`
    const made = this.#made.get(key)
    if (made !== undefined) return made
    const pattern = makePattern(ctx, kind, theme.faults[kind], scale)
    this.#made.set(key, pattern)
    return pattern
  }
}

const TILE_PX: Readonly<Record<BandKind, number>> = {
  partition: 8,
  down: 8,
  slow: 6,
  pause: 6,
  loss: 12,
  gap: 8,
}

function makePattern(ctx: Pen, kind: BandKind, color: string, scale: number): CanvasPattern | null {
  const size = TILE_PX[kind]
  const tile = document.createElement('canvas')
  tile.width = tile.height = Math.round(size * scale)
  const paint = tile.getContext('2d')
  if (!paint) return null
  paint.scale(tile.width / size, tile.height / size)
  paint.strokeStyle = paint.fillStyle = color
  drawTile(paint, kind, size)
  const pattern = ctx.createPattern(tile, 'repeat')
  pattern?.setTransform(new DOMMatrix().scale(size / tile.width, size / tile.height))
  return pattern
}

/** The same forms as the `--hatch-…` tokens. */
function drawTile(paint: Ctx, kind: BandKind, size: number): void {
  const dot = (x: number, y: number, r: number): void => {
    paint.beginPath()
    paint.arc(x, y, r, 0, Math.PI * 2)
    paint.fill()
  }
  const line = (...points: readonly [number, number, number, number][]): void => {
    paint.beginPath()
    for (const [x0, y0, x1, y1] of points) {
      paint.moveTo(x0, y0)
      paint.lineTo(x1, y1)
    }
    paint.stroke()
  }
  paint.lineWidth = 1
  if (kind === 'partition') line([-2, 2, 2, -2], [0, 8, 8, 0], [6, 10, 10, 6])
  else if (kind === 'gap') line([0, 0, 8, 8], [8, 0, 0, 8])
  else if (kind === 'down') paint.fillRect(0, 0, size, size)
  else if (kind === 'pause') {
    paint.lineWidth = 1.2
    line([2.5, 0, 2.5, 6])
  } else if (kind === 'slow') {
    dot(1.5, 1.5, 0.8)
    dot(4.5, 4.5, 0.8)
  } else {
    dot(3, 3, 1)
    dot(9, 9, 1)
  }
}
