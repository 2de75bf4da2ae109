/** One schedule in three algorithms: what is the same, where they part, what each of them keeps. */
import { describe, expect, it } from 'vitest'
import type { LabEvent, NodeFact } from '../../src/core/event'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { answerWish } from '../../src/renderer/src/composables/instruments/variantsAnswer'
import type { FromVariants } from '../../src/renderer/src/composables/instruments/variantsAnswer'
import {
  divergenceOf,
  divergenceWords,
  stepsOf,
} from '../../src/renderer/src/composables/instruments/variantsDiverge'
import { LANE_PX, lanesOf } from '../../src/renderer/src/composables/instruments/variantsLanes'
import {
  planOf,
  ribbonOf,
  VARIANT_MUTANTS,
} from '../../src/renderer/src/composables/instruments/variantsPlan'
import type { VariantWish } from '../../src/renderer/src/composables/instruments/variantsPlan'
import { b } from '../support/paxos'

const WISH: VariantWish = {
  ...{ seed: 4, nodes: 5, mutant: 'M7', faults: 'none', seconds: 2, hunt: false },
}

function answer(wish: VariantWish): FromVariants[] {
  const told: FromVariants[] = []
  answerWish(wish, (message) => told.push(message))
  return told
}

type Line = readonly [by: number, fact: PaxosFact | NodeFact]

const eventsOf = (lines: readonly Line[]): LabEvent[] =>
  lines.map(([by, fact], index) => {
    return { seq: index + 1, atMs: 10 * index, by, life: 1, nodeSeq: index + 1, ...fact }
  })

describe('S10: three runs of one seed', () => {
  const told = answer(WISH)
  const last = told.at(-1)
  const columns = last?.kind === 'done' ? last.columns : []
  const [blog, paper, mutant] = columns
  const kept = (index: number) => columns[index]?.ribbon.map(({ state }) => state)

  it('the blog tells success before a value is chosen; the paper keeps all three', () => {
    expect(columns.map(({ title }) => title)).toEqual([
      'Blog 2014 (as published)',
      'Lamport 2001',
      'Mutant M7: ignores reported values',
    ])
    expect(blog?.violated).toContain('I11')
    expect(kept(0)?.[2]).toBe('broken')
    expect(paper?.violated).toEqual([])
    expect(kept(1)).toEqual(['kept', 'kept', 'kept'])
    expect(mutant?.violated).toEqual(expect.arrayContaining(['I6', 'I8']))
    expect(kept(2)?.[1]).toBe('broken')
  })

  it('each run is a whole one, labelled by what it is', () => {
    for (const { run } of columns) {
      expect(run.seed).toBe(4)
      expect(run.view.events.some(({ type }) => type === 'sent')).toBe(true)
    }
    expect(blog?.run.view.status.options).toMatchObject({ variant: 'blog2014', mode: 'single' })
    expect(mutant?.run.view.status.options).toMatchObject({ variant: 'lamport', mutant: 'M7' })
  })

  it('part where the blog tells its client, and where the mutant ignores what it heard', () => {
    const steps = stepsOf(paper?.run.view.events ?? [])
    const ofBlog = divergenceOf(stepsOf(blog?.run.view.events ?? []), steps, Infinity)
    expect(ofBlog?.own?.words).toMatch(/^tells the client success of/)
    expect(ofBlog?.paper?.words).toMatch(/^accept /)
    const ofMutant = divergenceOf(stepsOf(mutant?.run.view.events ?? []), steps, Infinity)
    expect(ofMutant?.own?.words).toMatch(/^accept .*, free$/)
    expect(ofMutant?.paper?.words).toMatch(/^accept .*, forced$/)
    expect(divergenceOf(steps, steps, Infinity)).toBeNull()
  })
})

it('the schedule is the same in all three but for the algorithm', () => {
  const [blog, paper, mutant] = (['blog', 'paper', 'mutant'] as const).map((name) => {
    const { config, ...rest } = planOf({ ...WISH, faults: 'all' }, 9, name)
    const { variant, mutant: id, ...same } = config
    return { own: [variant, id], same, rest }
  })
  expect([blog?.own, paper?.own, mutant?.own]).toEqual([
    ['blog2014', null],
    ['lamport', null],
    ['lamport', 'M7'],
  ])
  expect(blog?.rest.faults.length).toBeGreaterThan(0)
  expect(blog?.rest).toEqual(paper?.rest)
  expect([blog?.same, mutant?.same]).toEqual([paper?.same, paper?.same])
  expect(VARIANT_MUTANTS).not.toContain('M17')
})

