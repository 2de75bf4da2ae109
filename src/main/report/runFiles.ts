/**
 * `run.json` and `result.json` as a report reads them: what is missing or of another shape is left
 * out, so that a run of an older version, or one that was cut short, still gets its report.
 *
 * Errors: ReportError where the directory holds no run.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckView } from '../../shared/api'
import type { SweepPoint, Verdicts } from '../../shared/experimentResult'
import { Fields } from '../../shared/fields'
import { FrameError } from '../../shared/frame'
import type { Verdict } from '../../shared/labWords'
import { RESULT_FILE, RUN_FILE } from '../lab/runDir'

const LIST_MAX = 10_000
const EVIDENCE_MAX = 1000
const VERDICTS = ['valid', 'violated', 'unknown'] as const
const QUESTIONS = [...VERDICTS, 'notJudged'] as const

export class ReportError extends Error {
  override readonly name = 'ReportError'
}

export interface ExpectationView {
  readonly kind: 'safety' | 'progress'
  readonly text: string
  readonly held: boolean | null
}

export interface StepView {
  readonly atMs: number
  readonly words: string
  readonly outcome: string
  readonly results: readonly string[]
}

/** The content of `run.json`. */
export interface RunHead {
  readonly title: string
  readonly startedAt: string
  readonly scenario: string | null
  readonly appVersion: string
  readonly source: string
  /** Options as they were given, of any version. */
  readonly options: Fields
  readonly surroundings: Surroundings
}

/** Where it ran; empty and null: nobody wrote it down. */
interface Surroundings {
  readonly nodeVersion: string
  readonly system: string
  readonly cpus: number | null
}

/** The content of `result.json`. */
export interface RunEnd {
  readonly verdict: Verdict
  readonly verdicts: Verdicts | null
  readonly reason: string
  readonly measures: Readonly<Record<string, number | string | null>>
  readonly checks: readonly CheckView[]
  readonly expectations: readonly ExpectationView[]
  readonly steps: readonly StepView[]
  readonly point: SweepPoint
  readonly command: string | null
  readonly ranMs: number
  readonly events: number
  readonly eventsLost: number
  readonly factsDropped: number
  readonly recordHash: string
  readonly surroundings: Surroundings
}

export interface RunFiles {
  readonly head: RunHead
  /** Null: the run was cut short. */
  readonly end: RunEnd | null
  /** Why there is no end, if its file is there; empty otherwise. */
  readonly endProblem: string
}

/** @throws ReportError */
export async function readRunFiles(runDir: string): Promise<RunFiles> {
  const head = await readJson(join(runDir, RUN_FILE)).catch((error: unknown) => {
    throw new ReportError(`${runDir} holds no run: ${wordsOf(error)}`)
  })
  let end: RunEnd | null = null
  let endProblem = ''
  try {
    end = endOf(await readJson(join(runDir, RESULT_FILE)))
  } catch (error) {
    if (!isMissing(error)) endProblem = wordsOf(error)
  }
  return { head: headOf(head), end, endProblem }
}

function headOf(run: Fields): RunHead {
  return {
    title: optional(() => run.text('title')) ?? 'A run',
    startedAt: optional(() => run.text('startedAt')) ?? '',
    scenario: optional(() => run.textOrNull('scenario')),
    appVersion: optional(() => run.text('appVersion')) ?? '',
    source: optional(() => run.text('source')) ?? 'processes',
    options: optional(() => run.at('options')) ?? Fields.of({}, 'options'),
    surroundings: surroundingsOf(run),
  }
}

function surroundingsOf(fields: Fields): Surroundings {
  return {
    nodeVersion: optional(() => fields.text('nodeVersion')) ?? '',
    system: optional(() => fields.text('system')) ?? '',
    cpus: optional(() => fields.count('cpus')),
  }
}

function endOf(result: Fields): RunEnd {
  const text = (name: string): string => optional(() => result.text(name)) ?? ''
  const whole = (name: string): number => optional(() => result.count(name)) ?? 0
  return {
    verdict: result.oneOf('verdict', VERDICTS),
    verdicts: optional(() => verdictsOf(result.at('verdicts'))),
    reason: text('reason'),
    measures: optional(() => measuresOf(result.at('measures'))) ?? {},
    checks: optional(() => result.list('checks', LIST_MAX, checkOf)) ?? [],
    expectations: optional(() => result.list('expectations', LIST_MAX, expectationOf)) ?? [],
    steps: optional(() => result.list('steps', LIST_MAX, stepOf)) ?? [],
    point: optional(() => pointOf(result.at('point'))) ?? {},
    command: optional(() => result.text('command')),
    ranMs: optional(() => result.number('ranMs')) ?? 0,
    events: whole('events'),
    eventsLost: whole('eventsLost'),
    factsDropped: whole('factsDropped'),
    recordHash: text('recordHash'),
    surroundings: surroundingsOf(result),
  }
}

function verdictsOf(fields: Fields): Verdicts {
  return {
    safety: fields.oneOf('safety', VERDICTS),
    liveness: fields.oneOf('liveness', VERDICTS),
    linearizability: fields.oneOf('linearizability', QUESTIONS),
    replay: fields.oneOf('replay', QUESTIONS),
  }
}

function measuresOf(fields: Fields): Record<string, number | string | null> {
  const known: Record<string, number | string | null> = {}
  for (const name of fields.names()) {
    const value = fields.raw(name)
    if (typeof value === 'number' || typeof value === 'string' || value === null) {
      known[name] = value
    }
  }
  return known
}

function pointOf(fields: Fields): SweepPoint {
  return Object.fromEntries(fields.names().map((name) => [name, fields.text(name)]))
}

function checkOf(value: unknown, where: string): CheckView {
  const fields = Fields.of(value, where)
  return {
    id: fields.text('id'),
    title: fields.text('title'),
    state: fields.oneOf('state', ['holds', 'violated', 'notEnoughData', 'idle']),
    words: fields.text('words'),
    evidence: fields.list('evidence', EVIDENCE_MAX, (seq) => (typeof seq === 'number' ? seq : 0)),
  }
}

function expectationOf(value: unknown, where: string): ExpectationView {
  const fields = Fields.of(value, where)
  const held = fields.raw('held') === null ? null : fields.flag('held')
  return { kind: fields.oneOf('kind', ['safety', 'progress']), text: fields.text('text'), held }
}

function stepOf(value: unknown, where: string): StepView {
  const fields = Fields.of(value, where)
  const results = fields.list('results', LIST_MAX, (one) => (typeof one === 'string' ? one : ''))
  const { atMs, words, outcome } = {
    atMs: fields.number('atMs'),
    words: fields.text('words'),
    outcome: fields.text('outcome'),
  }
  return { atMs, words, outcome, results }
}

async function readJson(path: string): Promise<Fields> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'))
  return Fields.of(value, path)
}

/** Null where the field is missing or of another shape. */
export function optional<Out>(read: () => Out): Out | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof FrameError) return null
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
