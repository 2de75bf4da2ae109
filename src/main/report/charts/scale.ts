/** Scales and round numbers for axes. */

export interface Tick {
  readonly value: number
  readonly text: string
}

export interface Scale {
  readonly ticks: readonly Tick[]
  /** Place on the page, in units of the picture. */
  at(value: number): number
}

type Text = (value: number) => string

export function linear(
  [min, max]: readonly [number, number],
  [from, to]: readonly [number, number],
  ticks: readonly Tick[],
): Scale {
  const span = max - min || 1
  const at = (value: number): number => from + ((value - min) / span) * (to - from)
  return { at: (value) => at(Math.min(max, Math.max(min, value))), ticks }
}

/** From 0 to a round number at or above `max`, about `count` steps. */
export function fromZero(
  max: number,
  range: readonly [number, number],
  text: Text,
  options: { readonly count?: number; readonly whole?: boolean } = {},
): Scale {
  const { count = 4, whole = false } = options
  const step = roundStep(Math.max(max, whole ? 1 : 1e-9) / count, whole)
  const top = Math.max(step, Math.ceil(max / step - 1e-9) * step)
  return linear([0, top], range, ticksOf(0, top, step, text))
}

/** Round numbers between `min` and `max`, which stay the ends. */
export function between(
  [min, max]: readonly [number, number],
  range: readonly [number, number],
  text: Text,
  options: { readonly count?: number; readonly whole?: boolean } = {},
): Scale {
  const { count = 8, whole = false } = options
  const step = roundStep((max - min) / count || 1, whole)
  const first = Math.ceil(min / step - 1e-9) * step
  return linear([min, max], range, ticksOf(first, max, step, text))
}

/** Whole powers of ten around `min` to `max`. */
export function logarithmic(
  [min, max]: readonly [number, number],
  range: readonly [number, number],
  text: Text,
): Scale {
  const low = Math.floor(Math.log10(Math.max(min, 1e-3)) + 1e-9)
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(max, 1e-3)) - 1e-9))
  const ticks: Tick[] = []
  for (let power = low; power <= high; power += 1) {
    ticks.push({ value: 10 ** power, text: text(10 ** power) })
  }
  const inner = linear([low, high], range, [])
  return { ticks, at: (value) => inner.at(Math.log10(Math.max(value, 10 ** low))) }
}

/** 1, 2, 2.5 or 5 times a power of ten, at least `rough`. */
function roundStep(rough: number, whole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((one) => one >= rough * 0.999)
  const found = step ?? 10 * power
  return whole ? Math.max(1, Math.ceil(found)) : found
}

function ticksOf(first: number, last: number, step: number, text: Text): Tick[] {
  const ticks: Tick[] = []
  for (let at = 0; first + at * step <= last + step / 1000; at += 1) {
    const value = first + at * step
    ticks.push({ value, text: text(value) })
  }
  return ticks
}
