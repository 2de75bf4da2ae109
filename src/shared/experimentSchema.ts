/**
 * JSON schema (draft 7) of experiment files, made from the parser itself, for editors: what a key
 * is called, what it may hold, and examples. What only the parser knows (verbs, conditions, nodes
 * that exist) is told when the file is read.
 */
import { MEASURES } from './condition'
import { experimentFile } from './experiment'
import { z } from './zod'

const TITLE = 'Experiment of Paxos Lab'

/** As it is published: indented, with a line feed at its end. */
export function printExperimentSchema(): string {
  return `${JSON.stringify(experimentSchema(), null, 2)}\n`
}

function experimentSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(experimentFile, { target: 'draft-7', io: 'input' })
  const measures = Object.entries(MEASURES).map(([name, help]) => `${name}: ${help}`)
  const description = [
    'A cluster, steps and what to expect; see docs/experiments.md.',
    `Measures of conditions:\n${measures.join('\n')}`,
  ].join('\n\n')
  return { $schema, title: TITLE, description, ...schema }
}
