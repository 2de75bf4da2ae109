/** Round axes whose labels have as many digits as their step needs. */
import { niceRange } from '../../composables/chartTicks'
import type { AxisRange } from '../../composables/chartTicks'
import { figure } from './measures'

const DECIMALS_MAX = 6

export function axisRange(min: number, max: number, count: number, whole = false): AxisRange {
  const range = niceRange(min, max, count, String, whole)
  const [first, second] = range.ticks
  const step = first && second ? second.value - first.value : 1
  const decimals = decimalsOf(step)
  const text = (value: number): string =>
    decimals === 0 ? figure(Math.round(value)) : value.toFixed(decimals)
  return { ...range, ticks: range.ticks.map(({ value }) => ({ value, text: text(value) })) }
}

/** As few as tell two steps apart: 2.5 needs one, 0.05 two. */
function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < DECIMALS_MAX; decimals += 1) {
    const scaled = step * 10 ** decimals
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals
  }
  return DECIMALS_MAX
}
