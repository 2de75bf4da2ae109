/** S17 to S19 on real processes: whom phase 2 asks, what an acceptor accepts, and the theorem. */
import { afterEach, describe, expect, it } from 'vitest'
import { judgeProposals } from '../../../src/core/check/judgeProposals'
import { compareBallot, sameBallot } from '../../../src/core/paxos/ballot'
import type { Ballot } from '../../../src/core/paxos/ballot'
import { createPrng } from '../../../src/core/sim/prng'
import type { Prng } from '../../../src/core/sim/prng'
import { chosenByVotes } from '../../support/rowFolds'
import { eventsOf, only, rowLab } from '../../support/rowLab'
import type { EventOf, RowLab } from '../../support/rowLab'

let rig: RowLab
const open = async (...args: Parameters<typeof rowLab>) => (rig = await rowLab(...args))
afterEach(() => rig.close())

const WRITE = (value: string) => ['SET', 'k', value]
const to = (from: number, ...nodes: number[]) => nodes.map((node) => ({ from, to: node }))

describe('phase 2 asks another majority than phase 1', () => {
  it('S17: promises of 1, 2, 3, votes of 1, 4, 5, and the next quorum shares one node with it', async () => {
    await open({ nodes: 5 })
    // Nobody learns by hearsay: what the next proposer finds, its promises must have told.
    await rig.hold(only('heartbeat', 'chosen'))
    await rig.hold(only('prepare'), to(1, 4, 5))
    await rig.hold(only('accept'), to(1, 2, 3))
    expect(await rig.lab.command(1, WRITE('first'))).toMatchObject({ outcome: 'ok' })

    const [elected] = await rig.told('elected')
    expect(elected).toMatchObject({ by: 1, witnesses: [1, 2, 3], forced: 0 })
    const votes = await rig.told('voted', undefined, 3)
    expect(votes.map(({ by }) => by).sort()).toEqual([1, 4, 5])
    for (const vote of votes) expect(vote).toMatchObject({ slot: 1, ballot: elected?.ballot })

    // Node 5 hears 2 and 3 only, which hold nothing: its own vote is all that the quorums share.
    await rig.hold(only('prepare'), to(5, 1, 4))
    const second = await rig.lab.propose(5, WRITE('second'))
    expect(second).toMatchObject({ outcome: 'ok' })
    const [, next] = await rig.told('elected', undefined, 2)
    expect(next).toMatchObject({ by: 5, witnesses: [2, 3, 5], forced: 1, noops: 0 })
    const views = await rig.lab.slots(5, 1, 2)
    expect(views.map(({ chosen }) => chosen?.text)).toEqual(['SET k first', 'SET k second'])

    await rig.lab.healAll(false)
    await rig.logsEqual()
    const slots = chosenByVotes(await rig.record(), 5)
    expect([...slots.values()].map((ids) => ids.length)).toEqual([1, 1])
    expect(rig.violations()).toEqual([])
  })

  it('S17: with listed quorums that share one node each, every ballot finds what is chosen', async () => {
    const quorums = {
      kind: 'sets',
      phase1: [
        [1, 2],
        [3, 4],
      ],
      phase2: [
        [1, 3, 5],
        [2, 4, 5],
      ],
    } as const
    await open({ nodes: 5, quorums })
    await rig.hold(only('heartbeat', 'chosen'))
    await rig.hold(only('accept'), to(1, 2, 4))
    expect(await rig.lab.command(1, WRITE('first'))).toMatchObject({ outcome: 'ok' })
    const votes = await rig.told('voted', undefined, 3)
    expect(votes.map(({ by }) => by).sort()).toEqual([1, 3, 5])
    // 3 and 4 promise; of the three that voted only 3 is among them.
    await rig.hold(only('prepare'), [...to(4, 1, 2, 5)])
    expect(await rig.lab.propose(4, WRITE('second'))).toMatchObject({ outcome: 'ok' })
    const [next] = await rig.told('elected', ({ by }) => by === 4)
    expect(next).toMatchObject({ witnesses: [3, 4], forced: 1 })
    expect((await rig.lab.slots(4, 1, 1))[0]?.chosen?.text).toBe('SET k first')
    await rig.lab.healAll(false)
    await rig.logsEqual()
    expect(rig.violations()).toEqual([])
  })
})

