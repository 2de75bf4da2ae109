/** Scenario files, conditions, and how a scenario is played and judged, without processes. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import type { LivenessView } from '../../src/core/measure/series'
import { EMPTY_LIVENESS } from '../../src/core/measure/series'
import { EXPONENTIAL_POLICY } from '../../src/core/paxos/config'
import { playScenario } from '../../src/main/lab/scenario'
import type { ScenarioHost, ScenarioOutcome } from '../../src/main/lab/scenario'
import { LabCallError } from '../../src/shared/api'
import type { CheckView, ClusterOptions, LabApi, LabStatus, NodeView } from '../../src/shared/api'
import { ConditionError, MEASURES, meets, parseCondition } from '../../src/shared/condition'
import type { Measures } from '../../src/shared/condition'
import { ScenarioError, parseScenario } from '../../src/shared/experiment'
import { eventually } from '../support/eventually'

const HEAD = `version: 1
name: a-test
title: A test
summary: Nothing to see.
seconds: 1
level: first
cluster:
  nodes: 3
`

function scenarioOf(rest: string) {
  return parseScenario(HEAD + rest, 'test.paxlab.yaml')
}

function errorOf(rest: string, head = HEAD): ScenarioError {
  try {
    parseScenario(head + rest, 'test.paxlab.yaml')
  } catch (error) {
    if (error instanceof ScenarioError) return error
    throw error
  }
  throw new Error('it was parsed')
}

describe('conditions', () => {
  const measures = Object.fromEntries(Object.keys(MEASURES).map((name) => [name, null]))
  const at = (values: object): Measures => ({ ...measures, ...values }) as Measures

  it.each([
    ['undecidedBallots >= 50', { undecidedBallots: 50 }, true],
    ['undecidedBallots >= 50', { undecidedBallots: 49 }, false],
    ['chosenSlots>0', { chosenSlots: 1 }, true],
    ['leader = 3', { leader: 3 }, true],
    ['leader != none', { leader: 'none' }, false],
    ['leader >= 3', { leader: 'none' }, false],
    ['lastValue = "two words"', { lastValue: 'two words' }, true],
    ['lastValue = "3"', { lastValue: '3' }, true],
    ['bids < 3', {}, false],
    ['lastValue != x', {}, true],
  ])('%s with %o: %s', (text, values, want) => {
    expect(meets(parseCondition(text), at(values))).toBe(want)
  })

  it.each([
    ['chosenSlots', /not a condition/],
    ['chosenSlots > ', /not a condition/],
    ['speed > 3', /"speed" is not a measure/],
    ['toString = 3', /"toString" is not a measure/],
    ['leader > none', /needs a number/],
    ['bids > 1; process.exit()', /not a condition/],
  ])('%s is refused', (text, words) => {
    expect(() => parseCondition(text)).toThrow(ConditionError)
    expect(() => parseCondition(text)).toThrow(words)
  })
})

describe('scenario files', () => {
  it('gives defaults, units and verbs', () => {
    const scenario = scenarioOf(`
seed: 9
load: { clients: 2, nodes: [1] }
steps:
  - at: 1.5s
    do: write 1 k v
  - after: 20ms
    say: Now
    do: [kill 2, heal all]
  - when: bids > 3
    expect:
      - chosenSlots > 0
      - safety: lastWrite != ok
        text: nothing is acknowledged
`)
    expect(scenario.cluster).toMatchObject({ nodes: 3, seed: 9, mode: 'multi', direct: false })
    expect(scenario.load).toMatchObject({ clients: 2, nodes: [1], targetPerSecond: 0 })
    expect(scenario.steps.map(({ trigger }) => trigger)).toMatchObject([
      { kind: 'at', ms: 1500 },
      { kind: 'after', ms: 20 },
      { kind: 'when', withinMs: 30_000 },
    ])
    expect(scenario.steps[1]?.verbs.map(({ verb }) => verb.verb)).toEqual(['kill', 'heal'])
    expect(scenario.steps[2]?.expect).toMatchObject([
      { kind: 'progress', text: 'chosenSlots > 0' },
      { kind: 'safety', text: 'nothing is acknowledged', withinMs: 0 },
    ])
  })

  it('names place and line of what is wrong in a verb', () => {
    const error = errorOf('steps:\n  - do: heal\n  - do: [heal, jump 2]\n')
    expect(error.message).toContain('test.paxlab.yaml:11:16:')
    expect(error.message).toContain('"jump" is not a verb')
    expect(error.message).toContain('  - do: [heal, jump 2]')
    expect(error.snippet.split('\n')[1]?.indexOf('^')).toBe(2 + 15)
  })

  it.each([
    ['steps:\n  - when: speed > 3\n', /:10:11: .*"speed" is not a measure/],
    ['steps:\n  - do: kill\n', /:10:9: .*node is missing \(kill NODE\)/],
    ['steps:\n  - at: soon\n', /:10:9: .*not a time/],
    ['steps:\n  - at: 1s\n    after: 1s\n', /more than one of/],
    ['steps:\n  - within: 1s\n', /"within" without "when"/],
    ['steps:\n  - do: quit\n', /no place in a scenario/],
    ['steps: []\n', /:9:8: .*steps/],
    ['steps:\n  - jump: 1\n', /jump/],
    ['steps:\n  - do: heal\nsteps:\n  - do: heal\n', /:11:1: .*unique/],
    ['steps: [\n', /test.paxlab.yaml:\d+:\d+: /],
    ['expect:\n  - bids\nsteps:\n  - do: heal\n', /:10:5: .*"bids" is not a condition/],
  ])('%j is refused with its place', (rest, words) => {
    expect(errorOf(rest).message).toMatch(words)
  })

  it('refuses other versions, other node counts, and texts that are too long or explode', () => {
    expect(errorOf('', HEAD.replace('version: 1', 'version: 2')).message).toMatch(/:1:10: version/)
    expect(errorOf('', HEAD.replace('nodes: 3', 'nodes: 4')).message).toMatch(/:8:10: .*nodes/)
    expect(errorOf(`# ${'x'.repeat(1_100_000)}\n`).message).toMatch(/longer than/)
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: [*c, *c, *c, *c, *c, *c, *c, *c, *c]
`
    expect(errorOf(bomb).message).toMatch(/alias/i)
  })

  it('every bundled scenario parses, is named like its file and expects something', () => {
    const folder = join(import.meta.dirname, '../../resources/scenarios')
    const files = readdirSync(folder)
    expect(files).toContain('dueling-proposers.paxlab.yaml')
    for (const file of files) {
      const scenario = parseScenario(readFileSync(join(folder, file), 'utf8'), file)
      expect(`${scenario.name}.paxlab.yaml`).toBe(file)
      expect(scenario.expect.length).toBeGreaterThan(0)
    }
  })
})

/** A lab in memory: the test moves its figures and emits its events. */
class FakeLab {
  liveness: LivenessView = EMPTY_LIVENESS
  checks: CheckView[] = []
  nodes: NodeView[] = []
  readonly calls: string[] = []
  readonly steps: string[] = []
  readonly abort = new AbortController()
  private options: ClusterOptions | null = null
  private listeners = new Set<(event: LabEvent) => void>()
  /** Answers of calls by name; an error is thrown. */
  readonly answers: Record<string, unknown> = {}

