/** Density as heat between lanes: hue of the dominant family, opacity by the log of the count. */
import { gapCounts } from './density'
import type { Density } from './density'
import { laneY } from './geometry'
import type { Layout } from './geometry'
import { FAMILIES } from './kinds'
import type { Ctx, Palette } from './palette'

/** Full opacity at this many messages a column and gap. */
const FULL_COUNT = 200
const OPACITY_MIN = 0.16
const OPACITY_MAX = 0.9

export function densityOpacity(count: number): number {
  if (count <= 0) return 0
  const share = Math.log1p(count) / Math.log1p(FULL_COUNT)
  return OPACITY_MIN + (OPACITY_MAX - OPACITY_MIN) * Math.min(1, share)
}

/** Columns `from` to `to` (exclusive) of a tile; the ground there is cleared first. */
export function paintDensity(
  ctx: Ctx,
  layout: Layout,
  palette: Palette,
  density: Density,
  from: number,
  to: number,
): void {
  const counts = new Uint32Array(FAMILIES.length)
  ctx.clearRect(from, 0, to - from, layout.height)
  for (let gap = 0; gap < density.lanes - 1; gap += 1) {
    const top = laneY(layout, gap) + 2
    const height = laneY(layout, gap + 1) - top - 2
    for (let column = from; column < to; column += 1) {
      gapCounts(density, gap, column, counts)
      const total = counts.reduce((sum, count) => sum + count, 0)
      if (total === 0) continue
      let most = 0
      for (let kind = 1; kind < counts.length; kind += 1) {
        if (counts[kind]! > counts[most]!) most = kind
      }
      ctx.globalAlpha = densityOpacity(total)
      ctx.fillStyle = palette.families[FAMILIES[most] ?? 'heartbeat']
      ctx.fillRect(column, top, 1, height)
      if (density.drops[gap * density.columns + column] === 0) continue
      // What was lost is never hidden by what was not.
      ctx.globalAlpha = 1
      ctx.fillStyle = palette.bad
      ctx.fillRect(column, top, 1, 4)
    }
  }
  ctx.globalAlpha = 1
}