describe('an acceptor accepts unless it promised higher', () => {
  it('S18: at the promised ballot, and at a higher one that it was never asked to promise', async () => {
    await open()
    const fault = await rig.hold(only('prepare'), to(1, 3))
    expect(await rig.lab.command(1, WRITE('v'))).toMatchObject({ outcome: 'ok' })
    const votes = await rig.told('voted', undefined, 3)
    const ballot = votes[0]?.ballot
    const promises = await rig.all('promised')
    expect(promises.map(({ by }) => by).sort()).toEqual([1, 2])
    for (const vote of [...promises, ...votes]) expect(vote.ballot).toEqual(ballot)
    // The vote was a promise as well: the prepare, late, is answered and changes nothing.
    await rig.lab.endFault(fault)
    await rig.lab.command(1, WRITE('w'))
    expect((await rig.all('promised')).map(({ by }) => by).sort()).toEqual([1, 2])
    expect(await rig.all('refused')).toEqual([])
  })

  it('S18: below the promised ballot it refuses, and its vote stays what it was', async () => {
    await open()
    await rig.write(1, 'k', 'before')
    await rig.hold({ types: ['accept'], ballotNode: 1 }, to(1, 2, 3))
    const late = rig.lab.command(1, WRITE('late'))
    const { frames } = await rig.held(only('accept'), 2)
    await rig.write(3, 'k', 'newer')
    await rig.release({ types: ['accept'], ballotNode: 1 })
    const head = frames[0]
    const isHead = (ballot: Ballot) => head?.ballot != null && sameBallot(ballot, head.ballot)
    const isRefused = (by: number) => (event: EventOf<'refused'>) =>
      event.by === by && event.phase === 2 && isHead(event.ballot)
    const refused = [
      ...(await rig.told('refused', isRefused(2))),
      ...(await rig.told('refused', isRefused(3))),
    ]
    for (const { ballot, promised } of refused) {
      expect(compareBallot(promised, ballot)).toBeGreaterThan(0)
    }
    const stale = (await rig.all('voted')).filter(({ by, slot, ballot }) => {
      return by !== 1 && slot === head?.slot && isHead(ballot)
    })
    expect(stale).toEqual([])
    await rig.lab.healAll(false)
    expect(await late).toMatchObject({ outcome: 'ok' })
    await rig.logsEqual()
    expect(rig.violations()).toEqual([])
  })
})

/** One random act; whatever it breaks, it mends before the next. */
async function disturb(dice: Prng): Promise<void> {
  const node = dice.between(1, 3)
  const others = [1, 2, 3].filter((one) => one !== node)
  switch (dice.between(0, 5)) {
    case 0:
      await rig.lab.killNode(node)
      return await rig.lab.restartNode(node)
    case 1:
      return void (await rig.lab.partition({ preset: 'custom', groups: [[node], others] }))
    case 2:
      return void (await rig.lab.changeLinks(rig.links(), { kind: 'drop', probability: 0.3 }))
    case 3:
      return void (await rig.lab.changeLinks(rig.links(), {
        kind: 'reorder',
        probability: 0.5,
        windowMs: 30,
      }))
    case 4:
      return void (await rig.lab.changeLinks(rig.links(), { kind: 'duplicate', probability: 0.5 }))
    default:
      await rig.lab.startElection(node)
      return await rig.lab.startElection(others[0] ?? 1)
  }
}

describe('the theorem', () => {
  it.each([1, 2])(
    'S19: random faults, seed %i: one value a slot, and every proposal has its ground',
    async (seed) => {
      await open({ seed, requestDeadlineMs: 400 })
      const dice = createPrng(seed, 19)
      for (let round = 0; round < 12; round += 1) {
        await disturb(dice)
        const nodes = [1, 2, 3].map((node) => rig.lab.command(node, ['INCR', 'n']))
        await Promise.all(nodes)
        if (dice.unit() < 0.5) await rig.lab.healAll(true)
      }
      await rig.lab.healAll(true)
      await rig.write(1, 'last', 'write')
      await rig.logsEqual()
      const events = await rig.record()
      const slots = chosenByVotes(events, 3)
      expect(slots.size).toBeGreaterThan(10)
      expect([...slots.values()].filter((ids) => ids.length > 1)).toEqual([])
      const { proposals, violations } = judgeProposals(events, [1, 2, 3])
      expect(violations).toEqual([])
      expect(proposals.filter(({ verdict }) => verdict === 'holds').length).toBeGreaterThan(10)
      expect(eventsOf(events, 'violated')).toEqual([])
      expect(rig.violations()).toEqual([])
    },
  )
})
