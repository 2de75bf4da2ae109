/** Schedules that once broke us, by hand; too rare for random ones. */
import { describe, expect, it } from 'vitest'
import { SlotLog } from '../../src/core/paxos/log'
import type { Message } from '../../src/core/paxos/message'
import { Proposer } from '../../src/core/paxos/proposer'
import { CoreCluster } from '../support/coreCluster'
import { b, majorities } from '../support/paxos'

/** Elections by hand only. */
const CALM = {
  kind: 'leader',
  heartbeatTicks: 10,
  electionTicksMin: 1_000_000,
  electionTicksMax: 1_000_000,
} as const

/** Schedules by hand: nothing is sent twice while they are played. */
const SLOW = { resendTicks: 60 } as const

function cutFrom(c: CoreCluster, from: number, to: readonly number[]): void {
  for (const node of to) c.cut(from, node)
}

function elect(c: CoreCluster, node: number, ticks = 5): void {
  c.step(node, { type: 'startElection' })
  c.run(ticks)
}

function chosenText(c: CoreCluster, node: number, slot: number): string | undefined {
  return c.machine(node).slots(slot, 1)[0]?.chosen?.text
}

describe('S24: a restart keeps what was chosen', () => {
  it('though a delayed accept below the choosing ballot replaced the vote', () => {
    const c = new CoreCluster({ nodes: 5, config: { ...SLOW, policy: CALM } })
    cutFrom(c, 1, [3, 5])
    elect(c, 1)
    c.cut(1, 4)
    c.request(1, 'SET', 'k', 'v')
    c.run(5)
    // N3 leads by 3, 4, 5 and issues another value; its frames to N2 are slow.
    cutFrom(c, 3, [1, 2])
    const before = c.sent.length
    elect(c, 3)
    cutFrom(c, 3, [4, 5])
    c.request(3, 'SET', 'k', 'w')
    c.run(5)
    const slow = c.sent
      .slice(before)
      .filter(
        ({ from, to, message }) =>
          from === 3 && to === 2 && /^(prepare|accept)$/.test(message.type),
      )
    expect(slow.map(({ message }) => message.type)).toEqual(['prepare', 'accept'])
    // N1 leads again by 1, 4, 5: v is forced and chosen; N2 fetches it.
    c.heal()
    cutFrom(c, 3, [1, 2, 4, 5])
    cutFrom(c, 1, [2, 3])
    elect(c, 1, 8)
    c.heal()
    cutFrom(c, 3, [1, 2, 4, 5])
    c.run(30)
    expect(chosenText(c, 2, 1)).toBe('SET k v')
    for (const { message } of slow) c.step(2, { type: 'message', from: 3, message })
    expect(c.machine(2).slots(1, 1)[0]?.vote?.text).toBe('SET k w')
    c.heal()
    for (let i = 0; i < 300; i += 1) {
      c.request(1, 'SET', `a${i}`, 'x')
      c.run(1)
    }
    c.run(50)
    c.kill(2)
    c.restart(2)
    c.run(100)
    expect(chosenText(c, 2, 1)).toBe('SET k v')
    const digests = c.members.map((node) => c.machine(node).status().digest)
    expect(new Set(digests).size).toBe(1)
  })
})

describe('S16: a promise is counted whole', () => {
  it('parts of two answers of one acceptor do not add up', () => {
    const proposer = new Proposer(majorities(3))
    proposer.begin(b(9), [{ from: 1, to: null }])
    const part = (chosenThrough: number, index: number, parts: number, slot: number) => ({
      type: 'promise' as const,
      ballot: b(9),
      chosenThrough,
      votes: [{ slot, ballot: b(3, 2), value: `v${slot}` }],
      part: index,
      parts,
    })
    const own = { ...part(0, 0, 1, 1), votes: [] }
    expect(proposer.takePromise(1, own)).toBe(false)
    // The first answer lists slots 5 to 7; only its first part arrives. Then N2 learns slot 5.
    expect(proposer.takePromise(2, part(4, 0, 3, 5))).toBe(false)
    expect(proposer.takePromise(2, part(5, 1, 2, 7))).toBe(false)
    // Slot 6 is in the part that is missing still.
    expect(proposer.takePromise(2, part(5, 0, 2, 6))).toBe(true)
    expect(proposer.lead(new SlotLog()).map(({ slot, value }) => [slot, value])).toEqual([
      [6, 'v6'],
      [7, 'v7'],
    ])
  })
})

describe('S10: a stale leader vouches for nothing', () => {
  it.each([0, 1, 2, 3, 4, 5, 8, 12, 16, 19])(
    'though every learner is told of every vote, %i ticks later',
    (offset) => {
      const learnerMode = { kind: 'all' } as const
      const c = new CoreCluster({ nodes: 7, config: { ...SLOW, policy: CALM, learnerMode } })
      elect(c, 1)
      cutFrom(c, 1, [3, 4, 5, 6, 7])
      cutFrom(c, 3, [1, 2])
      for (const node of [4, 5, 6, 7]) c.cut(node, 2)
      elect(c, 3)
      c.request(1, 'SET', 'k', 'x')
      c.run(3 + offset)
      // One way: the new leader reaches neither N1 nor N2, but its voters reach N1.
      c.heal()
      cutFrom(c, 3, [1, 2])
      c.cut(1, 3)
      for (const node of [4, 5, 6, 7]) c.cut(node, 2)
      c.request(3, 'SET', 'k', 'y')
      c.run(30)
      const said = c.members.map((node) => chosenText(c, node, 1))
      expect(new Set(said.filter((text) => text !== undefined)).size).toBeLessThanOrEqual(1)
    },
  )

  it('a vote at a higher ballot preempts a leader', () => {
    const c = new CoreCluster({ nodes: 3, config: { ...SLOW, policy: CALM } })
    elect(c, 1)
    expect(c.leaders()).toEqual([1])
    const message: Message = { type: 'accepted', ballot: b(7, 3), slot: 1, count: 1 }
    c.step(1, { type: 'message', from: 2, message })
    expect(c.leaders()).toEqual([])
  })

  it('a leader that learns another value where it issued gives up its ballot', () => {
    const c = new CoreCluster({ nodes: 3, config: { ...SLOW, policy: CALM } })
    elect(c, 1)
    cutFrom(c, 1, [2, 3])
    c.request(1, 'SET', 'k', 'x')
    c.run(2)
    const message: Message = { type: 'chosen', slot: 1, values: ['3.1:1:0|3:SET1:k1:y'] }
    c.step(1, { type: 'message', from: 2, message })
    expect(c.leaders()).toEqual([])
    expect(chosenText(c, 1, 1)).toBe('SET k y')
  })
})
