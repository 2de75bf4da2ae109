/** I10 for readers that ask all: what they may call chosen. */
import { expect, it } from 'vitest'
import { Oracle } from '../../src/core/check/oracle'
import type { LabEvent, LearnerReadResult } from '../../src/core/event'
import { b, nodesTo } from '../support/paxos'

type Reply = LearnerReadResult['replies'][number]

const held = (node: number, round: number, id: string): Reply => ({
  node,
  appliedThrough: 0,
  value: null,
  votes: [{ slot: 1, ballot: b(round, 1), id }],
})

/** What the live checks say of a read of slot 1 that called it chosen. */
function judge(replies: readonly Reply[], verdict: LearnerReadResult['verdict'] = 'chosen') {
  const result = { verdict, value: 'SET x v', reason: '', replies }
  const about = { node: 2, key: '', slot: 1, mode: 'valueMajority', latencyMs: 1 } as const
  const event: LabEvent = { seq: 7, atMs: 1, by: 'lab', type: 'learnerRead', ...about, result }
  return new Oracle({ acceptors: nodesTo(3) }).feed(event)
}

it('S2b: I10, equal values at different ballots do not add up (mutant M14)', () => {
  const found = judge([held(1, 1, 'v:1'), held(2, 3, 'v:1'), held(3, 2, 'w:1')])
  expect(found).toMatchObject([{ invariant: 'I10', evidence: [7] }])
  expect(found[0]?.words).toContain(
    'and no ballot had a quorum: v:1 at 1.1 by N1; v:1 at 3.1 by N2',
  )
})

it('S1: I10 holds for a majority at one ballot, and for a node that has applied the slot', () => {
  expect(judge([held(1, 2, 'v:1'), held(2, 2, 'v:1'), held(3, 1, 'w:1')])).toEqual([])
  expect(judge([{ ...held(1, 2, 'v:1'), appliedThrough: 1, votes: [] }])).toEqual([])
})

it('S2: an undetermined read claims nothing', () => {
  expect(judge([held(1, 1, 'v:1')], 'undetermined')).toEqual([])
  expect(judge([held(1, 1, 'v:1')])).toMatchObject([{ invariant: 'I10' }])
})
