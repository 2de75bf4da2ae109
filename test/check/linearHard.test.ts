/**
 * Large and hard histories: judged within a number of configurations, which stands for time and is
 * the same on every machine; or out of budget, and never wrong.
 */
import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../src/core/check/linear/judge'
import type { HistoryVerdict } from '../../src/core/check/linear/judge'
import type { HistoryEntry } from '../../src/core/history'
import { randomHistory } from '../support/randomHistories'
import type { RandomShape } from '../support/randomHistories'

/** About two seconds of a slow machine hold ten times as many. */
const CONFIGURATIONS_MAX = 50_000
const SEEDS = [1, 2, 3]

const LARGE: RandomShape = {
  model: 'kv',
  operationsMax: 10_000,
  processes: 20,
  keys: 10,
  values: 5,
  infoShare: 0,
  failShare: 0.05,
  isFull: true,
  lies: 0,
}

const HARD: RandomShape = { ...LARGE, operationsMax: 100, processes: 100, keys: 1, atOnce: true }

/** What nobody ever wrote, read after all else. */
function withWrongRead(history: readonly HistoryEntry[], value = 'never'): HistoryEntry[] {
  const time = history.length
  const read = { process: 1000, f: 'read', key: 'k1', time } as const
  return [...history, { ...read, type: 'invoke' }, { ...read, type: 'ok', value }]
}

/** Two reads after all else that see two values: every order has to be looked at. */
function withTwoReads(history: readonly HistoryEntry[]): HistoryEntry[] {
  return withWrongRead(withWrongRead(history, '1'), '2')
}

function check(history: readonly HistoryEntry[], shape: RandomShape): HistoryVerdict {
  return checkHistory(history, shape.model, { configurationsMax: CONFIGURATIONS_MAX })
}

describe('10,000 operations over 10 keys with 20 clients', () => {
  const SHAPES: readonly (readonly [string, RandomShape])[] = [
    ['all functions', LARGE],
    ['a register with few values', { ...LARGE, model: 'register' }],
    ['a register with values of their own', { ...LARGE, model: 'register', values: 0 }],
    ['a register with compare-and-set', { ...LARGE, model: 'cas-register' }],
    ['lists', { ...LARGE, model: 'append', values: 0 }],
    ['locks', { ...LARGE, model: 'mutex' }],
    ['one unknown result in a hundred', { ...LARGE, model: 'cas-register', infoShare: 0.01 }],
  ]

  it.each(SHAPES)('%s: an order is found within the budget', (_what, shape) => {
    for (const seed of SEEDS) {
      const history = randomHistory(seed, shape)
      expect(history.length).toBeGreaterThan(19_000)
      expect(check(history, shape)).toMatchObject({ verdict: 'valid' })
    }
  })

  it.each(SHAPES.slice(0, 6))('%s: one wrong answer at the end is found', (_what, shape) => {
    const { verdict, violations } = check(withWrongRead(randomHistory(1, shape)), shape)
    expect(verdict).toBe('violated')
    expect(violations[0]?.last).toMatchObject({ process: 1000, seen: 'never' })
    expect(violations[0]?.window.length).toBeLessThan(10)
  })
})

describe('100 concurrent operations on one key', () => {
  const SHAPES: readonly (readonly [string, RandomShape])[] = [
    ['a register with few values', { ...HARD, model: 'register' }],
    ['a register with values of their own', { ...HARD, model: 'register', values: 0 }],
    ['a register with compare-and-set', { ...HARD, model: 'cas-register' }],
    ['the same with unknown results', { ...HARD, model: 'cas-register', infoShare: 0.3 }],
    ['a list', { ...HARD, model: 'append', values: 0 }],
  ]
  /** Where what was read last was written by somebody who was told so. */
  const CERTAIN = SHAPES.filter(([, { infoShare }]) => infoShare === 0)
  const HARDER: typeof SHAPES = [
    ['all functions', HARD],
    ['a lock', { ...HARD, model: 'mutex' }],
  ]

  it.each(SHAPES)('%s: an order is found', (_what, shape) => {
    for (const seed of SEEDS) {
      expect(check(randomHistory(seed, shape), shape)).toMatchObject({ verdict: 'valid' })
    }
  })

  it.each(HARDER)('%s: an order is found, or the budget ends', (_what, shape) => {
    for (const seed of SEEDS) {
      expect(check(randomHistory(seed, shape), shape).verdict).not.toBe('violated')
    }
  })

  it.each([...CERTAIN, ...HARDER])(
    '%s: a contradiction is found, or the budget ends',
    (_, shape) => {
      for (const seed of SEEDS) {
        expect(check(withTwoReads(randomHistory(seed, shape)), shape).verdict).not.toBe('valid')
      }
    },
  )

  it.each(SHAPES)('%s: a value that nobody wrote is found at once', (_what, shape) => {
    const { verdict, configurations } = check(withWrongRead(randomHistory(5, shape)), shape)
    expect(verdict).toBe('violated')
    expect(configurations).toBeLessThan(1000)
  })
})
