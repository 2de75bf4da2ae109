/** Bundled experiments in virtual time: the verdict that real processes give, and the same run. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { SimRefusal, playInSimulator } from '../../src/main/lab/simScenario'
import type { SimPlayed } from '../../src/main/lab/simScenario'
import { parseScenario } from '../../src/shared/experiment'
import type { Scenario } from '../../src/shared/experiment'
import { root } from '../support/tree'

let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sim-scenario-'))
})

afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

function bundled(name: string): Scenario {
  const file = `${name}.paxlab.yaml`
  return parseScenario(readFileSync(join(root, 'resources/scenarios', file), 'utf8'), file)
}

const HEAD = `version: 1
name: a-test
title: A test
summary: Nothing to see.
seconds: 1
level: first
`

function play(scenario: Scenario, seed = scenario.cluster.seed, events: LabEvent[] = []) {
  const onEvent = (event: LabEvent) => events.push(event)
  return playInSimulator(scenario, seed, dir, '0.0.0', { onEvent })
}

function playText(rest: string, seed = 1, events: LabEvent[] = []) {
  return play(parseScenario(HEAD + rest, 'test.paxlab.yaml'), seed, events)
}

describe('bundled experiments in the simulator', () => {
  it.each([
    'dueling-proposers',
    'leader-kill',
    'majority-minority',
    'minority-partition',
    'bridge',
    'bridge-oscillation',
    'first-choice',
    'lost-messages',
    'lost-learn-messages',
  ])('%s is valid, as on real processes', async (name) => {
    const { outcome, result, runDir } = await play(bundled(name))
    expect(outcome.steps.filter((step) => step.outcome !== 'done')).toEqual([])
    expect(outcome.expectations.filter(({ held }) => held !== true)).toEqual([])
    expect(result.checks.filter(({ state }) => state === 'violated')).toEqual([])
    expect(result.verdict).toBe('valid')
    for (const file of ['run.json', 'result.json', 'events.ndjson']) {
      expect(existsSync(join(runDir, file)), file).toBe(true)
    }
  })

  it.each(['exponential', 'fixed', 'leader'])('the duel under %s is valid, too', async (policy) => {
    const file = 'dueling-proposers.paxlab.yaml'
    const text = readFileSync(join(root, 'resources/scenarios', file), 'utf8')
    const eager = await play(parseScenario(text, file, { policy: 'eager' }))
    const other = await play(parseScenario(text, file, { policy }))
    const asked = ({ outcome }: SimPlayed) => outcome.expectations.map(({ text: words }) => words)
    expect([eager.result.verdict, other.result.verdict]).toEqual(['valid', 'valid'])
    expect(asked(eager)).toEqual([expect.stringContaining('50 ballots'), ...asked(other)])
    expect(Number(eager.outcome.measures['undecidedBallotsMax'])).toBeGreaterThanOrEqual(50)
    // The same time under each policy, so that what it cost can be compared.
    const switched = [eager, other].map(({ outcome }) =>
      Number(outcome.measures['policySwitchedAtMs']),
    )
    expect(Math.abs((switched[0] ?? 0) - (switched[1] ?? 0))).toBeLessThan(1000)
  })

  it('the same seed gives the same run, another seed another one', async () => {
    const scenario = bundled('leader-kill')
    const [first, again, other] = [
      await play(scenario, 3),
      await play(scenario, 3),
      await play(scenario, 4),
    ]
    expect(again.hash).toBe(first.hash)
    expect(again.result.recordHash).toBe(first.result.recordHash)
    expect(other.hash).not.toBe(first.hash)
  })
})

const CLUSTER = 'cluster: { nodes: 3 }\nseed: 4\nload: { clients: 2, rate: 100 }\n'

describe('steps and expectations', () => {
  it('repeats steps, and goes by events that come after a step begins', async () => {
    const { outcome } = await playText(`${CLUSTER}
steps:
  - when: event chosen slot>=10
  - repeat:
      times: 2
      steps:
        - do: [kill leader, write follower k v]
        - do: heal all
        - when: event nodeReady
          within: 200ms
  - do: load off
expect:
  - { events: "faultStarted kind=kill", count: 2 }
`)
    // The node was ready while the step before was at work: that does not count.
    expect(outcome.steps.map(({ words, outcome: how }) => `${words}: ${how}`)).toEqual([
      'an event chosen with slot at least 10 within 30 s: done',
      'kill leader; write follower k v: done',
      'heal all: done',
      'an event nodeReady within 0.2 s: timedOut',
      '2 times: failed',
    ])
    expect(outcome.verdict).toBe('unknown')
  })

  it('plays branches side by side, and waits in one for what another does', async () => {
    const { outcome } = await playText(`${CLUSTER}
steps:
  - when: ackedSinceStep >= 5
  - within: 20s
    parallel:
      - - when: event nodeReady node=2
        - when: event persisted by=2
      - - do: kill 2
        - after: 500ms
          do: restart 2
      - - repeat: { times: 3, steps: [{ after: 100ms }, { when: event chosen, count: 2 }] }
  - do: load off
  - when: logsEqual = yes
expect:
  - safety: never violated
  - { never: "nodeFailed" }
  - { order: ["nodeExited node=2", "nodeReady node=2", 'acted act="a-test: load off"'] }
  - { events: "chosen slot>=1", count: ">= 5", kind: safety }
  - progress: event elected
`)
    expect(outcome.steps.filter(({ outcome: how }) => how !== 'done')).toEqual([])
    expect(outcome.expectations.map(({ held }) => held)).toEqual([true, true, true, true, true])
    expect(outcome.verdict).toBe('valid')
  })

  it('the first branch that fails stops the others', async () => {
    const { outcome } = await playText(`${CLUSTER}
steps:
  - parallel:
      - - { when: faults > 5, within: 1s }
      - - { at: 300s, do: heal }
`)
    expect(outcome.steps.map(({ outcome: how }) => how)).toEqual(['timedOut', 'stopped', 'failed'])
    expect(outcome.steps.at(-1)?.atMs).toBeLessThan(10_000)
  })

  it('a step that takes longer than it may is told, and what is inside it stops', async () => {
    const { outcome } = await playText(`${CLUSTER}
steps:
  - within: 500ms
    repeat: { times: 100, steps: [{ after: 200ms }] }
  - do: heal
`)
    expect(outcome.steps.at(-1)).toMatchObject({
      outcome: 'timedOut',
      results: ['took more than 0.5 s'],
    })
    expect(outcome.steps.some(({ words }) => words === 'heal')).toBe(false)
  })

  it.each([
    ['- { never: "chosen slot=1" }', 'violated', false],
    ['- { never: "chosen slot=1", kind: progress }', 'unknown', false],
    ['- { events: elected, count: "> 90" , within: 1s }', 'unknown', false],
    ['- { events: elected, count: "<= 90" }', 'valid', true],
    ['- { order: ["chosen slot=9", "chosen slot=1"], within: 1s }', 'unknown', false],
    ['- { order: ["bid", "elected", "chosen slot=1"] }', 'valid', true],
    ['- safety: event violated', 'violated', false],
  ])('%s: %s', async (expectation, verdict, held) => {
    const steps = 'steps:\n  - when: chosenSlots >= 20\n    do: load off\n'
    const { outcome } = await playText(`${CLUSTER}${steps}expect:\n  ${expectation}\n`)
    expect(outcome).toMatchObject({ verdict, expectations: [{ held }] })
  })

  it('a mutant is found out here as well, and the record says so', async () => {
    const events: LabEvent[] = []
    const { result } = await playText(
      `cluster: { nodes: 3, mutant: M5, policy: eager }
steps:
  - do: [partition 1 | 2 | 3, propose 1 k a, propose 2 k b]
expect:
  - { never: violated }
`,
      2,
      events,
    )
    expect(result.verdict).toBe('violated')
    expect(events.some(({ type }) => type === 'violated')).toBe(true)
  })
})

describe('what the simulator has not', () => {
  it.each([
    [
      'steps:\n  - say: Hold it\n    do: [heal, hold all accept]\n',
      /step 1 \("Hold it"\): "hold all accept": there is no gate/,
    ],
    [
      'steps:\n  - parallel: [[{ do: heal }], [{ do: adversary flp on }]]\n',
      /step 1.2: "adversary flp on"/,
    ],
    ['steps:\n  - do: failpoint 1 x crash\n', /there are no processes/],
    ['steps:\n  - do: load 1 client retry session\n', /sessions need a client port/],
  ])('%j is refused before anything is made', async (rest, words) => {
    await expect(playText(`cluster: { nodes: 3 }\n${rest}`)).rejects.toThrow(SimRefusal)
    await expect(playText(`cluster: { nodes: 3 }\n${rest}`)).rejects.toThrow(words)
  })
})
