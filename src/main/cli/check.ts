/**
 * `paxos-lab check HISTORY.jsonl`: is a history linearizable? Anybody's, in the format of
 * docs/histories.md. Of a run directory the events are judged too. Exit codes: 0 valid, 1 violated,
 * 2 unknown (out of budget) or no history.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import type { Evidence } from '../../core/check/linear/evidence'
import type { HistoryVerdict } from '../../core/check/linear/judge'
import { MODEL_NAMES } from '../../core/check/linear/models'
import type { Operation } from '../../core/check/linear/operations'
import { FrameError } from '../../shared/frame'
import type { HistoryParser } from '../../shared/historyCodec'
import type { CheckView } from '../../shared/api'
import { readHistory } from '../lab/historyFile'
import { judgeInSlices } from '../lab/historyJudge'
import { judgeRun } from '../lab/judgeRun'
import type { RunJudgement } from '../lab/judgeRun'
import { HISTORY_FILE } from '../lab/offlineRun'
import { readRunFiles, ReportError } from '../report/runFiles'
import type { RunEnd } from '../report/runFiles'
import { runnerReason } from '../report/verdicts'
import { finish, giveUp } from './labCommand'
import { Output } from './output'
import { cliCommand, UsageError, wholeFlag } from './usage'
import type { CliCommand } from './usage'

const SECONDS_MAX = 86_400
const MEMORY_MB_MAX = 65_536
const MB = 1024 * 1024
/** The memo may not take all that the process has. */
const HEAP_SHARE = 0.4
/** Time ends a search; this is only so that it ends at all. */
const CONFIGURATIONS_MAX = Number.MAX_SAFE_INTEGER

const args = {
  history: {
    type: 'positional',
    required: true,
    description: 'A history in JSON lines, or a run directory',
  },
  model: {
    type: 'string',
    default: 'kv',
    valueHint: MODEL_NAMES.join('|'),
    description: 'What a key is',
  },
  'budget-seconds': {
    type: 'string',
    default: '60',
    valueHint: 'S',
    description: 'Longest search; then the answer is unknown',
  },
  'memory-mb': {
    type: 'string',
    default: '512',
    valueHint: 'M',
    description: 'Most memory of a search; then the answer is unknown',
  },
  json: { type: 'boolean', description: 'JSON lines on standard output, the last one the result' },
} as const

interface CheckFlags {
  readonly history: string
  readonly model: string
  readonly 'budget-seconds': string
  readonly 'memory-mb': string
  readonly json?: boolean | undefined
}

interface Judged {
  readonly parser: HistoryParser
  readonly verdict: HistoryVerdict
}

export function checkCommand(): CliCommand {
  const description = 'Judges whether a history of clients is linearizable'
  return cliCommand({ name: 'check', description }, args, ({ args: flags }) => check(flags))
}

