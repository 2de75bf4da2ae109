/** What a scenario waits for is said in words: no name of a measure is left in them. */
import { describe, expect, it } from 'vitest'
import { MEASURES, parseCondition } from '../../src/shared/condition'
import { conditionWords, predicateWords } from '../../src/shared/conditionWords'
import { parseEventPredicate } from '../../src/shared/eventPredicate'
import { matchText, matchWords } from '../../src/shared/labWords'

const words = (text: string): string => conditionWords(parseCondition(text))

describe('a condition in words', () => {
  it.each([
    ['chosenSincePolicy > 0', 'at least 1 slot chosen since the policy was switched'],
    ['bids >= 3', 'at least 3 ballots begun'],
    ['acked = 1', '1 request answered with success'],
    ['faults = 0', 'no fault in force'],
    ['droppedFrames > 1.5', 'more than 1.5 frames swallowed by link faults'],
    ['failed < 2', 'fewer than 2 requests answered with an error'],
    ['leaders != 2', 'any number but 2 nodes that believe to lead'],
    ['leader != none', 'a leader'],
    ['leader = none', 'no node to lead'],
    ['leader != 1', 'node 1 not to lead'],
    ['liveness = noQuorum', 'the cluster to be without a quorum'],
    ['logsEqual = yes', 'equal logs at the running nodes'],
    ['logsEqual != yes', 'different logs at the running nodes'],
    ['lastRead = undetermined', 'the last read to find "undetermined"'],
    ['lastValue != "a b"', 'the last value read not to be "a b"'],
  ])('%s: %s', (text, expected) => {
    expect(words(text)).toBe(expected)
  })

  it('never says the name of a measure that is made of several words', () => {
    for (const name of Object.keys(MEASURES)) {
      for (const text of [`${name} >= 2`, `${name} = some`].filter(isCondition)) {
        expect(words(text)).not.toMatch(/[a-z][A-Z]/)
        expect(words(text)).not.toContain('the figure')
      }
    }
  })
})

describe('events in words', () => {
  it.each([
    [1, 'elected', 'an event elected'],
    [3, 'elected', '3 events elected'],
    [1, 'chosen slot>=10', 'an event chosen with slot at least 10'],
    [2, 'promised by=3 ballot!=2.1', '2 events promised with by 3, ballot not 2.1'],
  ] as const)('%i of %s: %s', (count, text, expected) => {
    expect(predicateWords(parseEventPredicate(text), count)).toBe(expected)
  })
})

describe('frames that a hold keeps', () => {
  const match = { types: ['accept', 'prepare'], slotFrom: 4, slotTo: 4 } as const

  it('have blanks between them for people, and none for the verbs', () => {
    expect(matchWords(match)).toBe('accept, prepare slot 4')
    expect(matchText(match)).toBe('accept,prepare slot 4')
  })
})

function isCondition(text: string): boolean {
  const isCount =
    /^(leader|liveness|logsEqual|last)/.test(text) === false || text.includes('leaders')
  return text.includes('>=') === isCount
}
