/** The real switchboard process: one frame-aware proxy per directed link. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { printFrame } from '../../src/shared/frame'
import { eventually } from '../support/eventually'
import { Sink, SwitchboardRig, acceptFrame, slotsOf } from '../support/switchboardRig'

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

describe('without a fault', () => {
  it('passes the hello and every frame on, as text, whatever the chunks are', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    const text = range(1, 50).map(acceptFrame).join('') + printFrame({ slot: 51, type: 'accept' })
    for (let at = 0; at < text.length; at += 37) socket.write(text.slice(at, at + 37))
    expect(await arrived(2, 51)).toEqual(range(1, 51))
    expect(rig.sink(2).lines.join('\n') + '\n').toContain(text)
    expect(rig.sink(2).lines[0]).toContain('"type":"hello"')
    await reported(1, 2, 51)
    expect(rig.traffic(1, 2)).toEqual({ frames: 51, dropped: 0, duplicated: 0 })
  })

  it('has one port per directed link and counts frames by type, with samples', async () => {
    rig = await SwitchboardRig.start([1, 2, 3])
    const ready = rig.frames.find((frame) => frame.type === 'ready')
    expect(ready?.links).toHaveLength(6)
    expect(new Set(ready?.links.map(({ port }) => port)).size).toBe(6)
    const socket = await rig.dial(1, 3)
    const ballot = { round: 4, node: 1 }
    for (let i = 0; i < 30; i += 1) {
      socket.write(printFrame({ type: 'heartbeat', ballot, chosenThrough: 0 }))
    }
    send(socket, [9])
    await reported(1, 3, 31)
    const rows = rig.frames.flatMap((frame) => (frame.type === 'traffic' ? frame.links : []))
    expect(rows.reduce((sum, { types }) => sum + (types.heartbeat ?? 0), 0)).toBe(30)
    const samples = rows.flatMap((row) => row.samples)
    expect(samples).toContainEqual(['accept', '17.3', 9, 'passed'])
    expect(Math.max(...rows.map((row) => row.samples.length))).toBeLessThanOrEqual(20)
  })

  it('closes the dialler when the node is down, and connects again after a new route', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const first = await rig.dial(1, 2)
    send(first, [1])
    await arrived(2, 1)
    rig.sink(2).close()
    await once(first, 'close')
    const refused = await rig.dial(1, 2)
    await once(refused, 'close')

    const next = new Sink()
    rig.sinks.set(2, next)
    rig.say({ type: 'route', node: 2, port: await next.listen() })
    await eventually('frames reach the new life', async () => {
      const socket = await rig.dial(1, 2)
      send(socket, [2])
      return next.frames.length > 0
    })
  })

  it('closes the other side when the dialler goes, after what it had sent', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    send(socket, range(1, 200))
    socket.end()
    expect(await arrived(2, 200)).toEqual(range(1, 200))
    await eventually('other side is closed', () => rig.sink(2).sockets.size === 0)
  })

  it('loses nothing when the reader is slow', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    send(socket, [0])
    await arrived(2, 1)
    for (const each of rig.sink(2).sockets) each.pause()
    const big = 'x'.repeat(10_000)
    for (const slot of range(1, 2000)) socket.write(printFrame({ type: 'accept', slot, big }))
    await eventually('the sender is held up', () => socket.writableLength > 1_000_000)
    for (const each of rig.sink(2).sockets) each.resume()
    expect(await arrived(2, 2001)).toEqual(range(0, 2000))
  })
})

describe('faults', () => {
  it('cut: swallows every frame of both ways until it ends, connections stay', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const there = await rig.dial(1, 2)
    const back = await rig.dial(2, 1)
    expect(await rig.startFault('f1', { kind: 'cut', links: [LINK, BACK] })).toBeNull()
    send(there, range(1, 10))
    send(back, range(1, 10))
    await reported(1, 2, 10)
    await reported(2, 1, 10)
    expect(rig.traffic(1, 2).dropped).toBe(10)
    expect(rig.sink(2).frames).toEqual([])
    expect(rig.sink(1).frames).toEqual([])
    await rig.endFault('f1')
    send(there, [11])
    send(back, [11])
    expect(await arrived(2, 1)).toEqual([11])
    expect(await arrived(1, 1)).toEqual([11])
  })

  it('cut: one way only, and a hello still passes', async () => {
    rig = await SwitchboardRig.start([1, 2])
    await rig.startFault('f1', { kind: 'cut', links: [LINK] })
    const there = await rig.dial(1, 2)
    const back = await rig.dial(2, 1)
    send(there, [1])
    send(back, [1])
    expect(await arrived(1, 1)).toEqual([1])
    await reported(1, 2, 1)
    expect(rig.sink(2).lines).toHaveLength(1)
    expect(rig.sink(2).frames).toEqual([])
  })

  it('two cuts over one link: it stays cut until both have ended', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', { kind: 'cut', links: [LINK] })
    const groups = [[1], [2]]
    await rig.startFault('f2', { kind: 'partition', preset: 'custom', groups, links: [LINK] })
    await rig.endFault('f1')
    send(socket, [1])
    await reported(1, 2, 1)
    await rig.endFault('f2')
    send(socket, [2])
    expect(await arrived(2, 1)).toEqual([2])
  })

  it('delay with jitter: keeps the order, and its end releases at once in order', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', { kind: 'delay', links: [LINK], delayMs: 20, jitterMs: 20 })
    for (const slot of range(1, 200)) send(socket, [slot])
    expect(await arrived(2, 200)).toEqual(range(1, 200))
    await rig.startFault('f2', { kind: 'delay', links: [LINK], delayMs: 60_000, jitterMs: 0 })
    send(socket, range(201, 300))
    await reported(1, 2, 300)
    expect(rig.sink(2).frames).toHaveLength(200)
    await rig.endFault('f1')
    expect(rig.sink(2).frames).toHaveLength(200)
    await rig.endFault('f2')
    send(socket, [301])
    expect(await arrived(2, 301)).toEqual(range(1, 301))
  })

  it('delay: what is held is bounded, the sender waits instead, and nothing is lost', async () => {
    rig = await SwitchboardRig.start([1, 2], { heldBytesMax: 100_000 })
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', { kind: 'delay', links: [LINK], delayMs: 60_000, jitterMs: 0 })
    const big = 'x'.repeat(10_000)
    for (const slot of range(1, 2000)) socket.write(printFrame({ type: 'accept', slot, big }))
    await eventually('a note says so', () =>
      rig.notes().some((note) => note.includes('sender waits')),
    )
    await eventually('the sender is held up', () => socket.writableLength > 1_000_000)
    await rig.endFault('f1')
    expect(await arrived(2, 2000)).toEqual(range(1, 2000))
  })

  it('drop: the same seed loses the same frames, another seed others', async () => {
    const patterns: unknown[][] = []
    for (const seed of [7, 7, 8]) {
      if (patterns.length > 0) await rig.close()
      rig = await SwitchboardRig.start([1, 2], { seed })
      const socket = await rig.dial(1, 2)
      await rig.startFault('f1', { kind: 'drop', links: [LINK], probability: 0.5 })
      send(socket, range(1, 200))
      await reported(1, 2, 200)
      const { dropped } = rig.traffic(1, 2)
      expect(dropped).toBeGreaterThan(60)
      expect(dropped).toBeLessThan(140)
      patterns.push(await arrived(2, 200 - dropped))
    }
    expect(patterns[1]).toEqual(patterns[0])
    expect(patterns[2]).not.toEqual(patterns[0])
  })

  it('dropNext: loses that many frames of each link, then ends by itself', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const there = await rig.dial(1, 2)
    const back = await rig.dial(2, 1)
    await rig.startFault('f1', { kind: 'dropNext', links: [LINK, BACK], count: 3 })
    send(there, range(1, 5))
    expect(await arrived(2, 2)).toEqual([4, 5])
    const ended = { type: 'faultEnded', id: 'f1' }
    expect(rig.frames).not.toContainEqual(ended)
    send(back, range(1, 4))
    expect(await arrived(1, 1)).toEqual([4])
    await eventually('fault ended', () => rig.frames.some((frame) => frame.type === 'faultEnded'))
    expect(rig.frames).toContainEqual(ended)
    expect(await rig.endFault('f1')).toBeNull()
  })

  it('duplicate: every frame twice, back to back, counted', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', { kind: 'duplicate', links: [LINK], probability: 1 })
    send(socket, [1, 2, 3])
    expect(await arrived(2, 6)).toEqual([1, 1, 2, 2, 3, 3])
    await reported(1, 2, 3)
    expect(rig.traffic(1, 2)).toEqual({ frames: 3, dropped: 0, duplicated: 3 })
  })

  it('a fault with a match means those frames only, and stands beside others of its kind', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    const drop = { kind: 'drop', links: [LINK], probability: 1 } as const
    await rig.startFault('f1', { ...drop, match: { types: ['nack'] } })
    await rig.startFault('f2', { ...drop, match: { types: ['accept'], slotFrom: 3, slotTo: 4 } })
    await rig.startFault('f3', { ...drop, match: { ballotNode: 9 } })
    socket.write(printFrame({ type: 'nack', ballot: { round: 1, node: 1 } }))
    send(socket, range(1, 6))
    expect(await arrived(2, 4)).toEqual([1, 2, 5, 6])
    await reported(1, 2, 7)
    expect(rig.traffic(1, 2)).toEqual({ frames: 7, dropped: 3, duplicated: 0 })
  })

  it('a run of slots matches where it overlaps, and a frame without slots never', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    const match = { slotFrom: 10, slotTo: 12 }
    await rig.startFault('f1', { kind: 'drop', links: [LINK], probability: 1, match })
    const ballot = { round: 1, node: 1 }
    for (const [slot, count] of [
      [1, 9],
      [8, 3],
      [12, 4],
      [13, 1],
    ]) {
      socket.write(printFrame({ type: 'accepted', ballot, slot, count }))
    }
    socket.write(printFrame({ type: 'prepare', ballot, ranges: [{ from: 3, to: null }] }))
    socket.write(printFrame({ type: 'heartbeat', ballot, chosenThrough: 11, slot: 'none' }))
    expect(await arrived(2, 3)).toEqual([1, 13, 'none'])
  })

  it('reorder: nothing is lost, something is overtaken, and its end lets all go', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    const reorder = { kind: 'reorder', links: [LINK], probability: 0.5 } as const
    await rig.startFault('f1', { ...reorder, windowMs: 60_000 })
    send(socket, range(1, 200))
    await reported(1, 2, 200)
    const early = slotsOf(rig.sink(2).frames)
    expect(early.length).toBeGreaterThan(60)
    expect(early.length).toBeLessThan(140)
    await rig.endFault('f1')
    const all = await arrived(2, 200)
    expect(all.slice(0, early.length)).toEqual(early)
    expect(all).not.toEqual(range(1, 200))
    expect(all.toSorted((a, b) => Number(a) - Number(b))).toEqual(range(1, 200))
  })

  it('faults work together: a cut under a delay lets nothing through', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', { kind: 'delay', links: [LINK], delayMs: 5, jitterMs: 0 })
    await rig.startFault('f2', { kind: 'cut', links: [LINK] })
    send(socket, range(1, 20))
    await eventually('all lost', () => rig.traffic(1, 2).dropped === 20)
    await rig.endFault('f2')
    send(socket, [21])
    expect(await arrived(2, 1)).toEqual([21])
  })

  it('a fault on a link that does not exist is refused and changes nothing', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    const links = [LINK, { from: 1, to: 9 }]
    expect(await rig.startFault('f1', { kind: 'cut', links })).toBe('there is no link 1>9')
    send(socket, [1])
    expect(await arrived(2, 1)).toEqual([1])
  })
})

describe('strangers and ends', () => {
  it('refuses a wrong proof, garbage and a long hello, and keeps serving', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const good = await rig.dial(1, 2)
    send(good, [1])
    await arrived(2, 1)
    await once(await rig.dial(1, 2, '0'.repeat(64)), 'close')
    const garbage = await rig.dialSilently(1, 2)
    garbage.write('GET / HTTP/1.1\r\n\r\n')
    await once(garbage, 'close')
    const long = await rig.dialSilently(1, 2)
    long.write('x'.repeat(5000))
    await once(long, 'close')
    await eventually('three notes', () => rig.notes().length === 3)
    expect(rig.notes().join('\n')).toMatch(/proof[^]*not JSON[^]*longer/)
    send(good, [2])
    expect(await arrived(2, 2)).toEqual([1, 2])
  })

  it('closes a connection whose frames are garbage, with a note', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const socket = await rig.dial(1, 2)
    send(socket, [1])
    await arrived(2, 1)
    socket.write('not a frame\n')
    await once(socket, 'close')
    await eventually('a note', () => rig.notes().some((note) => note.includes('not JSON')))
  })

  it('ends when the control channel closes', async () => {
    rig = await SwitchboardRig.start([1, 2])
    await rig.dial(1, 2)
    rig.control?.destroy()
    await eventually('exit', () => rig.hasExited())
    expect(rig.exitCode).toBe(0)
  })

  it.each(['stop', 'SIGTERM'] as const)('ends in order on %s', async (how) => {
    rig = await SwitchboardRig.start([1, 2])
    await rig.dial(1, 2)
    if (how === 'stop') rig.say({ type: 'stop' })
    else rig.child?.kill('SIGTERM')
    await eventually('exit', () => rig.hasExited())
    expect(rig.exitCode).toBe(0)
    expect(rig.stderr).toBe('')
  })
})
