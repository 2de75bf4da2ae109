/** Stacks over time: areas for what flows, columns for what happens now and then. */
import type { PlotFrame } from '../chartPaint'
import type { XY } from '../useLabChart'

export interface StackLayer {
  readonly id: string
  readonly color: string
  /** One value for each row, from the bottom layer up. */
  readonly values: readonly number[]
}

/** The upper edge of each layer; rows further apart than `gapMs` break it. */
export function stackEdges(
  times: readonly number[],
  layers: readonly StackLayer[],
  gapMs: number,
): XY[][] {
  const sums = times.map(() => 0)
  return layers.map(({ values }) => {
    const points: XY[] = []
    times.forEach((x, at) => {
      const before = times[at - 1]
      if (before !== undefined && x - before > gapMs) points.push({ x: before, y: NaN })
      const y = (sums[at] ?? 0) + (values[at] ?? 0)
      sums[at] = y
      points.push({ x, y })
    })
    return points
  })
}

/** Fills each layer down to the one below it, or to 0. */
export function fillLayers(
  { ctx, x, y }: PlotFrame,
  layers: readonly StackLayer[],
  edges: readonly (readonly XY[])[],
): void {
  layers.forEach(({ color }, layer) => {
    const upper = edges[layer] ?? []
    const lower = edges[layer - 1] ?? null
    ctx.fillStyle = color
    ctx.globalAlpha = 0.55
    for (const [from, to] of stretches(upper)) {
      ctx.beginPath()
      for (let at = from; at < to; at += 1) {
        const point = upper[at]
        if (point) ctx.lineTo(x(point.x), y(point.y))
      }
      for (let at = to - 1; at >= from; at -= 1) {
        const point = upper[at]
        if (point) ctx.lineTo(x(point.x), y(lower?.[at]?.y ?? 0))
      }
      ctx.closePath()
      ctx.fill()
    }
    ctx.globalAlpha = 1
  })
}

/** From and to (excluded) of the parts without a break. */
function stretches(points: readonly XY[]): [number, number][] {
  const found: [number, number][] = []
  let from = 0
  points.forEach(({ y }, at) => {
    if (!Number.isNaN(y)) return
    if (at > from) found.push([from, at])
    from = at + 1
  })
  if (points.length > from) found.push([from, points.length])
  return found
}

export interface Column {
  /** Start of the bucket. */
  readonly fromMs: number
  readonly parts: readonly { readonly color: string; readonly value: number }[]
}

export function fillColumns(frame: PlotFrame, columns: readonly Column[], spanMs: number): void {
  const { ctx } = frame
  for (const { fromMs, parts } of columns) {
    const left = frame.x(fromMs)
    const width = frame.x(fromMs + spanMs) - left
    const gap = width > 4 ? 1 : 0
    let from = 0
    for (const { color, value } of parts) {
      const bottom = frame.y(from)
      const top = frame.y((from += value))
      ctx.fillStyle = color
      ctx.fillRect(left + gap / 2, top, Math.max(1, width - gap), bottom - top)
    }
  }
}
