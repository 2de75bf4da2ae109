/**
 * The clock of a path of the abstract model: it counts steps, and nothing else.
 *
 * Units: the record tells ms; a step is STEP_MS of them, so that whatever spans or samples seconds
 *        takes it like any run. `cluster` of its first event names the clock.
 */
export const ABSTRACT_CLUSTER = 'abstract'
export const STEP_MS = 1000

/** What the time of a run counts: seconds, or the steps of a path, whose time means nothing. */
export type TimeUnit = 's' | 'step'

/** The record says which; pictures, tables and reports of every source go by it. */
export function timeUnitOf({ cluster }: { readonly cluster: string | null }): TimeUnit {
  return cluster === ABSTRACT_CLUSTER ? 'step' : 's'
}

/** The step that was last done at that moment. */
export function stepAt(atMs: number): number {
  return Math.floor(atMs / STEP_MS)
}
