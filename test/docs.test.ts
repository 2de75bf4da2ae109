/** Docs that are tables of data in the code say the same as the code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MEASURES } from '../src/shared/condition'
import { parseScenario } from '../src/shared/experiment'
import { VERBS } from '../src/shared/verbs'
import { root } from './support/tree'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const experiments = read('docs/experiments.md').replaceAll('\\|', '|')

it.each(Object.entries(VERBS))('docs/experiments.md has the verb %s as it is', (_name, verb) => {
  expect(experiments).toContain(`| \`${verb.usage}\` | ${verb.help} |`)
})

it.each(Object.entries(MEASURES))(
  'docs/experiments.md has the measure %s as it is',
  (name, help) => {
    expect(experiments).toContain(`| \`${name}\` | ${help} |`)
  },
)

const FOLDER = 'resources/scenarios'
const bundled = readdirSync(join(root, FOLDER))

it.each(bundled)('docs/experiments.md has the bundled scenario %s as it is', (file) => {
  const { name, title, summary } = parseScenario(read(`${FOLDER}/${file}`), file)
  expect(experiments).toContain(`| \`${name}\` | ${title} | ${summary} |`)
})

/** Every row that the essay and the paper give; S2b and S20b are traps that they hide. */
const ROWS = Array.from({ length: 31 }, (_, at) => `S${at + 1}`).flatMap((row) => {
  return row === 'S2' || row === 'S20' ? [row, `${row}b`] : [row]
})

/** Cells of the table "Rows and their tests", by row. */
const cells = new Map(
  read('docs/protocol.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, row]) => row !== undefined && ROWS.includes(row))
    .map(([, row = '', _what, tests = '', scenario = '']) => [row, { tests, scenario }]),
)

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

it.each(ROWS)('docs/protocol.md names tests of the row %s, whose titles begin with it', (row) => {
  const { tests = '', scenario = '' } = cells.get(row) ?? {}
  const title = new RegExp(`['"\`](S\\d+b?, )*${row}(, S\\d+b?)*: `)
  const files = quoted(tests)
  expect(files).not.toEqual([])
  for (const file of files) expect(read(`test/${file}`), file).toMatch(title)
  expect(files.some((file) => /^(lab|node)\//.test(file))).toBe(true)
  for (const name of quoted(scenario)) expect(bundled).toContain(`${name}.paxlab.yaml`)
})
