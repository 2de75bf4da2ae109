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

/** Share of the ballots begun in `events` that chose nothing. */
function undecidedShare(events: readonly LabEvent[]): { ballots: number; share: number } {
  const names = (type: 'bid' | 'chosen') => {
    return new Set(eventsOf(events, type).map(({ ballot }) => formatBallot(ballot)))
  }
  const bids = names('bid')
  const fruitful = [...names('chosen')].filter((ballot) => bids.has(ballot))
  return { ballots: bids.size, share: 1 - fruitful.length / bids.size }
}

/** The most ballots in a row that chose nothing. */
function longestDuel(events: readonly LabEvent[]): number {
  let longest = 0
  let ballots = 0
  for (const { type } of events) {
    if (type === 'bid') ballots += 1
    else if (type === 'chosen') ballots = 0
    longest = Math.max(longest, ballots)
  }
  return longest
}

describe('the duel', () => {
  it('S21: 50 ballots in a row undecided on real TCP; one proposer alone wins at once', async () => {
    await open({ requestDeadlineMs: LONG_MS })
    // Long against what a busy machine adds by itself: the two stay in step.
    await rig.lab.changeLinks(rig.links(), { kind: 'delay', delayMs: 40, jitterMs: 0 })
    await rig.lab.setLoad({ ...DEFAULT_LOAD, clients: 2, nodes: [1, 2], targetPerSecond: 0 })
    await eventually('a duel', async () => longestDuel(await rig.record()) >= 50, 80_000)
    // In order, so that every ballot that it began is told.
    await rig.lab.stopNode(2)
    const [exit] = await rig.told('nodeExited')
    const chosen = await rig.told('chosen', ({ by, seq }) => by === 1 && seq > (exit?.seq ?? 0), 5)
    await rig.lab.setLoad(null)

    const bids = await rig.all('bid')
    const rounds = bids.filter(({ by }) => by === 2).map(({ ballot }) => ballot.round)
    const last = chosen.at(-1)?.ballot
    expect(last?.node).toBe(1)
    expect(last?.round).toBeLessThanOrEqual(Math.max(...rounds) + 1)
    const { ballots, share } = undecidedShare(await rig.record())
    expect(Math.round(ballots * share)).toBeGreaterThanOrEqual(49)
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

/** Longest time that the adversary holds a frame; a wait beyond it lets a ballot win. */
const HOLD_MS = 300
const TICK_MS = 5
const BALLOTS = 60
const FIXED: ElectionPolicy = { kind: 'backoff', backoff: { kind: 'fixed', ticks: 4 } }
const RANDOM: ElectionPolicy = {
  kind: 'backoff',
  backoff: { kind: 'random', ticksMin: 4, ticksMax: (5 * HOLD_MS) / TICK_MS },
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
