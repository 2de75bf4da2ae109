/**
 * Two results side by side: measure by measure, point by point where both swept the same.
 *
 * Errors: CompareError for a directory that is neither an experiment nor a run, FrameError for one
 *         that is damaged.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { experimentReason, experimentVerdict } from '../../shared/experimentCodec'
import { canonicalPoint } from '../../shared/experimentPlan'
import type { SweepPoint, TrialResult } from '../../shared/experimentResult'
import { Fields } from '../../shared/fields'
import type { Verdict } from '../../shared/labWords'
import { RESULT_FILE, RUN_FILE } from '../lab/runDir'
import { readTrialFigures } from '../report/trialFigures'
import { isExperimentDir, readExperiment } from './experimentDir'
import { figuresOf, MAIN_FIGURES, spreadOf } from './figures'
import type { Spread, TrialFigureSet } from './figures'
import { pointKey, pointWords } from './plan'
import { shiftOf } from './shift'
import type { Shift } from './shift'

/** Numbers that name something: a difference of them says nothing. */
const NO_AMOUNTS = ['seed', 'leader']
const POINTS_TOLD_MAX = 20

export class CompareError extends Error {
  override readonly name = 'CompareError'
}

export interface Sample {
  readonly dir: string
  readonly kind: 'experiment' | 'run'
  readonly name: string
  readonly verdict: Verdict
  /** Why it is not valid; empty otherwise. */
  readonly reason: string
  readonly trials: readonly TrialResult[]
}

export interface MeasureRow {
  readonly name: string
  readonly a: Spread | null
  readonly b: Spread | null
  /** Null: one side does not have it. */
  readonly shift: Shift | null
}

export interface PointComparison {
  /** Null: all trials of both, whatever their points. */
  readonly point: SweepPoint | null
  readonly a: number
  readonly b: number
  readonly rows: readonly MeasureRow[]
}

/** Reads an experiment or a run, also one that was cut short. */
export async function readSample(dir: string): Promise<Sample> {
  if (isExperimentDir(dir)) {
    const result = await readExperiment(dir)
    const { plan, trials } = result
    // Judged anew: a runner that was killed wrote what it knew until then.
    const [verdict, reason] = [experimentVerdict(result), experimentReason(result)]
    return { dir, kind: 'experiment', name: plan.name, verdict, reason, trials }
  }
  if (existsSync(join(dir, RUN_FILE))) return await readRun(dir)
  throw new CompareError(`${dir} holds neither an experiment nor a run`)
}

async function readRun(dir: string): Promise<Sample> {
  const start = await readFields(join(dir, RUN_FILE))
  const path = join(dir, RESULT_FILE)
  const result = existsSync(path) ? await readFields(path) : null
  const figures = await readTrialFigures(dir)
  const { availability, cost, decision, verdicts } = figures
  const verdict = result?.oneOf('verdict', ['valid', 'violated', 'unknown']) ?? 'unknown'
  const seed = start.at('options').count('seed')
  const cutShort = result === null ? 'the run has no result: it was cut short' : ''
  const reason = verdict === 'valid' ? '' : cutShort || figures.reason
  const trial: TrialResult = {
    ...{ trial: 1, seed, point: {}, verdict, verdicts, reason, runDir: dir },
    ...{ ranMs: result?.number('ranMs') ?? 0, measures: measuresOf(result) },
    ...{ expectations: [], availability, cost, decision },
  }
  return { dir, kind: 'run', name: start.text('title', 200), verdict, reason, trials: [trial] }
}

function measuresOf(result: Fields | null): Record<string, number | string | null> {
  if (result === null) return {}
  const measures = result.at('measures')
  const entries = measures.names().map((name) => [name, measures.raw(name)] as const)
  return Object.fromEntries(entries.filter(isFigure))
}

function isFigure(
  entry: readonly [string, unknown],
): entry is readonly [string, number | string | null] {
  const [, value] = entry
  return value === null || typeof value === 'number' || typeof value === 'string'
}

async function readFields(path: string): Promise<Fields> {
  return Fields.of(JSON.parse(await readFile(path, 'utf8')), path)
}

/** Trials of one point alone. Throws CompareError if there are none. */
export function atPoint(sample: Sample, point: SweepPoint): Sample {
  const wanted = Object.entries(canonicalPoint(point))
  const trials = sample.trials.filter((trial) => {
    const own = canonicalPoint(trial.point)
    return wanted.every(([name, value]) => own[name] === value)
  })
  if (trials.length > 0) return { ...sample, trials }
  throw new CompareError(
    `${sample.dir} has no trial with ${pointWords(point)}; ${pointsIn(sample)}`,
  )
}

function pointsIn({ trials }: Sample): string {
  const all = new Set(trials.map(({ point }) => pointWords(point)).filter((words) => words !== ''))
  if (all.size === 0) return 'nothing was swept there'
  return `there are ${[...all].slice(0, POINTS_TOLD_MAX).join('; ')}`
}

export function compareSamples(a: Sample, b: Sample): PointComparison[] {
  const [left, right] = [groupByPoint(a), groupByPoint(b)]
  const isSame = left.size > 1 && [...left.keys()].join() === [...right.keys()].join()
  if (!isSame) return [compareGroups(null, a.trials, b.trials)]
  return [...left].map(([key, group]) =>
    compareGroups(group[0]?.point ?? {}, group, right.get(key) ?? []),
  )
}

function groupByPoint({ trials }: Sample): Map<string, TrialResult[]> {
  const groups = new Map<string, TrialResult[]>()
  for (const trial of trials) {
    const key = pointKey(canonicalPoint(trial.point))
    groups.set(key, [...(groups.get(key) ?? []), trial])
  }
  return new Map([...groups].sort(([left], [right]) => (left < right ? -1 : 1)))
}

function compareGroups(
  point: SweepPoint | null,
  a: readonly TrialResult[],
  b: readonly TrialResult[],
): PointComparison {
  return { point, a: a.length, b: b.length, rows: [...measureRows(a, b)] }
}

/** One measure at a time, those that either side has: of many trials each takes a while. */
export function* measureRows(
  a: readonly TrialResult[],
  b: readonly TrialResult[],
): Generator<MeasureRow> {
  const [left, right] = [a.map(figuresOf), b.map(figuresOf)]
  const names = new Set([...left, ...right].flatMap((set) => Object.keys(set)))
  for (const name of [...MAIN_FIGURES, ...NO_AMOUNTS]) names.delete(name)
  for (const name of [...MAIN_FIGURES, ...[...names].sort()]) {
    const row = rowOf(name, left, right)
    if (row.a !== null || row.b !== null) yield row
  }
}

function rowOf(
  name: string,
  left: readonly TrialFigureSet[],
  right: readonly TrialFigureSet[],
): MeasureRow {
  const [a, b] = [left, right].map((sets) => sets.map((set) => set[name] ?? null))
  const known = (values: readonly (number | null)[]): number[] =>
    values.filter((value) => value !== null)
  return {
    ...{ name, a: spreadOf(a ?? []), b: spreadOf(b ?? []) },
    shift: shiftOf(known(a ?? []), known(b ?? [])),
  }
}
