/** Numbers and times as charts write them: never wider than needed, units named elsewhere. */

/** Thousands apart by a narrow space that does not break. */
export function countText(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

/** A number on an axis: 7500 is written 7.5k. `step`: to the next one, which has another text. */
export function axisText(value: number, step = Infinity): string {
  const size = Math.abs(value)
  if (size >= 1_000_000) return `${trim(value / 1_000_000, step / 1_000_000)}M`
  if (size >= 1000) return `${trim(value / 1000, step / 1000)}k`
  return size >= 1 || size === 0 ? trim(value) : String(value)
}

/** Milliseconds with three digits that mean something. */
export function msText(valueMs: number | null): string {
  if (valueMs === null || !Number.isFinite(valueMs)) return '–'
  if (valueMs >= 100) return countText(valueMs)
  return valueMs >= 10 ? valueMs.toFixed(1) : valueMs.toFixed(2)
}

/** A length of time in words of a person: 350 ms, 3.52 s, 2 min 5 s. */
export function lengthText(valueMs: number): string {
  if (valueMs < 995) return `${Math.round(valueMs)} ms`
  if (valueMs < 9995) return `${(valueMs / 1000).toFixed(2)} s`
  if (valueMs < 120_000) return `${(valueMs / 1000).toFixed(1)} s`
  return `${Math.floor(valueMs / 60_000)} min ${Math.round((valueMs % 60_000) / 1000)} s`
}

/** A moment on the ruler, to the millisecond: 27.360. */
export function momentText(atMs: number, digits = 3): string {
  return (atMs / 1000).toFixed(digits)
}

function trim(value: number, step = Infinity): string {
  const digits = Math.max(value < 10 ? 2 : 1, Math.ceil(-Math.log10(step)))
  return String(Number(value.toFixed(digits)))
}
