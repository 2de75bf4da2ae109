/** The published JSON schema is up to date, and every bundled experiment fits it. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { printExperimentSchema } from '../../src/shared/experimentSchema'
import { root } from '../support/tree'
import { schemaFaults } from '../support/jsonSchema'

const SCHEMA = 'resources/paxos-lab.schema.json'
const FOLDER = join(root, 'resources/scenarios')
const COMMENT = '# yaml-language-server: $schema=../paxos-lab.schema.json'
const bundled = readdirSync(FOLDER)

function schema(): unknown {
  return JSON.parse(readFileSync(join(root, SCHEMA), 'utf8'))
}

it('is what "paxos-lab schema" prints', () => {
  expect(readFileSync(join(root, SCHEMA), 'utf8')).toBe(printExperimentSchema())
})

describe.each(bundled)('%s', (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8')

  it('begins with the line that tells an editor of the schema', () => {
    expect(text.split('\n')[0]).toBe(COMMENT)
  })

  it('fits the schema', () => {
    expect(schemaFaults(schema(), parse(text))).toEqual([])
  })
})

describe('the schema finds', () => {
  const right = parse(readFileSync(join(FOLDER, 'leader-kill.paxlab.yaml'), 'utf8')) as object

  it.each([
    ['an unknown key', { speed: 3 }],
    ['a wrong type', { seconds: 'many' }],
    ['a version that is not there', { version: 2 }],
    ['a wrong count of nodes', { cluster: { nodes: 4 } }],
    ['an unknown key of a step', { steps: [{ jump: 1 }] }],
    ['a wrong step inside others', { steps: [{ repeat: { times: 2, steps: [{ jump: 1 }] } }] }],
    ['no steps', { steps: [] }],
    ['a time without a unit', { steps: [{ at: '3' }] }],
  ])('%s', (_what, change) => {
    expect(schemaFaults(schema(), right)).toEqual([])
    expect(schemaFaults(schema(), { ...right, ...change })).not.toEqual([])
  })
})
