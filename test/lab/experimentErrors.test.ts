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
  ['misspelt key', HEAD.replace('title', 'titel') + STEPS, /:3:1: titel: .*mean "title"\?/, '^'],
  ['nested deep', `${HEAD}x: ${'['.repeat(10_000)}`, /:9:\d+: is nested deeper than 100/, '^'],
  ['two documents', `${HEAD}${STEPS}---\n${HEAD}`, /:11:1: holds a second document/, '---'],
  ['empty', '', /:1:1: is empty/, ''],
  ['binary', `${HEAD}${STEPS}# a\0b\n`, /:11:4: holds the control character U\+0000/, '# a'],
  ['wrong type', HEAD.replace('seconds: 1', 'seconds: soon') + STEPS, /:5:10: seconds/, 'soon'],
  ['key twice', `${HEAD}seconds: 2\n${STEPS}`, /:9:1: .*unique/, 'seconds: 2'],
  ['alias bomb', `${HEAD}${BOMB}${STEPS}`, /:11:24: .*"\*b".* more than 50/, 'c: &c'],
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
    /:12:20: expect\[1\].cuont: unknown key; did you mean "count"\?/,
    '^',
  ],
  ['mark and wrong key', `\ufeff${HEAD.replace('version', 'vershun')}`, /:1:1: vershun/, 'vershun'],
  ['CR LF', `${HEAD}speed: 3\n`.replaceAll('\n', '\r\n'), /:9:1: speed/, 'speed: 3\n  ^'],
  ['CR alone', `${HEAD}${STEPS}`.replaceAll('\n', '\r'), /:1:11: .*CR alone/, '^'],
  ['no UTF-8', `${HEAD}x: \ufffd\n`, /:9:4: .*no UTF-8/, '^'],
  ['deep blocks', `${HEAD}x:\n  ${'- '.repeat(10_000)}1\n`, /:10:\d+: is nested deeper/, '^'],
  ['deep maps', `${HEAD}x: ${'{a: '.repeat(10_000)}`, /:9:\d+: is nested deeper/, '^'],
  ['half a megabyte of [', `${HEAD}x: ${'['.repeat(500_000)}`, /:9:\d+: is nested/, '^'],
  ['alias of itself', `${HEAD}a: &a [*a]\n`, /:9:8: the alias "\*a" stands inside/, '^'],
  ['alias of nothing', `${HEAD}a: *a\n`, /:9:4: "\*a" stands for nothing/, '^'],
  ['51 aliases', `${HEAD}a: &a x\nb: [${'*a,'.repeat(51)}]\n`, /:10:155: .*50 places/, '^'],
  ['a list as key', `${HEAD}? [a]\n: 1\n`, /:9:3: is no key/, '^'],
  ['tag', HEAD.replace('Wrong', '!!js/function x'), /:3:8: unknown tag/, '^'],
  ['open quote', HEAD.replace('Wrong', '"Wrong'), /:\d+:\d+: a quote is opened/, ''],
  ['open bracket', `${HEAD}steps: [\n`, /:10:1: a bracket is opened/, ''],
  ['only a comment', '# nothing\n', /:1:1: is empty/, '# nothing'],
  ['a list', '- a\n', /:1:1: must be a map of keys.*is a list/, '^'],
  ['key of another name', HEAD.replace('title', 'heading'), /:3:1: .*"title" is missing/, '^'],
  ['key left out', HEAD.replace('title: Wrong\n', ''), /:1:1: title: is missing/, '^'],
  ['misspelt inside', HEAD.replace('nodes', 'noeds'), /:8:3: cluster.noeds: .*"nodes"\?/, '^'],
  ['misspelt form', `${HEAD}${STEPS}expect:\n  - { safty: bids = 1 }\n`, /"safety"\?/, 'safty'],
  [
    'safety of a moment',
    `${HEAD}${STEPS}expect:\n  - safety: logsEqual = yes\n`,
    /:12:13: expect\[1\].safety: "logsEqual" comes and goes .*"progress"/,
    '^',
  ],
  [
    'under no policy',
    `${HEAD}${STEPS}expect:\n  - { progress: bids > 1, under: [eager, lazy] }\n`,
    /:12:42: expect\[1\].under\[2\]: "lazy" is none of the policies leader, lease, eager/,
    'lazy',
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
  expect(told).not.toMatch(/call stack|parseAll|Invalid input|undefined|resource/i)
  expect(told.length).toBeLessThan(1000)
})

it('as many aliases as there may be, a mark at the beginning and CR LF are no fault', () => {
  const aliases = `# ${'x'.repeat(9)}\nexpect:\n  - &a bids >= 0\n${'  - *a\n'.repeat(50)}`
  const text = `\ufeff${HEAD}${STEPS}${aliases}`.replaceAll('\n', '\r\n')
  expect(parseScenario(text, 'right.paxlab.yaml').expect).toHaveLength(51)
})

it('the schema of the format is printed by the command that is named so', async () => {
  const schema = new CliProcess(['schema'], home.path)
  expect(await schema.ended()).toBe(0)
  expect(JSON.parse(schema.stdout)).toMatchObject({
    type: 'object',
    title: 'Experiment of Paxos Lab',
  })
})
