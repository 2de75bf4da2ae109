/** A wrong experiment file on the command line: place and words, exit 2, and nothing started. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ScenarioError, parseScenario } from '../../src/shared/experiment'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'

let home: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  home = temporaryFolder()
})

afterEach(async () => {
  await endAll()
  home.remove()
})

const HEAD = `version: 1
name: wrong
title: Wrong
summary: Something is wrong here.
seconds: 1
level: first
cluster:
  nodes: 5
`
const STEPS = 'steps:\n  - do: heal\n'
const BOMB = `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: [*c, *c, *c, *c, *c, *c, *c, *c, *c]
`

type Wrong = [what: string, text: string, words: RegExp, snippet: string]

/** Each on the command line. */
const WRONG: Wrong[] = [
  ['unknown key', `${HEAD}speed: 3\n${STEPS}`, /:9:1: speed: unknown key/, 'speed: 3'],
  ['wrong type', HEAD.replace('seconds: 1', 'seconds: soon') + STEPS, /:5:10: seconds/, 'soon'],
  ['key twice', `${HEAD}seconds: 2\n${STEPS}`, /:9:1: .*unique/, 'seconds: 2'],
  ['alias bomb', `${HEAD}${BOMB}${STEPS}`, /:\d+:\d+: .*alias/i, ''],
  ['2 MB', `${HEAD}${STEPS}# ${'x'.repeat(2_000_000)}\n`, /:1:1: is longer than 1048576/, ''],
  ['tab', `${HEAD}steps:\n\t- do: heal\n`, /:10:\d+: .*tab/i, '- do: heal'],
  ['node 6 of 5', `${HEAD}steps:\n  - do: [heal, kill 6]\n`, /:10:16: .*no node 6, only 1/, '^'],
  [
    'measure',
    `${HEAD}steps:\n  - when: speed > 3\n`,
    /:10:11: .*"speed" is not a measure/,
    'speed',
  ],
  ['event', `${HEAD}steps:\n  - when: event elect\n`, /:10:11: .*"elect" is not a type of ev/, '^'],
]

const MORE: Wrong[] = [
  [
    'form',
    `${HEAD}${STEPS}expect:\n  - { events: bid, cuont: 3 }\n`,
    /:12:\d+: expect\[1\].*cou?n?/,
    '^',
  ],
  ['never a number', `${HEAD}${STEPS}expect:\n  - never: 3\n`, /:12:12: expect\[1\].never/, '^'],
  [
    'repeat with no times',
    `${HEAD}steps:\n  - repeat: { steps: [{ do: heal }] }\n`,
    /:10:13: .*times/,
    '^',
  ],
  ['unknown key inside', `${HEAD}load: { clients: 1, sped: 2 }\n${STEPS}`, /:9:21: load.sped/, '^'],
  ['nested deep', `${HEAD}x: ${'['.repeat(200_000)}`, /:\d+:\d+: /, ''],
  ['link of node 6', `${HEAD}steps:\n  - do: cut 1 6\n`, /:10:9: .*no node 6/, 'cut 1 6'],
  [
    'node 6 inside',
    `${HEAD}steps:\n  - parallel: [[{ do: heal }], [{ do: kill 6 }]]\n`,
    /no node 6/,
    '^',
  ],
  [
    'load of node 6',
    `${HEAD}load: { clients: 1, nodes: [6] }\n${STEPS}`,
    /:9:28: load.nodes.*6/,
    '^',
  ],
  ['event of node 6', `${HEAD}steps:\n  - when: event bid by=6\n`, /:10:11: .*no node 6/, 'by=6'],
  ['field', `${HEAD}${STEPS}expect:\n  - never: bid slot=1\n`, /:12:12: .*not a field of bid/, '^'],
  [
    'count',
    `${HEAD}${STEPS}expect:\n  - { events: bid, count: few }\n`,
    /:12:27: .*not a count/,
    '^',
  ],
  ['sweep', `${HEAD}sweep: { policy: [lazy] }\n${STEPS}`, /:9:18: .*"lazy" is not a policy/, '^'],
  [
    'too much',
    `${HEAD}steps:\n  - repeat: { times: 1000, steps: [${Array(5).fill('{ do: heal }')}] }\n`,
    /:10:3: steps: play 5001 steps/,
    '^',
  ],
]

// All at once: each is a process that has nothing to do but to look and end.
it('is told with file, line, column and the line itself', async () => {
  const asked = WRONG.map(([what, text, words, snippet], index) => {
    const file = join(home.path, `wrong${index}.paxlab.yaml`)
    writeFileSync(file, text)
    const out = join(home.path, `out${index}`)
    return {
      what,
      words,
      snippet,
      file,
      out,
      cli: new CliProcess(['run', file, '--out', out], home.path),
    }
  })
  for (const { what, words, snippet, out, cli } of asked) {
    expect(await cli.ended(), what).toBe(2)
    expect(cli.stderr, what).toMatch(words)
    expect(cli.stderr, what).toMatch(/wrong\d+\.paxlab\.yaml:\d+:\d+: /)
    expect(cli.stderr, what).toContain(snippet)
    expect(cli.stderr.length, what).toBeLessThan(2000)
    expect(cli.stdout, what).toBe('')
    expect(existsSync(out) ? readdirSync(out) : [], what).toEqual([])
  }
})

it.each(MORE)('%s is told with its place', (_what, text, words, snippet) => {
  let told = ''
  try {
    parseScenario(text, 'wrong.paxlab.yaml')
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    told = error.message
  }
  expect(told).toMatch(words)
  expect(told).toMatch(/^wrong.paxlab.yaml:\d+:\d+: /)
  expect(told).toContain(snippet)
})

it('the schema of the format is printed by the command that is named so', async () => {
  const schema = new CliProcess(['schema'], home.path)
  expect(await schema.ended()).toBe(0)
  expect(JSON.parse(schema.stdout)).toMatchObject({
    type: 'object',
    title: 'Experiment of Paxos Lab',
  })
})
