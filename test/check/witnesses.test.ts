/** I6 for proposers that name no witnesses, and I7 where the order of events is the true one. */
import { describe, expect, it } from 'vitest'
import { findWitnesses } from '../../src/core/check/witnessSearch'
import { toNodeSet } from '../../src/core/paxos/quorum'
import { elected, issued, judge, killed, promised, TOTAL, voted } from '../support/oracleRun'
import type { Line } from '../support/oracleRun'
import { majorities } from '../support/paxos'

const set = toNodeSet

describe('the search for witnesses', () => {
  it('answers the smallest quorum that fits, or the largest', () => {
    const quorums = majorities(3)
    const withThree = (nodes: number): boolean => (nodes & set([3])) !== 0
    expect(findWitnesses(quorums, set([1, 2, 3]), withThree)).toBe(set([1, 3]))
    expect(findWitnesses(quorums, set([1, 2, 3]), withThree, 'largest')).toBe(set([1, 2, 3]))
    expect(findWitnesses(quorums, set([1, 2]), withThree)).toBeNull()
    expect(findWitnesses(quorums, set([3]), withThree)).toBeNull()
  })
})

describe('I6 without a word on witnesses', () => {
  const asked: readonly Line[] = [1, 2, 3].map((node): Line => [node, promised(2, 3)])

  it('holds if any quorum that promised would do', () => {
    const { found, state } = judge([
      [1, voted(1, 1, 'a:1')],
      ...asked,
      [3, issued(2, 3, 'b:1')],
      [2, voted(2, 3, 'b:1')],
      [3, voted(2, 3, 'b:1')],
    ])
    expect([found, state('I6')]).toEqual([[], 'holds'])
  })

  it('is violated if none would', () => {
    const { found, words } = judge([
      [1, voted(1, 1, 'a:1')],
      [2, voted(1, 1, 'a:1')],
      ...asked,
      [3, issued(2, 3, 'b:1')],
    ])
    expect(found).toEqual(['I6'])
    expect(words[0]).toContain('2.3 proposed b:1 in slot 1, where the highest vote')
  })

  it('is unknown if somebody may have promised who did not say so', () => {
    const two: Line[] = [
      [1, voted(1, 1, 'a:1')],
      [2, voted(1, 1, 'a:1')],
      ...asked.slice(0, 2),
      [3, issued(2, 3, 'b:1')],
    ]
    expect(judge(two).found).toEqual([])
    const heard: Line[] = [[3, promised(1, 1)], ...two]
    expect(judge(heard).found).toEqual(['I6'])
    expect(judge([...heard, killed(3)]).found).toEqual([])
  })
})

describe('I7 in the true order', () => {
  /** A stale promise of node 2 was counted (mutant M4): it never promised 2.1. */
  const counted: readonly Line[] = [
    [1, promised(2, 1)],
    [1, elected(2, 1, [1, 2])],
    [1, issued(2, 1, 'a:1')],
  ]

  it('a witness votes below the proposal, whatever it promised', () => {
    const { found, words } = judge([...counted, [2, voted(1, 3, 'b:1')]], TOTAL)
    expect(found).toContain('I7')
    expect(words[0]).toBe(
      'N2 is a witness of a:1 at 2.1 in slot 1, and voted there at 1.3 afterwards',
    )
  })

  it('who is no witness may; so may a witness at or above the proposal', () => {
    expect(judge([...counted, [3, voted(1, 3, 'b:1')]], TOTAL).found).toEqual([])
    expect(judge([...counted, [2, voted(2, 1, 'a:1')]], TOTAL).found).not.toContain('I7')
  })
})
