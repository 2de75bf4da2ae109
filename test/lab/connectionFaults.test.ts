/** Reset, half-open, bandwidth, bursts and slowness on real nodes: who notices, and the end. */
import { afterEach, expect, it } from 'vitest'
import { allLinks } from '../../src/core/fault'
import type { LabEvent } from '../../src/core/event'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

let rig: LabRig
const open = (): LabRig => (rig = new LabRig())
afterEach(() => rig.close())

/** Losses from an index of the events on: while a cluster starts, peers come and go. */
const losses = (from: number, node: number, peer: number): LabEvent[] =>
  rig.events
    .slice(from)
    .filter((event) => event.type === 'peerLost' && event.by === node && event.peer === peer)

const endOf = (id: string) => (event: LabEvent) =>
  event.type === 'faultEnded' && event.fault.id === id

it('reset: nodes notice, dial again and go on; the fault has an end', async () => {
  open()
  await rig.start({ nodes: 3 })
  await rig.leader()
  await rig.write(1, 'a', '1')
  const from = rig.events.length
  const id = await rig.lab.changeLinks(allLinks([1, 2, 3]), { kind: 'reset' })
  for (const [node, peer] of [
    [1, 2],
    [2, 3],
    [3, 1],
  ] as const) {
    await eventually(`node ${node} lost node ${peer}`, () => losses(from, node, peer).length > 0)
  }
  await rig.event('the reset ended', endOf(id))
  await rig.write(2, 'b', '2')
  expect((await rig.status()).faults).toEqual([])
  await rig.logsEqual()
})

it('half-open: the sender notices nothing, the receiver hears nothing, until healed', async () => {
  open()
  await rig.start({ nodes: 3 })
  const leader = await rig.leader()
  const [deaf = 0] = [1, 2, 3].filter((node) => node !== leader)
  await rig.write(leader, 'a', '1')
  await rig.logsEqual()
  const links = [{ from: leader, to: deaf }]
  const from = rig.events.length
  const id = await rig.lab.changeLinks(links, { kind: 'halfOpen' })
  // Without its leader the deaf node bids, and the cluster goes on with whoever has a quorum.
  await eventually('the deaf node bids', () =>
    rig.events.slice(from).some((event) => event.type === 'bid' && event.by === deaf),
  )
  expect(losses(from, leader, deaf)).toEqual([])
  await rig.lab.endFault(id)
  await eventually('the sender learns of it', () => losses(from, leader, deaf).length > 0)
  await rig.write(deaf, 'b', '2')
  await rig.logsEqual()
})

it('bursts and a narrow link: writes go on, and all are equal after healing', async () => {
  open()
  await rig.start({ nodes: 3 })
  await rig.leader()
  const links = allLinks([1, 2, 3])
  await rig.lab.changeLinks(links, { kind: 'burst', probability: 0.05, meanFrames: 3 })
  const rate = { bytesPerSecond: 200_000, queueBytes: 20_000 }
  await rig.lab.changeLinks(links, { kind: 'bandwidth', ...rate })
  const again = await rig.lab.changeLinks(links, { kind: 'bandwidth', ...rate })
  // A new one replaces its like.
  expect((await rig.status()).faults.map(({ fault }) => fault.kind)).toEqual(['burst', 'bandwidth'])
  expect((await rig.status()).faults.at(-1)?.id).toBe(again)
  for (const key of ['a', 'b', 'c']) await rig.write(2, key, '1')
  await rig.lab.healAll(false)
  expect((await rig.status()).faults).toEqual([])
  await rig.logsEqual()
})

it('slow: each answer of the node takes its time, restarts included, until healed', async () => {
  open()
  await rig.start({ nodes: 3 })
  await rig.lead(1)
  const fault = { kind: 'slow', node: 2, delayMs: 150, jitterMs: 0 } as const
  const tookMs = async (): Promise<number> => {
    const { outcome, latencyMs } = await rig.lab.command(2, ['SET', 'k', 'v'])
    return outcome === 'ok' ? latencyMs : Infinity
  }
  const slow = (ms: number): boolean => ms >= 150 && ms < Infinity
  const id = await rig.lab.slowNode(2, { delayMs: 150, jitterMs: 0 })
  expect((await rig.status()).faults).toMatchObject([{ id, fault }])
  await eventually('a slow answer', async () => slow(await tookMs()))
  await rig.lab.killNode(2)
  await rig.lab.restartNode(2)
  expect((await rig.status()).faults).toMatchObject([{ id, fault }])
  await eventually('a slow answer after the restart', async () => slow(await tookMs()))
  await rig.lab.endFault(id)
  await rig.event('its end is told', endOf(id))
  await eventually('a fast answer', async () => (await tookMs()) < 150)
  const wrong = rig.lab.slowNode(9, { delayMs: 1, jitterMs: 0 })
  await expect(wrong).rejects.toMatchObject({ code: 'noSuchNode' })
})

it('presets that mean nothing among three nodes are refused, and say why', async () => {
  open()
  await rig.start({ nodes: 3 })
  const leader = await rig.leader()
  for (const preset of ['ring', 'majoritiesRing'] as const) {
    await expect(rig.lab.partition({ preset })).rejects.toThrow(/cuts no link among 3 nodes/)
  }
  await rig.lab.partition({ preset: 'chained' })
  const [chain] = (await rig.status()).faults
  expect(chain?.fault).toMatchObject({
    preset: 'chained',
    groups: [[leader, expect.anything()], {}],
  })
  // Of three in a line all have a quorum: whoever leads, writes go on.
  await rig.write([1, 2, 3].find((node) => node !== leader) ?? 0, 'a', '1')
})
