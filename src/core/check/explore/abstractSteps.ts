/**
 * The clock of a path of the abstract model: it counts steps, and nothing else.
 *
 * Units: the record tells ms; a step is STEP_MS of them, so that whatever spans or samples seconds
 *        takes it like any run. `cluster` of its first event names the clock.
 */
export const ABSTRACT_CLUSTER = 'abstract'
export const STEP_MS = 1000
