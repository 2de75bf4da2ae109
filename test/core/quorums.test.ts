/** Quorum systems: which are refused, and that the others keep one value a slot. */
import { describe, expect, it } from 'vitest'
import { rolesFault } from '../../src/core/paxos/config'
import { MAJORITY, quorumFault, Quorums, toNodeSet } from '../../src/core/paxos/quorum'
import type { QuorumSystem } from '../../src/core/paxos/quorum'
import { CoreCluster } from '../support/coreCluster'
import { factsOf, nodesTo } from '../support/paxos'

/** Rows and columns of a 2×3 grid. */
const GRID: QuorumSystem = {
  kind: 'sets',
  phase1: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  phase2: [
    [1, 4],
    [2, 5],
    [3, 6],
  ],
}

describe('flexible quorums', () => {
  it.each([
    [{ kind: 'counts', phase1: 4, phase2: 2 }, 5, null],
    [{ kind: 'counts', phase1: 5, phase2: 1 }, 5, null],
    [{ kind: 'counts', phase1: 3, phase2: 2 }, 5, '3 + 2 must exceed 5'],
    [{ kind: 'counts', phase1: 2, phase2: 2 }, 4, '2 + 2 must exceed 4'],
    [{ kind: 'counts', phase1: 6, phase2: 1 }, 5, 'from 1 to 5'],
    [GRID, 6, null],
    [{ ...GRID, phase2: [[1, 2]] }, 6, 'phase-1 quorum {4, 5, 6} and phase-2 quorum {1, 2}'],
    [{ ...GRID, phase2: [[1, 9]] }, 6, '9 is no acceptor'],
    [{ ...GRID, phase2: [] }, 6, 'at least one quorum'],
  ] as [QuorumSystem, number, string | null][])(
    'S17: %j over %i acceptors',
    (system, count, words) => {
      const fault = quorumFault(system, nodesTo(count))
      if (words === null) expect(fault).toBeNull()
      else expect(fault).toContain(words)
    },
  )

  it('S17: every accepted system of up to five acceptors meets in each pair of quorums', () => {
    for (let count = 1; count <= 5; count += 1) {
      for (let phase1 = 1; phase1 <= count; phase1 += 1) {
        for (let phase2 = 1; phase2 <= count; phase2 += 1) {
          const system: QuorumSystem = { kind: 'counts', phase1, phase2 }
          if (quorumFault(system, nodesTo(count)) !== null) continue
          const quorums = new Quorums(system, nodesTo(count))
          for (let left = 0; left < 1 << count; left += 1) {
            const apart = ~left & ((1 << count) - 1)
            expect(quorums.promised(left << 1) && quorums.chosen(apart << 1)).toBe(false)
          }
        }
      }
    }
  })

  it('S17: nodes that are no acceptors never count', () => {
    const quorums = new Quorums(MAJORITY, [1, 2, 3])
    expect(quorums.chosen(toNodeSet([1, 4, 5]))).toBe(false)
    expect(quorums.chosen(toNodeSet([1, 2, 5]))).toBe(true)
  })

  it('S17: with phase-2 quorums of two among five, three dead nodes do not stop a leader', () => {
    const config = { quorums: { kind: 'counts', phase1: 4, phase2: 2 } } as const
    const c = new CoreCluster({ nodes: 5, config })
    c.step(1, { type: 'startElection' })
    c.run(30, () => c.leaders().includes(1))
    for (const node of [3, 4, 5]) c.kill(node)
    const tag = c.request(1, 'SET', 'k', 'v')
    expect(c.run(200, () => c.reply(1, tag) !== undefined)).toBe(true)
    // A new leader would need four promises: there is none.
    c.kill(1)
    expect(c.run(2000, () => c.leaders().length > 0)).toBe(false)
  })

  it('S17: a grid chooses with a column and elects with a row', () => {
    const c = new CoreCluster({ nodes: 6, config: { quorums: GRID } })
    for (const node of [4, 5, 6]) c.kill(node)
    c.step(1, { type: 'startElection' })
    expect(c.run(100, () => c.leaders().includes(1))).toBe(true)
    const tag = c.request(1, 'SET', 'k', 'v')
    expect(c.run(300, () => c.reply(1, tag) !== undefined)).toBe(false)
    c.restart(4)
    expect(c.run(400, () => c.reply(1, tag) !== undefined)).toBe(true)
    const [elected] = factsOf(c, 'elected')
    expect(elected?.witnesses).toEqual([1, 2, 3])
  })
})

describe('roles', () => {
  const roles = { proposers: [1, 2], acceptors: [2, 3, 4], learners: [1, 2, 5] }

  it.each([
    [{ ...roles, proposers: [3] }, 'proposer 3 must be a learner too'],
    [{ ...roles, acceptors: [] }, 'there are no acceptors'],
    [{ ...roles, learners: [1, 2, 9] }, 'names node 9'],
    [roles, null],
  ])('S11: %j', (given, words) => {
    const fault = rolesFault(given, nodesTo(5))
    if (words === null) expect(fault).toBeNull()
    else expect(fault).toContain(words)
  })

  it('S11: proposer, acceptors and learners in processes of their own', () => {
    const c = new CoreCluster({ nodes: 5, config: { roles } })
    c.step(1, { type: 'startElection' })
    expect(c.run(100, () => c.leaders().join() === '1')).toBe(true)
    const tags = Array.from({ length: 20 }, (_, i) => c.request(1 + (i % 5), 'INCR', 'n'))
    const answered = (): boolean => tags.every((tag, i) => c.reply(1 + (i % 5), tag) !== undefined)
    expect(c.run(3000, answered)).toBe(true)
    c.run(100)
    const who = (type: 'promised' | 'voted' | 'bid' | 'applied'): number[] => [
      ...new Set(c.facts.filter(({ fact }) => fact.type === type).map(({ node }) => node)),
    ]
    expect(who('voted').toSorted()).toEqual([2, 3, 4])
    expect(who('promised').toSorted()).toEqual([2, 3, 4])
    expect(who('bid')).toEqual([1])
    expect(who('applied').toSorted()).toEqual([1, 2, 5])
    // The leader is no acceptor: nobody but acceptors got its accepts.
    const accepts = c.sent.filter(({ message }) => message.type === 'accept')
    expect(new Set(accepts.map(({ to }) => to))).toEqual(new Set([2, 3, 4]))
  })

  it('S11: an acceptor alone is not enough when most acceptors are gone', () => {
    const c = new CoreCluster({ nodes: 5, config: { roles } })
    c.kill(3)
    c.kill(4)
    const tag = c.request(1, 'SET', 'k', 'v')
    expect(c.run(2000, () => c.reply(1, tag) !== undefined)).toBe(false)
    c.restart(3)
    expect(c.run(3000, () => c.reply(1, tag) !== undefined)).toBe(true)
  })
})
