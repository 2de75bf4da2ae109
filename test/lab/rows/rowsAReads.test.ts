/** S1, S2, S2b on real processes: a learner that asks all, and what it may not say. */
import { afterEach, expect, it } from 'vitest'
import { sameBallot } from '../../../src/core/paxos/ballot'
import type { ImageVote } from '../../../src/shared/diskImage'
import { LabRig } from '../../support/cluster'
import { bundled, only, PATIENT_POLICY, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

const SLOT = { kind: 'slot', slot: 1 } as const
const KEY = { kind: 'key', key: 'x' } as const

let rig: LabRig
const start = async (...args: Parameters<typeof rowLab>): Promise<RowLab> => {
  const lab = await rowLab(...args)
  rig = lab
  return lab
}
afterEach(() => rig.close())

it('S1: the reader asks all, and says chosen when a majority reports one (n, v)', async () => {
  const row = await start({ policy: PATIENT_POLICY })
  await row.hold(only('accept', 'accepted', 'heartbeat'))
  const write = row.lab.command(1, ['SET', 'x', 'v'])
  const [vote] = await row.told('voted')

  const queries = await row.hold(only('query'))
  const asked = row.lab.read(3, SLOT, 'learner')
  const { frames } = await row.held(only('query'), 2)
  expect(frames.map(({ link }) => link.to).sort()).toEqual([1, 2])
  await row.lab.endFault(queries)
  const early = await asked
  expect(early).toMatchObject({ verdict: 'undetermined', value: null })
  const votes = { 1: [{ slot: 1, ballot: vote?.ballot, id: vote?.ids[0] }], 2: [], 3: [] }
  expect(votesOf(early)).toEqual(votes)

  await row.pass('accept', 1, 2)
  await row.told('voted', ({ by }) => by === 2)
  const late = await row.lab.read(3, SLOT, 'learner')
  expect(late).toMatchObject({ verdict: 'chosen', value: 'SET x v' })
  expect(votesOf(late)).toEqual({ ...votes, 2: votes[1] })
  // Nobody had learned it: the reader counted the votes itself.
  expect(late.replies.map(({ appliedThrough }) => appliedThrough)).toEqual([0, 0, 0])

  const told = await row.told('learnerRead', () => true, 2)
  expect(told.map(({ result }) => result)).toEqual([early, late])
  for (const { latencyMs, node } of told) expect([latencyMs > 0, node]).toEqual([true, 3])
  await row.lab.healAll(false)
  expect(await write).toMatchObject({ outcome: 'ok' })
})

/** The votes that each node reported. */
function votesOf({ replies }: Awaited<ReturnType<LabRig['lab']['read']>>) {
  return Object.fromEntries(replies.map(({ node, votes }) => [node, votes]))
}

it('S2: with three of five cut, killed or paused a read is undetermined, with two not', async () => {
  const row = await start({ nodes: 5 })
  expect(await row.lab.command(1, ['SET', 'x', 'v'])).toMatchObject({ outcome: 'ok' })
  await row.applied(1)
  const { lab } = row
  const ways = {
    kill: (node: number) => lab.killNode(node),
    pause: (node: number) => lab.pauseNode(node),
    cut: async (node: number) => {
      const links = row.links().filter(({ from, to }) => from === node || to === node)
      await lab.changeLinks(links, { kind: 'cut' })
    },
  }
  for (const [way, fail] of Object.entries(ways)) {
    for (const node of [1, 4]) await fail(node)
    const two = await lab.read(3, KEY, 'learner')
    expect([way, two.verdict, two.value]).toEqual([way, 'chosen', 'v'])
    await fail(5)
    const three = await lab.read(3, KEY, 'learner')
    expect([way, three.verdict, three.value]).toEqual([way, 'undetermined', null])
    expect(three.replies.map(({ node }) => node).sort()).toEqual([2, 3])
    expect(three.reason).toContain('2 of 5 nodes answered')
    await lab.healAll(true)
  }
  expect(await lab.read(3, KEY, 'learner')).toMatchObject({ verdict: 'chosen', value: 'v' })
})

it('S2: split votes (2/2/1) are undetermined, although three nodes hold one value', async () => {
  const vote = (round: number, node: number, value: string): ImageVote => ({
    slotFrom: 1,
    slotTo: 1,
    ballot: { round, node },
    command: ['SET', 'x', value],
  })
  // 1.1 and 2.3 were free; 3.5 heard of 1.1 from nodes 1 and 2 and was forced to v.
  const votes = [vote(1, 1, 'v'), vote(1, 1, 'v'), vote(2, 3, 'w'), vote(2, 3, 'w')]
  const row = await start({
    nodes: 5,
    image: [...votes, vote(3, 5, 'v')].map((one, at) => ({
      node: at + 1,
      promised: at < 2 ? { round: 3, node: 5 } : null,
      votes: [one],
      learned: [],
      chosenThrough: 0,
    })),
  })
  for (const subject of [SLOT, KEY]) {
    const read = await row.lab.read(4, subject, 'learner')
    expect(read).toMatchObject({ verdict: 'undetermined', value: null })
    expect(read.replies).toHaveLength(5)
  }
  expect(row.violations()).toEqual([])
})

it('S2b: value-majority v, no majority of proposals, and then w is chosen', async () => {
  const row = await start({ policy: PATIENT_POLICY })
  const { lab } = row
  await row.hold(only('prepare', 'accept', 'heartbeat'))
  const voteOf = (node: number, ballot: { round: number; node: number }) => {
    return row.told('voted', (event) => event.by === node && sameBallot(event.ballot, ballot))
  }
  // Ballot 1, with 1 and 2: free, reaches 1 only.
  const ofV = lab.command(1, ['SET', 'x', 'v'])
  await row.pass('prepare', 1, 2)
  await voteOf(1, { round: 1, node: 1 })
  // Ballot 2, with 2 and 3: free, reaches 3 only.
  const ofW = lab.command(3, ['SET', 'x', 'w'])
  await row.pass('prepare', 3, 2)
  await voteOf(3, { round: 1, node: 3 })
  // Ballot 3, with 1 and 2: forced to v by 1, reaches 2 only.
  await lab.startElection(2)
  await row.pass('prepare', 2, 1)
  await voteOf(2, { round: 2, node: 2 })
  expect((await row.all('issued')).map(({ cause }) => cause)).toEqual(['free', 'free', 'forced'])

  const naive = await lab.read(2, SLOT, 'valueMajority')
  expect(naive).toMatchObject({ verdict: 'chosen', value: 'SET x v' })
  const sound = await lab.read(2, SLOT, 'learner')
  expect(sound).toMatchObject({ verdict: 'undetermined', value: null })
  const ballots = sound.replies.map(({ node, votes }) => [node, votes[0]?.ballot])
  expect(new Map(ballots.map(([node, at]) => [node, at]))).toEqual(
    new Map([
      [1, { round: 1, node: 1 }],
      [2, { round: 2, node: 2 }],
      [3, { round: 1, node: 3 }],
    ]),
  )

  // Ballot 4, with 1 and 3: forced to w by 3, reaches 1 and 3.
  await lab.startElection(1)
  await row.pass('prepare', 1, 3, { ballotRound: 3 })
  await row.pass('accept', 1, 3, { ballotRound: 3 })
  await voteOf(3, { round: 3, node: 1 })
  expect(await lab.read(2, SLOT, 'learner')).toMatchObject({ verdict: 'chosen', value: 'SET x w' })
  await lab.healAll(false)
  expect(await ofW).toMatchObject({ outcome: 'ok' })
  expect(await ofV).toMatchObject({ outcome: 'ok' })
  await row.logsEqual()

  const reads = await row.all('learnerRead')
  const flagged = await row.told('violated')
  const wrong = reads.filter(({ mode }) => mode === 'valueMajority').map(({ seq }) => seq)
  expect(flagged).toMatchObject([{ invariant: 'I10', evidence: wrong }])
  expect(row.violations()).toEqual(['I10'])
})

it('S2b: the bundled experiment shows all of it, and the naive reader is flagged', async () => {
  const scenario = bundled('value-majority')
  rig = new LabRig({ scenarios: [scenario] })
  await rig.lab.runScenario(scenario.name, 1)
  const { expectations, verdict } = await rig.lab.scenarioOutcome()
  expect(expectations.filter(({ held }) => held !== true)).toEqual([])
  expect(expectations).toHaveLength(5)
  expect(verdict).toBe('violated')
  const violated = rig.events.filter(({ type }) => type === 'violated')
  expect(violated).toMatchObject([{ invariant: 'I10' }])
})
