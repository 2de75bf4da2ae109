/** Folds behind the view of runs: points, medians, curves, tables, plans, comparisons in words. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { axisRange } from '../../src/renderer/src/components/runs/axis'
import {
  compareTable,
  intervalWords,
  orderRows,
  shiftSentence,
} from '../../src/renderer/src/components/runs/compareWords'
import { curveRows, curveSentence, curvesOf } from '../../src/renderer/src/components/runs/curves'
import { figure, measureOf, measuresOf } from '../../src/renderer/src/components/runs/measures'
import { filterPast, pastRows } from '../../src/renderer/src/components/runs/pastRows'
import { medianInterval, pointsOf, summarise } from '../../src/renderer/src/components/runs/points'
import {
  EMPTY_DRAFT,
  planWords,
  progressWords,
  requestOf,
  SWEEP_KEYS,
  wrongIn,
  wrongOf,
} from '../../src/renderer/src/components/runs/runDraft'
import { seedsWords } from '../../src/renderer/src/components/runs/seedsWords'
import {
  checksWords,
  filterTrials,
  sortTrials,
  trialColumns,
  trialCommand,
  trialTable,
} from '../../src/renderer/src/components/runs/trialRows'
import { LabCallError } from '../../src/shared/api'
import type { ComparedRow, TrialsView } from '../../src/shared/deskApi'
import { resultOf, trialOf } from '../support/trialResults'

const POLICIES = [{ policy: 'eager' }, { policy: 'exponential' }]

describe('points of a result', () => {
  it('are told apart by their values, in the order of the plan', () => {
    const points = pointsOf(resultOf(POLICIES))
    expect(points.map(({ name, trials }) => [name, trials.length])).toEqual([
      ['policy=eager', 7],
      ['policy=exponential', 7],
    ])
    const turned = { trials: [trialOf(1, { point: { a: '1', b: '2' } })] }
    turned.trials.push(trialOf(2, { point: { b: '2', a: '1' } }))
    expect(pointsOf(turned)).toHaveLength(1)
  })

  it('have verdicts and medians with an interval, and nothing for what nobody measured', () => {
    const result = resultOf()
    const trials = [...result.trials.slice(1), trialOf(1, { verdict: 'violated' })]
    const measures = [measureOf('chosenSlots'), measureOf('unavailableSeconds')]
    const [summary] = summarise(pointsOf({ trials }), measures)
    expect(summary?.counts).toEqual({ valid: 6, violated: 1, unknown: 0 })
    expect(summary?.middles).toEqual([
      { count: 7, median: 104, min: 101, max: 107, interval: [101, 107] },
      null,
    ])
  })

  it('an interval of a median needs six values, and gets narrower with more', () => {
    const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)
    expect(medianInterval(upTo(5))).toBeNull()
    expect(medianInterval(upTo(6))).toEqual([1, 6])
    // Tables of the sign test: ranks 2 and 9 of 10, 6 and 15 of 20, 40 and 61 of 100.
    expect(medianInterval(upTo(10))).toEqual([2, 9])
    expect(medianInterval(upTo(20))).toEqual([6, 15])
    expect(medianInterval(upTo(100))).toEqual([40, 61])
  })

  it('what the file measures beside the known comes after it, names and texts left out', () => {
    const trials = [trialOf(1, { measures: { chosenSlots: 1, odd: 2, leader: 3, word: 'x' } })]
    expect(measuresOf({ trials }).map(({ id }) => id)).toEqual([
      ...['chosenSlots', 'decisionMs', 'decisionBallots', 'odd'],
    ])
  })
})

describe('survival curves', () => {
  it('fall where trials decide; one that ended first is a tick and no fall', () => {
    const [first, second] = curvesOf(pointsOf(resultOf(POLICIES)), 'time')
    expect(first?.survival).toMatchObject({ trials: 7, decided: 6, median: 0.4 })
    expect(second?.survival.median).toBe(0.8)
    expect(first && curveSentence(first, 'time')).toBe(
      'policy=eager: 6 of 7 trials decided, half by 0.4 s',
    )
    expect(curveRows(first ? [first] : []).at(-1)).toMatchObject({ 1: 0.7, 3: 0, 4: 1 })
  })

  it('a sweep over policies asks for the first policy, another one for the last switch', () => {
    const firstDecision = { decided: false, ballots: 50, ms: 2000 }
    const trials = [trialOf(1, { firstDecision }), trialOf(2, { firstDecision })]
    const decidedOf = (isOfPolicy: boolean) =>
      curvesOf([{ name: 'p', trials, isOfPolicy }], 'ballots')[0]?.survival.decided
    expect(decidedOf(true)).toBe(0)
    expect(decidedOf(false)).toBe(2)
  })

  it('one trial is no curve', () => {
    expect(curvesOf([{ name: 'one', trials: [trialOf(1)] }], 'ballots')).toEqual([])
  })

  it('labels of an axis tell its steps apart', () => {
    const texts = axisRange(164.7, 166.2, 4).ticks.map(({ text }) => text)
    expect(new Set(texts).size).toBe(texts.length)
    expect(axisRange(0, 4000, 4).ticks.map(({ text }) => text)).toContain('1\u202f000')
  })
})

describe('the table of trials', () => {
  const result = resultOf(POLICIES)
  const columns = trialColumns(result)
  const order = (column: string, down = false) =>
    sortTrials(result.trials, columns, { column, down }).map(({ trial }) => trial)

  it('has a column for each parameter that is swept', () => {
    expect(columns.map(({ name }) => name)).toEqual([
      ...['Trial', 'policy', 'Seed', 'Verdict', 'Chosen slots', 'Ballots/slot', 'p95 ms'],
      ...['Unavailable s', 'Checks'],
    ])
  })

  it('is sorted by number where there are numbers, and what is unknown comes last', () => {
    expect(order('p95Ms', true).slice(0, 2)).toEqual([14, 13])
    expect(order('point:policy', true).slice(0, 2)).toEqual([8, 9])
    const trials = [trialOf(1, { measures: {} }), trialOf(2), trialOf(3)]
    for (const down of [true, false]) {
      const sorted = sortTrials(trials, columns, { column: 'p95Ms', down })
      expect(sorted.at(-1)?.trial).toBe(1)
    }
    const verdicts = [trialOf(1), trialOf(2, { verdict: 'violated' })]
    const [worst] = sortTrials(verdicts, columns, { column: 'verdict', down: false })
    expect(worst?.trial).toBe(2)
  })

  it('is filtered by words of the point, the seed and the reason, and by verdict', () => {
    const trials = [...result.trials, trialOf(15, { verdict: 'violated', reason: 'I8 broke' })]
    const found = (query: string, verdict: 'valid' | 'violated' | null = null) =>
      filterTrials(trials, query, verdict).map(({ trial }) => trial)
    expect(found('exponential seed 3')).toEqual([10])
    expect(found('i8')).toEqual([15])
    expect(found('', 'violated')).toEqual([15])
  })

  it('says which question failed, or how many hold', () => {
    const { verdicts } = trialOf(1)
    expect(checksWords(verdicts)).toBe('2 hold')
    expect(checksWords({ ...verdicts, safety: 'violated', liveness: 'unknown' })).toBe(
      'safety violated',
    )
    expect(checksWords({ ...verdicts, liveness: 'unknown' })).toBe('liveness unknown')
  })

  it('gives the command of one trial, without what makes many of it', () => {
    const [, , , , , , , eighth] = result.trials
    expect(eighth && trialCommand(result.plan.command, eighth)).toBe(
      "paxos-lab run 'my duel.paxlab.yaml' --seed 1 --repeat 1 --sweep policy=exponential",
    )
    const spaced = trialOf(1, { point: { policy: 'random 20 1500' } })
    expect(trialCommand('paxos-lab run x --sim --seeds=1..9 --sweep policy=a,b', spaced)).toBe(
      "paxos-lab run x --sim --seed 1 --repeat 1 --sweep 'policy=random 20 1500'",
    )
  })

  it('leaves nothing out of the file', () => {
    const { columns: heads, rows } = trialTable(result)
    expect(rows).toHaveLength(14)
    expect(heads).toEqual(expect.arrayContaining(['policy', 'seed', 'reason', 'bids', 'p95Ms']))
    expect(rows[7]?.[heads.indexOf('policy')]).toBe('exponential')
  })
})

describe('the plan', () => {
  const draft = { ...EMPTY_DRAFT, experiment: 'bundled/duel' }

  it('asks for what was typed, and leaves the rest to the file', () => {
    const asks = requestOf(
      { ...draft, seedsBy: 'list', seeds: '1, 5', sweep: [{ name: ' policy ', values: 'a, b' }] },
      ...(['text', 'duel.paxlab.yaml'] as const),
    )
    expect(asks).toMatchObject({ seeds: '1,5', seed: null, repeat: null, sweep: ['policy=a, b'] })
    const file = requestOf({ ...draft, seedsBy: 'file' }, 'text', 'f')
    expect(file).toMatchObject({ seeds: '', seed: null, repeat: null, timeLimitS: null })
    const first = requestOf({ ...draft, firstSeed: '7', timeLimitS: '30' }, 'text', 'f')
    expect(first).toMatchObject({ seed: 7, repeat: 20, timeLimitS: 30 })
  })

  it('a field that cannot be sent says so itself', () => {
    expect(wrongIn(draft)).toEqual({})
    expect(wrongIn(EMPTY_DRAFT)).toHaveProperty('experiment')
    expect(wrongIn({ ...draft, firstSeed: 'x' })).toHaveProperty('seeds')
    expect(wrongIn({ ...draft, sweep: [{ name: '', values: '' }] })).toHaveProperty('sweep')
    expect(wrongIn({ ...draft, timeLimitS: '0' })).toHaveProperty('timeLimit')
  })

  it.each([
    ['"x" are no seeds such as 1..30 or 1,5,9', 'seeds'],
    ['20000 trials are more than 10000', 'seeds'],
    ['"foo.bar" cannot be swept: a key of cluster such as policy', 'sweep'],
    ['f.yaml:2:1: with policy=foo: cluster.policy: "foo" is not a policy', 'sweep'],
    ['step 2: "gate": there is no gate in the simulator', 'source'],
    ['f.yaml:3:2: is not a number', 'experiment'],
  ])('an error of the host stands beside the field it is about: %s', (words, field) => {
    const wrong = wrongOf(new LabCallError('badArgument', words), { sweep: ['policy=foo'] })
    expect(wrong.field).toBe(field)
    expect(wrong.words.startsWith('f.yaml')).toBe(field === 'experiment')
  })

  it('is one line', () => {
    const plan = { trials: 60, points: 2, estimatedS: 360, command: '' }
    expect(planWords(plan, 'processes')).toBe('60 trials at 2 points, about 6 min')
    expect(planWords({ ...plan, trials: 1, points: 1, estimatedS: 8 }, 'simulator')).toBe(
      '1 trial, about 8 s of simulated time',
    )
  })

  it('offers only parameters that a file has', () => {
    const schema: unknown = JSON.parse(readFileSync('resources/paxos-lab.schema.json', 'utf8'))
    expect(SWEEP_KEYS).not.toHaveLength(0)
    for (const { name } of SWEEP_KEYS) {
      const [root, key] = name.includes('.') ? name.split('.') : ['cluster', name]
      expect(schema).toHaveProperty(['properties', root ?? '', 'properties', key ?? ''])
    }
  })

  it('progress tells what ended and when all will have', () => {
    const view: TrialsView = {
      ...{ id: 'x', title: 'The duel', state: 'running', planned: 20, ended: 7 },
      counts: { valid: 7, violated: 0, unknown: 0 },
      ...{ startedAt: '', etaMs: 130_000, words: '' },
    }
    expect(progressWords(view)).toBe('7/20 · ETA 2:10')
    expect(progressWords({ ...view, etaMs: 3_725_000 })).toBe('7/20 · ETA 1:02:05')
    expect(progressWords({ ...view, etaMs: null })).toBe('7/20 · ETA –')
    expect(progressWords({ ...view, state: 'stopping' })).toBe('7/20 · stopping')
  })
})

describe('a comparison in words', () => {
  const spread = (median: number) => ({ count: 20, median, low: median, high: median })
  const row = (measure: string, a: number, b: number, low: number, high: number): ComparedRow => {
    return { measure, a: spread(a), b: spread(b), shift: { by: b - a, low, high } }
  }

  it('tells a difference only where its interval leaves 0 out', () => {
    const clear = row('decisionMs', 100, 210, 80, 140)
    expect(shiftSentence(clear)).toBe('B is 2.1x slower to decide')
    expect(shiftSentence({ ...clear, shift: { by: 110, low: -1, high: 140 } })).toBeNull()
    expect(shiftSentence({ ...clear, shift: null })).toBeNull()
    expect(shiftSentence(row('chosenSlots', 40, 20, -22, -18))).toBe('B chooses 2.0x fewer slots')
    expect(shiftSentence(row('unavailableSeconds', 0, 3, 2, 4))).toBe(
      'B is longer unavailable (by 3 s)',
    )
  })

  it('puts what is known by name first and signs differences', () => {
    const rows = [row('odd', 1, 1, 0, 0), row('p95Ms', 5, 4, -1.5, -0.5)]
    const { main, others } = orderRows(rows)
    expect([main.map(({ measure }) => measure), others.length]).toEqual([['p95Ms'], 1])
    expect(intervalWords(rows[1] ?? row('x', 0, 0, 0, 0))).toBe('−1.5 to −0.5')
    expect(compareTable(rows)).toHaveLength(2)
    expect([figure(null), figure(1204), figure(0.01234)]).toEqual(['–', '1\u202f204', '0.0123'])
  })
})

describe('the list of the past', () => {
  const startedAt = '2026-01-02T03:04:05.000Z'
  const rows = pastRows(
    [
      {
        ...{ id: 'experiment-x', name: 'duel', title: 'The duel', startedAt, verdict: 'violated' },
        ...{ source: 'simulator', planned: 20, ended: 12 },
      },
    ],
    [
      ...[{ id: 'new', title: '5 nodes', startedAt: '2026-02', events: 1204, verdict: 'valid' }],
    ].map((card) => ({ ...card, verdict: 'valid' as const })),
  )
  const found = (query: string) =>
    filterPast(rows, { query, verdict: null, kind: null }).map(({ id }) => id)

  it('is newest first, results and runs together', () => {
    expect(rows.map(({ id, words }) => [id, words])).toEqual([
      ['new', '1\u202f204 events'],
      ['experiment-x', '12 of 20 trials, simulator'],
    ])
  })

  it('is searched by words and filtered by verdict and kind', () => {
    expect(found('DUEL simul')).toEqual(['experiment-x'])
    expect(filterPast(rows, { query: '', verdict: 'violated', kind: null })).toHaveLength(1)
    expect(filterPast(rows, { query: '', verdict: 'violated', kind: 'run' })).toEqual([])
  })

  it('seeds are a range where they are one', () => {
    expect(seedsWords([1, 2, 3])).toBe('1–3')
    expect(seedsWords([7])).toBe('7')
    expect(seedsWords([1, 5, 9])).toBe('1, 5, 9')
    expect(seedsWords([1, 3, 5, 7, 9, 11, 13, 15, 17])).toMatch(/, 15 and 1 more$/)
  })
})
