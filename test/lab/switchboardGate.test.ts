/** The gate of the real switchboard process: frames wait, are looked at, go as they are told. */
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { printFrame } from '../../src/shared/frame'
import { eventually } from '../support/eventually'
import { SwitchboardRig, acceptFrame, slotsOf } from '../support/switchboardRig'

const LINK = { from: 1, to: 2 }
const BACK = { from: 2, to: 1 }

let rig: SwitchboardRig

afterEach(() => rig.close())

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

function send(socket: Socket, slots: readonly number[]): void {
  for (const slot of slots) socket.write(acceptFrame(slot))
}

async function arrived(node: number, count: number): Promise<unknown[]> {
  await eventually(`${count} frames at node ${node}`, () => rig.sink(node).frames.length >= count)
  return slotsOf(rig.sink(node).frames)
}

/** Resolves when the switchboard has reported that many frames of the link. */
async function reported(from: number, to: number, frames: number): Promise<void> {
  await eventually(`${frames} frames reported`, () => rig.traffic(from, to).frames >= frames)
}

describe('the gate', () => {
  const hold = { kind: 'hold', links: [LINK, BACK], match: {}, atEnd: 'release' } as const

  it('holds what matches, lets the rest pass, and releases by id in any order', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', { ...hold, match: { types: ['accept'], slotTo: 3 } })
    send(socket, range(1, 5))
    expect(await arrived(2, 2)).toEqual([4, 5])
    const { frames, total } = await rig.gate({ action: 'list', match: {} })
    expect(total).toBe(3)
    expect(frames.map(({ slot }) => slot)).toEqual([1, 2, 3])
    const [first, second, third] = frames.map(({ id }) => id)
    expect(frames[0]).toMatchObject({
      link: LINK,
      message: 'accept',
      ballot: { round: 17, node: 3 },
      count: 1,
      bytes: acceptFrame(1).length,
      fault: 'f1',
    })
    const { text } = await rig.gate({ action: 'inspect', id: first ?? 0 })
    expect(`${text}\n`).toBe(acceptFrame(1))
    const ids = [third ?? 0, first ?? 0]
    await rig.gate({ action: 'release', select: { kind: 'ids', ids } })
    expect(await arrived(2, 4)).toEqual([4, 5, 3, 1])
    const wrong = await rig.gate({
      action: 'drop',
      select: { kind: 'ids', ids: [second ?? 0, 99] },
    })
    expect(wrong).toMatchObject({ error: 'no frame 99 waits at the gate', total: 0 })
    expect((await rig.gate({ action: 'list', match: {} })).total).toBe(1)
    const found = await rig.gate({
      action: 'drop',
      select: { kind: 'ids', ids: [second ?? 0, 99], skipGone: true },
    })
    expect(found).toMatchObject({ error: null, total: 1 })
    expect((await rig.gate({ action: 'list', match: {} })).total).toBe(0)
    await rig.endFault('f1')
    await eventually('the drop is counted', () => rig.traffic(1, 2).dropped === 1)
    expect(rig.traffic(1, 2)).toEqual({ frames: 5, dropped: 1, duplicated: 0 })
    expect(rig.gateActs()).toEqual([
      ...['held 1', 'held 2', 'held 3'],
      ...['released 3 byHand', 'released 1 byHand', 'dropped 2 byHand'],
    ])
  })

  it('a frame changes its place, and the hold that ends lets all go in that order', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', hold)
    send(socket, range(1, 4))
    await rig.gate({ action: 'wait', match: {}, count: 4, timeoutMs: 20_000 })
    const { frames } = await rig.gate({ action: 'list', match: {} })
    const id = (slot: number): number => frames.find((frame) => frame.slot === slot)?.id ?? 0
    const move = async (slot: number, place: 'before' | 'after', other: number) =>
      await rig.gate({ action: 'move', id: id(slot), place, other: id(other) })
    expect(await move(4, 'before', 1)).toMatchObject({ total: 1, frames: [{ slot: 4 }] })
    expect(await move(1, 'after', 3)).toMatchObject({ error: null })
    const listed = (await rig.gate({ action: 'list', match: {} })).frames.map(({ slot }) => slot)
    expect(listed).toEqual([4, 2, 3, 1])
    const gone = { action: 'move', id: 99, place: 'after', other: id(1) } as const
    expect(await rig.gate(gone)).toMatchObject({ error: 'no frame 99 waits at the gate' })
    expect(await move(2, 'after', 2)).toMatchObject({
      error: `frame ${id(2)} cannot stand after itself`,
    })
    const { came } = await rig.gate({ action: 'links' })
    expect(came).toContainEqual({ ...LINK, frames: 4 })
    await rig.endFault('f1')
    expect(await arrived(2, 4)).toEqual([4, 2, 3, 1])
    expect(rig.gateActs().filter((act) => act.startsWith('moved'))).toEqual(['moved 4', 'moved 1'])
  })

  it('what a hold lets go at its end meets the next one; what a hand lets go does not', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', hold)
    await rig.startFault('f2', hold)
    send(socket, [1, 2])
    await rig.gate({ action: 'wait', match: {}, count: 2, timeoutMs: 20_000 })
    await rig.gate({ action: 'release', select: { kind: 'link', link: LINK, count: 1 } })
    expect(await arrived(2, 1)).toEqual([1])
    await rig.endFault('f1')
    const { frames } = await rig.gate({ action: 'list', match: {} })
    expect(frames).toMatchObject([{ slot: 2, fault: 'f2' }])
    await rig.endFault('f2')
    expect(await arrived(2, 2)).toEqual([1, 2])
  })

  it('selects by link and by match, the oldest first, and doubles', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const there = await rig.dial(1, 2)
    const back = await rig.dial(2, 1)
    await rig.startFault('f1', hold)
    send(there, [1, 2, 3])
    send(back, [7])
    await rig.gate({ action: 'wait', match: {}, count: 4, timeoutMs: 20_000 })
    await rig.gate({ action: 'release', select: { kind: 'link', link: LINK, count: 2 } })
    expect(await arrived(2, 2)).toEqual([1, 2])
    const match = { slotFrom: 7 }
    const copies = await rig.gate({
      action: 'duplicate',
      select: { kind: 'match', match, count: 9 },
    })
    expect(copies).toMatchObject({ total: 1, frames: [{ slot: 7, link: BACK }] })
    await rig.endFault('f1')
    expect(await arrived(1, 2)).toEqual([7, 7])
    expect(await arrived(2, 3)).toEqual([1, 2, 3])
    await reported(2, 1, 1)
    await eventually('the copy is counted', () => rig.traffic(2, 1).duplicated === 1)
    expect(rig.traffic(2, 1)).toEqual({ frames: 1, dropped: 0, duplicated: 1 })
  })

  it('its end drops if that was asked for; else it releases in order', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', { ...hold, atEnd: 'drop', match: { slotTo: 2 } })
    await rig.startFault('f2', hold)
    send(socket, range(1, 6))
    await rig.gate({ action: 'wait', match: {}, count: 6, timeoutMs: 20_000 })
    await rig.endFault('f1')
    await rig.endFault('f2')
    expect(await arrived(2, 4)).toEqual([3, 4, 5, 6])
    await reported(1, 2, 6)
    await eventually('two are lost', () => rig.traffic(1, 2).dropped === 2)
  })

  it('a wait resolves when enough match, and tells when its time is over', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', hold)
    const match = { slotFrom: 3, slotTo: 3 }
    const waiting = rig.gate({ action: 'wait', match, count: 1, timeoutMs: 20_000 })
    send(socket, [1, 2, 3])
    expect(await waiting).toMatchObject({ isLate: false, total: 1, frames: [{ slot: 3 }] })
    const late = await rig.gate({ action: 'wait', match, count: 2, timeoutMs: 0 })
    expect(late).toMatchObject({ isLate: true, total: 1 })
  })

  it('held frames outlive their connection; without one a released frame is dropped', async () => {
    rig = await SwitchboardRig.start([1, 2])
    await rig.startFault('f1', hold)
    const first = await rig.dial(1, 2)
    send(first, [1, 2])
    await rig.gate({ action: 'wait', match: {}, count: 2, timeoutMs: 20_000 })
    first.destroy()
    await eventually('the other side is closed', () => rig.sink(2).sockets.size === 0)
    await rig.gate({ action: 'release', select: { kind: 'link', link: LINK, count: 1 } })
    await eventually('it is counted', () => rig.traffic(1, 2).dropped === 1)
    const second = await rig.dial(1, 2)
    send(second, [3])
    await rig.gate({ action: 'wait', match: {}, count: 2, timeoutMs: 20_000 })
    await rig.gate({ action: 'release', select: { kind: 'all' } })
    expect(await arrived(2, 2)).toEqual([2, 3])
  })

  it('what is held is bounded: the sender waits, with a note, and nothing is lost', async () => {
    rig = await SwitchboardRig.start([1, 2], { heldBytesMax: 100_000 })
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', hold)
    const big = 'x'.repeat(10_000)
    for (const slot of range(1, 2000)) socket.write(printFrame({ type: 'accept', slot, big }))
    await eventually('a note says so', () =>
      rig.notes().some((note) => note.includes('sender waits')),
    )
    await eventually('the sender is held up', () => socket.writableLength > 1_000_000)
    const { total } = await rig.gate({ action: 'list', match: {} })
    expect(total).toBeLessThan(100)
    await rig.endFault('f1')
    expect(await arrived(2, 2000)).toEqual(range(1, 2000))
  })
})