  readonly host: ScenarioHost = {
    lab: new Proxy({} as LabApi, {
      get:
        (_, name: string) =>
        async (...args: unknown[]) =>
          this.call(name, args),
    }),
    subscribe: (listener) => {
      this.listeners.add(listener)
      return () => this.listeners.delete(listener)
    },
    liveness: () => this.liveness,
    status: () => this.status(),
  }

  get isHeard(): boolean {
    return this.listeners.size > 0
  }

  emit(event: object): void {
    for (const listener of this.listeners) listener(event as LabEvent)
  }

  play(rest: string): Promise<ScenarioOutcome> {
    return playScenario(this.host, scenarioOf(rest), {
      seed: 5,
      signal: this.abort.signal,
      onStep: (words) => this.steps.push(words),
    })
  }

  private call(name: string, args: unknown[]): unknown {
    this.calls.push(name)
    const answer = this.answers[name]
    if (answer instanceof Error) throw answer
    if (name === 'startCluster') {
      this.options = args[0] as ClusterOptions
      this.nodes = [1, 2, 3].map((node) => readyNode(node))
    }
    return answer
  }

  private status(): LabStatus {
    return {
      state: this.options === null ? 'idle' : 'running',
      atMs: 100,
      cluster: 'c',
      options: this.options,
      nodes: this.nodes,
      faults: [],
      load: null,
      scenario: null,
      adversary: null,
      runDir: null,
      events: 0,
      dropped: 0,
      checks: this.checks,
      realPause: true,
    }
  }
}

