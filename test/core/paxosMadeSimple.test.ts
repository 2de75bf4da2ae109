/**
 * One test a sentence of Lamport, "Paxos Made Simple" (2001), section first. Where our Paxos
 * differs from the paper (one promise for the whole log, accepting raises the promise), the title
 * says so.
 */
import { describe, expect, it } from 'vitest'
import { EAGER_POLICY, EXPONENTIAL_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import { Learner } from '../../src/core/paxos/learner'
import { SlotLog } from '../../src/core/paxos/log'
import { NO_OP } from '../../src/core/paxos/message'
import type { Message, SlotVote } from '../../src/core/paxos/message'
import { Proposer } from '../../src/core/paxos/proposer'
import { chooseValue } from '../../src/core/paxos/rules'
import { CoreCluster } from '../support/coreCluster'
import { b, emptyOutput, factsOf, majorities, messagesOf, runAnswered } from '../support/paxos'
import { Machine } from '../../src/core/machine'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'

const single = { mode: 'single', policy: EXPONENTIAL_POLICY } as const

function led(options: ConstructorParameters<typeof CoreCluster>[0] = {}): CoreCluster {
  const cluster = new CoreCluster(options)
  expect(cluster.run(2000, () => cluster.leaders().length === 1)).toBe(true)
  cluster.run(20)
  return cluster
}

function promise(votes: readonly SlotVote[], chosenThrough = 0, round = 9) {
  const ballot = { round, node: 1 }
  return { type: 'promise', ballot, chosenThrough, votes, part: 0, parts: 1 } as const
}

describe('§2.1 the problem', () => {
  it('only a value that has been proposed may be chosen', () => {
    const cluster = new CoreCluster({ config: single })
    const tags = [1, 2].map(
      (node) => [node, cluster.request(node, 'SET', 'v', `n${node}`)] as const,
    )
    expect(runAnswered(cluster, tags)).toBe(true)
    const chosen = new Set(factsOf(cluster, 'chosen').flatMap(({ ids }) => ids))
    expect([...chosen].every((id) => ['1.1:1', '2.1:1'].includes(id))).toBe(true)
  })

  it('only a single value is chosen; a second write learns the first value', () => {
    const cluster = new CoreCluster({ config: single })
    const first = cluster.request(1, 'SET', 'v', 'x')
    expect(runAnswered(cluster, [[1, first]])).toBe(true)
    const second = cluster.request(1, 'SET', 'v', 'y')
    const resp = '-CHOSEN already: SET v x\r\n'
    expect(cluster.reply(1, second)).toEqual({ tag: second, outcome: 'done', resp })
  })

  it('a process never learns that a value has been chosen unless it actually has been', () => {
    const cluster = new CoreCluster({ nodes: 5, config: single })
    cluster.partition([1, 2], [3, 4, 5])
    cluster.request(1, 'SET', 'v', 'x')
    cluster.run(2000)
    expect(factsOf(cluster, 'chosen')).toEqual([])
    expect(factsOf(cluster, 'learned')).toEqual([])
  })
})

describe('§2.2 choosing a value', () => {
  it('P1: an acceptor must accept the first proposal that it receives', () => {
    const machine = new Machine({ ...DEFAULT_REPLICA, node: 1, members: [1, 2, 3] }, 1)
    const out = emptyOutput()
    machine.step({ type: 'start' }, out)
    const accept = {
      type: 'accept',
      ballot: b(1, 3),
      slot: 1,
      values: ['x'],
      chosenThrough: 0,
    } as const
    machine.step({ type: 'message', from: 3, message: accept }, out)
    machine.settle(out)
    expect(machine.slots(1, 1)[0]?.vote?.ballot).toEqual(b(1, 3))
  })

  it('a proposer issues a proposal only after a majority has promised', () => {
    const cluster = new CoreCluster({ nodes: 5, config: { policy: EAGER_POLICY } })
    cluster.partition([1, 2], [3, 4, 5])
    cluster.request(1, 'SET', 'k', 'v')
    cluster.run(500)
    expect(messagesOf(cluster, 'prepare').length).toBeGreaterThan(0)
    expect(messagesOf(cluster, 'accept')).toEqual([])
  })

  it('P2c: the value is that of the highest-numbered vote among the promises, or free', () => {
    expect(chooseValue([])).toBeNull()
    const votes = [
      { ballot: b(1, 1), value: 'v' },
      { ballot: b(2, 3), value: 'w' },
      { ballot: b(2, 1), value: 'u' },
    ]
    expect(chooseValue(votes)).toBe('w')
    expect(chooseValue([...votes].reverse())).toBe('w')
  })

  it('P2c: a value that may be chosen is adopted by the next proposer', () => {
    const cluster = new CoreCluster({ config: single })
    // N1's accept reaches N2 only, then N1 dies: the value is chosen, and only N2 can tell.
    cluster.cut(1, 3)
    cluster.request(1, 'SET', 'v', 'x')
    expect(cluster.run(500, () => factsOf(cluster, 'chosen').length > 0)).toBe(true)
    cluster.kill(1)
    const tag = cluster.request(3, 'SET', 'v', 'y')
    expect(runAnswered(cluster, [[3, tag]])).toBe(true)
    expect(cluster.machine(3).slots(1, 1)[0]?.chosen?.text).toBe('SET v x')
  })

  it('a promise counts for the present ballot only, and once an acceptor', () => {
    const proposer = new Proposer(majorities(3))
    proposer.begin(b(9), [{ from: 1, to: null }])
    expect(proposer.takePromise(1, promise([]))).toBe(false)
    expect(proposer.takePromise(1, promise([]))).toBe(false)
    expect(proposer.takePromise(2, promise([], 0, 8))).toBe(false)
    expect(proposer.takePromise(2, promise([]))).toBe(true)
  })

  it('a promise in parts counts when all of them are there', () => {
    const proposer = new Proposer(majorities(3))
    proposer.begin(b(9), [{ from: 1, to: null }])
    proposer.takePromise(1, promise([]))
    const vote = { slot: 2, ballot: b(3, 2), value: 'w' }
    expect(proposer.takePromise(2, { ...promise([vote]), part: 1, parts: 2 })).toBe(false)
    expect(proposer.takePromise(2, { ...promise([]), part: 0, parts: 2 })).toBe(true)
    expect(proposer.lead(new SlotLog())).toEqual([
      { slot: 1, value: NO_OP, cause: 'noop' },
      { slot: 2, value: 'w', cause: 'forced' },
    ])
  })

  it('an acceptor can ignore any request without compromising safety', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const cluster = new CoreCluster({ nodes: 5, seed, drop: 0.3, config: single })
      const tags = [1, 3, 5].map((n) => [n, cluster.request(n, 'SET', 'v', `n${n}`)] as const)
      expect(runAnswered(cluster, tags, 20_000)).toBe(true)
      expect(new Set(factsOf(cluster, 'chosen').flatMap(({ ids }) => ids)).size).toBe(1)
    }
  })
})

