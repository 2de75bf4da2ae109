/**
 * Experiments that are there to show a violation: an unsafe cluster, and the checks that must find
 * it. Such a trial is valid if these checks found a violation, no other did, and everything else
 * that it expects came true. A cluster that promises to be Paxos is never excused.
 */
import type { CheckView, ClusterOptions } from '../../shared/api'
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
  if (violates.length === 0 || !isUnsafe(cluster)) return null
  const found = checks.filter(({ state }) => state === 'violated').map(({ id }) => id)
  const other = found.filter((id) => !violates.some((each) => each === id))
  if (other.length > 0) {
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

/** Broken on purpose and labelled so, or reads that rest on more than Paxos does. */
function isUnsafe(cluster: ClusterOptions): boolean {
  return clusterLabels(cluster).length > 0 || cluster.readMode !== 'log'
}
