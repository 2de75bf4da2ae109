/** Histories by hand: what each model must see, and what it must let pass. */
import { describe, expect, it } from 'vitest'
import { checkHistory, judgeHistory } from '../../src/core/check/linear/judge'
import type { ModelName } from '../../src/core/check/linear/models'
import { HistoryError } from '../../src/core/check/linear/operations'
import { createPrng } from '../../src/core/sim/prng'
import type { HistoryEntry } from '../../src/core/history'
import { history } from '../support/histories'

type Case = readonly [words: string, model: ModelName, verdict: 'valid' | 'violated', text: string]

const CASES: readonly Case[] = [
  ['an empty history', 'kv', 'valid', ''],
  ['an absent key reads null', 'register', 'valid', '1 read x \n 1 ok null'],
  ['an absent key reads no text', 'register', 'violated', '1 read x \n 1 ok 5'],
  [
    'a number and its text are one value',
    'kv',
    'valid',
    '1 write x 5 \n 1 ok \n 1 read x \n 1 ok "5"',
  ],
  [
    'a stale read',
    'register',
    'violated',
    '1 write x 1 \n 1 ok \n 1 write x 2 \n 1 ok \n 2 read x \n 2 ok 1',
  ],
  [
    'an old value while the write is pending',
    'register',
    'valid',
    '1 write x 1 \n 1 ok \n 1 write x 2 \n 2 read x \n 2 ok 1 \n 1 ok \n 2 read x \n 2 ok 2',
  ],
  [
    'old after new',
    'register',
    'violated',
    '1 write x 1 \n 1 ok \n 1 write x 2 \n 2 read x \n 2 ok 2 \n 3 read x \n 3 ok 1 \n 1 ok',
  ],
  [
    'old after new with values that are written twice',
    'register',
    'violated',
    `1 write x 1 \n 1 ok \n 1 write x 2 \n 1 ok \n 1 write x 1 \n 1 ok \n 1 write x 3
     2 read x \n 2 ok 3 \n 2 read x \n 2 ok 1 \n 1 ok`,
  ],
  ['a read from the future', 'register', 'violated', '2 read x \n 2 ok 1 \n 1 write x 1 \n 1 ok'],
  [
    'an unanswered write that must have happened',
    'register',
    'valid',
    '1 write x 1 \n 1 info \n 2 read x \n 2 ok null \n 2 read x \n 2 ok 1 \n 2 read x \n 2 ok 1',
  ],
  [
    'an unanswered write that happens twice',
    'register',
    'violated',
    `1 write x 1 \n 1 info \n 2 read x \n 2 ok 1 \n 2 write x 2 \n 2 ok
     2 read x \n 2 ok 2 \n 2 read x \n 2 ok 1`,
  ],
  [
    'an unanswered write that must not have happened',
    'register',
    'valid',
    '1 write x 1 \n 1 info \n 2 read x \n 2 ok null \n 2 write x 2 \n 2 ok \n 2 read x \n 2 ok 2',
  ],
  [
    'an unanswered write before it was asked for',
    'register',
    'violated',
    '2 read x \n 2 ok 1 \n 1 write x 1 \n 1 info',
  ],
  [
    'a write that failed and is read',
    'register',
    'violated',
    '1 write x 1 \n 1 fail \n 2 read x \n 2 ok 1',
  ],
  ['a write that is pending at the end', 'register', 'valid', '1 write x 1 \n 2 read x \n 2 ok 1'],
  [
    'a read that failed says nothing',
    'register',
    'valid',
    '1 read x \n 1 fail \n 2 read x \n 2 info',
  ],
  [
    'a process goes on after info, and the old write comes late',
    'register',
    'valid',
    '1 write x 1 \n 1 info \n 1 write x 2 \n 1 ok \n 1 read x \n 1 ok 2 \n 1 read x \n 1 ok 1',
  ],
  [
    'a lost update: two cas from one value',
    'cas-register',
    'violated',
    `1 write x 0 \n 1 ok \n 1 cas x 0 1 \n 2 cas x 0 2 \n 1 ok true \n 2 ok true`,
  ],
  [
    'a cas that was false saw another value',
    'cas-register',
    'violated',
    '1 write x 0 \n 1 ok \n 1 cas x 0 1 \n 1 ok false',
  ],
  [
    'a cas that was false while another was pending',
    'cas-register',
    'valid',
    '1 write x 0 \n 1 ok \n 1 cas x 0 1 \n 2 cas x 0 2 \n 1 ok false \n 2 ok true',
  ],
  [
    'a cas without a result says nothing',
    'cas-register',
    'valid',
    '1 write x 0 \n 1 ok \n 1 cas x 5 1 \n 1 ok \n 1 read x \n 1 ok 0',
  ],
  [
    'a cas without an answer that must have happened',
    'cas-register',
    'valid',
    '1 write x 0 \n 1 ok \n 1 cas x 0 1 \n 1 info \n 2 cas x 1 2 \n 2 ok true \n 2 read x \n 2 ok 2',
  ],
  [
    'a chain of cas that cannot be',
    'cas-register',
    'violated',
    `1 cas x 1 2 \n 2 cas x 2 3 \n 3 cas x 3 1 \n 1 ok true \n 2 ok true \n 3 ok true`,
  ],
  [
    'a chain of cas in the one order that there is',
    'cas-register',
    'valid',
    `1 cas x 1 2 \n 2 cas x 2 3 \n 3 cas x 3 4 \n 4 write x 1 \n 5 read x
     5 ok 4 \n 3 ok true \n 2 ok true \n 1 ok true \n 4 ok`,
  ],
  ['a double increment', 'kv', 'violated', '1 incr n \n 1 ok 1 \n 1 incr n \n 1 ok 3'],
  ['the same number twice', 'kv', 'violated', '1 incr n \n 2 incr n \n 1 ok 1 \n 2 ok 1'],
  [
    'an increment without an answer that was counted',
    'kv',
    'valid',
    '1 incr n \n 1 info \n 2 incr n \n 2 ok 2 \n 2 read n \n 2 ok 2',
  ],
  [
    'an increment without an answer that was counted twice',
    'kv',
    'violated',
    '1 incr n \n 1 info \n 2 incr n \n 2 ok 3',
  ],
  ['an increment of a text', 'kv', 'violated', '1 write n a \n 1 ok \n 1 incr n \n 1 ok'],
  ['an increment by an amount', 'kv', 'valid', '1 incr n 5 \n 1 ok 5 \n 1 incr n -7 \n 1 ok -2'],
  [
    'a deleted key reads null',
    'kv',
    'valid',
    '1 write x 1 \n 1 ok \n 1 del x \n 1 ok 1 \n 1 read x \n 1 ok null',
  ],
  [
    'a deleted key that is still there',
    'kv',
    'violated',
    '1 write x 1 \n 1 ok \n 1 del x \n 1 ok 1 \n 1 read x \n 1 ok 1',
  ],
  [
    'a key deleted twice',
    'kv',
    'violated',
    '1 write x 1 \n 1 ok \n 1 del x \n 2 del x \n 1 ok 1 \n 2 ok 1',
  ],
  [
    'a deleted key counts from 0',
    'kv',
    'valid',
    '1 incr x \n 1 ok 1 \n 1 del x \n 1 ok \n 1 incr x \n 1 ok 1',
  ],
  ['two winners of setnx', 'kv', 'violated', '1 setnx x a \n 2 setnx x b \n 1 ok 1 \n 2 ok 1'],
  ['setnx refused where nothing is', 'kv', 'violated', '1 setnx x a \n 1 ok 0'],
  [
    'getset answers what was there',
    'kv',
    'valid',
    '1 getset x a \n 1 ok null \n 1 getset x b \n 1 ok a',
  ],
  [
    'getset answers what was not there',
    'kv',
    'violated',
    '1 getset x a \n 1 ok null \n 1 getset x b \n 1 ok c',
  ],
  [
    'an append lost',
    'append',
    'violated',
    '1 append l a \n 1 ok \n 1 append l b \n 1 ok \n 1 read l \n 1 ok b',
  ],
  [
    'appends in the other order',
    'append',
    'valid',
    '1 append l a \n 2 append l b \n 1 ok \n 2 ok \n 1 read l \n 1 ok ba',
  ],
  [
    'appends that reads see in two orders',
    'append',
    'violated',
    '1 append l a \n 2 append l b \n 3 read l \n 3 ok a \n 3 read l \n 3 ok ba \n 1 ok \n 2 ok',
  ],
  ['an append that answers its length', 'append', 'violated', '1 append l ab \n 1 ok 3'],
  ['lengths are bytes', 'append', 'valid', '1 append l é \n 1 ok 2 \n 1 append l € \n 1 ok 5'],
  ['an append twice', 'append', 'violated', '1 append l a \n 1 info \n 1 read l \n 1 ok aa'],
  ['a lock held by two', 'mutex', 'violated', '1 setnx m a \n 1 ok 1 \n 2 setnx m b \n 2 ok 1'],
  [
    'a lock handed on',
    'mutex',
    'valid',
    '1 setnx m a \n 1 ok 1 \n 2 setnx m b \n 1 del m a \n 2 ok 1 \n 1 ok 1',
  ],
  [
    'a lock released by another',
    'mutex',
    'violated',
    '1 setnx m a \n 1 ok 1 \n 2 del m b \n 2 ok 1',
  ],
  [
    'a release without an answer',
    'mutex',
    'valid',
    '1 setnx m a \n 1 ok 1 \n 1 del m \n 1 info \n 2 setnx m b \n 2 ok 1',
  ],
  [
    'a lock by cas',
    'mutex',
    'violated',
    '1 cas m null a \n 1 ok true \n 2 cas m null b \n 2 ok true',
  ],
  ['keys are independent', 'register', 'valid', '1 write x 1 \n 1 ok \n 2 read y \n 2 ok null'],
]

