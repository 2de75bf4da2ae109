/** Steps by hand as an experiment file, which the parser of experiments takes. */
import { expect, it } from 'vitest'
import { EAGER_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import { scenarioOfSteps } from '../../src/renderer/src/commands/stepScenario'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { parseScenario } from '../../src/shared/experiment'

const SCRIPT = [
  'step on',
  'step client 2 SET city "Os: lo"',
  'step deliver 2 > 1 accept',
  'step deliver 1 > 2 accepted',
  'kill 3',
  'restart 3',
]

it.each([
  { mode: 'multi', mutant: null, policy: LEADER_POLICY },
  { mode: 'single', mutant: 'M7', policy: EAGER_POLICY },
] as const)('can be played as it is: %j', (rules) => {
  const text = scenarioOfSteps({ ...DEFAULT_CLUSTER, nodes: 3, seed: 9, ...rules }, SCRIPT)
  const scenario = parseScenario(text, 'my-steps.paxlab.yaml')
  expect(scenario).toMatchObject({
    name: 'my-steps',
    cluster: { nodes: 3, mode: rules.mode, mutant: rules.mutant },
  })
  expect(scenario.cluster.policy.kind).toBe(rules.policy.kind)
  for (const verb of SCRIPT) expect(text).toContain(`- ${JSON.stringify(verb)}\n`)
  expect(JSON.stringify(scenario.steps)).toContain('deliver')
})