it('the hunt ends at the first seed where the mutant breaks what the paper keeps', () => {
  const told = answer({ ...WISH, seed: 3, hunt: true })
  expect(told.slice(0, 2)).toEqual([
    { kind: 'seed', seed: 3 },
    { kind: 'seed', seed: 4 },
  ])
  expect(told.at(-1)).toMatchObject({ kind: 'done', seed: 4 })
})

describe('the first difference', () => {
  const bid: PaxosFact = { type: 'bid', ballot: b(1, 1), ranges: [], reason: 'request' }
  const promised = (round: number): PaxosFact => ({ type: 'promised', ballot: b(round, 1) })
  const steps = (...lines: readonly Line[]) => stepsOf(eventsOf(lines))

  it('is looked for node by node: another interleaving is none', () => {
    const one = steps([1, bid], [1, promised(1)], [2, promised(1)])
    const two = steps([2, promised(1)], [1, bid], [1, promised(1)])
    expect(divergenceOf(one, two, Infinity)).toBeNull()
  })

  it('is the earliest of all nodes, and a step that is missing counts', () => {
    const paper = steps([1, bid], [1, promised(1)], [2, promised(1)], [1, promised(2)])
    const own = steps([1, bid], [1, promised(1)], [2, promised(3)])
    const found = divergenceOf(own, paper, Infinity)
    expect(found).toMatchObject({ node: 2, atMs: 20 })
    expect(divergenceWords(found!)).toBe('N2 promises 3.1; in the paper it promises 1.1')
    expect(divergenceOf(own, paper, 15)).toBeNull()
    const short = divergenceOf(paper.slice(0, 3), paper, Infinity)
    expect(divergenceWords(short!)).toContain('N1 does nothing more')
  })
})

it('a requirement is broken, kept, or not judged, as its checks say', () => {
  const check = (id: string, state: 'holds' | 'violated' | 'idle') => {
    return { id, title: id, state, words: `words of ${id}`, evidence: [] }
  }
  const ribbon = ribbonOf([
    ...[check('I8', 'holds'), check('I9', 'idle'), check('I10', 'holds'), check('I11', 'violated')],
  ])
  expect(ribbon.map(({ state }) => state)).toEqual(['unknown', 'kept', 'broken'])
  expect(ribbon[2]?.words).toBe('I11: words of I11')
})

describe('the small picture', () => {
  const note = { message: 'prepare', ballot: b(1, 1), slot: 1, count: 1 } as const
  const sent = (id: string, to: number): NodeFact => ({ type: 'sent', id, to, after: 0, ...note })
  const arrived = (id: string): NodeFact => ({ type: 'received', id, from: 1, ...note })
  const EVENTS = eventsOf([
    [1, sent('1-1', 2)],
    [1, sent('1-2', 2)],
    [2, arrived('1-1')],
    [2, { type: 'voted', ballot: b(1, 1), slot: 1, count: 1, ids: ['a'] }],
  ])

  it('has an arrow for each message, a stub for one that never arrives', () => {
    const { messages, marks } = lanesOf(EVENTS, [1, 2], { fromMs: 0, toMs: 40 }, 80)
    expect(messages).toMatchObject([
      { id: '1-1', x1: 0, y1: LANE_PX / 2, x2: 40, y2: 1.5 * LANE_PX, lost: false },
      { id: '1-2', x1: 20, lost: true, y2: LANE_PX },
    ])
    expect(marks).toMatchObject([{ look: 'voted', x: 60, y: 1.5 * LANE_PX }])
  })

  it('is cut at the edges of its span', () => {
    const { messages } = lanesOf(EVENTS, [1, 2], { fromMs: 10, toMs: 30 }, 80)
    expect(messages[0]).toMatchObject({ x1: 0, y1: LANE_PX, x2: 40 })
    expect(lanesOf(EVENTS, [1, 2], { fromMs: 25, toMs: 30 }, 80).messages).toEqual([])
  })
})
