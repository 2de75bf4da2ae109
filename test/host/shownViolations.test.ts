/** An experiment that is there to show a violation: valid only if it does, and never for Paxos. */
import { expect, it } from 'vitest'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { shownViolation } from '../../src/main/experiment/shownViolations'
import type { ScenarioOutcome } from '../../src/main/lab/scenario'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { CheckView, ClusterOptions } from '../../src/shared/api'

const SAFE: ClusterOptions = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const UNSAFE: ClusterOptions = { ...SAFE, flush: false }
const LEASE: ClusterOptions = { ...SAFE, readMode: 'lease' }

const check = (id: string, state: CheckView['state']): CheckView => {
  return { id, state, title: id, words: '', evidence: [] }
}
const CHECKS = [check('I4', 'violated'), check('I5', 'holds')]
const MORE = [...CHECKS, check('I2', 'violated')]

const done: ScenarioOutcome['steps'][number] = { atMs: 1, words: 'a', outcome: 'done', results: [] }
function outcomeOf(more: Partial<ScenarioOutcome> = {}): ScenarioOutcome {
  return { verdict: 'violated', measures: {}, expectations: [], steps: [done], ...more }
}

const judge = (
  cluster: ClusterOptions,
  checks: readonly CheckView[],
  outcome = outcomeOf(),
  violates: readonly 'I4'[] = ['I4'],
) => shownViolation({ violates, cluster }, checks, outcome)

it('is valid where the cluster is not safe and the check found it', () => {
  expect(judge(UNSAFE, CHECKS)).toMatchObject({ verdict: 'valid' })
  expect(judge(LEASE, CHECKS)).toMatchObject({ verdict: 'valid' })
  // A rule that is broken breaks others; a read that assumes too much breaks none.
  expect(judge(UNSAFE, MORE)).toMatchObject({ verdict: 'valid' })
  expect(judge(LEASE, MORE)).toMatchObject({ verdict: 'violated' })
})

it('excuses no cluster that promises to be Paxos, and nothing that was not announced', () => {
  expect(judge(SAFE, CHECKS)).toBeNull()
  expect(judge(UNSAFE, CHECKS, outcomeOf(), [])).toBeNull()
})

it('is unknown where nothing was shown, or a step or expectation failed', () => {
  expect(judge(UNSAFE, [check('I4', 'holds')])).toMatchObject({ verdict: 'unknown' })
  const undone = outcomeOf({ steps: [{ ...done, outcome: 'timedOut' }] })
  expect(judge(UNSAFE, CHECKS, undone)).toMatchObject({ verdict: 'unknown' })
  for (const [kind, verdict] of [
    ['progress', 'unknown'],
    ['safety', 'violated'],
  ] as const) {
    const outcome = outcomeOf({ expectations: [{ kind, text: 'x', held: false }] })
    expect(judge(UNSAFE, CHECKS, outcome)).toMatchObject({ verdict })
  }
})
