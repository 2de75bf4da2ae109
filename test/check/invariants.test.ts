/** Each check on a run that is right, and on one planted wrong that it must catch. */
import { describe, expect, it } from 'vitest'
import { Invariants } from '../../src/core/check/invariants'
import type { LabEvent, NodeFact } from '../../src/core/event'
import { EAGER_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { CoreCluster } from '../support/coreCluster'
import { b, nodesTo } from '../support/paxos'

function eventOf(seq: number, by: number, fact: PaxosFact | NodeFact, life = 1): LabEvent {
  return { seq, atMs: seq, by, life, nodeSeq: seq, ...fact }
}

function judge(members: number, facts: readonly (readonly [number, PaxosFact | NodeFact])[]) {
  const checks = new Invariants(nodesTo(members))
  const found = facts.flatMap(([by, fact], index) => checks.feed(eventOf(index + 1, by, fact)))
  return { checks, found: found.map(({ invariant }) => invariant), words: found[0]?.words ?? '' }
}

const voted = (round: number, slot: number, id: string, node = 1) =>
  ({ type: 'voted', ballot: b(round, node), slot, count: 1, ids: [id] }) as const

describe('a right run', () => {
  it.each([
    ['leader', LEADER_POLICY],
    ['eager', EAGER_POLICY],
  ] as const)('under policy %s, with kills and partitions, holds', (_name, policy) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const cluster = new CoreCluster({
        nodes: 5,
        seed,
        delay: [1, 6],
        drop: 0.05,
        config: { policy },
      })
      for (let i = 0; i < 30; i += 1) {
        cluster.run(25)
        const node = 1 + Math.floor(cluster.random() * 5)
        if (!cluster.isAlive(node)) cluster.restart(node)
        else if (cluster.random() < 0.1) cluster.kill(node)
        if (cluster.random() < 0.1) cluster.partition([1, 2], [3, 4, 5])
        if (cluster.random() < 0.3) cluster.heal()
        cluster.request(node, 'INCR', 'n')
      }
      const checks = new Invariants(nodesTo(5))
      cluster.facts.forEach(({ node, fact }, index) => {
        expect(checks.feed(eventOf(index + 1, node, fact))).toEqual([])
      })
    }
  })

  it('says how much it saw, never that it is proven', () => {
    const { checks } = judge(3, [
      [1, voted(1, 1, 'a:1')],
      [2, voted(1, 1, 'a:1')],
    ])
    expect(checks.chosenSlots).toBe(1)
    for (const { state, words } of checks.views()) {
      expect([state, words]).toEqual(['holds', 'No violation in 2 events'])
    }
  })

  it('an empty run does not pass: nothing was chosen', () => {
    const { checks } = judge(3, [[1, voted(1, 1, 'a:1')]])
    expect(new Set(checks.views().map(({ state }) => state))).toEqual(new Set(['idle']))
  })

  it('after lost facts it has not enough data, but still sees what breaks', () => {
    const { checks, found } = judge(3, [
      [1, voted(1, 1, 'a:1')],
      [2, voted(1, 1, 'a:1')],
      [3, { type: 'factsDropped', count: 4 }],
      [3, { type: 'learned', slot: 1, count: 1, ids: ['b:1'], via: 'catchUp' }],
    ])
    expect(found).toEqual(['I8'])
    const states = new Map(checks.views().map(({ id, state }) => [id, state]))
    expect(states.get('I8')).toBe('violated')
    expect(states.get('I1')).toBe('notEnoughData')
  })
})

describe('what must be caught', () => {
  it('I1: a vote below the promise (mutant M12)', () => {
    const { found, words } = judge(3, [
      [1, { type: 'promised', ballot: b(3, 2) }],
      [1, voted(2, 7, 'a:1')],
    ])
    expect(found).toEqual(['I1'])
    expect(words).toBe('N1 voted at 2.1 in slot 7 after it had promised 3.2')
  })

  it('I2: a promise that goes down (mutant M10)', () => {
    const { found } = judge(3, [
      [1, { type: 'promised', ballot: b(3, 2) }],
      [1, { type: 'promised', ballot: b(2, 3) }],
    ])
    expect(found).toEqual(['I2'])
  })

  it('I2: a promise that a restart forgot (mutant M1)', () => {
    const recovered = {
      type: 'recovered',
      promised: b(2, 1),
      chosenThrough: 0,
      records: 3,
      bytes: 99,
      tornBytes: 0,
    } as const
    const checks = new Invariants(nodesTo(3))
    expect(checks.feed(eventOf(1, 1, { type: 'promised', ballot: b(3, 2) }))).toEqual([])
    const [found] = checks.feed(eventOf(2, 1, recovered, 2))
    expect(found?.words).toBe('N1 restarted with promise 2.1 and forgot 3.2')
    // A late fact of the first life proves nothing.
    expect(checks.feed(eventOf(3, 1, { type: 'promised', ballot: b(1, 2) }, 1))).toEqual([])
  })

  it('I5: two values at one ballot (mutants M3, M11)', () => {
    const { found } = judge(3, [
      [1, voted(1, 1, 'a:1')],
      [2, voted(1, 1, 'b:1')],
    ])
    expect(found).toEqual(['I5'])
  })

  it('I8: two majorities for two values (mutants M5 to M7)', () => {
    const { found, words } = judge(3, [
      [1, voted(1, 1, 'a:1')],
      [2, voted(1, 1, 'a:1')],
      [2, voted(2, 1, 'b:1', 2)],
      [3, voted(2, 1, 'b:1', 2)],
    ])
    expect(found).toEqual(['I8'])
    expect(words).toContain('slot 1 has two chosen values: a:1 (voted by N1, N2 at 1.1)')
  })

  it('I8: several proposals may be chosen in one slot, if they carry one value', () => {
    const { found } = judge(3, [
      [1, voted(1, 1, 'a:1')],
      [2, voted(1, 1, 'a:1')],
      [1, voted(2, 1, 'a:1', 2)],
      [3, voted(2, 1, 'a:1', 2)],
    ])
    expect(found).toEqual([])
  })

  it('I8: votes of different ballots do not add up (mutant M14 would say chosen)', () => {
    const { checks } = judge(3, [
      [1, voted(1, 1, 'a:1')],
      [2, voted(3, 1, 'a:1')],
    ])
    expect(checks.chosenSlots).toBe(0)
  })

  it('I12: different digests at one slot (mutant M17)', () => {
    const { found } = judge(3, [
      [1, { type: 'applied', through: 5, digest: 'aa' }],
      [2, { type: 'applied', through: 5, digest: 'bb' }],
    ])
    expect(found).toEqual(['I12'])
  })
})