function readyNode(node: number): NodeView {
  const status = { role: 'idle', ballot: { round: 0, node: 0 }, chosenThrough: 0 }
  return { node, state: 'running', status } as unknown as NodeView
}

function check(state: CheckView['state']): CheckView {
  return { id: 'agreement', title: 'Agreement', state, words: '', evidence: [] }
}

const ONE_STEP = 'steps:\n  - do: heal\n'

describe('playScenario', () => {
  let lab: FakeLab

  beforeEach(() => {
    lab = new FakeLab()
  })

  it('starts the cluster with the seed, plays the steps in order, and is valid', async () => {
    lab.checks = [check('holds')]
    const outcome = await lab.play(
      'steps:\n  - do: [heal, kill 2]\n  - do: restart 2\n    say: Back\n',
    )
    expect(lab.calls).toEqual(['startCluster', 'healAll', 'killNode', 'restartNode'])
    expect(lab.host.status().options).toMatchObject({ seed: 5, nodes: 3 })
    expect(lab.steps).toEqual(['starting 3 nodes', 'heal; kill 2', 'Back'])
    expect(outcome).toMatchObject({ verdict: 'valid', measures: { seed: 5, stepsDone: 2 } })
    expect(outcome.steps[0]?.results[1]).toBe('kill 2: node 2 was killed')
    expect(lab.isHeard).toBe(false)
  })

  it('waits for a condition, and goes on when it comes true', async () => {
    const playing = lab.play('steps:\n  - when: bids >= 3\n    do: heal\n')
    await eventually('it waits', () => lab.steps.includes('waiting for at least 3 ballots begun'))
    expect(lab.calls).not.toContain('healAll')
    lab.liveness = { ...EMPTY_LIVENESS, bids: 3 }
    expect((await playing).verdict).toBe('valid')
    expect(lab.calls).toContain('healAll')
  })

  it('what does not come in time is unknown, and later steps are not played', async () => {
    const outcome = await lab.play('steps:\n  - when: bids >= 3\n    within: 30ms\n  - do: heal\n')
    expect(outcome.verdict).toBe('unknown')
    expect(outcome.steps).toMatchObject([{ outcome: 'timedOut' }])
    expect(lab.calls).not.toContain('healAll')
  })

  it('a verb that the lab refuses is told, and the outcome unknown', async () => {
    lab.answers['healAll'] = new LabCallError('directMode', 'there are no link proxies')
    const outcome = await lab.play(ONE_STEP)
    expect(outcome.verdict).toBe('unknown')
    expect(outcome.steps).toMatchObject([
      { outcome: 'failed', results: ['there are no link proxies'] },
    ])
  })

  it.each([
    ['a violated check', 'violated', 'violated'],
    ['a check without enough data', 'notEnoughData', 'unknown'],
    ['checks that hold', 'holds', 'valid'],
  ] as const)('%s: %s', async (_what, state, verdict) => {
    lab.checks = [check('holds'), check(state)]
    expect((await lab.play(ONE_STEP)).verdict).toBe(verdict)
  })

  it.each([
    ['safety', 'ok', 'violated'],
    ['progress', 'ok', 'unknown'],
    ['safety', 'unknown', 'valid'],
  ])('%s: lastWrite != ok, with a write that ends %s: %s', async (kind, outcome, verdict) => {
    lab.answers['command'] = { node: 1, outcome, reply: 'OK', latencyMs: 1 }
    const within = kind === 'progress' ? '        within: 30ms\n' : ''
    const expectation = `    expect:\n      - ${kind}: lastWrite != ok\n${within}`
    const played = await lab.play(`steps:\n  - do: write 1 k v\n${expectation}`)
    expect(played.verdict).toBe(verdict)
    expect(played.expectations).toMatchObject([{ held: verdict === 'valid' }])
  })

  it('safety over a measure is judged when the last facts are in', async () => {
    const playing = lab.play('steps:\n  - do: heal\nexpect:\n  - safety: chosenSlots = 3\n')
    await eventually('its steps are over', () => lab.calls.includes('healAll'))
    // What was on its way when the last step was done.
    lab.liveness = { ...EMPTY_LIVENESS, chosenSlots: 3 }
    expect(await playing).toMatchObject({ verdict: 'valid', expectations: [{ held: true }] })
  })

  it('what a step expects since the last step counts its own time', async () => {
    const playing = lab.play(`steps:
  - do: heal
  - when: bids >= 3
    expect:
      - safety: bidsSinceStep <= 1
  - when: bidsSinceStep >= 2
`)
    await eventually('it waits', () => lab.steps.includes('waiting for at least 3 ballots begun'))
    lab.liveness = { ...EMPTY_LIVENESS, bids: 3 }
    await eventually('it goes on', () => lab.steps.some((step) => /2 ballots .* step$/.test(step)))
    lab.liveness = { ...EMPTY_LIVENESS, bids: 5 }
    expect(await playing).toMatchObject({ verdict: 'violated', expectations: [{ held: false }] })
  })

  it('asks under a policy only where the cluster begins with it', async () => {
    const rest = (policy: string) => `  policy: ${policy}
steps:
  - do: heal
    expect:
      - { safety: bids > 5, under: eager }
expect:
  - { never: bid, under: [backoff-exponential, lease] }
  - bids >= 0
`
    const asked = async (policy: string) => {
      const { verdict, expectations } = await lab.play(rest(policy))
      return [verdict, ...expectations.map(({ text }) => text)]
    }
    expect(await asked('eager')).toEqual(['violated', 'bids > 5', 'bids >= 0'])
    expect(await asked('exponential 50 1600')).toEqual(['valid', 'never bid', 'bids >= 0'])
    expect(await asked('leader')).toEqual(['valid', 'bids >= 0'])
  })

  it('a safety expectation over what was not determined is unknown, not violated', async () => {
    lab.answers['read'] = { verdict: 'undetermined', value: null, reason: 'x', replies: [] }
    const rest = 'steps:\n  - do: read k\n    expect:\n      - safety: lastValue = v\n'
    const outcome = await lab.play(rest)
    expect(outcome).toMatchObject({ verdict: 'unknown', expectations: [{ held: null }] })
  })

  it('a scenario that is stopped judges nothing and is unknown', async () => {
    const playing = lab.play('steps:\n  - when: bids >= 3\nexpect:\n  - safety: chosenSlots > 0\n')
    await eventually('it waits', () => lab.steps.includes('waiting for at least 3 ballots begun'))
    lab.abort.abort()
    const outcome = await playing
    expect(outcome).toMatchObject({ verdict: 'unknown', expectations: [] })
    expect(outcome.steps).toMatchObject([{ outcome: 'stopped' }])
  })

  it('a cluster that does not start rejects', async () => {
    lab.answers['startCluster'] = new LabCallError('portInUse', 'port 7001 is taken')
    await expect(lab.play(ONE_STEP)).rejects.toThrow('port 7001 is taken')
    expect(lab.isHeard).toBe(false)
  })

  it('tells undecided ballots of the old policy from what the new one chose', async () => {
    lab.answers['slots'] = [{ slot: 1, state: 'chosen', vote: null, chosen: { text: 'SET k v' } }]
    const playing = lab.play(`steps:
  - when: undecidedBallotsMax >= 50
    do: policy exponential
  - when: chosenSincePolicy > 0
`)
    await eventually('it waits', () => lab.steps.some((step) => /50 ballots in a row/.test(step)))
    const bid = (round: number) => ({ by: 2, type: 'bid', ballot: { round, node: 2 } })
    for (let round = 1; round <= 50; round += 1) lab.emit(bid(round))
    lab.liveness = { ...EMPTY_LIVENESS, undecidedBallots: 50, undecidedBallotsMax: 50, bids: 50 }
    await eventually('switch', () => lab.steps.some((step) => step.endsWith('was switched')))
    lab.liveness = { ...lab.liveness, undecidedBallots: 0, undecidedBallotsMax: 53 }
    const chosen = { type: 'chosen', ballot: { round: 53, node: 2 }, slot: 1, count: 1, atMs: 400 }
    // Node 4 has not told of the new policy: a choice of its own would not count.
    lab.emit({ by: 2, type: 'policySet', policy: EXPONENTIAL_POLICY })
    lab.emit({ by: 2, ...chosen, ids: ['2.1:1'] })
    const { measures, verdict } = await playing
    expect(verdict).toBe('valid')
    expect(measures).toMatchObject({
      undecidedBallotsMax: 50,
      undecidedBallotsMaxRun: 53,
      wastedPrepares: 50,
      chosenAfterSwitch: 'yes',
      chosenValue: 'SET k v',
      chosenBallot: '53.2',
      chosenSlot: 1,
      chosenId: '2.1:1',
    })
  })
})
