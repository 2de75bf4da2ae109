/** Pictures and tables of charts for use elsewhere: CSV text, PNG with title and time axis. */
import { AXIS_PX, RIGHT_PX } from './useLabChart'
import type { ChartTheme } from './chartTheme'
import { timeTicks } from './chartTicks'
import { momentSlug, tickMsMin } from './timeUnit'
import type { TimeUnit } from './timeUnit'
import type { Table } from './pictures/picture'

const HEAD_PX = 28
const FOOT_PX = 24

/** RFC 4180: comma, CRLF, quotes where a field needs them. */
export function csvOf({ columns, rows }: Table): string {
  const field = (value: string | number): string => {
    const text = String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [columns, ...rows].map((row) => row.map(field).join(',') + '\r\n').join('')
}

export interface ExportInfo {
  readonly title: string
  readonly unit: string
  readonly fromMs: number
  readonly toMs: number
  /** What its time counts. */
  readonly time: TimeUnit
  readonly theme: ChartTheme
  /** It has an x axis of its own. */
  readonly timeless?: boolean
}

/** The canvas of a chart on its ground, with title and time axis, at the screen's resolution. */
export function framedImage(chart: HTMLCanvasElement, info: ExportInfo): HTMLCanvasElement {
  const width = chart.clientWidth
  const scale = chart.width / Math.max(1, width)
  const height = chart.clientHeight
  const foot = info.timeless ? 0 : FOOT_PX
  const image = document.createElement('canvas')
  image.width = chart.width
  image.height = Math.round((height + HEAD_PX + foot) * scale)
  const ctx = image.getContext('2d')
  if (!ctx) return image
  const { theme } = info
  ctx.fillStyle = theme.bg
  ctx.fillRect(0, 0, image.width, image.height)
  ctx.drawImage(chart, 0, Math.round(HEAD_PX * scale))
  ctx.scale(scale, scale)
  ctx.fillStyle = theme.fg
  ctx.font = `600 ${theme.fontPx + 2}px ${theme.fontUi}`
  ctx.fillText(info.title, 12, 18)
  const titlePx = ctx.measureText(info.title).width
  ctx.fillStyle = theme.fgMuted
  ctx.font = `400 ${theme.fontPx}px ${theme.fontUi}`
  ctx.fillText(info.unit, 20 + titlePx, 18)
  if (info.timeless) return image
  const left = AXIS_PX
  const plot = width - AXIS_PX - RIGHT_PX
  ctx.textAlign = 'center'
  const ticks = timeTicks(info.fromMs, info.toMs, plot, undefined, tickMsMin(info.time))
  for (const { value, text } of ticks) {
    const x = left + ((value - info.fromMs) / (info.toMs - info.fromMs)) * plot
    ctx.fillText(text, x, HEAD_PX + height + 16)
  }
  ctx.textAlign = 'right'
  ctx.fillText(info.time, left - 6, HEAD_PX + height + 16)
  return image
}

export function pngOf(image: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    image.toBlob((blob) => {
      if (blob) resolve(blob)
      else reject(new Error('The browser could not encode the picture.'))
    }, 'image/png')
  })
}

/** Hands a file to the person, through the browser's own way of saving. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The address is read when the click is handled; after that it only holds memory.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
}

/** True where text can be put on the clipboard. */
export function canCopyText(): boolean {
  return typeof navigator !== 'undefined' && navigator.clipboard !== undefined
}

/** True where a picture can be put on the clipboard; the menu offers it only there. */
export function canCopyImages(): boolean {
  return typeof ClipboardItem !== 'undefined' && navigator.clipboard !== undefined
}

export async function copyImage(content: Promise<Blob>): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': content })])
}

interface ShownTime {
  readonly fromMs: number
  readonly toMs: number
  readonly unit: TimeUnit
}

/** Name of a file that tells what it shows: `paxos-lab-throughput-11s-40s.csv`, `…-step3-step9`. */
export function fileName(id: string, { fromMs, toMs, unit }: ShownTime, ending: string): string {
  return `paxos-lab-${id}-${momentSlug(fromMs, unit)}-${momentSlug(toMs, unit)}.${ending}`
}