async function check(flags: CheckFlags): Promise<number> {
  const output = new Output(flags.json === true)
  const { history: path } = flags
  const model = MODEL_NAMES.find((name) => name === flags.model)
  if (model === undefined) {
    throw new UsageError(`--model ${flags.model} is none of ${MODEL_NAMES.join(', ')}`)
  }
  const seconds = wholeFlag(flags['budget-seconds'], 'budget-seconds', 1, SECONDS_MAX)
  const memory = wholeFlag(flags['memory-mb'], 'memory-mb', 1, MEMORY_MB_MAX)
  const budget = {
    budgetMs: seconds * 1000,
    memoBytesMax: Math.min(memory * MB, HEAP_SHARE * getHeapStatistics().heap_size_limit),
    configurationsMax: CONFIGURATIONS_MAX,
  }
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
  const judge = async (file: string): Promise<Judged> => {
    const parser = await readHistory(file, model)
    return { parser, verdict: await judgeInSlices(parser.entries, model, budget) }
  }
  try {
    if (!statSync(path).isDirectory()) return reportHistory(output, path, await judge(path))
    const file = join(path, HISTORY_FILE)
    const judged = existsSync(file) ? await judge(file) : null
    const run = await judgeRun(path)
    const { end } = await readRunFiles(path).catch(onlyRecord)
    return reportRun(output, path, { run, judged, end })
  } catch (error) {
    if (error instanceof FrameError || isFileError(error)) return giveUp(output, error)
    throw error
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function reportHistory(output: Output, path: string, judged: Judged): number {
  const { verdict } = judged
  tell(output, judged)
  return finish(
    output,
    { verdict: verdict.verdict, measures: measuresOf(verdict), runDir: null },
    { type: 'result', file: path, ...detailsOf(judged) },
  )
}

/** A record by itself can be judged, too. */
function onlyRecord(error: unknown): { readonly end: null } {
  if (error instanceof ReportError) return { end: null }
  throw error
}

interface JudgedRun {
  readonly run: RunJudgement
  /** Null: it has no history. */
  readonly judged: Judged | null
  /** What its runner said in the end; null: nothing. */
  readonly end: RunEnd | null
}

/** The worst of what events, history and runner say. */
function reportRun(output: Output, runDir: string, { run, judged, end }: JudgedRun): number {
  const checks = run.checks.map((view) => withHistory(view, judged))
  for (const { id, title, state, words } of checks) {
    output.say(`${state.padEnd(13)}  ${id.padEnd(6)}  ${title}: ${words}`)
  }
  output.say(run.record)
  if (run.cut !== '') output.say(run.cut)
  if (judged === null) output.say(`There is no ${HISTORY_FILE}: no client of the lab was recorded.`)
  else tell(output, judged)
  const ownReason = end === null ? '' : runnerReason(end)
  if (ownReason !== '') output.say(`The runner said ${end?.verdict ?? ''}: ${ownReason}`)
  const verdicts = [run.verdict, judged?.verdict.verdict, end?.verdict]
  const worst = (['violated', 'unknown'] as const).find((each) => verdicts.includes(each))
  const measures = { events: run.events, ...(judged && measuresOf(judged.verdict)) }
  return finish(
    output,
    { verdict: worst ?? 'valid', measures, runDir },
    {
      type: 'result',
      reason: run.cut || ownReason,
      runner: end && { verdict: end.verdict, reason: ownReason },
      events: { verdict: run.verdict, checks, record: run.record },
      history: judged && { verdict: judged.verdict.verdict, ...detailsOf(judged) },
    },
  )
}

/** I14 is the history's verdict. */
function withHistory(view: CheckView, judged: Judged | null): CheckView {
  if (view.id !== 'I14' || judged === null || view.state === 'violated') return view
  const { verdict, words } = judged.verdict
  const state = ({ valid: 'holds', violated: 'violated', unknown: 'notEnoughData' } as const)[
    verdict
  ]
  return { ...view, state, words }
}

function measuresOf({ keys, operations, configurations }: HistoryVerdict) {
  return { keys, operations, configurations }
}

function tell(output: Output, { parser, verdict }: Judged): void {
  if (verdict.verdict !== 'violated') {
    output.say(verdict.words)
    return
  }
  for (const evidence of verdict.violations) {
    const { words, window, others, placed, definite } = evidence
    output.say(words)
    const at = window.map((each) => `line ${lineOf(parser, each.call)}`).join(', ')
    output.say(
      `  invoked at ${at}; ${others} other operations of the key before that make no order`,
    )
    output.say(`  the longest order that was found places ${placed} of ${definite}`)
  }
  const more = verdict.keysViolated - verdict.violations.length
  if (more > 0) output.say(`and ${more} more keys`)
}

function detailsOf({ parser, verdict }: Judged): object {
  const { words, model, outOfBudget, keysViolated, violations } = verdict
  const shown = violations.map((each) => evidenceToTell(parser, each))
  return { words, model, outOfBudget, keysViolated, violations: shown }
}

function evidenceToTell(parser: HistoryParser, evidence: Evidence): object {
  const { fromPlace, toPlace, window, last, ...rest } = evidence
  return {
    ...rest,
    fromLine: lineOf(parser, fromPlace),
    toLine: lineOf(parser, toPlace),
    window: window.map((each) => operationToTell(parser, each)),
    last: operationToTell(parser, last),
  }
}

function operationToTell(parser: HistoryParser, operation: Operation): object {
  const { process, f, key, value, seen, call, ret, startNs, endNs } = operation
  return {
    ...{ process, f, key },
    ...(f === 'read' ? { value: seen } : { value, result: seen }),
    line: lineOf(parser, call),
    endLine: lineOf(parser, ret),
    startNs,
    endNs,
  }
}

/** Null for what never ended. */
function lineOf({ lines }: HistoryParser, place: number): number | null {
  return lines[place] ?? null
}