describe('§2.3 learning a chosen value', () => {
  it('a value is chosen when a majority voted for it at one ballot, not for one value', () => {
    const learner = new Learner(majorities(3))
    expect(learner.count(1, b(1), 1)).toBe(false)
    expect(learner.count(1, b(3), 2)).toBe(false)
    expect(learner.count(1, b(3), 2)).toBe(false)
    expect(learner.count(1, b(3), 1)).toBe(true)
  })

  it('all-to-all: every acceptor tells every learner', () => {
    const cluster = led({ nodes: 5, config: { learnerMode: { kind: 'all' } } })
    const before = messagesOf(cluster, 'accepted').length
    const [leader = 0] = cluster.leaders()
    expect(runAnswered(cluster, [[leader, cluster.request(leader, 'SET', 'k', 'v')]])).toBe(true)
    cluster.run(10)
    // 5 acceptors × 5 learners, less the five that stay inside a node.
    expect(messagesOf(cluster, 'accepted').length - before).toBe(20)
  })

  it('the proposer as distinguished learner: one message an acceptor', () => {
    const cluster = led({ nodes: 5 })
    const before = messagesOf(cluster, 'accepted').length
    const [leader = 0] = cluster.leaders()
    expect(runAnswered(cluster, [[leader, cluster.request(leader, 'SET', 'k', 'v')]])).toBe(true)
    cluster.run(10)
    expect(messagesOf(cluster, 'accepted').length - before).toBe(4)
  })
})

