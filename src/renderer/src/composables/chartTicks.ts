/** Round numbers for axes. Bounds come from a coarse ladder, so that they rarely change. */
export interface Tick {
  readonly value: number
  readonly text: string
}

export interface AxisRange {
  readonly min: number
  readonly max: number
  readonly ticks: readonly Tick[]
}

/** 1, 2, 2.5 or 5 times a power of ten, at least `rough`. */
export function niceStep(rough: number, whole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-9)))
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((one) => one >= rough * 0.999)
  return whole ? Math.max(1, Math.ceil(step ?? power)) : (step ?? power)
}

/** Between round bounds around `min` to `max`, about `count` steps; `whole` numbers only if asked. */
export function niceRange(
  min: number,
  max: number,
  count: number,
  text: (value: number, step: number) => string,
  whole = false,
): AxisRange {
  let step = niceStep(Math.max(max - min, whole ? 1 : 1e-6) / count, whole)
  const lowOf = (): number => Math.floor(min / step + 1e-9) * step
  const highOf = (): number => Math.max(Math.ceil(max / step - 1e-9) * step, lowOf() + step)
  // Rounding both bounds outwards may have added a step too many.
  while ((highOf() - lowOf()) / step > count + 0.5) step = niceStep(step * 1.01, whole)
  const low = lowOf()
  const high = highOf()
  const ticks: Tick[] = []
  for (let at = 0; low + at * step <= high + step / 1000; at += 1) {
    const value = low + at * step
    ticks.push({ value, text: text(value, step) })
  }
  return { min: low, max: high, ticks }
}

const LADDER = [1, 2, 4, 6, 10] as const

/** From 0 to the next rung of a coarse ladder above `max`. */
export function ladderRange(
  max: number,
  text: (value: number, step: number) => string,
  count = 4,
): AxisRange {
  const power = 10 ** Math.floor(Math.log10(Math.max(max, 1)))
  const top = LADDER.map((rung) => rung * power).find((rung) => rung >= max * 1.02) ?? 10 * power
  return niceRange(0, top, count, text)
}

/** Whole powers of ten around `min` to `max`; at most `most` labels. */
export function logRange(
  min: number,
  max: number,
  text: (value: number) => string,
  most = 4,
): AxisRange {
  const low = Math.floor(Math.log10(min))
  const high = Math.max(low + 1, Math.ceil(Math.log10(max)))
  const every = Math.ceil((high - low + 1) / most)
  const ticks: Tick[] = []
  for (let power = low; power <= high; power += every) {
    ticks.push({ value: 10 ** power, text: text(10 ** power) })
  }
  return { min: 10 ** low, max: 10 ** high, ticks }
}

/** Steps of a time axis that people count in, for about one label a `pixelsPerLabel`. */
export function timeStepMs(
  fromMs: number,
  toMs: number,
  widthPx: number,
  pixelsPerLabel = 72,
  leastMs = 1,
): number {
  const rough = Math.max(leastMs, ((toMs - fromMs) * pixelsPerLabel) / Math.max(widthPx, 1))
  const steps = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000, 10_000, 20_000, 30_000, 60_000, 120_000,
    300_000, 600_000, 1_800_000, 3_600_000,
  ]
  return steps.find((step) => step >= rough) ?? 7_200_000
}

export function timeTicks(
  fromMs: number,
  toMs: number,
  widthPx: number,
  pixelsPerLabel = 72,
  leastMs = 1,
): Tick[] {
  const step = timeStepMs(fromMs, toMs, widthPx, pixelsPerLabel, leastMs)
  const ticks: Tick[] = []
  for (let at = Math.ceil(fromMs / step); at * step <= toMs; at += 1) {
    ticks.push({ value: at * step, text: String(Number(((at * step) / 1000).toFixed(3))) })
  }
  return ticks
}
