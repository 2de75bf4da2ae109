/** S11, S13, S14, S15 on real processes: roles, acceptors and witnesses, step by step. */
import { afterEach, expect, it } from 'vitest'
import { judgeProposals } from '../../../src/core/check/judgeProposals'
import type { LabEvent } from '../../../src/core/event'
import { formatBallot } from '../../../src/core/paxos/ballot'
import { eventually } from '../../support/eventually'
import { only, PATIENT_POLICY, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

const NODES = [1, 2, 3]

let rig: RowLab
const start = async (...args: Parameters<typeof rowLab>) => (rig = await rowLab(...args))
afterEach(() => rig.close())

it('S15: the witnesses of a choice that a new leader must repeat, on disk and in the record', async () => {
  await start({ policy: PATIENT_POLICY })
  await rig.hold(only('accept', 'accepted', 'heartbeat'))
  void rig.lab.command(1, ['SET', 'k', 'v'])
  await rig.pass('accept', 1, 2)
  await rig.told('voted', undefined, 2)
  await rig.lab.killNode(1)
  // Chosen by 1 and 2, and nobody who is left knows it.
  await rig.lab.startElection(3)
  await rig.told('issued', ({ by }) => by === 3)
  const events = await rig.record()
  const { proposals, violations } = judgeProposals(events, NODES)
  const [first, second] = proposals
  expect(first).toMatchObject({ grounds: 1, below: null, verdict: 'holds' })
  expect(second).toMatchObject({ id: first?.id, witnesses: [2, 3], grounds: 2, verdict: 'holds' })
  expect(second?.below?.ballot).toEqual(first?.ballot)
  expect(violations).toEqual([])
  // The same record with another value in the place of the forced one does not pass.
  const wrong = events.map((event): LabEvent => {
    return event.type === 'issued' && event.by === 3 ? { ...event, ids: ['planted:1'] } : event
  })
  expect(judgeProposals(wrong, NODES).violations.map(({ invariant }) => invariant)).toEqual(['I6'])
})

it('S11: roles in one process, and in processes of their own', async () => {
  const roles = { proposers: [1, 2], acceptors: [3, 4, 5], learners: [1, 2] }
  await start({ nodes: 5, roles })
  for (const node of [1, 2, 3]) await rig.write(node, `k${node}`, 'v')
  for (const node of roles.learners) {
    await rig.told('applied', ({ by, through }) => by === node && through >= 3)
  }
  const events = await rig.record()
  const by = (...types: LabEvent['type'][]) => {
    const own = events.filter(({ type }) => types.includes(type))
    return [...new Set(own.map((event) => event.by))].sort()
  }
  expect(roles.proposers).toEqual(expect.arrayContaining(by('bid', 'elected', 'issued')))
  expect(by('promised', 'voted')).toEqual([3, 4, 5])
  expect(by('chosen')).toEqual(by('issued'))
  expect(by('applied')).toEqual([1, 2])
  await rig.lab.stopCluster()

  await rig.start({ nodes: 3, policy: PATIENT_POLICY })
  await rig.write(1, 'k', 'v')
  const own = await eventually('node 1 plays every role', async () => {
    const types = new Set((await rig.record()).filter((event) => event.by === 1).map(typeOf))
    return ['bid', 'promised', 'voted', 'chosen', 'applied'].every((type) => types.has(type))
  })
  expect(own).toBe(true)
})

const typeOf = ({ type }: LabEvent): string => type

it('S13: an acceptor accepts several proposals, in order, and the highest one stays', async () => {
  await start({ policy: PATIENT_POLICY })
  await rig.hold(only('prepare', 'accept', 'heartbeat'))
  void rig.lab.command(1, ['SET', 'k', 'v'])
  await rig.pass('prepare', 1, 2)
  await rig.told('voted', ({ by }) => by === 1)
  expect((await rig.lab.slots(1, 1, 1))[0]?.vote).toMatchObject({ text: 'SET k v' })
  // Node 3 hears of it from nobody that it asks, and proposes another value.
  void rig.lab.command(3, ['SET', 'k', 'w'])
  await rig.pass('prepare', 3, 2)
  await rig.told('voted', ({ by }) => by === 3)
  await rig.pass('accept', 3, 1)
  const votes = await rig.told('voted', ({ by }) => by === 1, 2)
  const history = votes.map(({ ballot, ids }) => [formatBallot(ballot), ids[0]])
  const issued = await rig.told('issued', undefined, 2)
  expect(history).toEqual(issued.map(({ ballot, ids }) => [formatBallot(ballot), ids[0]]))
  expect(history.map(([ballot]) => ballot)).toEqual(['1.1', '1.3'])
  const [view] = await rig.lab.slots(1, 1, 1)
  expect(view?.vote).toMatchObject({ ballot: { round: 1, node: 3 }, text: 'SET k w' })
  const onDisk = (await rig.lab.records(1, 0, 200)).filter(({ kind }) => kind === 'vote')
  expect(onDisk).toHaveLength(2)
})

it('S14: a promise survives SIGKILL: the lower accept that waited is refused', async () => {
  await start({ policy: PATIENT_POLICY })
  await rig.hold(only('accept', 'nack', 'heartbeat'))
  await rig.hold(only('prepare'), [
    { from: 1, to: 3 },
    { from: 3, to: 1 },
  ])
  void rig.lab.command(1, ['SET', 'k', 'old'])
  await rig.told('voted', ({ by }) => by === 1)
  await rig.lab.startElection(3)
  await rig.told('promised', ({ by, ballot }) => by === 2 && ballot.node === 3)
  await rig.lab.killNode(2)
  await rig.lab.restartNode(2)
  const [recovered] = await rig.told('recovered', ({ by, life }) => by === 2 && life === 2)
  expect(recovered?.promised).toEqual({ round: 1, node: 3 })
  const refused = await eventually('the accept is refused', async () => {
    await rig.pass('accept', 1, 2)
    const own = (await rig.all('refused')).filter(({ by, life }) => by === 2 && life === 2)
    return own[0]
  })
  expect(refused).toMatchObject({ phase: 2, ballot: { round: 1, node: 1 } })
  expect((await rig.all('voted')).filter(({ by }) => by === 2)).toEqual([])
  expect((await rig.lab.slots(2, 1, 1))[0]?.vote).toBeNull()
  expect(rig.violations()).toEqual([])
})
