/** I1 to I5: each on a history that must be violated, and on near misses that must not. */
import { describe, expect, it } from 'vitest'
import {
  bid,
  choose,
  elected,
  faultStarted,
  issued,
  judge,
  persisted,
  promised,
  recovered,
  refused,
  sent,
  TOTAL,
  voted,
} from '../support/oracleRun'
import type { Line } from '../support/oracleRun'

describe('I1', () => {
  it('a vote below the promise (mutant M12)', () => {
    const { found, words } = judge([
      [1, promised(3, 2)],
      [1, voted(2, 1, 'a:1', 7)],
    ])
    expect(found).toEqual(['I1'])
    expect(words[0]).toBe('N1 voted at 2.1 in slot 7 after it had promised 3.2')
  })

  it('after a restart too, and a late fact of the former life proves nothing', () => {
    const before: Line[] = [
      [1, promised(3, 2)],
      [1, recovered(3, 2), 2],
    ]
    expect(judge([...before, [1, voted(2, 1, 'a:1'), 2]]).found).toEqual(['I1'])
    expect(judge([...before, [1, voted(2, 1, 'a:1'), 1]]).found).toEqual([])
  })

  it('a vote at the promise, and one of another node below it, are fine', () => {
    const { found } = judge([
      [1, promised(3, 2)],
      [1, voted(3, 2, 'a:1')],
      [2, voted(2, 1, 'b:1')],
    ])
    expect(found).toEqual([])
  })
})

describe('I2', () => {
  it('a promise that goes down (mutant M10)', () => {
    const { found, words } = judge([
      [1, promised(3, 2)],
      [1, promised(2, 3)],
    ])
    expect(found).toEqual(['I2'])
    expect(words[0]).toBe('N1 promised 2.3 after it had promised 3.2')
  })

  it('a promise that a restart forgot (mutant M1): I4 says so too', () => {
    const { found, words } = judge([
      [1, promised(3, 2)],
      [1, recovered(2, 1), 2],
    ])
    expect(found).toEqual(['I2', 'I4'])
    expect(words[0]).toBe('N1 restarted with promise 2.1 and forgot 3.2')
  })

  it('a refusal that names a lower promise than was given', () => {
    expect(
      judge([
        [1, promised(3, 2)],
        [1, refused(1, 3, [2, 3])],
      ]).found,
    ).toEqual(['I2'])
    expect(
      judge([
        [1, promised(3, 2)],
        [1, refused(1, 3, [3, 2])],
      ]).found,
    ).toEqual([])
  })

  it('who lost its log may learn, and never promise again', () => {
    const wiped: Line[] = [
      [1, promised(3, 2)],
      faultStarted('f1', { kind: 'wipe', node: 1 }),
      [1, recovered(0, 0), 2],
    ]
    expect(judge(wiped).found).toEqual([])
    const { found, words } = judge([...wiped, [1, promised(4, 1), 2]])
    expect(found).toEqual(['I2'])
    expect(words[0]).toContain('lost its log, came back to learn only')
    const rejoined: Line[] = [
      [1, promised(3, 2)],
      [1, recovered(0, 0), 1_400_000],
    ]
    expect(judge(rejoined).found).toEqual([])
  })
})

describe('I3', () => {
  it('an older vote after a newer one (mutant M21)', () => {
    const { found, words } = judge([
      [1, promised(1, 1)],
      [1, voted(3, 3, 'b:1')],
      [1, voted(2, 2, 'a:1')],
    ])
    expect(found).toEqual(['I3'])
    expect(words[0]).toBe(
      'N1 voted at 2.2 in slot 1 after it had voted at 3.3: that vote had not raised its promise',
    )
  })

  it('a promise, or a refusal, below a vote', () => {
    const vote: Line[] = [
      [1, promised(1, 1)],
      [1, voted(3, 3, 'b:1')],
    ]
    expect(judge([...vote, [1, promised(2, 2)]]).found).toEqual(['I3'])
    expect(judge([...vote, [1, refused(1, 2, [2, 2])]]).found).toEqual(['I3'])
    expect(judge([...vote, [1, refused(1, 2, [3, 3])]]).found).toEqual([])
    expect(judge([...vote, [1, promised(4, 2)], [1, voted(4, 2, 'b:1')]]).found).toEqual([])
  })

  it('in a run without phase 1 refusals name votes, and say nothing of promises', () => {
    const { found } = judge([
      [1, voted(3, 3, 'b:1')],
      [1, refused(1, 2, [2, 2])],
    ])
    expect(found).toEqual([])
  })
})

