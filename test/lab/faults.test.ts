/** Partitions and lost quorums on real processes: who goes on, who does not, and what is told. */
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { PID_FILE, readOwnership } from '../../src/main/lab/processIds'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

let rig: LabRig
const open = (): LabRig => (rig = new LabRig())
afterEach(() => rig.close())

it('1,2 | 3,4,5, leader in the minority: the majority goes on, all are equal after', async () => {
  open()
  await rig.start({ nodes: 5, requestDeadlineMs: 1000 })
  await rig.lead(1)
  await rig.write(1, 'before', '1')
  const groups = [
    [1, 2],
    [3, 4, 5],
  ]
  const id = await rig.lab.partition({ preset: 'custom', groups })
  const [fault] = (await rig.status()).faults
  expect(fault).toMatchObject({ id, fault: { kind: 'partition', groups, links: { length: 12 } } })
  // The old leader acknowledges nothing; the client is told that it cannot know.
  const lonely = await rig.lab.command(1, ['SET', 'minority', '1'])
  expect(lonely.outcome).not.toBe('ok')
  const leader = await rig.leader([3, 4, 5])
  for (const node of [3, 4, 5]) await rig.write(node, `majority${node}`, String(leader))
  await rig.lab.endFault(id)
  const healed = await eventually('all have the writes of the majority', async () => {
    const status = await rig.logsEqual()
    return status.nodes.every(({ status: own }) => (own?.appliedThrough ?? 0) >= 4) ? status : null
  })
  expect(new Set(healed.nodes.map(({ status }) => status?.digest)).size).toBe(1)
  expect(healed.faults).toEqual([])
  for (const node of [1, 2]) expect(await rig.get(node, 'majority5')).toBe(`"${leader}"`)
  expect(healed.checks.map(({ state }) => state)).not.toContain('violated')
})

it('two of five killed: writes go on; three: errors in time, undetermined reads', async () => {
  open()
  await rig.start({ nodes: 5, requestDeadlineMs: 800 })
  const leader = await rig.leader()
  const [first = 0, second = 0, third = 0, fourth = 0] = [1, 2, 3, 4, 5].filter(
    (node) => node !== leader,
  )
  await rig.lab.killNode(leader)
  await rig.lab.killNode(first)
  await rig.write(second, 'k', 'v')
  await rig.lab.killNode(third)
  const write = await rig.lab.command(second, ['SET', 'k', 'w'])
  expect(write.outcome).not.toBe('ok')
  const read = await rig.lab.learnerRead(fourth, 'k')
  expect(read).toMatchObject({ verdict: 'undetermined', value: null })
  expect(read.reason).not.toBe('')
  await rig.lab.healAll(true)
  await rig.leader()
  for (const node of [leader, first, second, third, fourth]) {
    await eventually(`node ${node} has it`, async () => /"[vw]"/.test(await rig.get(node, 'k')))
  }
  const after = await eventually('the read knows again', async () => {
    const result = await rig.lab.learnerRead(null, 'k')
    return result.verdict === 'chosen' ? result : null
  })
  expect(['v', 'w']).toContain(after.value)
})

it('presets are made around the leader, and a new partition replaces the one before', async () => {
  open()
  await rig.start({ nodes: 3 })
  const leader = await rig.leader()
  await rig.lab.partition({ preset: 'isolateLeader' })
  const [isolated] = (await rig.status()).faults
  expect(isolated?.fault).toMatchObject({ groups: [[leader], { length: 2 }] })
  await rig.leader([1, 2, 3].filter((node) => node !== leader))
  const second = await rig.lab.partition({ preset: 'bridge' })
  expect((await rig.status()).faults.map(({ id }) => id)).toEqual([second])
  await rig.lab.healAll(false)
  expect((await rig.status()).faults).toEqual([])
})

