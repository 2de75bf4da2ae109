/** Link faults of shape, burst, rate and connection, on the real switchboard process. */
import type { Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { LinkFault } from '../../src/core/fault'
import { printFrame } from '../../src/shared/frame'
import { eventually } from '../support/eventually'
import { acceptFrame, slotsOf, SwitchboardRig } from '../support/switchboardRig'

const LINK = { from: 1, to: 2 }
const links = [LINK]

let rig: SwitchboardRig

afterEach(() => rig.close())

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

function send(socket: Socket, slots: readonly number[]): void {
  for (const slot of slots) socket.write(acceptFrame(slot))
}

async function arrived(count: number): Promise<unknown[]> {
  await eventually(`${count} frames at node 2`, () => rig.sink(2).frames.length >= count)
  return slotsOf(rig.sink(2).frames)
}

/** A reset is an error first, which `once` of node:events would throw. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()))
}

async function reported(frames: number): Promise<void> {
  await eventually(`${frames} frames reported`, () => rig.traffic(1, 2).frames >= frames)
}

it('delay with a shape: order is kept, nothing is lost', async () => {
  rig = await SwitchboardRig.start([1, 2])
  const socket = await rig.dial(1, 2)
  for (const shape of ['normal', 'exponential', 'pareto', 'constant'] as const) {
    const fault: LinkFault = { kind: 'delay', links, delayMs: 5, jitterMs: 5, shape }
    const from = rig.sink(2).frames.length + 1
    expect(await rig.startFault(shape, fault)).toBeNull()
    send(socket, range(from, from + 49))
    expect(await arrived(from + 49)).toEqual(range(1, from + 49))
  }
})

it('burst: losses come in runs of the mean length, the same for the same seed', async () => {
  const runs: number[][] = []
  for (const seed of [7, 7, 8]) {
    if (runs.length > 0) await rig.close()
    rig = await SwitchboardRig.start([1, 2], { seed })
    const socket = await rig.dial(1, 2)
    await rig.startFault('f1', { kind: 'burst', links, probability: 0.02, meanFrames: 10 })
    send(socket, range(1, 2000))
    await reported(2000)
    const { dropped } = rig.traffic(1, 2)
    const came = new Set(await arrived(2000 - dropped))
    runs.push(runsOf(range(1, 2000).map((slot) => !came.has(slot))))
  }
  const [first = [], again, other] = runs
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
  // 2,000 frames see some 33 bursts of 10 frames; each frame lost alone would make runs of 1.
  const lost = first.reduce((sum, length) => sum + length, 0)
  expect(lost / first.length).toBeGreaterThan(4)
  expect(first.length).toBeGreaterThan(10)
  expect(first.length).toBeLessThan(80)
})

/** Lengths of the runs of true. */
function runsOf(lost: readonly boolean[]): number[] {
  const text = lost.map((each) => (each ? 'x' : '.')).join('')
  return (text.match(/x+/g) ?? []).map((run) => run.length)
}

it('bandwidth: the queue is bounded in bytes, what does not fit is dropped, counted', async () => {
  rig = await SwitchboardRig.start([1, 2])
  const socket = await rig.dial(1, 2)
  const frame = printFrame({ type: 'accept', slot: 1, pad: 'x'.repeat(1000) })
  const queueBytes = frame.length * 5
  // One frame takes longer than the test: nothing leaves before the fault ends.
  await rig.startFault('f1', { kind: 'bandwidth', links, bytesPerSecond: 1, queueBytes })
  for (const slot of range(1, 20)) {
    socket.write(printFrame({ type: 'accept', slot, pad: 'x'.repeat(slot < 10 ? 1000 : 999) }))
  }
  await reported(20)
  expect(rig.traffic(1, 2).dropped).toBe(15)
  expect(rig.sink(2).frames).toEqual([])
  await rig.endFault('f1')
  send(socket, [21])
  expect(await arrived(6)).toEqual([1, 2, 3, 4, 5, 21])
})

it('bandwidth: frames take their time one after the other, in order', async () => {
  rig = await SwitchboardRig.start([1, 2])
  const socket = await rig.dial(1, 2)
  const bytesPerSecond = acceptFrame(1).length * 100
  await rig.startFault('f1', { kind: 'bandwidth', links, bytesPerSecond, queueBytes: 100_000 })
  const startMs = performance.now()
  send(socket, range(1, 30))
  expect(await arrived(30)).toEqual(range(1, 30))
  // Thirty frames of some 10 ms: a lower bound holds on any machine.
  expect(performance.now() - startMs).toBeGreaterThan(250)
  expect(rig.traffic(1, 2).dropped).toBe(0)
})

it('reset: the connection breaks with RST, what is held is lost; it ends by itself', async () => {
  rig = await SwitchboardRig.start([1, 2])
  const socket = await rig.dial(1, 2)
  let code = ''
  socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code ?? ''))
  await rig.startFault('f1', { kind: 'delay', links, delayMs: 60_000, jitterMs: 0 })
  send(socket, range(1, 10))
  await reported(10)
  const closed = closeOf(socket)
  await rig.startFault('f2', { kind: 'reset', links })
  await closed
  expect(code).toBe('ECONNRESET')
  await eventually('the end is told', () =>
    rig.frames.some((frame) => frame.type === 'faultEnded' && frame.id === 'f2'),
  )
  await eventually('the receiver has none', () => rig.sink(2).sockets.size === 0)
  await rig.endFault('f1')
  send(await rig.dial(1, 2), [11])
  expect(await arrived(1)).toEqual([11])
  await eventually('the lost are counted', () => rig.traffic(1, 2).dropped === 10)
})

it('half-open: the receiver is closed, the sender believes; it breaks at the end', async () => {
  rig = await SwitchboardRig.start([1, 2])
  const socket = await rig.dial(1, 2)
  send(socket, [1])
  await arrived(1)
  await rig.startFault('f1', { kind: 'halfOpen', links })
  await eventually('the receiver has none', () => rig.sink(2).sockets.size === 0)
  send(socket, range(2, 6))
  await reported(6)
  expect(rig.traffic(1, 2).dropped).toBe(5)
  expect(socket.destroyed).toBe(false)
  // Who dials meanwhile is taken, and heard by nobody.
  const second = await rig.dial(1, 2)
  send(second, range(7, 9))
  await reported(9)
  expect(rig.traffic(1, 2).dropped).toBe(8)
  expect(second.destroyed).toBe(false)
  expect(rig.sink(2).sockets.size).toBe(0)
  const closed = closeOf(second)
  await rig.endFault('f1')
  await closed
  send(await rig.dial(1, 2), [10])
  expect(await arrived(2)).toEqual([1, 10])
})

it('two half-open faults over one link: it stays so until both have ended', async () => {
  rig = await SwitchboardRig.start([1, 2])
  const socket = await rig.dial(1, 2)
  await rig.startFault('f1', { kind: 'halfOpen', links })
  await rig.startFault('f2', { kind: 'halfOpen', links })
  await rig.endFault('f1')
  send(socket, [1])
  await reported(1)
  expect(rig.traffic(1, 2).dropped).toBe(1)
  const closed = closeOf(socket)
  await rig.endFault('f2')
  await closed
})
