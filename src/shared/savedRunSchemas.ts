/** Parsers of the calls on saved runs; see `apiSchemas.ts`. */
import { MILESTONES_A_CALL_MAX } from './recordView'
import { z } from './zod'

const EVENTS_A_CALL_MAX = 10_000

const whole = z.number().int()
/** The name of a run directory and nothing else: no path leads out of the folder of runs. */
const runId = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-[0-9a-z]{4}$/)

export const savedRunCalls = {
  openRun: z.tuple([runId]),
  runMilestones: z.tuple([runId, whole.min(0), whole.min(1).max(MILESTONES_A_CALL_MAX)]),
  runEvents: z
    .tuple([runId, whole.min(1), whole.min(1)])
    .refine(([, from, to]) => from <= to, 'from is above to')
    .refine(([, from, to]) => to - from < EVENTS_A_CALL_MAX, 'at most 10,000 events a call'),
}