describe('I14: histories by hand', () => {
  it.each(CASES)('%s (%s): %s', (_words, model, verdict, text) => {
    expect(checkHistory(history(text), model)).toMatchObject({ verdict })
  })
})

describe('evidence', () => {
  const stale = (before: number, after: number) =>
    history(`${many(before)}
      1 write x old \n 1 ok \n 1 write x new \n 1 ok \n 2 read x \n 2 ok old
      ${many(after)}`)

  it('is the operations that contradict each other, whatever stands around them', () => {
    const { violations, keysViolated } = checkHistory(stale(100, 100), 'register')
    expect(keysViolated).toBe(1)
    const [evidence] = violations
    expect(evidence?.window.map(({ f, value }) => [f, value])).toEqual([
      ['write', 'old'],
      ['write', 'new'],
      ['read', undefined],
    ])
    expect(evidence?.last).toMatchObject({ process: 2, f: 'read', seen: 'old' })
    expect(evidence?.toPlace).toBe(2 * 100 * 2 + 5)
    expect(evidence?.words).toContain('process 2 read "old"')
    expect(evidence?.words).toContain('0.404000 s to 0.405000 s')
  })

  it('starts at the last quiet moment, says what the key was, and how far an order goes', () => {
    const text = `1 incr n \n 1 ok 1 \n 1 incr n \n 1 ok 2 \n 1 incr n \n 2 incr n \n 1 ok 4 \n 2 ok 4`
    const [evidence] = checkHistory(history(text), 'kv').violations
    expect(evidence).toMatchObject({ before: ['"2"'], placed: 2, definite: 4, others: 2 })
    expect(evidence?.window.map(({ process, seen }) => [process, seen])).toEqual([
      [1, 4],
      [2, 4],
    ])
    expect(evidence?.order.at(-1)).toContain('incr')
    expect(evidence?.stuck).toContain('-> 4')
  })

  it('is given for each of the first keys', () => {
    const texts = Array.from({ length: 8 }, (_, key) => `1 read k${key} \n 1 ok 1`)
    const { keysViolated, violations } = checkHistory(history(texts.join('\n')), 'register')
    expect(keysViolated).toBe(8)
    expect(violations).toHaveLength(5)
  })

  function many(count: number): string {
    return Array.from(
      { length: count },
      (_, at) => `3 write x v${at} \n 3 ok \n 3 read x \n 3 ok v${at}`,
    ).join('\n')
  }
})

