/**
 * What a run directory gets once the run is over: the text of its experiment, its verdicts by
 * question, why it is not valid, the command that repeats it, and its report.
 *
 * Errors: none is thrown: a trial that ran is not lost because a report could not be written. What
 *         went wrong comes back as `problems`, in words.
 */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SweepPoint, Verdicts } from '../../shared/experimentResult'
import { Fields } from '../../shared/fields'
import type { Verdict } from '../../shared/labWords'
import { RECORD_FILE, RESULT_FILE, writeJson } from '../lab/runDir'
import { readRun } from '../report/readRun'
import type { RunReading } from '../report/readRun'
import { readRunFiles } from '../report/runFiles'
import { writeReportOf } from '../report/runReport'
import { figuresOf, replayVerdict } from '../report/trialFigures'
import type { TrialFigures } from '../report/trialFigures'
import { EXPERIMENT_TEXT_FILE } from './experimentDir'

export interface RunEnding {
  readonly verdict: Verdict
  /** Why it is not valid, where its record cannot know; empty: the record says it. */
  readonly reason: string
  readonly seed: number
  readonly point: SweepPoint
  readonly command: string
  /** A person waits for it to end: its inputs are not replayed, and a long record not read. */
  readonly isCancelled: boolean
}

export interface Conclusion extends Pick<RunEnding, 'verdict' | 'reason'> {
  readonly figures: TrialFigures
  readonly problems: readonly string[]
}

const NOTHING_JUDGED: Verdicts = {
  safety: 'unknown',
  liveness: 'unknown',
  linearizability: 'notJudged',
  replay: 'notJudged',
}

/** Of a run whose record nobody could read. */
export const NO_FIGURES: TrialFigures = {
  availability: [],
  cost: null,
  decision: null,
  firstDecision: null,
  verdicts: NOTHING_JUDGED,
  reason: '',
}

/** A cancelled run ends within 3 s: reading more than this takes longer on a slow machine. */
const CANCELLED_RECORD_BYTES_MAX = 32 * 1024 * 1024

const NO_REASON = 'its record does not say why'

/** Beside a run that has begun, so that even one that is cut short can be repeated. */
export async function keepText(runDir: string, text: string): Promise<void> {
  await writeFile(join(runDir, EXPERIMENT_TEXT_FILE), text)
}

export async function concludeRun(runDir: string, ending: RunEnding): Promise<Conclusion> {
  const problems: string[] = []
  const attempt = async <Out>(what: string, act: () => Promise<Out>): Promise<Out | null> => {
    try {
      return await act()
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
      return null
    }
  }
  if (ending.isCancelled && (await recordBytes(runDir)) > CANCELLED_RECORD_BYTES_MAX) {
    problems.push(`the record is long: \`paxos-lab report ${runDir}\` writes its report`)
    const { verdict, reason } = ending
    await attempt('the result could not be written', () => addToResult(runDir, more(ending)))
    return { verdict, reason, figures: NO_FIGURES, problems }
  }
  const run = await attempt('the record could not be read', () => readRun(runDir))
  const replay = (own: RunReading) => (ending.isCancelled ? 'notJudged' : replayVerdict(own))
  const figures = run === null ? NO_FIGURES : figuresOf(run, await replay(run))
  const verdict = figures.verdicts.replay === 'violated' ? 'violated' : ending.verdict
  const reason = verdict === 'valid' ? '' : ending.reason || figures.reason || NO_REASON
  await attempt('the result could not be written', () =>
    addToResult(runDir, {
      ...more({ ...ending, verdict, reason }),
      verdicts: figures.verdicts,
    }),
  )
  if (run !== null) {
    await attempt('the report could not be written', async () =>
      // The record was read already; its result says more now.
      writeReportOf({ ...run, ...(await readRunFiles(runDir)) }, figures.verdicts.replay),
    )
  }
  return { verdict, reason, figures, problems }
}

function more({ verdict, reason, point, command }: RunEnding): object {
  return { verdict, reason, point, command }
}

async function recordBytes(runDir: string): Promise<number> {
  return await stat(join(runDir, RECORD_FILE)).then(
    ({ size }) => size,
    () => 0,
  )
}

async function addToResult(runDir: string, added: object): Promise<void> {
  const path = join(runDir, RESULT_FILE)
  const fields = Fields.of(JSON.parse(await readFile(path, 'utf8')), path)
  const known = Object.fromEntries(fields.names().map((name) => [name, fields.raw(name)]))
  await writeJson(path, { ...known, ...added })
}
