/** S25 to S29 on real processes: one log, one leader over all slots, gaps, no-ops, the window. */
import { afterEach, describe, expect, it } from 'vitest'
import type { SlotView } from '../../../src/core/machineTypes'
import { sameBallot } from '../../../src/core/paxos/ballot'
import { EAGER_POLICY, LEADER_POLICY } from '../../../src/core/paxos/config'
import { eventually } from '../../support/eventually'
import { FULL_IMAGE, GAP_IMAGE } from '../../support/paperLog'
import { framesByType } from '../../support/rowFolds'
import { eventsOf, only, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

/** One resend period is then longer than a test: what is counted was sent once. */
const SLOW_TICK_MS = 100

let rig: RowLab
const open = async (...args: Parameters<typeof rowLab>) => (rig = await rowLab(...args))
afterEach(() => rig.close())

const to = (from: number, ...nodes: number[]) => nodes.map((node) => ({ from, to: node }))
const states = (views: readonly SlotView[]) => views.map(({ state }) => state)
const texts = (views: readonly SlotView[]) => views.map(({ chosen }) => chosen?.text)
const slotOf = (slotFrom: number, slotTo = slotFrom) => ({ slotFrom, slotTo })

async function write(node: number, value: string): Promise<void> {
  expect(await rig.lab.command(node, ['SET', 'k', value])).toMatchObject({ outcome: 'ok' })
}

/** Asked of the nodes themselves: a status line may be a quarter of a second old. */
async function everybodyApplies(slot: number, nodes: readonly number[] = [1, 2, 3]): Promise<void> {
  for (const node of nodes) {
    await eventually(`node ${node} applies slot ${slot}`, async () => {
      return states(await rig.lab.slots(node, slot, 1))[0] === 'applied'
    })
  }
}

describe('one sequence of commands', () => {
  it('S25: over loss and reordering all replicas apply the same, with equal digests slot by slot', async () => {
    await open({ policy: LEADER_POLICY })
    await rig.leader()
    await rig.lab.changeLinks(rig.links(), { kind: 'reorder', probability: 0.5, windowMs: 20 })
    await rig.lab.changeLinks(rig.links(), { kind: 'drop', probability: 0.05 })
    for (let round = 0; round < 15; round += 1) {
      const appends = [1, 2, 3].map((node) => rig.lab.command(node, ['APPEND', 'k', `${node};`]))
      await Promise.all(appends)
    }
    await rig.lab.healAll(false)
    await rig.write(1, 'last', 'write')
    const filled = states(await rig.lab.slots(1, 1, 200)).filter((state) => state !== 'open')
    await everybodyApplies(filled.length)
    const digests = new Map<number, Set<string>>()
    for (const { through, digest } of await rig.all('applied')) {
      digests.set(through, (digests.get(through) ?? new Set()).add(digest))
    }
    expect(digests.size).toBeGreaterThan(15)
    for (const [, found] of digests) expect(found.size).toBe(1)
    const views = await Promise.all([1, 2, 3].map((node) => rig.lab.slots(node, 1, 200)))
    expect(texts(views[1] ?? [])).toEqual(texts(views[0] ?? []))
    expect(texts(views[2] ?? [])).toEqual(texts(views[0] ?? []))
    expect(rig.violations()).toEqual([])
  })

  it('S25: a slot that is chosen above a gap is buffered, and applied when the gap is filled', async () => {
    await open({ learnerMode: { kind: 'all' } })
    await write(1, 'first')
    await everybodyApplies(1, [3])
    const gap = await rig.hold({ types: ['accept'], ...slotOf(2) }, to(1, 3))
    const values = await rig.hold(only('chosen'), [...to(1, 3), ...to(2, 3)])
    for (const value of ['second', 'third', 'fourth']) await write(1, value)
    await eventually('two slots wait at node 3', async () => {
      return states(await rig.lab.slots(3, 3, 2)).every((state) => state === 'chosen')
    })
    expect(states(await rig.lab.slots(3, 2, 1))).toEqual(['open'])
    await rig.lab.endFault(values)
    await rig.lab.endFault(gap)
    await everybodyApplies(4)
    expect(states(await rig.lab.slots(3, 1, 4))).toEqual(Array(4).fill('applied'))
    expect(rig.violations()).toEqual([])
  })
})

describe('one leader over all slots', () => {
  it.each([3, 5] as const)(
    'S26: %i nodes: phase 1 once, then 2(N-1) messages for a chosen slot',
    async (nodes) => {
      await open({ nodes, tickMs: SLOW_TICK_MS })
      const writes = 20
      for (let count = 1; count <= writes; count += 1) await write(1, `${count}`)
      const others = nodes - 1
      const counted = async () => framesByType(await rig.record())
      await eventually('all votes', async () => {
        return ((await counted()).accepted ?? 0) >= writes * others
      })
      await rig.logsEqual()
      const sums = await counted()
      expect(sums).toMatchObject({
        prepare: others,
        promise: others,
        accept: writes * others,
        accepted: writes * others,
      })
      // Learning rides on the next accept, and on heartbeats when there is none.
      expect([sums.chosen, sums.catchUp, sums.nack]).toEqual([undefined, undefined, undefined])
    },
  )

  it('S26: a first value takes four message delays, each later one two', async () => {
    await open({ tickMs: SLOW_TICK_MS })
    await rig.hold(only('prepare', 'promise', 'accept', 'accepted'))
    /** Lets one delay pass at a time: all that is on its way arrives, and nothing else. */
    const delays = async (
      value: string,
      order: readonly ('prepare' | 'promise' | 'accept' | 'accepted')[],
    ) => {
      let answered = false
      const reply = rig.lab.command(1, ['SET', 'k', value]).finally(() => (answered = true))
      for (const type of order) {
        const { frames } = await rig.held(only(type), 2)
        expect(await rig.lab.gateList({})).toMatchObject({ total: 2 })
        expect(answered).toBe(false)
        await rig.lab.gateRelease({ kind: 'ids', ids: frames.map(({ id }) => id) })
      }
      expect(await reply).toMatchObject({ outcome: 'ok' })
    }
    await delays('first', ['prepare', 'promise', 'accept', 'accepted'])
    await delays('second', ['accept', 'accepted'])
    await delays('third', ['accept', 'accepted'])
  })
})

describe('a new leader that knows 1-134, 138 and 139', () => {
  it('S27: runs phase 1 for 135-137 and all above 139 in one prepare, and is told of votes only', async () => {
    await open({ image: GAP_IMAGE })
    await rig.hold(only('prepare', 'promise'))
    await rig.lab.startElection(1)
    const ranges = [
      { from: 135, to: 137 },
      { from: 140, to: null },
    ]
    // One for each of the others; while they wait, a prepare is sent again.
    for (const to of [2, 3]) {
      expect(JSON.parse(await rig.text('prepare', 1, to))).toMatchObject({
        type: 'prepare',
        ranges,
      })
    }
    expect(await rig.told('bid')).toHaveLength(1)
    await rig.release(only('prepare'))
    for (const from of [2, 3]) {
      const promise: unknown = JSON.parse(await rig.text('promise', from, 1))
      const votes = from === 2 ? [{ slot: 135 }, { slot: 140 }] : []
      expect(promise).toMatchObject({ chosenThrough: 134, votes, parts: 1 })
      expect(promise).toHaveProperty('votes.length', votes.length)
    }
  })

  it('S28: re-proposes 135 and 140, fills 136 and 137 with a no-op, and executes through 140', async () => {
    await open({ image: GAP_IMAGE })
    // A quorum of 1 and 2: phase 1 hears of both votes.
    await rig.hold(only('prepare'), to(1, 3))
    expect(states(await rig.lab.slots(1, 134, 7))).toEqual([
      'applied',
      'open',
      'open',
      'open',
      'chosen',
      'chosen',
      'open',
    ])
    await rig.lab.startElection(1)
    const [elected] = await rig.told('elected')
    expect(elected).toMatchObject({ by: 1, witnesses: [1, 2], forced: 2, noops: 2 })
    const issued = await rig.told('issued', undefined, 3)
    expect(issued.map(({ cause, slot, count }) => [cause, slot, count])).toEqual([
      ['forced', 135, 1],
      ['forced', 140, 1],
      ['noop', 136, 2],
    ])
    await everybodyApplies(140)
    for (const node of [1, 2, 3]) {
      const views = await rig.lab.slots(node, 135, 6)
      expect(states(views)).toEqual(Array(6).fill('applied'))
      expect(texts(views)).toEqual([
        'SET a of 135',
        'no-op',
        'no-op',
        'SET y known',
        'SET y known',
        'SET b of 140',
      ])
    }
    // Nobody asked for a no-op, and nobody is told of one.
    expect(await rig.all('clientReplied')).toEqual([])
    expect(await rig.lab.command(2, ['MGET', 'a', 'b'])).toMatchObject({
      reply: expect.stringMatching(/of 135[^]*of 140/),
    })
    await write(2, 'a client')
    expect(await rig.told('clientReplied', undefined, 2)).toHaveLength(2)
    expect(texts(await rig.lab.slots(2, 141, 2))).toContain('SET k a client')
    expect(rig.violations()).toEqual([])
  })
})

describe('the window', () => {
  it('S29: 142 is chosen before 141, and executed after it', async () => {
    await open({ image: FULL_IMAGE })
    await rig.lab.startElection(1)
    await rig.told('elected')
    const match = { types: ['accepted'] as const, ...slotOf(141) }
    const fault = await rig.hold(match)
    const first = rig.lab.command(1, ['SET', 'k', 'in 141'])
    await rig.held(match, 2)
    const second = rig.lab.command(1, ['SET', 'k', 'in 142'])
    const early = (await rig.told('chosen', ({ slot, by }) => slot === 142 && by === 1))[0]
    expect(states(await rig.lab.slots(1, 140, 3))).toEqual(['applied', 'voted', 'chosen'])
    await rig.lab.endFault(fault)
    expect(await first).toMatchObject({ outcome: 'ok' })
    expect(await second).toMatchObject({ outcome: 'ok' })
    const late = (await rig.told('chosen', ({ slot, by }) => slot === 141 && by === 1))[0]
    const [applied] = await rig.told('applied', ({ by, through }) => by === 1 && through >= 142)
    expect(early?.nodeSeq).toBeLessThan(late?.nodeSeq ?? 0)
    expect(late?.nodeSeq).toBeLessThan(applied?.nodeSeq ?? 0)
    expect(await rig.get(2, 'k')).toBe('"in 142"')
    await rig.logsEqual()
    expect(rig.violations()).toEqual([])
  })

  it('S29: a successor finds a gap of at most α-1 slots', async () => {
    const windowSlots = 4
    await open({ image: FULL_IMAGE, windowSlots, policy: EAGER_POLICY, tickMs: SLOW_TICK_MS })
    await rig.lab.startElection(1)
    const [{ ballot } = { ballot: null }] = await rig.told('elected')
    const accepts = { types: ['accept'] as const, ...slotOf(141, 143) }
    await rig.hold(accepts)
    const writes: Promise<unknown>[] = []
    for (let slot = 141; slot <= 145; slot += 1) {
      writes.push(rig.lab.command(1, ['SET', `k${slot}`, 'v']))
      // One at a time, so that each has a slot of its own.
      if (slot <= 143) await rig.held({ ...accepts, ...slotOf(slot) }, 2)
      if (slot === 144) await rig.told('chosen', (event) => event.slot === 144)
    }
    await eventually('the fifth waits', async () => (await rig.node(1)).status?.waiting === 1)
    await rig.lab.killNode(1)
    await Promise.all(writes)
    const issued = eventsOf(await rig.record(), 'issued')
    const last = issued.map(({ slot, count }) => slot + count - 1)
    expect(Math.max(...last)).toBe(140 + windowSlots)

    await rig.lab.gateDrop({ kind: 'all' })
    await rig.lab.startElection(2)
    const next = await rig.told('elected', ({ by }) => by === 2)
    expect(next[0]).toMatchObject({ forced: 1, noops: windowSlots - 1 })
    await rig.lab.healAll(false)
    await everybodyApplies(144, [2, 3])
    expect(texts(await rig.lab.slots(2, 141, 4))).toEqual(['no-op', 'no-op', 'no-op', 'SET k144 v'])
    const old = (await rig.all('voted')).filter((vote) => {
      return ballot !== null && sameBallot(vote.ballot, ballot) && vote.slot < 144 && vote.by !== 1
    })
    expect(old).toEqual([])
    expect(rig.violations()).toEqual([])
  })
})
