/** Elections: policies that ask first, leaders that notice, silence for nacks, phase 2 only. */
import { describe, expect, it } from 'vitest'
import { EAGER_POLICY, EXPONENTIAL_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import type { ElectionPolicy } from '../../src/core/paxos/config'
import { CoreCluster } from '../support/coreCluster'
import { factsOf } from '../support/paxos'

const AWARE = { ...LEADER_POLICY, quorumAware: true } as ElectionPolicy

/** A-B-C with A-C cut: both ends reach the middle, and so a quorum. */
function chain(policy: ElectionPolicy): CoreCluster {
  const c = new CoreCluster({ nodes: 3, seed: 5, config: { policy } })
  c.step(1, { type: 'startElection' })
  c.run(100, () => c.leaders().join() === '1')
  c.cut(1, 3)
  c.cut(3, 1)
  return c
}

describe('the chain A-B-C with A-C cut', () => {
  it('S22: without quorum awareness the ends take the lead from each other for ever', () => {
    const c = chain(LEADER_POLICY)
    c.run(6000)
    expect(factsOf(c, 'elected').length).toBeGreaterThan(10)
  })

  it('S22: with it the oscillation ends: the middle hears a leader and supports nobody else', () => {
    const c = chain(AWARE)
    c.run(6000)
    expect(factsOf(c, 'elected').length).toBeLessThanOrEqual(2)
    const tag = c.request(3, 'SET', 'k', 'v')
    void tag
    const at = c.request(2, 'SET', 'k', 'v')
    expect(c.run(600, () => c.reply(2, at) !== undefined)).toBe(true)
  })
})

describe('quorum awareness', () => {
  it('S22: a leader that hears no quorum steps down; without it, it goes on believing', () => {
    for (const [policy, leaders] of [
      [AWARE, []],
      [LEADER_POLICY, [1]],
    ] as const) {
      const c = new CoreCluster({ nodes: 5, config: { policy } })
      c.step(1, { type: 'startElection' })
      c.run(100, () => c.leaders().join() === '1')
      c.partition([1, 2], [3], [4], [5])
      c.run(1000)
      expect(c.leaders()).toEqual(leaders)
    }
  })

  it('S22: one-way links: a leader that is heard but hears nobody is replaced', () => {
    const c = new CoreCluster({ nodes: 5, config: { policy: AWARE } })
    c.step(1, { type: 'startElection' })
    c.run(100, () => c.leaders().join() === '1')
    for (const node of [2, 3, 4, 5]) c.cut(node, 1)
    expect(c.run(3000, () => c.leaders().some((node) => node !== 1))).toBe(true)
    const at = c.leaders().find((node) => node !== 1) ?? 0
    const tag = c.request(at, 'SET', 'k', 'v')
    expect(c.run(300, () => c.reply(at, tag) !== undefined)).toBe(true)
  })

  it('S31: a dead leader is replaced all the same, and at the first start somebody is elected', () => {
    const c = new CoreCluster({ nodes: 3, config: { policy: AWARE } })
    expect(c.run(600, () => c.leaders().length === 1)).toBe(true)
    const [first = 0] = c.leaders()
    c.kill(first)
    expect(c.run(600, () => c.leaders().length === 1)).toBe(true)
  })
})

describe('refusal', () => {
  it.each([EAGER_POLICY, EXPONENTIAL_POLICY, LEADER_POLICY])(
    'S6: with silence instead of nacks ($kind) requests are answered, only later',
    (policy) => {
      const c = new CoreCluster({ nodes: 3, config: { policy, refusal: 'silence' } })
      const tags = [1, 2, 3].map((node) => [node, c.request(node, 'INCR', 'n')] as const)
      const leader = policy.kind === 'eager' ? LEADER_POLICY : policy
      c.run(400)
      const nacks = () => c.sent.filter(({ message }) => message.type === 'nack')
      // An elected leader is told when a node cannot follow it; nobody else is told anything.
      if (policy.kind !== 'leader') expect(nacks()).toEqual([])
      for (const node of c.members) c.step(node, { type: 'setPolicy', policy: leader })
      expect(c.run(6000, () => tags.every(([n, tag]) => c.reply(n, tag) !== undefined))).toBe(true)
      if (leader.kind !== 'leader') expect(nacks()).toEqual([])
    },
  )
})

describe('phase 2 only', () => {
  const config = { mode: 'single', phases: 'second', policy: EAGER_POLICY } as const

  it('S12: three values at three acceptors, one each: none is ever chosen', () => {
    const c = new CoreCluster({ nodes: 3, config })
    for (const node of c.members) c.request(node, 'SET', 'k', `v${node}`)
    c.run(3000)
    expect(factsOf(c, 'voted').length).toBe(3)
    expect(factsOf(c, 'chosen')).toEqual([])
    expect(c.sent.some(({ message }) => message.type === 'prepare')).toBe(false)
  })

  it('S12: a first proposal is accepted by all, and chosen, when nobody competes', () => {
    const c = new CoreCluster({ nodes: 3, config })
    const tag = c.request(2, 'SET', 'k', 'v')
    expect(c.run(100, () => c.reply(2, tag) !== undefined)).toBe(true)
    c.request(1, 'SET', 'k', 'late')
    c.run(500)
    expect(new Set(factsOf(c, 'voted').flatMap(({ ids }) => ids)).size).toBe(1)
  })

  it('S12: in full Paxos the same three values end with one chosen', () => {
    const full = { mode: 'single', policy: EXPONENTIAL_POLICY } as const
    const c = new CoreCluster({ nodes: 3, config: full })
    const tags = c.members.map((node) => c.request(node, 'SET', 'k', `v${node}`))
    const answered = (): boolean => tags.every((tag, i) => c.reply(i + 1, tag) !== undefined)
    expect(c.run(6000, answered)).toBe(true)
    expect(new Set(factsOf(c, 'chosen').flatMap(({ ids }) => ids)).size).toBe(1)
  })
})

describe('learner mode: a set of k', () => {
  it('S20: the set informs the rest, even when the proposer is gone', () => {
    const learnerMode = { kind: 'set', nodes: [2, 3] } as const
    const c = new CoreCluster({ nodes: 5, config: { policy: EXPONENTIAL_POLICY, learnerMode } })
    c.request(1, 'SET', 'k', 'v')
    // The proposer dies as soon as a vote of another acceptor is on its way.
    expect(c.run(200, () => c.sent.some(({ message }) => message.type === 'accepted'))).toBe(true)
    c.kill(1)
    const knows = (node: number): boolean => c.machine(node).status().chosenThrough === 1
    expect(c.run(400, () => [2, 3, 4, 5].every(knows))).toBe(true)
  })
})
