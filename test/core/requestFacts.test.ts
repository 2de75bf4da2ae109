/** Facts about requests: which ones a node took and which it answered, in runs, none refused. */
import { expect, it } from 'vitest'
import { RequestRuns } from '../../src/core/requestFacts'
import { Outbox } from '../../src/core/paxos/outbox'
import type { Effect } from '../../src/core/paxos/effect'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import type { MachineInput } from '../../src/core/machineTypes'
import { CoreCluster } from '../support/coreCluster'

interface Told {
  readonly node: number
  readonly type: string
  readonly session: string
  readonly from: number
  readonly count: number
}

function told(cluster: CoreCluster): Told[] {
  return cluster.facts.flatMap(({ node, fact }) =>
    fact.type === 'submitted' || fact.type === 'answered' ? [{ node, ...fact }] : [],
  )
}

/** Command ids, one for each request of each run. */
function ids(cluster: CoreCluster, node: number, type: string): string[] {
  return told(cluster)
    .filter((fact) => fact.node === node && fact.type === type)
    .flatMap(({ session, from, count }) =>
      Array.from({ length: count }, (_, index) => `${session}:${from + index}`),
    )
}

function request(tag: number, args: readonly string[], id?: string, seq = 1): MachineInput {
  if (id === undefined) return { type: 'request', tag, args }
  return { type: 'request', tag, args, session: { id, seq, ackedThrough: 0 } }
}

it('gathers consecutive requests of a session into runs, and begins anew', () => {
  const effects: Effect[] = []
  const outbox = new Outbox(1, [1])
  outbox.open(effects)
  const runs = new RequestRuns()
  for (const seq of [1, 2, 3, 5]) runs.add('1.1', seq)
  runs.addId('s9:6')
  runs.addId('1.1:6')
  runs.addId('-')
  runs.tell(outbox, 'answered')
  runs.tell(outbox, 'answered')
  const run = (session: string, from: number, count: number) => {
    return { type: 'emit', fact: { type: 'answered', session, from, count } }
  }
  expect(effects).toEqual([run('1.1', 1, 3), run('1.1', 5, 1), run('s9', 6, 1), run('1.1', 6, 1)])
})

it('one fact a round for what a node takes, before it issues any of it', () => {
  const cluster = new CoreCluster({ nodes: 3, config: { policy: EAGER_POLICY } })
  for (let tag = 1; tag <= 5; tag += 1) cluster.step(1, request(tag, ['INCR', 'n']))
  cluster.run(50)
  expect(ids(cluster, 1, 'submitted')).toEqual(['1.1:1', '1.1:2', '1.1:3', '1.1:4', '1.1:5'])
  expect(ids(cluster, 1, 'answered')).toEqual(ids(cluster, 1, 'submitted'))
  const types = cluster.facts.filter(({ node }) => node === 1).map(({ fact }) => fact.type)
  expect(types.indexOf('submitted')).toBeLessThan(types.indexOf('issued'))
  expect(types.lastIndexOf('answered')).toBeGreaterThan(types.indexOf('applied'))
})

it('requests of clients that named their session, forwarded ones too, where they were asked', () => {
  const cluster = new CoreCluster({ nodes: 3 })
  cluster.run(200, () => cluster.leaders().length === 1)
  const [leader = 1] = cluster.leaders()
  const other = leader === 1 ? 2 : 1
  cluster.step(other, request(1, ['SET', 'a', '1'], 'mine'))
  cluster.step(other, request(2, ['SET', 'a', '1'], 'mine'))
  cluster.step(other, request(3, ['SET', 'b', '2']))
  cluster.run(100)
  expect(cluster.replies(other).filter(({ outcome }) => outcome === 'done')).toHaveLength(3)
  expect(ids(cluster, other, 'submitted')).toEqual(['mine:1', `${other}.1:1`])
  expect(ids(cluster, other, 'answered').toSorted()).toEqual([`${other}.1:1`, 'mine:1'])
  expect(ids(cluster, leader, 'submitted')).toEqual([])
})

it('neither what was refused, nor what failed, nor what nobody waits for is told as answered', () => {
  const cluster = new CoreCluster({ nodes: 3, config: { policy: EAGER_POLICY } })
  cluster.step(1, request(1, ['NOPE']))
  cluster.step(1, request(2, ['SET', 'a', 'text']))
  cluster.step(1, request(3, ['INCR', 'a']))
  cluster.step(1, request(4, ['SET', 'b', '1']))
  cluster.step(1, { type: 'abandon', tags: [4] })
  cluster.run(50)
  expect(ids(cluster, 1, 'submitted')).toEqual(['1.1:1', '1.1:2', '1.1:3'])
  expect(ids(cluster, 1, 'answered')).toEqual(['1.1:1'])
})

it('M9: answers when the value is issued, and the command runs once when it is chosen', () => {
  const config = { policy: EAGER_POLICY, mutant: 'M9' } as const
  const cluster = new CoreCluster({ nodes: 3, config })
  cluster.step(1, request(1, ['SET', 'a', '1']))
  cluster.step(1, request(2, ['INCR', 'a']))
  cluster.run(50)
  const types = cluster.facts.filter(({ node }) => node === 1).map(({ fact }) => fact.type)
  expect(types.indexOf('answered')).toBeLessThan(types.indexOf('chosen'))
  // An INCR needs the state, and waits.
  expect(cluster.replies(1)).toEqual([
    { tag: 1, outcome: 'done', resp: '+OK\r\n' },
    { tag: 2, outcome: 'done', resp: ':2\r\n' },
  ])
  expect(ids(cluster, 1, 'answered')).toEqual(['1.1:1', '1.1:2'])
})
