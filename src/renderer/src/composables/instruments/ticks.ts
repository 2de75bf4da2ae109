/** Round steps for a small axis: 1, 2 or 5 times a power of ten, at most `most` of them. */
export function roundTicks(from: number, to: number, most: number): number[] {
  const span = to - from
  if (!(span > 0) || most < 1) return []
  const rough = span / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough
  const ticks: number[] = []
  for (let at = Math.ceil(from / step); at * step <= to; at += 1) {
    ticks.push(Number((at * step).toPrecision(12)))
  }
  return ticks
}
