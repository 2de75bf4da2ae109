/** The cost ledger, its floor in every mode, and the time until a decision. */
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../../src/core/event'
import type { LinkTraffic } from '../../../src/core/event'
import { EAGER_POLICY, EXPONENTIAL_POLICY } from '../../../src/core/paxos/config'
import type { ElectionPolicy } from '../../../src/core/paxos/config'
import { CostFold } from '../../../src/core/report/cost'
import { DecisionFold } from '../../../src/core/report/decision'
import { leastCost } from '../../../src/core/report/leastCost'
import type { CostMode } from '../../../src/core/report/leastCost'

const FIVE: CostMode = {
  mode: 'multi',
  members: [1, 2, 3, 4, 5],
  roles: null,
  learnerMode: { kind: 'leader' },
  phases: 'both',
}

describe('least cost of a slot', () => {
  it.each([
    ['stable leader of five', {}, 8, 5],
    ['of three', { members: [1, 2, 3] }, 4, 3],
    ['every learner is told', { learnerMode: { kind: 'all' } as const }, 4 + 20, 5],
    // Nodes 4 and 5 count and tell the two that are neither: 4 accepts, votes to 1, 4 and 5.
    [
      'a set of two learners',
      { learnerMode: { kind: 'set', nodes: [4, 5] } as const },
      4 + 12 + 4,
      5,
    ],
    ['single decree', { mode: 'single' as const }, 16, 10],
    ['single decree, phase 2 only', { mode: 'single' as const, phases: 'second' as const }, 8, 5],
    [
      'a proposer that is no acceptor',
      { roles: { proposers: [1], acceptors: [2, 3, 4], learners: [1, 5] } },
      6,
      3,
    ],
  ])('%s', (_name, change, messages, flushes) => {
    expect(leastCost({ ...FIVE, ...change })).toMatchObject({ messages, flushes })
  })

  it('says how it comes about', () => {
    expect(leastCost(FIVE).words).toBe(
      'Stable leader, the leader counts the votes: 4 accept + 4 accepted; ' +
        'each of 5 acceptors flushes its vote',
    )
  })
})

let seq = 0
const stamp = (atMs: number) => ({ seq: (seq += 1), atMs })
const fact = (atMs: number, by: number) => ({ ...stamp(atMs), by, life: 1, nodeSeq: seq })

describe('cost ledger', () => {
  const link = (from: number, to: number, frames: number): LinkTraffic => {
    const types = { accept: frames }
    return { from, to, frames, bytes: 100 * frames, dropped: 1, duplicated: 0, types, samples: [] }
  }

  it('counts what went between nodes, and what stayed at one apart', () => {
    const fold = new CostFold()
    fold.feed({
      ...stamp(1),
      by: 'lab',
      type: 'trafficSampled',
      links: [link(1, 2, 3), link(1, 1, 7)],
    })
    fold.feed({ ...fact(2, 1), type: 'persisted', record: 1, offset: 10, flushMs: 1 })
    expect(fold.sums()).toEqual({
      ...{ messages: 3, bytes: 300, localMessages: 7, dropped: 1, duplicated: 0, flushes: 1 },
      byType: [['accept', 3]],
    })
  })

  it('takes what was told of every message where nobody counted frames', () => {
    const fold = new CostFold()
    const note = { id: 'm', message: 'prepare', ballot: null, slot: 0, count: 0 } as const
    fold.feed({ ...fact(1, 1), type: 'sent', to: 2, after: 0, ...note })
    fold.feed({ ...fact(1, 1), type: 'sent', to: 1, after: 0, ...note })
    expect(fold.sums()).toMatchObject({ messages: 1, bytes: null, localMessages: 1 })
  })

  it('does not know what nobody counted', () => {
    expect(new CostFold().sums()).toMatchObject({ messages: null, bytes: null })
  })
})

describe('time until a decision', () => {
  const started = (policy: ElectionPolicy): LabEvent => {
    const cluster = { cluster: 'c', members: [1, 2, 3], mode: 'multi', direct: false } as const
    return {
      ...stamp(0),
      by: 'lab',
      type: 'clusterStarted',
      ...cluster,
      seed: 1,
      policy,
      scenario: null,
    }
  }
  const bid = (atMs: number, node: number, round: number): LabEvent => {
    return {
      ...fact(atMs, node),
      type: 'bid',
      ballot: { round, node },
      ranges: [],
      reason: 'request',
    }
  }
  const chosen = (atMs: number, node: number, slot: number): LabEvent => {
    return {
      ...fact(atMs, node),
      type: 'chosen',
      ballot: { round: 9, node },
      slot,
      count: 1,
      ids: ['a'],
    }
  }
  const policySet = (atMs: number, node: number, policy: ElectionPolicy): LabEvent => {
    return { ...fact(atMs, node), type: 'policySet', policy }
  }
  const fold = (...events: LabEvent[]): DecisionFold => {
    const made = new DecisionFold()
    for (const event of events) made.feed(event)
    return made
  }

  it('runs from the first ballot to the first choice, the deciding ballot counted', () => {
    const made = fold(
      started(EAGER_POLICY),
      bid(100, 1, 1),
      bid(150, 2, 1),
      chosen(300, 2, 1),
      bid(400, 1, 2),
    )
    expect(made.fromStart()).toEqual({ decided: true, ballots: 2, ms: 200 })
    expect(made.fromSwitch()).toBeNull()
  })

  it('is censored by the switch, and begins again there', () => {
    const made = fold(
      ...[started(EAGER_POLICY), bid(100, 1, 1), bid(150, 2, 1)],
      ...[policySet(1000, 1, EXPONENTIAL_POLICY), bid(1010, 2, 2)],
      ...[policySet(1020, 2, EXPONENTIAL_POLICY), bid(1100, 2, 3), bid(1200, 1, 3)],
      chosen(1500, 1, 1),
    )
    expect(made.fromStart()).toEqual({ decided: false, ballots: 2, ms: 900 })
    // The ballot of node 2 before it had told of the new policy belongs to the old one.
    expect(made.fromSwitch()).toEqual({ decided: true, ballots: 2, ms: 500 })
  })

  it('does not take an old choice that another node tells of for a new one', () => {
    const made = fold(
      ...[started(EAGER_POLICY), bid(100, 1, 1), chosen(200, 1, 1)],
      ...[policySet(1000, 2, EXPONENTIAL_POLICY), chosen(1100, 2, 1), bid(1200, 2, 2)],
    )
    expect(made.fromSwitch()).toEqual({ decided: false, ballots: 1, ms: 200 })
  })

  it('is nothing where no ballot began', () => {
    expect(fold(started(EAGER_POLICY)).fromStart()).toBeNull()
  })
})
