/**
 * Reads what an experiment left behind (`experiment.json`), and judges it: it is violated if any
 * trial is, and valid only if every planned trial ran and was.
 *
 * Errors: FrameError that names the field. Unknown fields are ignored: newer versions may add some.
 */
import type { ExperimentResult, TrialResult } from './experimentResult'
import { FrameError } from './frame'
import type { Verdict } from './labWords'
import { z } from './zod'

/** One experiment has at most so many trials. */
export const TRIALS_MAX = 10_000
const TEXT_CHARS_MAX = 1_048_576

const text = z.string().max(TEXT_CHARS_MAX)
const verdict = z.enum(['valid', 'violated', 'unknown'])
const question = z.enum(['valid', 'violated', 'unknown', 'notJudged'])
const figure = z.union([z.number(), text, z.null()])
const point = z.record(z.string(), text)

const verdicts = z.object({
  safety: verdict,
  liveness: verdict,
  linearizability: question,
  replay: question,
})

const availability = z.object({
  fault: text,
  words: text,
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  baselinePerSecond: z.number(),
  totalOutageMs: z.number(),
  partialOutageMs: z.number(),
  recoveryMs: z.number().nullable(),
})

const cost = z.object({
  chosenSlots: z.number(),
  messages: z.number(),
  bytes: z.number(),
  flushes: z.number(),
  messagesPerSlot: z.number().nullable(),
  bytesPerSlot: z.number().nullable(),
  flushesPerSlot: z.number().nullable(),
  leastMessagesPerSlot: z.number(),
  leastFlushesPerSlot: z.number(),
  leastWords: text,
})

const decision = z.object({ decided: z.boolean(), ballots: z.number(), ms: z.number() })

const trial = z.object({
  trial: z.number().int().min(1),
  seed: z.number(),
  point,
  verdict,
  verdicts,
  reason: text,
  runDir: text.nullable(),
  ranMs: z.number(),
  measures: z.record(z.string(), figure),
  expectations: z.array(
    z.object({ kind: z.enum(['safety', 'progress']), text, held: z.boolean().nullable() }),
  ),
  availability: z.array(availability),
  cost: cost.nullable(),
  decision: decision.nullable(),
  firstDecision: decision.nullable().optional(),
})

const experiment = z.object({
  version: z.literal(1),
  plan: z.object({
    name: text,
    title: text,
    sweep: z.array(z.object({ name: text, values: z.array(text) })),
    seeds: z.array(z.number()),
    source: z.enum(['processes', 'simulator']),
    command: text,
  }),
  startedAt: text,
  verdict,
  trials: z.array(trial).max(TRIALS_MAX),
  planned: z.number().int().min(0),
  cancelled: z.boolean(),
  appVersion: text,
  nodeVersion: text,
  system: text,
  cpus: z.number(),
})

/** `where` names the file in errors. */
export function parseExperiment(content: string, where: string): ExperimentResult {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw new FrameError(`${where} is not JSON: ${error instanceof Error ? error.message : ''}`)
  }
  return checked(experiment, value, where)
}

export function parseTrialResult(value: unknown, where: string): TrialResult {
  return checked(trial, value, where)
}

function checked<Out>(schema: z.ZodType<Out>, value: unknown, where: string): Out {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = [where, ...(issue?.path ?? [])].map(String).join('.')
  throw new FrameError(`${path}: ${issue?.message ?? 'is not a result'}`)
}

type Judged = Pick<ExperimentResult, 'trials' | 'planned'>

export function experimentVerdict({ trials, planned }: Judged): Verdict {
  if (trials.some((each) => each.verdict === 'violated')) return 'violated'
  const all = trials.length === planned && trials.every((each) => each.verdict === 'valid')
  return all ? 'valid' : 'unknown'
}

/** Why it is not valid, in one sentence or two; empty otherwise. */
export function experimentReason(result: Judged & { readonly cancelled: boolean }): string {
  const { trials, planned, cancelled } = result
  const failed = trials.filter((each) => each.verdict !== 'valid')
  const first = failed.find((each) => each.verdict === 'violated') ?? failed[0]
  const sentences = []
  if (first !== undefined) {
    const more = failed.length > 1 ? `, and ${failed.length - 1} more were not valid` : ''
    sentences.push(`trial ${first.trial} was ${first.verdict}: ${first.reason}${more}`)
  }
  if (trials.length < planned) {
    const how = cancelled ? 'it was cancelled' : 'the runner ended or was ended before the last'
    sentences.push(`${trials.length} of ${planned} trials ended: ${how}`)
  }
  return sentences.join('; ')
}
