/**
 * SvgPen: what painters draw on a canvas, recorded as vectors. Text stays text, hatches are
 * patterns; nothing is a picture of pixels.
 *
 * Coordinates: px, as on the canvas. Numbers have two decimals.
 */
import type { BandKind } from './chartBands'
import type { Pen } from './chartPaint'

interface Style {
  fillStyle: string
  strokeStyle: string
  lineWidth: number
  lineJoin: CanvasLineJoin
  globalAlpha: number
  font: string
  textAlign: CanvasTextAlign
  textBaseline: CanvasTextBaseline
  dash: readonly number[]
  clip: string | null
}

const FULL = Math.PI * 2
const ANCHORS: Readonly<Record<string, string>> = { center: 'middle', right: 'end', end: 'end' }

/** Forms of the fault kinds, as the tiles of the canvas: size of the tile, and what is in it. */
const HATCHES: Readonly<Record<BandKind, readonly [size: number, form: string]>> = {
  partition: [8, '<path d="M-2 2 2-2M0 8 8 0M6 10 10 6" stroke="C" fill="none"/>'],
  gap: [8, '<path d="M0 0 8 8M8 0 0 8" stroke="C" fill="none"/>'],
  down: [8, '<rect width="8" height="8" fill="C"/>'],
  pause: [6, '<path d="M2.5 0V6" stroke="C" stroke-width="1.2"/>'],
  slow: [
    6,
    '<circle cx="1.5" cy="1.5" r=".8" fill="C"/><circle cx="4.5" cy="4.5" r=".8" fill="C"/>',
  ],
  loss: [12, '<circle cx="3" cy="3" r="1" fill="C"/><circle cx="9" cy="9" r="1" fill="C"/>'],
}

export class SvgPen implements Pen {
  private style: Style = {
    fillStyle: '#000',
    strokeStyle: '#000',
    lineWidth: 1,
    lineJoin: 'miter',
    globalAlpha: 1,
    font: '400 11px sans-serif',
    textAlign: 'left',
    textBaseline: 'alphabetic',
    dash: [],
    clip: null,
  }
  private readonly kept: Style[] = []
  private readonly parts: string[] = []
  private readonly defs = new Map<string, string>()
  private path = ''
  private hasPoint = false

  /** `prefix` keeps ids apart where several pictures stand in one page. */
  constructor(
    private readonly prefix: string,
    private readonly widthOf: (text: string, font: string) => number,
  ) {}

  get fillStyle(): string {
    return this.style.fillStyle
  }
  set fillStyle(value: string | CanvasGradient | CanvasPattern) {
    if (typeof value === 'string') this.style.fillStyle = value
  }
  get strokeStyle(): string {
    return this.style.strokeStyle
  }
  set strokeStyle(value: string | CanvasGradient | CanvasPattern) {
    if (typeof value === 'string') this.style.strokeStyle = value
  }
  get lineWidth(): number {
    return this.style.lineWidth
  }
  set lineWidth(value: number) {
    this.style.lineWidth = value
  }
  get lineJoin(): CanvasLineJoin {
    return this.style.lineJoin
  }
  set lineJoin(value: CanvasLineJoin) {
    this.style.lineJoin = value
  }
  get globalAlpha(): number {
    return this.style.globalAlpha
  }
  set globalAlpha(value: number) {
    this.style.globalAlpha = value
  }
  get font(): string {
    return this.style.font
  }
  set font(value: string) {
    this.style.font = value
  }
  get textAlign(): CanvasTextAlign {
    return this.style.textAlign
  }
  set textAlign(value: CanvasTextAlign) {
    this.style.textAlign = value
  }
  get textBaseline(): CanvasTextBaseline {
    return this.style.textBaseline
  }
  set textBaseline(value: CanvasTextBaseline) {
    this.style.textBaseline = value
  }

  save(): void {
    this.kept.push({ ...this.style })
  }

  restore(): void {
    this.style = this.kept.pop() ?? this.style
  }

  beginPath(): void {
    this.path = ''
    this.hasPoint = false
  }

  closePath(): void {
    if (this.hasPoint) this.path += 'Z'
  }

  moveTo(x: number, y: number): void {
    this.path += `M${n(x)} ${n(y)}`
    this.hasPoint = true
  }

  lineTo(x: number, y: number): void {
    if (!this.hasPoint) return this.moveTo(x, y)
    this.path += `L${n(x)} ${n(y)}`
  }

