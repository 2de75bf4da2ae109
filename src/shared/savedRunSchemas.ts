/** Parsers of the calls on saved runs; see `apiSchemas.ts`. */
import { LOG_LINES_A_CALL_MAX } from './logLine'
import { MILESTONES_A_CALL_MAX } from './recordView'
import { RUN_ID } from './runIds'
import { z } from './zod'

const EVENTS_A_CALL_MAX = 10_000

const whole = z.number().int()
const runId = z.string().regex(RUN_ID)

export const savedRunCalls = {
  logs: z.tuple([runId.nullable(), whole.min(1), whole.min(1).max(LOG_LINES_A_CALL_MAX)]),
  openRun: z.tuple([runId]),
  lookAtRun: z.tuple([runId, z.number().min(0).max(1)]),
  closeRun: z.tuple([runId]),
  runText: z.tuple([runId, whole.min(0)]),
  runMilestones: z.tuple([runId, whole.min(0), whole.min(1).max(MILESTONES_A_CALL_MAX)]),
  runEvents: z
    .tuple([runId, whole.min(1), whole.min(1)])
    .refine(([, from, to]) => from <= to, 'from is above to')
    .refine(([, from, to]) => to - from < EVENTS_A_CALL_MAX, 'at most 10,000 events a call'),
}