it('a delay ends delays that it covers, and a burst of drops ends by itself', async () => {
  open()
  await rig.start({ nodes: 3 })
  const one = [{ from: 1, to: 2 }]
  await rig.lab.changeLinks(one, { kind: 'delay', delayMs: 5, jitterMs: 0 })
  const wide = await rig.lab.changeLinks([...one, { from: 2, to: 1 }], {
    kind: 'delay',
    delayMs: 1,
    jitterMs: 0,
  })
  expect((await rig.status()).faults.map(({ id }) => id)).toEqual([wide])
  await rig.lab.endFault(wide)
  await expect(rig.lab.endFault(wide)).rejects.toMatchObject({ code: 'badArgument' })
  const leader = await rig.leader()
  // A leader always has something to say; followers may be silent to each other.
  const busy = [{ from: leader, to: (leader % 3) + 1 }]
  await rig.lab.changeLinks(busy, { kind: 'dropNext', count: 1 })
  await eventually('used up', async () => (await rig.status()).faults.length === 0)
  const strange = rig.lab.changeLinks([{ from: 1, to: 9 }], { kind: 'cut' })
  await expect(strange).rejects.toMatchObject({ code: 'badArgument' })
})

it('a switchboard that dies is replaced by one with the same faults', async () => {
  open()
  await rig.start({ nodes: 3, requestDeadlineMs: 1000 })
  await rig.lab.partition({ preset: 'custom', groups: [[1], [2, 3]] })
  process.kill(await switchboardPid(), 'SIGKILL')
  await rig.event('it runs again', (event) => {
    return event.type === 'labNote' && event.words.includes('runs again')
  })
  await rig.leader([2, 3])
  await rig.write(2, 'a', '1')
  expect((await rig.lab.command(1, ['SET', 'b', '1'])).outcome).not.toBe('ok')
  await rig.lab.healAll(false)
  await rig.write(1, 'c', '1')
})

it('load runs through the cluster and stops; every request has an outcome', async () => {
  open()
  await rig.start({ nodes: 3 })
  const load = { clients: 6, readRatio: 0.5, keys: 10, valueBytes: 20, targetPerSecond: 0 }
  await rig.lab.setLoad({ ...load, nodes: [1, 2, 3] })
  await rig.event('some are acknowledged', (event) => {
    return event.type === 'loadSampled' && event.acked > 0 && event.latency.length > 0
  })
  await rig.lab.killNode(3)
  const at = rig.events.length
  await eventually('it goes on at the others', () =>
    rig.events.slice(at).some((event) => event.type === 'loadSampled' && event.acked > 0),
  )
  await rig.lab.setLoad(null)
  expect((await rig.status()).load).toBeNull()
  const wrong = rig.lab.setLoad({ ...load, nodes: [7] })
  await expect(wrong).rejects.toMatchObject({ code: 'noSuchNode' })
})

it('proposing at a follower goes through that very node', async () => {
  open()
  await rig.start({ nodes: 3 })
  const leader = await rig.leader()
  const other = (leader % 3) + 1
  const result = await rig.lab.propose(other, ['SET', 'wörter', 'größe'])
  expect(result).toMatchObject({ node: other, outcome: 'ok', reply: 'OK' })
  const read = await rig.lab.learnerRead(other, 'wörter')
  expect(read).toMatchObject({ verdict: 'chosen', value: 'größe' })
  // It may have bid for the lead before, when the cluster started.
  await rig.event('its ballot', (event) => {
    return event.type === 'bid' && event.by === other && event.reason === 'manual'
  })
  const slots = await rig.lab.slots(other, 1, 10)
  expect(slots.length).toBeGreaterThan(0)
})

/** The child that is no node, from the file that a later lab would sweep by. */
async function switchboardPid(): Promise<number> {
  const { runDir, nodes } = await rig.status()
  const owned = readOwnership(join(runDir ?? '', PID_FILE))
  const others = owned?.children.filter(({ pid }) => nodes.every((node) => node.pid !== pid))
  return others?.[0]?.pid ?? 0
}
