/** The steps of a person as an experiment file: the same cluster, and each step a verb. */
import type { ClusterOptions } from '../../../shared/api'
import { policyNameOf } from '../../../shared/policyVerb'
import { isSealed, shownMutant } from '../../../shared/unnamed'
import type { MaybeUnnamed } from '../../../shared/unnamed'

const SECONDS = 30

/** A file that is read has no secrets: whoever has named the rule gets the mutant too. */
function mutantLines(options: MaybeUnnamed): string[] {
  const { mutant } = options
  if (mutant === null) return []
  return [isSealed(options) ? `  # Here ran ${shownMutant(options)}` : `  mutant: ${mutant}`]
}

/** `script`: the verbs of step mode, in their order. */
export function scenarioOfSteps(
  options: Pick<ClusterOptions, 'nodes' | 'mode' | 'mutant' | 'unnamed' | 'policy' | 'seed'>,
  script: readonly string[],
): string {
  const { nodes, mode, policy, seed } = options
  const lines = [
    '# yaml-language-server: $schema=./paxos-lab.schema.json',
    'version: 1',
    'name: my-steps',
    'title: My steps',
    'summary: Steps that were taken by hand, one after another.',
    `seconds: ${SECONDS}`,
    'level: basic',
    '',
    'cluster:',
    `  nodes: ${nodes}`,
    `  mode: ${mode}`,
    `  policy: ${policyNameOf(policy)}`,
    ...mutantLines(options),
    `seed: ${seed}`,
    '',
    'steps:',
    `  - when: nodesRunning = ${nodes}`,
    '    say: Step by step',
    '    do:',
    // A text in JSON is one in YAML, whatever it holds.
    ...script.map((verb) => `      - ${JSON.stringify(verb)}`),
  ]
  return `${lines.join('\n')}\n`
}
