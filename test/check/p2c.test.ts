/** I6 and I7 on right runs in any order of arrival, and on planted wrong ones. */
import { describe, expect, it } from 'vitest'
import { judgeProposals } from '../../src/core/check/judgeProposals'
import { Oracle } from '../../src/core/check/oracle'
import type { LabEvent, NodeFact } from '../../src/core/event'
import { EAGER_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { createPrng } from '../../src/core/sim/prng'
import { CoreCluster } from '../support/coreCluster'
import { b, nodesTo } from '../support/paxos'

type Fact = PaxosFact | NodeFact
/** By whom, what, and in which life if it is not the first. */
type Line = readonly [number, Fact, number?]

function eventsOf(lines: readonly Line[]): LabEvent[] {
  return lines.map(([by, fact, life = 1], index) => {
    return { seq: index + 1, atMs: index, by, life, nodeSeq: index + 1, ...fact }
  })
}

const promised = (round: number, node: number): Fact => ({
  type: 'promised',
  ballot: b(round, node),
})

const elected = (round: number, node: number, witnesses: readonly number[]): Fact => {
  return { type: 'elected', ballot: b(round, node), witnesses, forced: 0, noops: 0 }
}

const run = (round: number, node: number, id: string, slot = 1) => {
  return { ballot: b(round, node), slot, count: 1, ids: [id] }
}
const issued = (...args: Parameters<typeof run>): Fact => {
  return { type: 'issued', cause: 'free', ...run(...args) }
}
const voted = (...args: Parameters<typeof run>): Fact => ({ type: 'voted', ...run(...args) })

const recovered = (round: number, node: number): Fact => {
  const promise = b(round, node)
  return {
    type: 'recovered',
    promised: promise,
    chosenThrough: 0,
    records: 1,
    bytes: 9,
    tornBytes: 0,
  }
}

/** Ballot 1.1 of node 1 with the promises of 1 and 2; only node 1 votes for a. */
const FIRST: readonly Line[] = [
  [1, promised(1, 1)],
  [2, promised(1, 1)],
  [1, elected(1, 1, [1, 2])],
  [1, issued(1, 1, 'a:1')],
  [1, voted(1, 1, 'a:1')],
]

/** Ballot 2.3 of node 3 with the promises of 1 and 3. */
const SECOND: readonly Line[] = [
  [3, promised(2, 3)],
  [1, promised(2, 3)],
  [3, elected(2, 3, [1, 3])],
]

function judge(...lines: readonly Line[]) {
  const events = eventsOf(lines)
  const { proposals, violations } = judgeProposals(events, nodesTo(3))
  return { proposals, found: violations.map(({ invariant }) => invariant), violations }
}

function eventsOfCluster(seed: number, policy: typeof LEADER_POLICY | typeof EAGER_POLICY) {
  const c = new CoreCluster({ nodes: 5, seed, delay: [1, 6], drop: 0.05, config: { policy } })
  for (let i = 0; i < 20; i += 1) {
    c.run(25)
    const node = 1 + Math.floor(c.random() * 5)
    if (!c.isAlive(node)) c.restart(node)
    else if (c.random() < 0.1) c.kill(node)
    if (c.random() < 0.1) c.partition([1, 2], [3, 4, 5])
    if (c.random() < 0.3) c.heal()
    c.request(node, 'INCR', 'n')
  }
  return eventsOf(c.facts.map(({ node, fact }) => [node, fact]))
}

/** Another order of arrival: that of each node is kept. */
function interleaved(events: readonly LabEvent[], seed: number): LabEvent[] {
  const random = createPrng(seed, 0)
  const queues = nodesTo(5).map((node) => events.filter(({ by }) => by === node))
  const mixed: LabEvent[] = []
  while (queues.some((queue) => queue.length > 0)) {
    const queue = queues[Math.floor(random.unit() * queues.length)]
    const taken = queue?.splice(0, 1 + Math.floor(random.unit() * 20)) ?? []
    mixed.push(...taken)
  }
  return mixed
}

describe('a right run', () => {
  it('S15: each proposal has a quorum of witnesses and one of the two grounds', () => {
    const { proposals, found } = judge(...FIRST, ...SECOND, [3, issued(2, 3, 'a:1')])
    expect(found).toEqual([])
    expect(proposals).toMatchObject([
      { id: 'a:1', ballot: b(1, 1), witnesses: [1, 2], grounds: 1, below: null },
      { id: 'a:1', ballot: b(2, 3), witnesses: [1, 3], grounds: 2, below: { ballot: b(1, 1) } },
    ])
    expect(proposals.map(({ verdict }) => verdict)).toEqual(['holds', 'holds'])
  })

  it.each([
    ['leader', LEADER_POLICY],
    ['eager', EAGER_POLICY],
  ] as const)('S15: under policy %s every proposal is judged, in any order', (_name, policy) => {
    let forced = 0
    for (let seed = 1; seed <= 10; seed += 1) {
      const events = eventsOfCluster(seed, policy)
      const counts = [events, interleaved(events, seed)].map((order) => {
        const { proposals, violations } = judgeProposals(order, nodesTo(5))
        expect(violations).toEqual([])
        expect(proposals.filter(({ verdict }) => verdict !== 'holds')).toEqual([])
        forced += proposals.filter(({ grounds }) => grounds === 2).length
        return proposals.length
      })
      const all = events.reduce((sum, event) => {
        return sum + (event.type === 'issued' ? event.count : 0)
      }, 0)
      expect(counts).toEqual([all, all])
    }
    expect(forced).toBeGreaterThan(0)
  })

  it('a proposal waits for what its witnesses have to tell', () => {
    const [promise3, promise1, lead] = SECOND
    if (promise1 === undefined || promise3 === undefined || lead === undefined) throw new Error()
    const early = judge(promise3, lead, [3, issued(2, 3, 'b:1')])
    expect(early.proposals).toEqual([])
    const late = judge(promise3, lead, [3, issued(2, 3, 'b:1')], ...FIRST, promise1)
    expect(late.found).toEqual(['I6'])
  })

  it('a vote that nobody told of may be the ground: not enough data', () => {
    // Node 1 may have voted again before it was killed at promise 2.2.
    const { proposals, found } = judge(
      ...FIRST,
      [1, recovered(2, 2), 2],
      [3, promised(2, 3)],
      [1, promised(2, 3), 2],
      [3, elected(2, 3, [1, 3])],
      [3, issued(2, 3, 'b:1')],
    )
    expect(found).toEqual([])
    expect(proposals[1]).toMatchObject({ id: 'b:1', verdict: 'unknown' })
    // At 1.1 itself there is one value only, which was told.
    const known = judge(
      ...FIRST,
      [1, recovered(1, 1), 2],
      [3, promised(2, 3)],
      [1, promised(2, 3), 2],
      [3, elected(2, 3, [1, 3])],
      [3, issued(2, 3, 'b:1')],
    )
    expect(known.found).toEqual(['I6'])
  })
})

describe('what must be caught', () => {
  it('S15: I6, a value that ignores what was reported (mutant M7)', () => {
    const { found, proposals, violations } = judge(...FIRST, ...SECOND, [3, issued(2, 3, 'b:1')])
    expect(found).toEqual(['I6'])
    expect(proposals[1]?.verdict).toBe('violated')
    expect(violations[0]?.words).toBe(
      '2.3 proposed b:1 in slot 1, where the highest vote of its witnesses N1, N3 below ' +
        'is a:1 at 1.1',
    )
  })

  it('S15: I6, another reported value than the highest (mutant M6)', () => {
    const { found } = judge(
      ...FIRST,
      [2, promised(2, 2)],
      [3, promised(2, 2)],
      [2, elected(2, 2, [2, 3])],
      [2, issued(2, 2, 'b:1')],
      [3, voted(2, 2, 'b:1')],
      [1, promised(3, 1)],
      [3, promised(3, 1)],
      [1, elected(3, 1, [1, 3])],
      [1, issued(3, 1, 'a:1')],
    )
    expect(found).toEqual(['I6'])
  })

  it('S15: I6, a ballot that is led without a quorum (mutants M5, M20)', () => {
    expect(judge([1, promised(1, 1)], [1, elected(1, 1, [1])]).found).toEqual(['I6'])
  })

  it('S15: I6, a witness that never promised (mutant M4)', () => {
    const { found, violations } = judge(
      [1, promised(1, 1)],
      [1, elected(1, 1, [1, 2])],
      [1, issued(1, 1, 'a:1')],
      [2, promised(3, 3)],
    )
    expect(found).toEqual(['I6'])
    expect(violations[0]?.words).toBe('1.1 counts N2 as a witness, which never promised it')
  })

  it.each(['before', 'after'] as const)(
    'S15: I7, a witness votes below its promise, told %s the proposal (mutant M12)',
    (when) => {
      const proposal: Line = [3, issued(2, 3, 'b:1', 2)]
      const late: Line = [1, voted(1, 1, 'a:2', 2)]
      const order = when === 'before' ? [late, proposal] : [proposal, late]
      const { found } = judge(...FIRST, ...SECOND, ...order)
      expect(found).toContain('I7')
    },
  )

  it('the live checks say so too, and hold on a right run', () => {
    const checks = new Oracle({ acceptors: nodesTo(3) })
    const wrong = eventsOf([...FIRST, ...SECOND, [3, issued(2, 3, 'b:1')]])
    const found = wrong.flatMap((event) => checks.feed(event))
    expect(found.map(({ invariant }) => invariant)).toEqual(['I6'])
    const state = new Map(checks.views().map((view) => [view.id, view.state]))
    expect([state.get('I6'), state.has('I7')]).toEqual(['violated', true])
  })
})
