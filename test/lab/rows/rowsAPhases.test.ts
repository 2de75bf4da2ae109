/** S12 and S16 on real processes: the first proposal, and what a promise tells. */
import { afterEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../../src/core/event'
import { formatBallot } from '../../../src/core/paxos/ballot'
import type { ImageVote } from '../../../src/shared/diskImage'
import { clusterLabels } from '../../../src/shared/clusterOptions'
import { LabRig } from '../../support/cluster'
import { bundled, eventsOf, only, PATIENT_POLICY, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

let rig: LabRig
const start = async (...args: Parameters<typeof rowLab>): Promise<RowLab> => {
  const lab = await rowLab(...args)
  rig = lab
  return lab
}
afterEach(() => rig.close())

describe('P1', () => {
  it('S12: phase 2 only: any first proposal is accepted, without a prepare', async () => {
    const row = await start({ mode: 'single', phases: 'second' })
    expect(
      clusterLabels({ variant: 'lamport', mutant: null, flush: true, phases: 'second' }),
    ).toEqual(['phase 2 only'])
    const prepares = await row.hold(only('prepare'))
    expect(await row.lab.command(2, ['SET', 'k', 'v'])).toMatchObject({ outcome: 'ok' })
    const votes = await row.told('voted', undefined, 3)
    expect(votes.map(({ by }) => by).sort()).toEqual([1, 2, 3])
    expect(new Set(votes.map(({ ids }) => ids[0])).size).toBe(1)
    expect((await row.lab.gateList(only('prepare'))).total).toBe(0)
    expect(await row.all('promised')).toEqual([])
    await row.lab.endFault(prepares)
  })

  it('S12: three values at three acceptors, phase 2 only: none is chosen, for ever', async () => {
    const scenario = bundled('three-values')
    rig = new LabRig({ scenarios: [scenario] })
    await rig.lab.runScenario(scenario.name, 1)
    const { expectations, verdict } = await rig.lab.scenarioOutcome()
    expect(expectations.filter(({ held }) => held !== true)).toEqual([])
    expect([expectations.length, verdict]).toEqual([4, 'valid'])
    const events: readonly LabEvent[] = await rig.lab.events(1, 10_000)
    const votes = eventsOf(events, 'voted')
    expect(votes.map(({ by, ballot }) => [by, ballot.node]).sort()).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    // Each of them heard the other two proposals, and could not take them.
    const refused = eventsOf(events, 'refused').map(({ by, ballot }) => `${by}-${ballot.node}`)
    expect([...new Set(refused)].sort()).toEqual(['1-2', '1-3', '2-1', '2-3', '3-1', '3-2'])
    expect(eventsOf(events, 'chosen')).toEqual([])
  })

  it('S12: in full Paxos an acceptor that promised nothing accepts too: P1a implies P1', async () => {
    const row = await start({ policy: PATIENT_POLICY })
    await row.hold(only('prepare', 'heartbeat'), [{ from: 1, to: 3 }])
    expect(await row.lab.command(1, ['SET', 'k', 'v'])).toMatchObject({ outcome: 'ok' })
    const [vote] = await row.told('voted', ({ by }) => by === 3)
    expect(vote).toMatchObject({ ballot: { round: 1, node: 1 } })
    expect((await row.all('promised')).map(({ by }) => by).sort()).toEqual([1, 2])
  })
})

const vote = (round: number, node: number, slot: number, value: string): ImageVote => ({
  slotFrom: slot,
  slotTo: slot,
  ballot: { round, node },
  command: ['SET', 'k', value],
})

/** Acceptor 1 voted below acceptor 3 in slot 1; acceptor 2 never voted. */
const IMAGE = [
  { node: 1, promised: { round: 2, node: 2 }, votes: [vote(1, 1, 1, 'v')] },
  { node: 2, promised: { round: 2, node: 2 }, votes: [] },
  { node: 3, promised: null, votes: [vote(1, 3, 1, 'w'), vote(1, 3, 2, 'x')] },
].map((image) => ({ ...image, learned: [], chosenThrough: 0 }))

describe('a promise', () => {
  it('S16: carries the highest vote below n of each slot, or none', async () => {
    const row = await start({ policy: PATIENT_POLICY, image: IMAGE })
    await row.hold(only('promise'))
    await row.lab.startElection(2)
    const [bid] = await row.told('bid')
    const promiseOf = async (node: number): Promise<Told> => {
      const match = { ballotRound: bid?.ballot.round, ballotNode: 2 }
      return JSON.parse(await row.text('promise', node, 2, match))
    }
    expect(votesIn(await promiseOf(1))).toEqual(['1 1.1 v'])
    expect(votesIn(await promiseOf(3))).toEqual(['1 1.3 w', '2 1.3 x'])

    // One that never voted says so, and its promise is as good.
    await row.lab.startElection(1)
    expect(votesIn(JSON.parse(await row.text('promise', 2, 1)))).toEqual([])
    const promised = await row.told('promised', ({ ballot }) => ballot.node === 1, 3)
    expect(promised.map(({ by }) => by).sort()).toEqual([1, 2, 3])
  })

  it.each([
    [[1, 3], 'w'],
    [[1, 2], 'v'],
  ] as const)('S16: with %j the proposer takes the highest vote: %s', async (quorum, value) => {
    const row = await start({ policy: PATIENT_POLICY, image: IMAGE })
    const absent = [1, 2, 3].filter((node) => !(quorum as readonly number[]).includes(node))
    const links = row.links().filter(({ from, to }) => absent.includes(from) || absent.includes(to))
    await row.lab.changeLinks(links, { kind: 'cut' })
    await row.lab.startElection(quorum[1])
    const [elected] = await row.told('elected')
    expect(elected?.witnesses).toEqual(quorum)
    const [issued] = await row.told('issued')
    expect(issued).toMatchObject({ slot: 1, cause: 'forced' })
    await row.told('chosen', ({ slot }) => slot === 1)
    const [view] = await row.lab.slots(quorum[1], 1, 1)
    expect(view?.chosen?.text).toBe(`SET k ${value}`)
  })
})

interface Told {
  readonly votes: readonly {
    readonly slot: number
    readonly ballot: { readonly round: number; readonly node: number }
    readonly value: string
  }[]
}

/** Slot, ballot and last word of each vote. */
function votesIn({ votes }: Told): string[] {
  return votes.map(({ slot, ballot, value }) => {
    const word = /([vwx]),?$/.exec(value)?.[1] ?? value
    return `${slot} ${formatBallot(ballot)} ${word}`
  })
}
