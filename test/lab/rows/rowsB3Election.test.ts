/** S21 to S23 on real processes: the duel, the distinguished proposer, and what random waits do. */
import { afterEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../../src/core/event'
import { compareBallot, formatBallot, ZERO_BALLOT } from '../../../src/core/paxos/ballot'
import { LEADER_POLICY } from '../../../src/core/paxos/config'
import type { ElectionPolicy } from '../../../src/core/paxos/config'
import { DEFAULT_LOAD } from '../../../src/shared/api'
import { eventually } from '../../support/eventually'
import { eventsOf, only, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

let rig: RowLab
const open = async (...args: Parameters<typeof rowLab>) => (rig = await rowLab(...args))
afterEach(() => rig.close())

const LONG_MS = 300_000

describe('the duel', () => {
  it('S21: 50 ballots in a row undecided on real TCP; with one proposer left, the next one wins', async () => {
    await open({ requestDeadlineMs: LONG_MS })
    // Long against what a busy machine adds by itself: the two stay in step.
    await rig.lab.changeLinks(rig.links(), { kind: 'delay', delayMs: 25, jitterMs: 0 })
    const writes = [1, 2].map((node) => rig.lab.command(node, ['SET', 'k', `of ${node}`]))
    const ballots = async () => {
      const bids = await rig.all('bid')
      return new Set(bids.map(({ ballot }) => formatBallot(ballot))).size
    }
    await eventually('50 ballots', async () => (await ballots()) >= 50, 60_000)
    expect(await rig.all('chosen')).toEqual([])
    // In order, so that every ballot that it began is told.
    await rig.lab.stopNode(2)
    expect(await writes[0]).toMatchObject({ outcome: 'ok' })
    expect(await writes[1]).toMatchObject({ outcome: expect.stringMatching(/error|unknown/) })

    const events = await rig.record()
    const bids = eventsOf(events, 'bid')
    const rivalRound = Math.max(
      ...bids.filter(({ by }) => by === 2).map(({ ballot }) => ballot.round),
    )
    const [chosen] = await rig.told('chosen', ({ by }) => by === 1)
    expect(chosen?.ballot.node).toBe(1)
    expect(chosen?.ballot.round).toBeLessThanOrEqual(rivalRound + 1)
    // Every ballot but the last was a wasted prepare.
    const wasted = new Set(bids.map(({ ballot }) => formatBallot(ballot))).size - 1
    expect(wasted).toBeGreaterThanOrEqual(49)
    expect(rig.violations()).toEqual([])
  })
})

describe('the distinguished proposer', () => {
  it('S22: others forward to it, and it gets their values chosen at its one ballot', async () => {
    await open({ policy: LEADER_POLICY })
    await rig.lead(1)
    await rig.write(1, 'k', 'first')
    await rig.hold(only('forward'), [{ from: 3, to: 1 }])
    const write = rig.lab.command(3, ['SET', 'k', 'through another'])
    await rig.held(only('forward'), 1)
    await rig.lab.healAll(false)
    expect(await write).toMatchObject({ outcome: 'ok' })
    const chosen = (await rig.told('chosen', ({ by }) => by === 1, 2)).at(-1)
    const events = await rig.record()
    const elected = eventsOf(events, 'elected').filter(({ by }) => by === 1)
    expect(elected.map(({ ballot }) => ballot)).toContainEqual(chosen?.ballot)
    expect(eventsOf(events, 'issued').filter(({ by }) => by === 3)).toEqual([])
  })

  it('S22: a majority and a number above any used are all that it needs', async () => {
    await open({ policy: LEADER_POLICY })
    const old = await rig.leader()
    const [next = 0, dead = 0] = [1, 2, 3].filter((node) => node !== old)
    await rig.write(old, 'k', 'old')
    const used = (await rig.node(old)).status?.promised ?? ZERO_BALLOT
    await rig.lab.killNode(dead)
    await rig.lead(next)
    await rig.write(next, 'k', 'new')
    expect(await rig.get(old, 'k')).toBe('"new"')
    const elected = await rig.told('elected', ({ by }) => by === next)
    for (const { witnesses } of elected) expect(witnesses).toEqual([old, next].sort())
    expect(compareBallot(elected.at(-1)?.ballot ?? ZERO_BALLOT, used)).toBeGreaterThan(0)
    const bids = (await rig.all('bid')).filter(({ by }) => by === next)
    bids.reduce((below, { ballot }) => {
      expect(compareBallot(ballot, below)).toBeGreaterThan(0)
      return ballot
    }, ZERO_BALLOT)
    expect(rig.violations()).toEqual([])
  })
})

/** Longest time that the adversary holds a frame; a wait beyond it gives a ballot the time to win. */
const HOLD_MS = 300
const TICK_MS = 5
const BALLOTS = 60
const FIXED: ElectionPolicy = { kind: 'backoff', backoff: { kind: 'fixed', ticks: 4 } }
const RANDOM: ElectionPolicy = {
  kind: 'backoff',
  backoff: { kind: 'random', ticksMin: 4, ticksMax: (5 * HOLD_MS) / TICK_MS },
}

/** Share of the ballots begun in `events` that chose nothing. */
function undecidedShare(events: readonly LabEvent[]): { ballots: number; share: number } {
  const names = (type: 'bid' | 'chosen') => {
    return new Set(eventsOf(events, type).map(({ ballot }) => formatBallot(ballot)))
  }
  const bids = names('bid')
  const fruitful = [...names('chosen')].filter((ballot) => bids.has(ballot))
  return { ballots: bids.size, share: 1 - fruitful.length / bids.size }
}

describe('FLP', () => {
  it('S23: against the same adversary, random waits make fewer ballots undecided than fixed ones', async () => {
    const measure = async (policy: ElectionPolicy, ballots: number, chosen: number) => {
      await open({ policy, tickMs: TICK_MS, requestDeadlineMs: LONG_MS })
      await rig.lab.startAdversary({ kind: 'flp', holdMsMax: HOLD_MS })
      await rig.lab.setLoad({ ...DEFAULT_LOAD, clients: 2, nodes: [1, 2], readRatio: 0 })
      const share = await eventually(
        `${ballots} ballots, ${chosen} values`,
        async () => {
          const events = await rig.record()
          const enough = eventsOf(events, 'chosen').length >= chosen
          const measured = undecidedShare(events)
          return enough && measured.ballots >= ballots ? measured : null
        },
        60_000,
      )
      expect(rig.violations()).toEqual([])
      await rig.close()
      return share
    }
    const fixed = await measure(FIXED, BALLOTS, 0)
    const random = await measure(RANDOM, 5, 3)
    console.info(
      `undecided ballots under the adversary: fixed ${(100 * fixed.share).toFixed(0)} % of ` +
        `${fixed.ballots}, random ${(100 * random.share).toFixed(0)} % of ${random.ballots}`,
    )
    expect(random.share).toBeLessThan(fixed.share)
  })
})
