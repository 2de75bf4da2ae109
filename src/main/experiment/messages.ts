/**
 * What a runner and the process of one trial say to each other: the job, perhaps a request to stop,
 * and the result.
 *
 * Errors: FrameError. Both ends look at what they get: nothing is believed because it came.
 */
import type { TrialResult } from '../../shared/experimentResult'
import { parseTrialResult } from '../../shared/experimentCodec'
import { FrameError } from '../../shared/frame'
import { z } from '../../shared/zod'

const job = z.object({
  kind: z.literal('play'),
  trial: z.number().int().min(1),
  seed: z.number().int().min(0),
  point: z.record(z.string(), z.string()),
  /** Text of the experiment, and what it is called in errors. */
  text: z.string(),
  file: z.string(),
  /** Options of the cluster as they were typed. */
  clusterArgs: z.array(z.string()),
  source: z.enum(['processes', 'simulator']),
  /** Directory of the experiment; runs are made in `RUNS_FOLDER` of it. */
  dir: z.string(),
  timeLimitMs: z.number().nullable(),
  appVersion: z.string(),
  /** The command that repeats this trial. */
  command: z.string(),
})

const stop = z.object({ kind: z.literal('stop'), reason: z.string() })
const order = z.discriminatedUnion('kind', [job, stop])

export type TrialJob = z.infer<typeof job>
export type TrialOrder = z.infer<typeof order>

/** What the process of a trial answers in the end. */
export interface TrialAnswer {
  readonly result: TrialResult
  /** What went wrong beside the trial itself, such as a report that could not be written. */
  readonly problems: readonly string[]
}

const told = z.discriminatedUnion('kind', [
  /** Its run directory is made, relative to that of the experiment. */
  z.object({ kind: z.literal('began'), runDir: z.string() }),
  z.object({ kind: z.literal('ended'), result: z.unknown(), problems: z.array(z.string()) }),
])

export type TrialTold =
  { readonly kind: 'began'; readonly runDir: string } | ({ readonly kind: 'ended' } & TrialAnswer)

export function parseOrder(value: unknown): TrialOrder {
  const parsed = order.safeParse(value)
  if (parsed.success) return parsed.data
  throw new FrameError(`not an order for a trial: ${parsed.error.issues[0]?.message ?? ''}`)
}

export function parseTold(value: unknown): TrialTold {
  const parsed = told.safeParse(value)
  if (!parsed.success) throw new FrameError('nothing that a trial tells')
  if (parsed.data.kind === 'began') return parsed.data
  return { ...parsed.data, result: parseTrialResult(parsed.data.result, 'trial') }
}
