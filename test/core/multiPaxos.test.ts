/** "Paxos Made Simple" §3: a sequence of instances, one leader, gaps, no-ops and the window α. */
import { describe, expect, it } from 'vitest'
import { printCommand } from '../../src/core/kv/value'
import { EXPONENTIAL_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import { SlotLog } from '../../src/core/paxos/log'
import { NO_OP } from '../../src/core/paxos/message'
import { Proposer } from '../../src/core/paxos/proposer'
import { CoreCluster } from '../support/coreCluster'
import { b, factsOf, majorities, messagesOf, runAnswered } from '../support/paxos'

function led(options: ConstructorParameters<typeof CoreCluster>[0] = {}): CoreCluster {
  const cluster = new CoreCluster(options)
  expect(cluster.run(2000, () => cluster.leaders().length === 1)).toBe(true)
  cluster.run(20)
  return cluster
}

const vote = (slot: number, round: number, value: string) => ({ slot, ballot: b(round, 2), value })

describe('§3 a new leader that knows 1-134, 138 and 139', () => {
  const log = new SlotLog()
  for (let slot = 1; slot <= 139; slot += 1) {
    if (slot >= 135 && slot <= 137) continue
    log.choose(slot, `v${slot}`)
  }

  it('S27: executes phase 1 for 135-137 and all instances above 139, in one prepare', () => {
    expect(log.openRanges()).toEqual([
      { from: 135, to: 137 },
      { from: 140, to: null },
    ])
  })

  it('S28: proposes what phase 1 forces in 135 and 140, and no-ops in 136 and 137', () => {
    const proposer = new Proposer(majorities(3))
    proposer.begin(b(9), log.openRanges())
    const votes = [vote(135, 3, 'old'), vote(140, 7, 'x')]
    const base = { type: 'promise', ballot: b(9), chosenThrough: 134, part: 0, parts: 1 } as const
    proposer.takePromise(1, { ...base, votes })
    expect(proposer.takePromise(2, { ...base, votes: [vote(135, 5, 'new')] })).toBe(true)
    expect(proposer.lead(log)).toEqual([
      { slot: 135, value: 'new', cause: 'forced' },
      { slot: 136, value: NO_OP, cause: 'noop' },
      { slot: 137, value: NO_OP, cause: 'noop' },
      { slot: 140, value: 'x', cause: 'forced' },
    ])
    expect(proposer.nextSlot).toBe(141)
  })

  it('slots that an acceptor knows to be chosen are caught up on, never proposed in', () => {
    const proposer = new Proposer(majorities(3))
    proposer.begin(b(9), log.openRanges())
    const base = { type: 'promise', ballot: b(9), part: 0, parts: 1 } as const
    proposer.takePromise(1, { ...base, chosenThrough: 150, votes: [vote(152, 4, 'y')] })
    proposer.takePromise(2, { ...base, chosenThrough: 134, votes: [vote(141, 4, 'z')] })
    expect(proposer.chosenElsewhere).toBe(150)
    expect(proposer.lead(log)).toEqual([
      { slot: 151, value: NO_OP, cause: 'noop' },
      { slot: 152, value: 'y', cause: 'forced' },
    ])
  })
})

describe('§3 the steady state', () => {
  it('S26: a stable leader runs phase 2 only: 2(N-1) messages and learning by watermark', () => {
    const cluster = led({ nodes: 5 })
    const [leader = 0] = cluster.leaders()
    const count = (): number =>
      messagesOf(cluster, 'accept').length + messagesOf(cluster, 'accepted').length
    const prepares = messagesOf(cluster, 'prepare').length
    const before = count()
    for (let i = 0; i < 10; i += 1) {
      expect(runAnswered(cluster, [[leader, cluster.request(leader, 'INCR', 'n')]])).toBe(true)
    }
    cluster.run(10)
    expect(count() - before).toBe(10 * 2 * 4)
    expect(messagesOf(cluster, 'prepare').length).toBe(prepares)
  })

  it('S4: a write to any member is chosen and answered there', () => {
    const cluster = led({ nodes: 5 })
    const tags = cluster.members.map((node) => [node, cluster.request(node, 'INCR', 'n')] as const)
    expect(runAnswered(cluster, tags)).toBe(true)
    const answers = tags.map(([node, tag]) => {
      const reply = cluster.reply(node, tag)
      return reply?.outcome === 'done' ? reply.resp : ''
    })
    expect(answers.sort()).toEqual([1, 2, 3, 4, 5].map((n) => `:${n}\r\n`))
  })

  it('S25: every replica applies the same sequence', () => {
    const cluster = led({ nodes: 5, delay: [1, 6] })
    const tags = Array.from({ length: 50 }, (_, i) => {
      const node = (i % 5) + 1
      return [node, cluster.request(node, 'APPEND', 'k', `${i},`)] as const
    })
    expect(runAnswered(cluster, tags)).toBe(true)
    cluster.run(50)
    const digests = cluster.members.map((node) => cluster.machine(node).status().digest)
    expect(new Set(digests).size).toBe(1)
  })

  it('S29: the leader proposes at most α slots beyond what is chosen', () => {
    const cluster = led({ nodes: 3, config: { windowSlots: 4 } })
    const [leader = 0] = cluster.leaders()
    for (const node of cluster.members) if (node !== leader) cluster.cut(node, leader)
    for (let i = 0; i < 10; i += 1) cluster.request(leader, 'INCR', 'n')
    cluster.run(5)
    const { inFlight, waiting } = cluster.machine(leader).status()
    expect([inFlight, waiting]).toEqual([4, 6])
  })

  it('S29: 142 is chosen before 141 is, and is not executed until then', () => {
    const cluster = led({ nodes: 3 })
    const [leader = 0] = cluster.leaders()
    const accepted = (slot: number, from: number) =>
      cluster.step(leader, {
        type: 'message',
        from,
        message: {
          type: 'accepted',
          ballot: cluster.machine(leader).status().ballot,
          slot,
          count: 1,
        },
      })
    for (const node of cluster.members) if (node !== leader) cluster.cut(node, leader)
    const first = cluster.request(leader, 'SET', 'k', '141')
    const second = cluster.request(leader, 'SET', 'k', '142')
    cluster.run(3)
    const base = cluster.machine(leader).status().chosenThrough
    for (const node of cluster.members) if (node !== leader) accepted(base + 2, node)
    expect(
      cluster
        .machine(leader)
        .slots(base + 1, 2)
        .map(({ state }) => state),
    ).toEqual(['voted', 'chosen'])
    expect(cluster.reply(leader, second)).toBeUndefined()
    for (const node of cluster.members) if (node !== leader) accepted(base + 1, node)
    const both = [first, second].map((tag) => [leader, tag] as const)
    expect(runAnswered(cluster, both, 1)).toBe(true)
    expect(cluster.machine(leader).status().appliedThrough).toBe(base + 2)
  })
})

describe('§3 failure of the leader', () => {
  it('S30: a new leader finishes what the old one began, once', () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const cluster = led({ nodes: 5, seed, delay: [1, 4] })
      const [old = 0] = cluster.leaders()
      const follower = (old % 5) + 1
      const tags = Array.from(
        { length: 8 },
        () => [follower, cluster.request(follower, 'INCR', 'n')] as const,
      )
      cluster.run(seed % 6)
      cluster.kill(old)
      expect(runAnswered(cluster, tags)).toBe(true)
      const read = cluster.request(follower, 'GET', 'n')
      expect(runAnswered(cluster, [[follower, read]])).toBe(true)
      expect(cluster.reply(follower, read)).toMatchObject({ resp: '$1\r\n8\r\n' })
    }
  })

  it('the leader in a minority acknowledges nothing; the majority goes on; logs are equal again', () => {
    const cluster = led({ nodes: 5, delay: [1, 3] })
    const [old = 0] = cluster.leaders()
    const [mate = 0, ...majority] = cluster.members.filter((node) => node !== old)
    cluster.partition([old, mate], majority)
    const lost = cluster.request(old, 'SET', 'k', 'minority')
    const [asked = 0] = majority
    const kept = cluster.request(asked, 'SET', 'k', 'majority')
    expect(runAnswered(cluster, [[asked, kept]])).toBe(true)
    expect(cluster.reply(old, lost)).toBeUndefined()
    cluster.heal()
    const same = (): boolean =>
      new Set(cluster.members.map((node) => cluster.machine(node).status().digest)).size === 1
    expect(cluster.run(3000, () => cluster.reply(old, lost) !== undefined && same())).toBe(true)
  })

  it('two nodes that believe to lead: safety holds, and the older one is refused', () => {
    const cluster = led({ nodes: 5 })
    const [old = 0] = cluster.leaders()
    const rest = cluster.members.filter((node) => node !== old)
    cluster.partition([old], rest)
    expect(cluster.run(2000, () => cluster.leaders().length === 2)).toBe(true)
    cluster.request(old, 'SET', 'k', 'x')
    cluster.heal()
    expect(cluster.run(2000, () => cluster.leaders().length === 1)).toBe(true)
    expect(factsOf(cluster, 'preempted').length).toBeGreaterThan(0)
  })

  it('a replica that was away catches up on what it missed', () => {
    const cluster = led({ nodes: 3 })
    const [leader = 0] = cluster.leaders()
    const away = (leader % 3) + 1
    cluster.kill(away)
    const value = 'x'.repeat(50_000)
    const tags = Array.from(
      { length: 30 },
      (_, i) => [leader, cluster.request(leader, 'SET', `k${i}`, value)] as const,
    )
    expect(runAnswered(cluster, tags)).toBe(true)
    cluster.restart(away)
    const level = (): boolean =>
      cluster.machine(away).status().digest === cluster.machine(leader).status().digest
    expect(cluster.run(3000, level)).toBe(true)
  })

  it('no replica applied a slot that only a dead node knew: a new phase 1 decides it', () => {
    const cluster = new CoreCluster({ nodes: 5, config: { policy: EXPONENTIAL_POLICY } })
    const value = printCommand({ session: 'c', seq: 1, ackedThrough: 0, args: ['SET', 'k', 'v'] })
    // N5 says that slot 1 is chosen, and dies before anybody can ask it.
    cluster.step(1, { type: 'startElection' })
    const { ballot } = cluster.machine(1).status()
    cluster.run(1)
    const claim = {
      type: 'promise',
      ballot,
      chosenThrough: 1,
      votes: [],
      part: 0,
      parts: 1,
    } as const
    cluster.step(2, {
      type: 'message',
      from: 5,
      message: { type: 'accept', ballot, slot: 1, values: [value], chosenThrough: 0 },
    })
    cluster.kill(5)
    cluster.step(1, { type: 'message', from: 5, message: claim })
    const tag = cluster.request(1, 'SET', 'k', 'w')
    expect(runAnswered(cluster, [[1, tag]], 20_000)).toBe(true)
  })
})

describe('requests that are not answered', () => {
  it('one that was never proposed is certainly not done; one that was is unknown', () => {
    const cluster = new CoreCluster({ nodes: 3, config: { policy: LEADER_POLICY } })
    const early = cluster.request(1, 'SET', 'k', 'v')
    cluster.step(1, { type: 'abandon', tags: [early] })
    expect(cluster.reply(1, early)?.outcome).toBe('notSent')
    expect(cluster.run(2000, () => cluster.leaders().length === 1)).toBe(true)
    cluster.run(20)
    expect(messagesOf(cluster, 'accept')).toEqual([])
    const [leader = 0] = cluster.leaders()
    const rest = cluster.members.filter((node) => node !== leader)
    cluster.partition([leader], rest)
    const late = cluster.request(leader, 'SET', 'k', 'v')
    cluster.run(3)
    cluster.step(leader, { type: 'abandon', tags: [late] })
    expect(cluster.reply(leader, late)?.outcome).toBe('unknown')
  })
})