describe('what makes no sense is refused with its place', () => {
  const BAD: readonly (readonly [string, number, RegExp, ModelName])[] = [
    ['1 ok null', 0, /without an invocation/, 'register'],
    ['1 write x 1 \n 1 read x', 1, /while its write is pending/, 'register'],
    ['1 write x', 0, /value of write/, 'register'],
    ['1 cas x 1', 0, /pair \[old, new\]/, 'cas-register'],
    ['1 incr x 1', 0, /register has no incr/, 'register'],
    ['1 read x \n 1 ok', 1, /what was read/, 'register'],
    ['1 setnx x 1 \n 1 ok true', 1, /0 or 1/, 'kv'],
    ['1 cas m 1 2', 0, /cas from null to owner/, 'mutex'],
  ]

  it.each(BAD)('%j', (text, place, words, model) => {
    const judge = () => checkHistory(history(text), model)
    expect(judge).toThrow(HistoryError)
    expect(judge).toThrow(words)
    expect(judge).toThrow(expect.objectContaining({ place }))
  })

  it('f or key that is not that of the invocation, and time that goes back', () => {
    const [invoked, ended] = history('1 write x 1 \n 1 ok')
    if (invoked === undefined || ended === undefined) throw new Error('no entries')
    const judge = (changes: Partial<HistoryEntry>) => () =>
      checkHistory([invoked, { ...ended, ...changes }], 'kv')
    expect(judge({ f: 'getset' })).toThrow(/f "getset" is not that of the invocation/)
    expect(judge({ key: 'y' })).toThrow(/key "y" is not that of the invocation/)
    expect(judge({ value: 2 })).toThrow(/value 2 is not that of the invocation/)
    expect(judge({ time: -1 })).toThrow(/is before 0/)
    expect(judge({ value: '1' })()).toMatchObject({ verdict: 'valid' })
  })
})

