/** Five figures of a sample, for box plots: quartiles by linear interpolation between ranks. */

export interface Distribution {
  readonly count: number
  readonly min: number
  readonly lower: number
  readonly median: number
  readonly upper: number
  readonly max: number
}

/** Null for no values. */
export function distributionOf(values: readonly number[]): Distribution | null {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b)
  const [min] = sorted
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  const at = (share: number): number => {
    const rank = share * (sorted.length - 1)
    const below = sorted[Math.floor(rank)] ?? min
    const above = sorted[Math.ceil(rank)] ?? max
    return below + (above - below) * (rank - Math.floor(rank))
  }
  return { count: sorted.length, min, lower: at(0.25), median: at(0.5), upper: at(0.75), max }
}
