/** Parsers of the calls of the desk; see `apiSchemas.ts`. */
import { LESSON_RUN_FILE } from './lessonRunApi'
import { PIN_BYTES_MAX, PIN_LIMITS } from './pins'
import { FORK_SECONDS_MAX, SCHEDULE_CHARS_MAX } from './reenactApi'
import { REPORT_ID, RESULT_ID, RUN_ID } from './runIds'
import { z } from './zod'

const TEXT_CHARS_MAX = 1_048_576
const SWEEPS_MAX = 2
const SWEEP_CHARS_MAX = 4000
const JOBS_MAX = 16
const REPEAT_MAX = 10_000
const TIME_LIMIT_S_MAX = 86_400

const whole = z.number().int()
const seed = whole.min(0).max(0xffff_ffff)
const text = z.string().max(TEXT_CHARS_MAX)
/** A name and nothing else: no path leads out of the folder. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/)
const fileName = z.string().min(1).max(120)
const fileId = z.string().regex(/^(bundled|own)\/[a-z0-9][a-z0-9-]{0,60}$/)
const resultId = z.string().regex(RESULT_ID)
export const reportId = z.string().regex(REPORT_ID)
const point = z.record(z.string().max(100), z.string().max(300))
const part = z.strictObject({ id: resultId, point: point.nullable() })
const trials = z.strictObject({
  text,
  file: fileName,
  seeds: z.string().max(20_000),
  seed: seed.nullable(),
  repeat: whole.min(1).max(REPEAT_MAX).nullable(),
  sweep: z.array(z.string().max(SWEEP_CHARS_MAX)).max(SWEEPS_MAX),
  jobs: whole.min(1).max(JOBS_MAX),
  source: z.enum(['processes', 'simulator']),
  stopOnFailure: z.boolean(),
  timeLimitS: whole.min(1).max(TIME_LIMIT_S_MAX).nullable(),
})
const draft = z.strictObject({ id: fileId.nullable(), text })
const runId = z.string().regex(RUN_ID)
const pinId = z.string().regex(/^p[1-9]\d{0,8}$/)
const rowCell = z.string().max(PIN_LIMITS.rowCharsMax)
const pin = z.strictObject({
  title: z.string().min(1).max(PIN_LIMITS.titleCharsMax),
  caption: z.string().max(PIN_LIMITS.captionCharsMax),
  fromMs: z.number(),
  toMs: z.number(),
  atMs: z.number().nullable(),
  svg: z.string().max(PIN_BYTES_MAX),
  rows: z.array(z.tuple([rowCell, rowCell])).max(PIN_LIMITS.rowsMax),
})
const fork = z.strictObject({
  run: runId,
  step: whole.min(1),
  seed,
  seconds: whole.min(1).max(FORK_SECONDS_MAX),
})
const runFile = z.string().regex(LESSON_RUN_FILE)
const none = z.tuple([])

export const deskCalls = {
  experimentFiles: none,
  experimentText: z.tuple([fileId]),
  saveExperiment: z.tuple([name, text]),
  deleteExperiment: z.tuple([fileId]),
  playExperiment: z.tuple([text, fileName, seed.nullable()]),
  experimentDraft: none,
  keepDraft: z.tuple([draft.nullable()]),
  planTrials: z.tuple([trials]),
  startTrials: z.tuple([trials]),
  stopTrials: none,
  trialsNow: none,
  runs: none,
  results: none,
  result: z.tuple([resultId]),
  deleteResult: z.tuple([resultId]),
  compareResults: z.tuple([part, part]),
  pins: z.tuple([runId]),
  addPin: z.tuple([runId, pin]),
  removePin: z.tuple([runId, pinId]),
  movePin: z.tuple([runId, pinId, z.union([z.literal(-1), z.literal(1)])]),
  deleteRun: z.tuple([runId]),
  reportPage: z.tuple([reportId]),
  startReenactment: z.tuple([z.string().max(SCHEDULE_CHARS_MAX)]),
  stopReenactment: none,
  reenactmentNow: none,
  runExtras: z.tuple([runId]),
  replayRun: z.tuple([runId]),
  forkRun: z.tuple([fork]),
  lessonRun: z.tuple([runId]),
  lessonRunText: z.tuple([runId, runFile, whole.min(0), whole.min(0)]),
}
