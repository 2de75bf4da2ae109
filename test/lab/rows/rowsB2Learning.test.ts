/** S20 and S20b on real processes: who learns from whom, and what a lost vote message costs. */
import { afterEach, describe, expect, it } from 'vitest'
import type { LearnerMode } from '../../../src/core/paxos/config'
import { eventually } from '../../support/eventually'
import { chosenByVotes, framesByType } from '../../support/rowFolds'
import { eventsOf, only, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

/** One resend period is then longer than a test: what is counted was sent once. */
const SLOW_TICK_MS = 100
const NODES = 5
const WRITES = 10
const LEADER: LearnerMode = { kind: 'leader' }
const ALL: LearnerMode = { kind: 'all' }
const SET: LearnerMode = { kind: 'set', nodes: [2, 3] }

let rig: RowLab
const open = async (...args: Parameters<typeof rowLab>) => (rig = await rowLab(...args))
afterEach(() => rig.close())

describe('messages of learning', () => {
  it.each([
    // Each of the others tells the proposer.
    ['one distinguished learner', LEADER, NODES - 1, 0],
    // Acceptors × learners, less what each tells itself.
    ['all to all', ALL, NODES * (NODES - 1), 0],
    // 1, 2 and 3 tell two of {proposer 1, 2, 3} besides themselves, 4 and 5 tell three.
    // The two inform 4 and 5 of what they count before a watermark tells them.
    ['a set of two, and the proposer', SET, 3 * 2 + 2 * 3, 2 * 2],
  ])('S20: %s: counted on the links', async (_name, learnerMode, aSlot, informed) => {
    await open({ nodes: NODES, learnerMode, tickMs: SLOW_TICK_MS })
    for (let count = 1; count <= WRITES; count += 1) {
      expect(await rig.lab.command(1, ['INCR', 'n'])).toMatchObject({ outcome: 'ok' })
    }
    const want = WRITES * aSlot
    const counted = async () => framesByType(await rig.record())
    await eventually(`${want} frames`, async () => ((await counted()).accepted ?? 0) >= want)
    await rig.logsEqual()
    // A heartbeat carries the watermark to those that count no votes themselves.
    expect(await counted()).toMatchObject({ accepted: want, accept: WRITES * (NODES - 1) })
    const { chosen = 0 } = await counted()
    expect(chosen).toBeLessThanOrEqual(WRITES * informed)
    expect(chosen > 0).toBe(informed > 0)
    expect(rig.violations()).toEqual([])
  })
})

/** Node 1 proposes, all vote, no learner has heard of it, and node 1 is dead. */
async function killProposerBeforeItLearns(learnerMode: LearnerMode): Promise<void> {
  await open({ nodes: NODES, learnerMode })
  await rig.hold(only('accepted', 'heartbeat'))
  const write = rig.lab.command(1, ['SET', 'k', 'v'])
  await rig.told('voted', ({ slot }) => slot === 1, NODES)
  await rig.held(only('accepted'), NODES - 1)
  await rig.lab.killNode(1)
  expect(await write).toMatchObject({ outcome: 'unknown' })
}

/** What nodes hold in slot 1, asked of themselves. */
async function statesOf(nodes: readonly number[]): Promise<(string | undefined)[]> {
  const views = await Promise.all(nodes.map((node) => rig.lab.slots(node, 1, 1)))
  return views.map(([view]) => view?.state)
}

/** They count the votes themselves; nobody else tells them. */
async function learn(...nodes: number[]): Promise<void> {
  const chosen = await rig.told('chosen', ({ slot }) => slot === 1, nodes.length)
  expect(chosen.map(({ by }) => by).sort()).toEqual(nodes)
  await eventually('they execute it', async () => {
    return (await statesOf(nodes)).every((state) => state === 'applied')
  })
}

describe('the distinguished learner dies', () => {
  it('S20: with one, learning stalls, and the value is chosen all the same', async () => {
    await killProposerBeforeItLearns(LEADER)
    // Every vote message there is was meant for node 1.
    const { frames } = await rig.lab.gateList(only('accepted'))
    expect(new Set(frames.map(({ link }) => link.to))).toEqual(new Set([1]))
    await rig.lab.healAll(false)
    expect(await rig.lab.gateList({})).toMatchObject({ total: 0 })
    expect(await statesOf([2, 3, 4, 5])).toEqual(['voted', 'voted', 'voted', 'voted'])
    const [ids] = chosenByVotes(await rig.record(), NODES).values()
    expect(ids).toHaveLength(1)
  })

  it('S20: in a set of two, the other one learns', async () => {
    await killProposerBeforeItLearns(SET)
    await rig.lab.killNode(2)
    await rig.lab.healAll(false)
    await learn(3)
    const [ids] = chosenByVotes(await rig.record(), NODES).values()
    expect(ids).toHaveLength(1)
  })

  it('S20: when all are told, everybody who is left learns', async () => {
    await killProposerBeforeItLearns(ALL)
    await rig.lab.healAll(false)
    await learn(2, 3, 4, 5)
    const [ids] = chosenByVotes(await rig.record(), NODES).values()
    expect(ids).toHaveLength(1)
  })

  it('S20: one of a set dies while the proposer lives: nobody waits', async () => {
    await open({ nodes: 3, learnerMode: { kind: 'set', nodes: [2, 3] } })
    await rig.write(1, 'k', 'before')
    await rig.lab.killNode(2)
    await rig.write(1, 'k', 'after')
    await eventually('node 3 learns', async () => (await rig.get(3, 'k')) === '"after"')
    expect(rig.violations()).toEqual([])
  })
})

describe('lost learn messages', () => {
  it('S20b: a chosen value that no learner knows is found by proposing', async () => {
    await open()
    const lost = await rig.lab.changeLinks(rig.links(), {
      kind: 'drop',
      probability: 1,
      match: only('accepted'),
    })
    const write = rig.lab.command(1, ['SET', 'k', 'v'])
    await rig.told('voted', ({ slot }) => slot === 1, 3)
    await rig.lab.killNode(1)
    expect(await write).toMatchObject({ outcome: 'unknown' })
    expect(await statesOf([2, 3])).toEqual(['voted', 'voted'])
    const before = await rig.record()
    expect(chosenByVotes(before, 3).get(1)).toHaveLength(1)
    expect([...eventsOf(before, 'chosen'), ...eventsOf(before, 'learned')]).toEqual([])

    await rig.lab.endFault(lost)
    const read = await rig.lab.read(2, { kind: 'slot', slot: 1 }, 'propose')
    expect(read).toMatchObject({ verdict: 'chosen', value: 'SET k v' })
    const [elected] = await rig.told('elected', ({ by }) => by === 2)
    expect(elected).toMatchObject({ forced: 1, noops: 0 })
    const [known] = await rig.told('chosen', ({ slot }) => slot === 1)
    const events = await rig.record()
    // The gap: from the vote that completed a majority to the first learner that knew.
    const [, second] = eventsOf(events, 'voted').filter(({ slot }) => slot === 1)
    expect(known?.atMs).toBeGreaterThan(second?.atMs ?? Infinity)
    expect(known?.ids).toEqual(second?.ids)
    expect(rig.violations()).toEqual([])
  })
})
