/**
 * Experiments that are there to show a violation: an unsafe cluster, and the checks that must find
 * it. Such a trial is valid if these checks found a violation and everything else that it expects
 * came true. A cluster that promises to be Paxos is never excused.
 */
import type { CheckView } from '../../shared/api'
import { clusterLabels } from '../../shared/clusterOptions'
import type { Scenario } from '../../shared/experiment'
import type { Verdict } from '../../shared/labWords'
import type { ScenarioOutcome } from '../lab/scenario'

export interface Shown {
  readonly verdict: Verdict
  readonly reason: string
}

/** Null: it is judged like any other. */
export function shownViolation(
  { violates, cluster }: Pick<Scenario, 'violates' | 'cluster'>,
  checks: readonly CheckView[],
  outcome: ScenarioOutcome,
): Shown | null {
  const labelled = clusterLabels(cluster).length > 0
  if (violates.length === 0 || !(labelled || cluster.readMode !== 'log')) return null
  const found = checks.filter(({ state }) => state === 'violated').map(({ id }) => id)
  const other = found.filter((id) => !violates.some((each) => each === id))
  // Of a broken rule follows more than one violation; reads that assume too much break no rule.
  if (other.length > 0 && !labelled) {
    return {
      verdict: 'violated',
      reason: `${other.join(', ')} is violated, which it is not to show`,
    }
  }
  const broken = outcome.expectations.find(({ kind, held }) => kind === 'safety' && held === false)
  if (broken !== undefined) return { verdict: 'violated', reason: `not held: ${broken.text}` }
  const missing = violates.filter((id) => !found.includes(id))
  if (missing.length > 0) {
    return { verdict: 'unknown', reason: `${missing.join(', ')} was to be violated, and held` }
  }
  const unmet = outcome.expectations.find(({ held }) => held !== true)
  const undone = outcome.steps.find(({ outcome: how }) => how !== 'done')
  if (unmet !== undefined) return { verdict: 'unknown', reason: `not held: ${unmet.text}` }
  if (undone !== undefined) return { verdict: 'unknown', reason: `not done: ${undone.words}` }
  return { verdict: 'valid', reason: `${found.join(', ')} violated, as it is there to show` }
}
