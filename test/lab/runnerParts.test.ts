/** The runner without processes: plans, shards, commands, tables, exports, comparison, merging. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'citty'
import { afterAll, describe, expect, it } from 'vitest'
import { etaWords } from '../../src/main/cli/runMany'
import { readRequest, RUN_ARGS } from '../../src/main/cli/runRequest'
import type { RunRequest } from '../../src/main/cli/runRequest'
import { atPoint, compareSamples } from '../../src/main/experiment/compare'
import type { Sample } from '../../src/main/experiment/compare'
import { planCommand, trialCommand, typedArgs } from '../../src/main/experiment/command'
import { toCsv } from '../../src/main/experiment/csv'
import { toJunit } from '../../src/main/experiment/junit'
import { mergeShards } from '../../src/main/experiment/merge'
import { chooseSeeds, parseShard, shardOf, trialsOf } from '../../src/main/experiment/plan'
import { shiftOf, tailRank } from '../../src/main/experiment/shift'
import { failureLines, resultTable } from '../../src/main/experiment/table'
import {
  experimentReason,
  experimentVerdict,
  parseExperiment,
} from '../../src/shared/experimentCodec'
import type { TrialResult } from '../../src/shared/experimentResult'
import { FrameError } from '../../src/shared/frame'
import { temporaryFolder } from '../support/cliProcess'
import { experimentOf, parseCsv, parseXml, trialOf } from '../support/experiments'

describe('the plan of trials', () => {
  const file = { repeat: 1, seeds: null, sweep: [] }
  const none = { seed: null, repeat: null, seeds: null }

  it.each([
    ['nothing said: the seed of the file', file, none, [7]],
    ['repeat counts up from the seed of the file', file, { ...none, repeat: 3 }, [7, 8, 9]],
    ['or from the seed that was given', file, { ...none, seed: 4, repeat: 2 }, [4, 5]],
    ['the file repeats', { ...file, repeat: 2 }, none, [7, 8]],
    ['seeds of the file', { ...file, seeds: [9, 2] }, none, [9, 2]],
    ['what a person says goes first', { ...file, seeds: [9, 2] }, { ...none, repeat: 1 }, [7]],
    ['seeds of a person', { ...file, repeat: 5 }, { ...none, seeds: [1, 5] }, [1, 5]],
  ])('%s', (_what, plan, wish, seeds) => {
    expect(chooseSeeds(plan, 7, wish)).toEqual(seeds)
  })

  it('two ways to say the seeds are one too many, and seeds end somewhere', () => {
    expect(() => chooseSeeds(file, 1, { ...none, seeds: [1], repeat: 2 })).toThrow(/--seeds/)
    expect(() => chooseSeeds(file, 0xffff_ffff, { ...none, repeat: 2 })).toThrow(/at most/)
  })

  it('goes point by point, and its shards are the whole without overlap', () => {
    const points = [{ policy: 'eager' }, { policy: 'fixed' }, { policy: 'leader' }]
    const trials = trialsOf(points, [5, 6, 7, 8])
    expect(trials.slice(3, 5)).toEqual([
      { trial: 4, seed: 8, point: { policy: 'eager' } },
      { trial: 5, seed: 5, point: { policy: 'fixed' } },
    ])
    const shards = [1, 2, 3, 4, 5].map((index) => shardOf(trials, parseShard(`${index}/5`)))
    expect(shards.flat().sort((left, right) => left.trial - right.trial)).toEqual(trials)
    expect(new Set(shards.flat().map(({ trial }) => trial)).size).toBe(12)
    expect(shards.map(({ length }) => length)).toEqual([3, 3, 2, 2, 2])
  })

  it.each(['0/2', '3/2', '1', '1/0', 'a/b', '-1/2', '1/9999'])('shard %s is refused', (text) => {
    expect(() => parseShard(text)).toThrow(/--shard/)
  })
})

describe('what is asked for', () => {
  const folder = temporaryFolder()
  const path = join(folder.path, 'own.paxlab.yaml')
  afterAll(() => folder.remove())

  function ask(...args: string[]): RunRequest {
    const head = 'version: 1\nname: own\ntitle: Own\nsummary: Of the user.\nseconds: 1\n'
    writeFileSync(path, `${head}level: basic\ncluster:\n  nodes: 3\nsteps:\n  - do: heal\n`)
    const rawArgs = [path, ...args]
    const flags = parseArgs<typeof RUN_ARGS>(rawArgs, RUN_ARGS)
    return readRequest(flags, rawArgs, { mainDir: folder.path, version: '0' })
  }

  it.each([
    [['--repeat', '0'], /--repeat 0 is not a whole number/],
    [['--repeat', '99999'], /--repeat 99999/],
    [['--seeds', '5..1'], /"5\.\.1" ends before it begins/],
    [['--seeds', '1..3', '--repeat', '2'], /--seeds goes without/],
    [['--sweep', 'policy=quick'], /"quick" is not a policy/],
    [['--sweep', 'nodes=4'], /nodes=4/],
    [['--sweep', 'policy'], /no sweep such as/],
    [['--sweep', 'nodes=3', '--sweep', 'nodes=5'], /swept twice/],
    [['--sweep', 'policy=eager', '--policy', 'fixed'], /--policy: policy is swept already/],
    [['--sweep', 'readMode=log', '--read-mode=log'], /--read-mode: readMode is swept already/],
    [['--shard', '3/2'], /--shard 3\/2/],
    [['--jobs', '0'], /--jobs 0/],
    [['--time-limit', 'soon'], /--time-limit soon/],
    [['--junit', 'no/such/folder/j.xml'], /there is no folder/],
    [['--csv', '.'], /--csv \. is a folder/],
    [['--sim', '--read-mode', 'local'], /--sim: cluster\.readMode/],
  ])('%j is refused before anything begins', (args, words) => {
    expect(() => ask(...args)).toThrow(words)
  })

  it('both axes, flags and seeds are there, and every trial has its command', () => {
    const axes = ['--sweep', 'policy=eager,fixed', '--sweep=load.clients=1,8']
    const { total, trials, plan, clusterArgs, commandOf, scenarioAt } = ask(
      ...axes,
      ...['--seeds', '1..3', '--shard', '2/4', '--mutant', 'M4', '--record-inputs'],
    )
    expect({ total, here: trials.length }).toEqual({ total: 12, here: 3 })
    expect(plan.seeds).toEqual([1, 2, 3])
    expect(clusterArgs).toEqual(['--mutant', 'M4', '--record-inputs'])
    const [first] = trials
    expect(first).toEqual({ trial: 2, seed: 2, point: { policy: 'eager', 'load.clients': '1' } })
    expect(commandOf(first ?? { seed: 0, point: {} })).toContain(
      '--mutant M4 --record-inputs --seed 2 --repeat 1 --sweep policy=eager --sweep load.clients=1',
    )
    const { cluster, load } = scenarioAt(first?.point ?? {})
    expect(cluster).toMatchObject({ mutant: 'M4', recordInputs: true, policy: { kind: 'eager' } })
    expect(load).toMatchObject({ clients: 1 })
  })
})

describe('commands that repeat', () => {
  const switches = new Set(['json', 'sim', 'stop-on-failure', 'record-inputs'])
  const raw = "it's.paxlab.yaml --seeds=1..9 --sweep policy=eager,fixed --mutant M4 --jobs 2"
  const typed = typedArgs([...raw.split(' '), '--json', '--out', 'x', '--record-inputs'], switches)

  it('a plan is repeated as it was typed, without where its results went', () => {
    expect(planCommand(typed)).toBe(
      `paxos-lab run 'it'\\''s.paxlab.yaml' --seeds=1..9 --sweep policy=eager,fixed ` +
        '--mutant M4 --jobs 2 --record-inputs',
    )
  })

  it('a trial is repeated alone, at its point', () => {
    expect(trialCommand(typed, { seed: 3, point: { policy: 'random 20 1500' } })).toBe(
      `paxos-lab run 'it'\\''s.paxlab.yaml' --mutant M4 --record-inputs --seed 3 --repeat 1 ` +
        `--sweep 'policy=random 20 1500'`,
    )
  })
})

describe('the verdict of an experiment', () => {
  const violated = trialOf(2, { verdict: 'violated', reason: 'I7 is violated' })
  const unknown = trialOf(3, { verdict: 'unknown', reason: 'a step failed' })

  it.each([
    ['all valid', [trialOf(1), trialOf(2)], 2, 'valid', ''],
    ['one violated, whatever else', [trialOf(1), violated, unknown], 9, 'violated', /trial 2 was/],
    ['one unknown', [trialOf(1), unknown], 2, 'unknown', /trial 3 was unknown: a step failed/],
    ['not all ended', [trialOf(1)], 2, 'unknown', /1 of 2 trials ended: the runner ended/],
    ['none ended', [], 2, 'unknown', /0 of 2 trials ended/],
  ] as const)('%s', (_what, trials, planned, verdict, reason) => {
    expect(experimentVerdict({ trials, planned })).toBe(verdict)
    expect(experimentReason({ trials, planned, cancelled: false })).toMatch(reason)
  })

  it('is read back as it was written, and damage is named', () => {
    const result = experimentOf([violated])
    expect(parseExperiment(JSON.stringify(result), 'x.json')).toEqual(result)
    const broken = { ...result, trials: [{ ...violated, verdict: 'fine' }] }
    const read = () => parseExperiment(JSON.stringify(broken), 'x.json')
    expect(read).toThrow(FrameError)
    expect(read).toThrow(/x\.json\.trials\.0\.verdict/)
    expect(() => parseExperiment('{"version": 1', 'x.json')).toThrow(/x\.json is not JSON/)
  })
})

const SWEEP = [{ name: 'policy', values: ['eager', 'fixed'] }]

function swept(more: Partial<TrialResult>[] = []): TrialResult[] {
  return [1, 2, 3, 4].map((trial) => {
    const point = { policy: trial < 3 ? 'eager' : 'fixed' }
    return trialOf(trial, { point, seed: 2 - (trial % 2), ...more[trial - 1] })
  })
}

describe('the result table', () => {
  it('has a line a point with verdicts, medians and spread', () => {
    const trials = swept([
      { measures: { chosenSlots: 10, bids: 30, p95Ms: 2 } },
      { measures: { chosenSlots: 20, bids: 20, p95Ms: null }, verdict: 'unknown', reason: 'late' },
    ])
    const plan = { ...experimentOf([]).plan, sweep: SWEEP }
    const [head, eager, fixed] = resultTable(experimentOf(trials, { plan }))
    expect(head?.split(/ {2,}/)).toEqual([
      ...['point', 'trials', 'valid', 'violated', 'unknown', 'chosen slots', 'ballots/slot'],
      ...['p95 ms', 'unavailable s'],
    ])
    const cells = ['policy=eager', '2', '1', '0', '1', '15 (10-20)', '2 (1-3)', '2', '-']
    expect(eager?.split(/ {2,}/)).toEqual(cells)
    expect(fixed).toMatch(/^policy=fixed +2 +2 +0 +0 +10 +2 +4 +-$/)
  })

  it('tells why, where and how to repeat what was not valid', () => {
    const trials = swept([{ verdict: 'violated', reason: 'I7 is violated' }])
    expect(failureLines(trials, '/e', () => 'paxos-lab run x --seed 1')).toEqual([
      'trial 1 (policy=eager, seed 1) violated: I7 is violated',
      '  run:    /e/runs/r1',
      '  repeat: paxos-lab run x --seed 1',
    ])
  })

  it.each([
    [0, 20, 5000, '-:--'],
    [7, 20, 70_000, '2:10'],
    [1, 3, 4_000_000, '2:13:20'],
    [20, 20, 70_000, '0:00'],
  ])('after %i of %i trials in %i ms: ETA %s', (done, planned, elapsedMs, words) => {
    expect(etaWords(done, planned, elapsedMs)).toBe(words)
  })
})

describe('exports', () => {
  const reason = 'said "no", then\nnothing; 3 < 4 & \u0007'
  const trials = swept([
    {},
    { verdict: 'violated', reason },
    { verdict: 'unknown', reason: 'late' },
  ])
  const plan = { ...experimentOf([]).plan, sweep: SWEEP, command: `paxos-lab run 'a & "b"'` }

  it('CSV has a line a trial, quoted by RFC 4180', () => {
    const [head = [], ...lines] = parseCsv(toCsv(experimentOf(trials, { plan })))
    expect(head.slice(0, 10)).toEqual([
      ...['trial', 'seed', 'policy', 'verdict', 'safety', 'liveness', 'linearizability', 'replay'],
      ...['reason', 'runDir'],
    ])
    expect(lines).toHaveLength(4)
    expect(lines.every(({ length }) => length === head.length)).toBe(true)
    expect(lines[1]?.slice(0, 4)).toEqual(['2', '2', 'eager', 'violated'])
    expect(lines[1]?.[8]).toBe(reason)
    expect(lines[3]?.[head.indexOf('ballotsPerChosenSlot')]).toBe('2')
    expect(lines[3]?.[head.indexOf('unavailableSeconds')]).toBe('')
  })

  it('JUnit has a suite a point and says of each trial how it ended', () => {
    const planned = swept().map(({ trial, seed, point }) => ({ trial, seed, point }))
    const commandOf = () => 'paxos-lab run x'
    const some = experimentOf(trials.slice(0, 3), { plan })
    const root = parseXml(toJunit(some, { planned, dir: '/e', commandOf }))
    expect(root.name).toBe('testsuites')
    expect(root.children.map(({ attributes }) => attributes)).toMatchObject([
      { id: '0', name: 'tiny (policy=eager)', tests: '2', failures: '1', errors: '0' },
      { id: '1', name: 'tiny (policy=fixed)', tests: '2', errors: '1', skipped: '1' },
    ])
    const suites = root.children
    for (const suite of suites) {
      const names = suite.children.map(({ name }) => name)
      // The schema wants them in this order.
      expect(names).toEqual(['properties', 'testcase', 'testcase', 'system-out', 'system-err'])
    }
    const cases = suites.flatMap(({ children }) => children.filter((each) => isCase(each.name)))
    const inside = cases.map(({ children }) => children.map(({ name }) => name).join())
    expect(inside).toEqual(['', 'failure', 'error', 'skipped'])
    expect(cases[3]?.children[0]?.attributes).toEqual({ message: 'the trials ended before it did' })
    const failure = cases[1]?.children[0]
    expect(failure?.attributes).toMatchObject({ type: 'violated' })
    expect(failure?.text).toContain('3 < 4 & \ufffd')
    expect(failure?.text).toContain('run: /e/runs/r2\nrepeat: paxos-lab run x')
  })
})

const isCase = (name: string): boolean => name === 'testcase'

describe('the difference of two groups', () => {
  it('is the median of all differences, with an interval where there are trials enough', () => {
    expect(shiftOf([1, 2, 3], [11, 12, 14])).toEqual({ difference: 10, interval: null })
    expect(shiftOf([1], [])).toBe(null)
    const a = [1, 2, 3, 4, 5, 6, 7, 8]
    const shift = shiftOf(
      a,
      a.map((value) => value + 100),
    )
    expect(shift?.difference).toBe(100)
    expect(shift?.interval).toEqual([97, 103])
  })

  it('takes its rank from the tables of Mann and Whitney', () => {
    // Critical values of U, two-sided 5 %: 2 for 5 and 5, 13 for 8 and 8, 23 for 10 and 10.
    const ranks = [
      [3, 3],
      [5, 5],
      [8, 8],
      [10, 10],
      [5, 9],
    ].map(([n = 0, m = 0]) => tailRank(n, m))
    expect(ranks).toEqual([0, 3, 14, 24, 8])
  })

  it('its normal limit continues the exact one, and large groups are thinned', () => {
    expect(tailRank(20, 20)).toBe(128)
    expect(Math.abs(tailRank(21, 20) - 135)).toBeLessThanOrEqual(1)
    const many = Array.from({ length: 5000 }, (_, at) => at)
    const shift = shiftOf(
      many,
      many.map((value) => value + 500),
    )
    expect(Math.abs((shift?.difference ?? 0) - 500)).toBeLessThan(5)
    expect(shift?.interval?.[0]).toBeGreaterThan(350)
    expect(shift?.interval?.[1]).toBeLessThan(650)
  })
})

describe('comparing and merging', () => {
  const sample = (trials: readonly TrialResult[], dir = '/a'): Sample => ({
    ...{ dir, kind: 'experiment', name: 'tiny', verdict: 'valid', reason: '', trials },
  })

  it('compares point by point where both have the same, else all with all', () => {
    const faster = swept().map((trial) => ({ ...trial, measures: { p95Ms: 3 } }))
    const points = compareSamples(sample(swept()), sample(faster, '/b'))
    expect(points.map(({ point }) => point)).toEqual([{ policy: 'eager' }, { policy: 'fixed' }])
    const row = points[0]?.rows.find(({ name }) => name === 'p95Ms')
    expect(row).toMatchObject({ a: { median: 4 }, b: { median: 3 }, shift: { difference: -1 } })
    const pooled = compareSamples(sample(swept()), sample([trialOf(1)]))
    expect(pooled).toMatchObject([{ point: null, a: 4, b: 1 }])
    // What one side lacks is shown and not compared.
    const slots = points[0]?.rows.find(({ name }) => name === 'chosenSlots')
    expect(slots).toMatchObject({ a: { median: 10 }, b: null, shift: null })
  })

  it('knows a point by every name that a sweep takes', () => {
    const at = (policy: string) => trialOf(1, { point: { policy } })
    const both = sample([at('backoff-fixed'), at('eager')])
    for (const name of ['fixed', 'backoff-fixed']) {
      for (const key of ['policy', 'cluster.policy']) {
        expect(atPoint(both, { [key]: name }).trials).toEqual([at('backoff-fixed')])
      }
    }
    const words = '/a has no trial with policy=lease; there are policy=backoff-fixed; policy=eager'
    expect(() => atPoint(both, { policy: 'lease' })).toThrow(words)
    const points = compareSamples(both, sample([at('fixed'), at('eager')], '/b'))
    expect(points).toMatchObject([{ point: { policy: 'eager' } }, { a: 1, b: 1 }])
  })

  it('shards become the whole', () => {
    const trials = swept()
    const shard = (index: number) => {
      const own = trials.filter((_, at) => at % 2 === index - 1)
      const plan = { ...experimentOf([]).plan, command: `paxos-lab run tiny --shard ${index}/2` }
      return { dir: `/s${index}`, result: experimentOf(own, { plan }) }
    }
    const whole = mergeShards([shard(2), shard(1)])
    expect(whole.trials).toEqual(trials)
    expect(whole).toMatchObject({ planned: 4, verdict: 'valid' })
    expect(whole.plan.command).toBe('paxos-lab run tiny')
    expect(() => mergeShards([shard(1), shard(1)])).toThrow(/trial 1 is in \/s1 and in \/s1/)
    const other = experimentOf(trials, { plan: { ...experimentOf([]).plan, name: 'other' } })
    expect(() => mergeShards([shard(1), { dir: '/o', result: other }])).toThrow(/not of the same/)
  })
})
