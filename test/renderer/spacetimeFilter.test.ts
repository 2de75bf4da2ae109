/** The filter language of the space-time diagram: printing and parsing, faults, tests, hints. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterHints } from '../../src/renderer/src/spacetime/filterHints'
import { compileFilter } from '../../src/renderer/src/spacetime/filterTest'
import {
  NODE_TERMS,
  NUMBER_TERMS,
  OPERATORS,
  parseFilter,
  printFilter,
  STATES,
} from '../../src/renderer/src/spacetime/filterText'
import type { Term, Test } from '../../src/renderer/src/spacetime/filterText'
import { fateCode, TYPE_NAMES, typeCode } from '../../src/renderer/src/spacetime/kinds'
import { MessageStore } from '../../src/renderer/src/spacetime/messageStore'
import { Matches } from '../../src/renderer/src/spacetime/matches'

const whole = (max: number) => fc.integer({ min: 0, max })

const tests: fc.Arbitrary<Test> = fc.oneof(
  fc.record({
    kind: fc.constant('type' as const),
    types: fc.uniqueArray(fc.constantFrom(...TYPE_NAMES), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constantFrom(...NODE_TERMS),
    nodes: fc.uniqueArray(whole(9), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('ballot' as const),
    operator: fc.constantFrom(...OPERATORS),
    round: whole(4_000_000_000),
    node: fc.option(whole(99)),
  }),
  fc
    .record({
      kind: fc.constantFrom(...NUMBER_TERMS),
      operator: fc.constantFrom(...OPERATORS),
      low: whole(1_000_000),
      more: whole(1000),
    })
    .map(({ kind, operator, low, more }) => {
      return { kind, operator, from: low, to: operator === ':' ? low + more : low }
    }),
  fc.record({ kind: fc.constant('state' as const), state: fc.constantFrom(...STATES) }),
)
const terms: fc.Arbitrary<Term[]> = fc.array(fc.record({ not: fc.boolean(), test: tests }), {
  maxLength: 6,
})

describe('the filter language', () => {
  it('reads back what it prints, whatever the terms', () => {
    fc.assert(
      fc.property(terms, (list) => {
        expect(parseFilter(printFilter(list))).toEqual({ terms: list, fault: null })
      }),
      { numRuns: 500 },
    )
  })

  it('never throws, and says at which column it does not understand', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const { fault } = parseFilter(text)
        if (fault === null) return
        expect(fault.column).toBeGreaterThanOrEqual(1)
        expect(fault.column).toBeLessThanOrEqual(text.length + 1)
        expect(fault.words).not.toBe('')
      }),
    )
  })

  it.each([
    ['type:accpet', 1, /“accpet” is no type/],
    ['node:2 slot:50..40', 8, /50 is above 40/],
    ['node:2 -from:x', 9, /“x” is no node/],
    ['type>accept', 1, /takes “:”/],
    ['accept', 1, /write type:accept/],
    ['sloth:4', 1, /no term “sloth”/],
    ['ballot>=17.x', 1, /is no ballot/],
  ])('refuses %j at column %i', (text, column, words) => {
    const { fault } = parseFilter(text)
    expect(fault?.column).toBe(column)
    expect(fault?.words).toMatch(words)
  })
})

describe('a filter over the columns', () => {
  const store = new MessageStore()
  const add = (type: 'accept' | 'prepare' | 'heartbeat', more: object = {}): void => {
    store.add({
      ...{ startMs: store.nextSerial, endMs: store.nextSerial + 2, from: 1, to: 2, fate: 0 },
      ...{
        type: typeCode(type),
        flags: 0,
        round: 17,
        ballotNode: 3,
        slot: 41,
        count: 1,
        bytes: 90,
      },
      ...more,
    })
  }
  add('accept')
  add('accept', { from: 2, to: 3, slot: 38, count: 5, bytes: 2000 })
  add('prepare', { round: 16, ballotNode: 1, slot: 0, count: 0, fate: fateCode('dropped') })
  add('heartbeat', { round: 0, ballotNode: 0, slot: 0, count: 0, from: 3, to: 1 })

  const passing = (text: string): number[] => {
    const { terms: list } = parseFilter(text)
    const test = compileFilter(list ?? [], store)
    return [0, 1, 2, 3].filter((row) => test === null || test(row))
  }

  it.each([
    ['', [0, 1, 2, 3]],
    ['type:accept', [0, 1]],
    ['-type:heartbeat', [0, 1, 2]],
    ['node:3', [1, 3]],
    ['from:2 to:3', [1]],
    ['ballot>=17', [0, 1]],
    ['ballot:17.3', [0, 1]],
    ['ballot<17', [2]],
    ['ballot>16.1', [0, 1]],
    ['slot:40..50', [0, 1]],
    ['slot:43', []],
    ['slot:42', [1]],
    ['bytes>1000', [1]],
    ['took:2', [0, 1, 2, 3]],
    ['dropped', [2]],
    ['type:accept -node:3 ballot>=17 slot:40..50', [0]],
  ])('%j passes %j', (text, rows) => {
    expect(passing(text)).toEqual(rows)
  })

  it('keeps the last good filter while a text is being written, and counts on', () => {
    const matches = new Matches(store)
    matches.setFilter('type:accept')
    expect(matches.totals().matching).toBe(2)
    matches.setFilter('type:acce')
    expect(matches.fault?.column).toBe(1)
    expect(matches.totals().matching).toBe(2)
    add('accept')
    expect(matches.totals().matching).toBe(3)
    expect(matches.inWindow(0, 2)).toBe(2)
    expect(matches.rows().length).toBe(3)
  })
})

it('hints complete the word under the caret', () => {
  const texts = (text: string): string[] =>
    filterHints(text, text.length, [1, 2, 3]).map((h) => h.text)
  expect(texts('slot:4 ty')).toEqual(['type:'])
  expect(texts('type:acc')).toEqual(['type:accept', 'type:accepted'])
  expect(texts('-from:cl')).toEqual(['-from:clients'])
  expect(texts('node:1,')).toEqual(['node:1,1', 'node:1,2', 'node:1,3', 'node:1,clients'])
  expect(texts('nack')).toEqual(['type:nack'])
  expect(texts('')).toEqual([])
})
