/**
 * What a run directory gets once the run is over: the text of its experiment, its verdicts by
 * question, why it is not valid, the command that repeats it, and its report.
 *
 * Errors: none is thrown: a trial that ran is not lost because a report could not be written. What
 *         went wrong comes back as `problems`, in words.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SweepPoint, Verdicts } from '../../shared/experimentResult'
import { Fields } from '../../shared/fields'
import type { Verdict } from '../../shared/labWords'
import { RESULT_FILE, writeJson } from '../lab/runDir'
import { writeRunReport } from '../report/runReport'
import { readTrialFigures } from '../report/trialFigures'
import type { TrialFigures } from '../report/trialFigures'
import { EXPERIMENT_TEXT_FILE } from './experimentDir'

export interface RunEnding {
  readonly verdict: Verdict
  /** Why it is not valid, where its record cannot know; empty: the record says it. */
  readonly reason: string
  readonly seed: number
  readonly point: SweepPoint
  readonly command: string
  /** A run that a person cut short gets no report: they wait for it to end. */
  readonly wantsReport: boolean
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
  const read = await attempt('the record could not be read', () => readTrialFigures(runDir))
  const figures = read ?? NO_FIGURES
  const verdict = figures.verdicts.replay === 'violated' ? 'violated' : ending.verdict
  const reason = verdict === 'valid' ? '' : ending.reason || figures.reason || NO_REASON
  await attempt('the result could not be written', () =>
    addToResult(runDir, {
      ...{ verdict, reason, verdicts: figures.verdicts },
      ...{ point: ending.point, command: ending.command },
    }),
  )
  if (ending.wantsReport) {
    await attempt('the report could not be written', () => writeRunReport(runDir))
  }
  return { verdict, reason, figures, problems }
}

async function addToResult(runDir: string, more: object): Promise<void> {
  const path = join(runDir, RESULT_FILE)
  const fields = Fields.of(JSON.parse(await readFile(path, 'utf8')), path)
  const known = Object.fromEntries(fields.names().map((name) => [name, fields.raw(name)]))
  await writeJson(path, { ...known, ...more })
}