describe('budgets', () => {
  /** Many at once, and a last read that nothing explains: every order has to be looked at. */
  function hard(operations: number): HistoryEntry[] {
    const prng = createPrng(11)
    const lines = Array.from({ length: operations }, (_, at) => {
      const [old, fresh] = [prng.between(1, 9), prng.between(1, 9)]
      return `${at} cas x ${old} ${fresh}`
    })
    const ends = lines.map((_, at) => `${at} ok`)
    return history(
      [...lines, ...ends, '999 write x 1', '999 ok', '998 read x', '998 ok 2'].join('\n'),
    )
  }

  it('a search that is too long is unknown, never a guess', () => {
    const { verdict, words, outOfBudget, configurations } = checkHistory(hard(100), 'kv', {
      configurationsMax: 5000,
    })
    expect(verdict).toBe('unknown')
    expect(words).toContain('out of budget')
    expect(outOfBudget).toEqual(['x'])
    expect(configurations).toBeLessThanOrEqual(5000)
  })

  it('memory is bounded', () => {
    expect(checkHistory(hard(100), 'kv', { memoBytesMax: 100_000 }).verdict).toBe('unknown')
  })

  it('the host can stop it', () => {
    let asked = 0
    const shouldStop = () => (asked += 1) > 3
    const { verdict, configurations } = checkHistory(hard(100), 'kv', { shouldStop })
    expect(verdict).toBe('unknown')
    expect(configurations).toBeLessThan(10_000)
  })

  it('a hard key does not hide a violation elsewhere', () => {
    const easy = history('1 write y 1 \n 1 ok \n 1 read y \n 1 ok 2')
    const last = hard(100).at(-1)?.time ?? 0
    const both = [...hard(100), ...easy.map((entry) => ({ ...entry, time: entry.time + last }))]
    const { verdict, outOfBudget } = checkHistory(both, 'kv', { configurationsMax: 50_000 })
    expect(verdict).toBe('violated')
    expect(outOfBudget).toEqual(['x'])
  })

  it('it yields often, so that a host can do other things', () => {
    let slices = 0
    const steps = judgeHistory(hard(100), 'kv', { configurationsMax: 20_000 })
    while (steps.next().done !== true) slices += 1
    expect(slices).toBeGreaterThan(30)
  })
})
