/** Docs that are tables of data in the code say the same as the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MEASURES } from '../src/shared/condition'
import { VERBS } from '../src/shared/verbs'
import { root } from './support/tree'

const scenarios = readFileSync(join(root, 'docs/scenarios.md'), 'utf8').replaceAll('\\|', '|')

it.each(Object.entries(VERBS))('docs/scenarios.md has the verb %s as it is', (_name, verb) => {
  expect(scenarios).toContain(`| \`${verb.usage}\` | ${verb.help} |`)
})

it.each(Object.entries(MEASURES))('docs/scenarios.md has the measure %s as it is', (name, help) => {
  expect(scenarios).toContain(`| \`${name}\` | ${help} |`)
})
