/** Runs: consecutive slots with their values, the unit of `accept`, `voted` and `chosen`. */
import type { Slot } from './ballot'
import type { Value } from './message'

export interface Run {
  readonly slot: Slot
  readonly values: readonly Value[]
}

/** Cost of one value in a message besides its own length. */
const VALUE_OVERHEAD_BYTES = 4

/**
 * Groups slots in ascending order into runs of at most `bytesMax`; a single longer value still
 * makes a run of one.
 */
export function toRuns(slots: Iterable<readonly [Slot, Value]>, bytesMax: number): Run[] {
  const runs: { slot: Slot; values: Value[] }[] = []
  let run: { slot: Slot; values: Value[] } | null = null
  let bytes = 0
  for (const [slot, value] of slots) {
    const cost = value.length + VALUE_OVERHEAD_BYTES
    if (run === null || slot !== run.slot + run.values.length || bytes + cost > bytesMax) {
      run = { slot, values: [] }
      runs.push(run)
      bytes = 0
    }
    run.values.push(value)
    bytes += cost
  }
  return runs
}
