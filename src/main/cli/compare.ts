/**
 * `paxos-lab compare A B`: two results side by side, runs or experiments. Exit codes: 0 compared,
 * 2 there was nothing to compare.
 */
import { PlanError, parseSweep } from '../../shared/experiment'
import type { SweepPoint } from '../../shared/experimentResult'
import { FrameError } from '../../shared/frame'
import { atPoint, CompareError, compareSamples, readSample } from '../experiment/compare'
import type { MeasureRow, PointComparison, Sample } from '../experiment/compare'
import { ExperimentDirError } from '../experiment/experimentDir'
import { pointWords } from '../experiment/plan'
import type { Shift } from '../experiment/shift'
import { columns, numberWords, spreadWords } from '../experiment/table'
import { giveUp } from './labCommand'
import { EXIT, Output } from './output'
import { runDirOf } from './replay'
import { cliCommand, UsageError } from './usage'
import type { CliCommand } from './usage'

const args = {
  a: { type: 'positional', required: true, description: 'Directory of an experiment or a run' },
  b: { type: 'positional', required: true, description: 'The one to compare it with' },
  'point-a': {
    type: 'string',
    valueHint: 'NAME=VALUE',
    description: 'Only trials of A at this point of its sweep',
  },
  'point-b': {
    type: 'string',
    valueHint: 'NAME=VALUE',
    description: 'Only trials of B at this point; A and B may be the same experiment',
  },
  json: { type: 'boolean', description: 'One JSON line on standard output' },
} as const

interface CompareFlags {
  readonly a: string
  readonly b: string
  readonly 'point-a'?: string | undefined
  readonly 'point-b'?: string | undefined
  readonly json?: boolean | undefined
}

export function compareCommand(): CliCommand {
  const description = 'Two results side by side: medians, difference, 95 % interval'
  return cliCommand({ name: 'compare', description }, args, ({ args: flags }) => compare(flags))
}

const KNOWN_ERRORS = [CompareError, ExperimentDirError, FrameError, SyntaxError]

async function compare(flags: CompareFlags): Promise<number> {
  const output = new Output(flags.json === true)
  const [pointA, pointB] = [pointOf('point-a', flags), pointOf('point-b', flags)]
  const [dirA, dirB] = [runDirOf(flags.a), runDirOf(flags.b)]
  try {
    const a = atPoint(await readSample(dirA), pointA)
    const b = atPoint(await readSample(dirB), pointB)
    const points = compareSamples(a, b)
    for (const line of words(a, b, points)) output.say(line)
    const result = { type: 'comparison', a: toTell(a), b: toTell(b), points }
    if (output.json) output.result(result, '')
    return EXIT.valid
  } catch (error) {
    if (KNOWN_ERRORS.some((kind) => error instanceof kind)) return giveUp(output, error)
    throw error
  }
}

function pointOf(name: 'point-a' | 'point-b', flags: CompareFlags): SweepPoint {
  const text = flags[name]
  if (text === undefined) return {}
  try {
    const axis = parseSweep(text)
    return { [axis.name]: axis.values.join(',') }
  } catch (error) {
    throw error instanceof PlanError ? new UsageError(`--${name}: ${error.message}`) : error
  }
}

function toTell({ dir, kind, name, verdict, reason, trials }: Sample): object {
  return { dir, kind, name, verdict, reason, trials: trials.length }
}

function words(a: Sample, b: Sample, points: readonly PointComparison[]): string[] {
  return [
    ...[sampleWords('A', a), sampleWords('B', b)],
    ...points.flatMap((each) => ['', ...tableOf(each)]),
    '',
    'Median (least-greatest); the difference is B - A with its 95 % interval by rank, where there',
    'are trials enough for one; * marks an interval without 0.',
  ]
}

function sampleWords(label: string, { dir, name, verdict, reason, trials }: Sample): string {
  const why = reason === '' ? '' : ` (${reason})`
  return `${label}: ${name}, trials: ${trials.length}, ${verdict}${why}, ${dir}`
}

function tableOf({ point, rows }: PointComparison): string[] {
  const head = [point === null ? 'measure' : pointWords(point), 'A', 'B', 'difference', '95 %', '']
  return columns([head, ...rows.map((row) => cells(row))])
}

function cells({ name, a, b, shift }: MeasureRow): string[] {
  const difference = shift === null ? '-' : numberWords(shift.difference)
  const [low, high] = shift?.interval ?? []
  const isKnown = low !== undefined && high !== undefined
  const interval = isKnown ? `${numberWords(low)} to ${numberWords(high)}` : '-'
  return [name, spreadWords(a), spreadWords(b), difference, interval, isClear(shift) ? '*' : '']
}

function isClear(shift: Shift | null): boolean {
  const [low, high] = shift?.interval ?? []
  return low !== undefined && high !== undefined && (low > 0 || high < 0)
}