describe('§2.4 progress', () => {
  it('two proposers can each keep issuing higher ballots, none of which is ever chosen', () => {
    const cluster = new CoreCluster({ nodes: 5, delay: [10, 10], config: { policy: EAGER_POLICY } })
    cluster.request(2, 'SET', 'k', 'x')
    cluster.run(7)
    cluster.request(4, 'SET', 'k', 'y')
    cluster.run(1000)
    expect(factsOf(cluster, 'bid').length).toBeGreaterThan(50)
    expect(factsOf(cluster, 'chosen')).toEqual([])
  })

  it('randomness ends it: with random back-off both values are chosen', () => {
    const cluster = new CoreCluster({ nodes: 5, delay: [10, 10], config: { policy: EAGER_POLICY } })
    const x = cluster.request(2, 'SET', 'k', 'x')
    cluster.run(7)
    const y = cluster.request(4, 'SET', 'k', 'y')
    cluster.run(1000)
    const policy = EXPONENTIAL_POLICY
    for (const node of cluster.members) cluster.step(node, { type: 'setPolicy', policy })
    const x2 = [2, x] as const
    const y4 = [4, y] as const
    expect(runAnswered(cluster, [x2, y4])).toBe(true)
  })

  it('a distinguished proposer that can talk to a majority succeeds', () => {
    const cluster = led({ nodes: 5, config: { policy: LEADER_POLICY } })
    const tags = cluster.members.map((node) => [node, cluster.request(node, 'INCR', 'n')] as const)
    expect(runAnswered(cluster, tags)).toBe(true)
  })
})

describe('§2.5 the implementation', () => {
  it('an acceptor records its answer in stable storage before it sends it', () => {
    const machine = new Machine({ ...DEFAULT_REPLICA, node: 1, members: [1, 2, 3] }, 1)
    const out = emptyOutput()
    machine.step({ type: 'start' }, out)
    const give = (message: Message): void =>
      machine.step({ type: 'message', from: 2, message }, out)
    give({ type: 'prepare', ballot: b(1, 2), ranges: [{ from: 1, to: null }] })
    give({ type: 'accept', ballot: b(1, 2), slot: 1, values: ['x'], chosenThrough: 0 })
    const answers = out.effects.flatMap((effect) => (effect.type === 'send' ? [effect] : []))
    const written = out.effects.flatMap((effect) => (effect.type === 'persist' ? [effect] : []))
    expect(answers.map(({ message, after }) => [message.type, after])).toEqual([
      ['promise', 1],
      ['accepted', 2],
    ])
    expect(written.map(({ number, record, flush }) => [number, record.kind, flush])).toEqual([
      [1, 'promise', true],
      [2, 'vote', true],
    ])
  })

  it('no ballot is used twice, restarts included', () => {
    const cluster = new CoreCluster({ config: { policy: EAGER_POLICY }, delay: [3, 3] })
    for (let life = 0; life < 6; life += 1) {
      cluster.request(1, 'SET', 'k', String(life))
      cluster.run(7)
      cluster.kill(1)
      cluster.restart(1)
    }
    const ballots = factsOf(cluster, 'bid').map(({ ballot }) => `${ballot.round}.${ballot.node}`)
    expect(ballots.length).toBeGreaterThan(3)
    expect(new Set(ballots).size).toBe(ballots.length)
  })

  it('a promise survives a kill', () => {
    const cluster = new CoreCluster()
    cluster.step(2, { type: 'startElection' })
    cluster.run(10)
    const { promised } = cluster.machine(3).status()
    cluster.kill(3)
    cluster.restart(3)
    expect(promised.round).toBeGreaterThan(0)
    expect(cluster.machine(3).status().promised).toEqual(promised)
  })
})