  arc(x: number, y: number, radius: number, from: number, to: number): void {
    const at = (angle: number) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
    const [x0 = 0, y0 = 0] = at(from)
    const [x1 = 0, y1 = 0] = at((from + to) / 2)
    const [x2 = 0, y2 = 0] = at(to)
    const large = to - from >= FULL ? 0 : Number(to - from > Math.PI)
    this.lineTo(x0, y0)
    const arcTo = (toX: number, toY: number, isLarge: number): void => {
      this.path += `A${n(radius)} ${n(radius)} 0 ${isLarge} 1 ${n(toX)} ${n(toY)}`
    }
    if (to - from >= FULL) arcTo(x1, y1, 0)
    arcTo(x2, y2, large)
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path += `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}Z`
    this.hasPoint = true
  }

  clip(): void {
    const id = `${this.prefix}-clip${this.defs.size}`
    const outer = this.style.clip === null ? '' : ` clip-path="url(#${this.style.clip})"`
    this.defs.set(id, `<clipPath id="${id}"${outer}><path d="${this.path}"/></clipPath>`)
    this.style.clip = id
  }

  fill(): void {
    if (this.path !== '') this.put(`<path d="${this.path}" ${this.fillWords()}/>`)
  }

  stroke(): void {
    if (this.path !== '') this.put(`<path d="${this.path}" fill="none" ${this.strokeWords()}/>`)
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    if (!(width > 0 && height > 0)) return
    this.put(`<rect ${box(x, y, width, height)} ${this.fillWords()}/>`)
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    if (!(width > 0 && height > 0)) return
    this.put(`<rect ${box(x, y, width, height)} fill="none" ${this.strokeWords()}/>`)
  }

  fillText(text: string, x: number, y: number): void {
    this.text(text, x, y, this.fillWords())
  }

  strokeText(text: string, x: number, y: number): void {
    this.text(text, x, y, `fill="none" ${this.strokeWords()}`)
  }

  measureText(text: string): { readonly width: number } {
    return { width: this.widthOf(text, this.style.font) }
  }

  setLineDash(segments: number[]): void {
    this.style.dash = segments
  }

  createPattern(): null {
    return null
  }

  hatch(kind: BandKind, color: string): string {
    const id = `${this.prefix}-${kind}`
    const [size, form] = HATCHES[kind]
    const sides = `width="${size}" height="${size}" patternUnits="userSpaceOnUse"`
    const drawn = form.replaceAll('"C"', `"${escaped(color)}"`)
    this.defs.set(id, `<pattern id="${id}" ${sides}>${drawn}</pattern>`)
    return `url(#${id})`
  }

  /** One document; `title` is read out by those who cannot see it. */
  document(width: number, height: number, title: string): string {
    const size = `width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}"`
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">` +
      `<title>${escaped(title)}</title>` +
      `<defs>${[...this.defs.values()].join('')}</defs>${this.parts.join('\n')}</svg>\n`
    )
  }

  private put(element: string): void {
    const { clip } = this.style
    this.parts.push(clip === null ? element : `<g clip-path="url(#${clip})">${element}</g>`)
  }

  private fillWords(): string {
    const { fillStyle, globalAlpha } = this.style
    return `fill="${escaped(fillStyle)}"${opacity('fill', globalAlpha)}`
  }

  private strokeWords(): string {
    const { strokeStyle, lineWidth, lineJoin, dash, globalAlpha } = this.style
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''
    const join = lineJoin === 'miter' ? '' : ` stroke-linejoin="${lineJoin}"`
    const line = `stroke="${escaped(strokeStyle)}" stroke-width="${n(lineWidth)}"`
    return `${line}${join}${dashes}${opacity('stroke', globalAlpha)}`
  }

  private text(text: string, x: number, y: number, paint: string): void {
    const [, weight = '400', size = '11', family = 'sans-serif'] =
      /^(\d+) ([\d.]+)px (.*)$/.exec(this.style.font.replace(/\s+/g, ' ')) ?? []
    const font = `font-weight="${weight}" font-size="${size}" font-family="${escaped(family)}"`
    const anchor = ANCHORS[this.style.textAlign]
    const align = anchor === undefined ? '' : ` text-anchor="${anchor}"`
    this.put(`<text x="${n(x)}" y="${n(y)}" ${font}${align} ${paint}>${escaped(text)}</text>`)
  }
}

function n(value: number): string {
  return String(Number(value.toFixed(2)))
}

function box(x: number, y: number, width: number, height: number): string {
  return `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"`
}

function opacity(what: 'fill' | 'stroke', alpha: number): string {
  return alpha >= 1 ? '' : ` ${what}-opacity="${n(alpha)}"`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