describe('I4', () => {
  it('a message that leaves before its record is durable (mutant M19)', () => {
    const { found, words } = judge([
      [1, persisted(4)],
      [1, sent(5)],
    ])
    expect(found).toEqual(['I4'])
    expect(words[0]).toBe(
      'N1 sent promise, which relies on record 5, while those up to 4 are durable',
    )
    expect(judge([[1, sent(1)]]).found).toEqual(['I4'])
  })

  it('records count from one in each life', () => {
    const lives: Line[] = [
      [1, persisted(9)],
      [1, recovered(1, 1), 2],
      [1, sent(5), 2],
    ]
    expect(judge(lives).found).toEqual(['I4'])
  })

  it('what relies on no record, or on a durable one, may leave', () => {
    const { found } = judge([
      [1, sent(0)],
      [1, persisted(4)],
      [1, sent(4)],
      [1, { type: 'sentAfter', message: 'accepted', after: 4, durable: 4 }],
    ])
    expect(found).toEqual([])
  })

  it('a node says itself that it sent too early', () => {
    const { found } = judge([
      [1, persisted(4)],
      [1, { type: 'sentAfter', message: 'accepted', after: 5, durable: 4 }],
    ])
    expect(found).toEqual(['I4'])
  })

  it('after lost facts it waits for the next flush', () => {
    const blind: Line[] = [
      [1, persisted(4)],
      [1, { type: 'factsDropped', count: 1 }],
      [1, sent(5)],
    ]
    expect(judge(blind).found).toEqual([])
    expect(judge([...blind, [1, persisted(6)], [1, sent(7)]]).found).toEqual(['I4'])
  })

  it('a restart finds less than was said to be durable: flush off, or a disk that lied', () => {
    const found = (offset: number) =>
      judge([
        [1, promised(1, 1)],
        [1, persisted(1, 300)],
        [1, recovered(1, 1, { offset }), 2],
      ])
    expect(found(200).found).toEqual(['I4'])
    expect(found(200).words[0]).toBe(
      'N1 restarted with a log of 200 bytes, after 300 bytes were said to be durable',
    )
    expect(found(300).found).toEqual([])
    expect(found(360).found).toEqual([])
  })

  it('a vote that a restart forgot (mutant M2)', () => {
    const restart = (votedThrough: number) =>
      judge([
        [1, promised(1, 1)],
        [1, voted(1, 1, 'a:1', 4)],
        [1, recovered(1, 1, { votedThrough }), 2],
      ])
    expect(restart(3).found).toEqual(['I4'])
    expect(restart(3).words[0]).toContain('no vote above slot 3, after it had voted in slot 4')
    expect(restart(4).found).toEqual([])
  })
})

describe('I5', () => {
  it('two values at one ballot (mutants M3, M11)', () => {
    const { found, words } = judge([
      [1, voted(1, 1, 'a:1')],
      [2, voted(1, 1, 'b:1')],
    ])
    expect(found).toEqual(['I5'])
    expect(words[0]).toBe('slot 1 has two values at ballot 1.1: a:1 and b:1')
    const proposals = judge([
      [1, issued(1, 1, 'a:1')],
      [1, issued(1, 1, 'b:1')],
    ])
    expect(proposals.found).toEqual(['I5'])
  })

  it('a ballot of another node (mutant M11)', () => {
    const { found, words } = judge([[2, bid(1, 1)]])
    expect(found).toEqual(['I5'])
    expect(words[0]).toBe('N2 bids with ballot 1.1, which belongs to N1')
  })

  it('a ballot again after a restart, once it may have left (mutant M3)', () => {
    const again: Line = [1, bid(1, 1), 2]
    expect(judge([[1, bid(1, 1)], [1, promised(1, 1)], again]).found).toEqual(['I5'])
    expect(judge([[1, bid(1, 1)], [2, promised(1, 1)], again], TOTAL).found).toEqual(['I5'])
    expect(judge([[1, bid(1, 1)], [1, elected(1, 1, [1, 2])], again]).found).toEqual(['I5'])
  })

  it('a ballot that a crash took before anybody heard of it may be used again', () => {
    expect(
      judge([
        [1, bid(1, 1)],
        [1, bid(1, 1), 2],
      ]).found,
    ).toEqual([])
    // Whether that promise came before or after the restart, nobody can say here.
    const lines: Line[] = [
      [1, bid(1, 1)],
      [2, promised(1, 1)],
      [1, bid(1, 1), 2],
    ]
    expect(judge(lines).found).toEqual([])
    expect(judge([[1, bid(1, 1)], [1, bid(2, 1)], ...choose('a:1')]).found).toEqual([])
  })
})
