/**
 * Verdicts of a run by question, and why it is not valid, in one sentence.
 *
 * safety           I1 to I13, and expectations marked `safety`
 * liveness         steps that had to happen, expectations marked `progress`, I15; without any of
 *                  them: whether a value was chosen at all
 * linearizability  I14
 * replay           recorded inputs, replayed; not judged where there are none, or too many
 */
import type { CheckView } from '../../shared/api'
import type { Verdicts } from '../../shared/experimentResult'
import type { Verdict } from '../../shared/labWords'
import type { RunReading } from './readRun'
import type { RunEnd } from './runFiles'

const HISTORY_CHECK = 'I14'
const LIVENESS_CHECK = 'I15'

export interface Judgement {
  readonly verdict: Verdict
  readonly verdicts: Verdicts
  /** Empty where it is valid. */
  readonly reason: string
}

export function judge(run: RunReading, replay: Verdicts['replay']): Judgement {
  const verdicts = run.end?.verdicts ?? {
    safety: safetyOf(run),
    liveness: livenessOf(run),
    linearizability: historyOf(run),
    replay,
  }
  const isViolated = Object.values(verdicts).includes('violated')
  const own = run.end?.verdict ?? 'unknown'
  const verdict = isViolated ? 'violated' : own
  return { verdict, verdicts, reason: verdict === 'valid' ? '' : run.end?.reason || reasonOf(run) }
}

export function reasonOf(run: RunReading): string {
  const { end, checks, endProblem } = run
  const violated = checks.find(({ state }) => state === 'violated')
  if (violated) return `${violated.id} is violated: ${violated.words}`
  const expectations = end?.expectations ?? []
  const broken = expectations.find(({ kind, held }) => kind === 'safety' && held === false)
  if (broken) return `Expected for safety, and not so: ${broken.text}`
  if (end === null) return cutWords(run, endProblem)
  const own = ownReason(end)
  if (own !== '') return own
  const open = checks.find(({ state }) => state === 'notEnoughData')
  if (open) return `${open.id} could not be judged: ${open.words}`
  return end.verdict === 'valid' ? '' : 'The run did not come to its end'
}

/** What the end of a run says by itself; empty: nothing. */
function ownReason({ steps, expectations, eventsLost }: RunEnd): string {
  const step = steps.find(({ outcome }) => outcome !== 'done')
  if (step) return `Step “${step.words}” ${step.outcome}: ${step.results.at(-1) ?? ''}`
  const unmet = expectations.find(({ held }) => held !== true)
  if (unmet) return `Expected, and did not come: ${unmet.text}`
  return eventsLost > 0 ? `The record lost ${eventsLost} events` : ''
}

/** Why the runner did not call it valid; empty where it did. */
export function runnerReason(end: RunEnd): string {
  if (end.verdict === 'valid') return ''
  return end.reason || ownReason(end) || 'it did not write down why'
}

function cutWords({ problems, events }: RunReading, endProblem: string): string {
  const why = endProblem === '' ? 'it has no result' : `its result cannot be read: ${endProblem}`
  const more = problems.length === 0 ? '' : `; ${problems.join('; ')}`
  return `The run was cut short after ${events} events: ${why}${more}`
}

function safetyOf({ end, checks }: RunReading): Verdict {
  const own = checks.filter(({ id }) => id !== HISTORY_CHECK && id !== LIVENESS_CHECK)
  const expected = (end?.expectations ?? []).filter(({ kind }) => kind === 'safety')
  if (isViolated(own) || expected.some(({ held }) => held === false)) return 'violated'
  const isKnown =
    end !== null &&
    end.eventsLost === 0 &&
    own.every(({ state }) => state !== 'notEnoughData') &&
    expected.every(({ held }) => held !== null)
  return isKnown ? 'valid' : 'unknown'
}

function livenessOf({ end, checks, fold }: RunReading): Verdict {
  if (isViolated(checks.filter(({ id }) => id === LIVENESS_CHECK))) return 'violated'
  if (end === null) return 'unknown'
  const expected = end.expectations.filter(({ kind }) => kind === 'progress')
  if (expected.length + end.steps.length === 0) {
    return fold.measures.liveness.chosenSlots > 0 ? 'valid' : 'unknown'
  }
  const isDone =
    end.steps.every(({ outcome }) => outcome === 'done') &&
    expected.every(({ held }) => held === true)
  return isDone ? 'valid' : 'unknown'
}

function historyOf({ checks }: RunReading): Verdicts['linearizability'] {
  const state = checks.find(({ id }) => id === HISTORY_CHECK)?.state ?? 'idle'
  const verdictOf = {
    holds: 'valid',
    violated: 'violated',
    notEnoughData: 'unknown',
    idle: 'notJudged',
  } as const
  return verdictOf[state]
}

function isViolated(checks: readonly CheckView[]): boolean {
  return checks.some(({ state }) => state === 'violated')
}
