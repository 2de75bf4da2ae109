/** Ports of lab and switchboard among strangers: children get in, floods are bounded and told. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import type { ControlLink } from '../../src/main/lab/controlLink'
import { ControlServer } from '../../src/main/lab/controlServer'
import { LINK_CONNECTIONS_MAX } from '../../src/main/switchboard/linkProxy'
import { helloText } from '../../src/shared/hello'
import { eventually } from '../support/eventually'
import { allClosed, connectMany, HELLO_GARBAGE, Stranger } from '../support/strangers'
import { acceptFrame, slotsOf, SwitchboardRig } from '../support/switchboardRig'

const SECRET = Buffer.alloc(32, 7)
const SILENT = 2000

function stranger(port: number): Stranger {
  const one = new Stranger(port)
  onTestFinished(() => {
    one.socket.destroy()
  })
  return one
}

async function crowd(count: number, port: number): Promise<Stranger[]> {
  const all = await connectMany(count, port)
  onTestFinished(() => {
    for (const { socket } of all) socket.destroy()
  })
  return all
}

describe('the control port', () => {
  async function listen() {
    const links: ControlLink[] = []
    const refusals: string[] = []
    const server = await ControlServer.listen({
      host: '127.0.0.1',
      cluster: 'c1',
      secret: SECRET,
      refuse: () => null,
      onLink: (link) => links.push(link),
      onRefused: (words) => refusals.push(words),
    })
    onTestFinished(() => server.close())
    return { server, links, refusals }
  }

  function childHello(node: number): string {
    const fields = { version: 1, cluster: 'c1', role: 'node', node, to: 0, life: 1 } as const
    const proof = createHmac('sha256', SECRET).update(helloText(fields)).digest('hex')
    return JSON.stringify({ type: 'hello', ...fields, proof }) + '\n'
  }

  it('lets a child in while thousands say nothing, keeps it, and tells of them', async () => {
    const { server, links, refusals } = await listen()
    const first = await stranger(server.port).ready()
    first.socket.write(childHello(1))
    await eventually('the first child', () => links.length === 1)
    const silent = await crowd(SILENT, server.port)
    const late = await stranger(server.port).ready()
    late.socket.write(childHello(2))
    await eventually('the late child', () => links.length === 2)
    expect([first.closed, late.closed]).toEqual([false, false])
    await allClosed('the silent ones end', silent)
    expect(refusals.some((words) => words.includes('more than 256 connections'))).toBe(true)
    expect(refusals.some((words) => words.includes('are not shown'))).toBe(true)
    expect(refusals.length).toBeLessThan(SILENT / 2)
  })

  it.each(HELLO_GARBAGE)('$name is refused, with one note', async ({ bytes }) => {
    const { server, links, refusals } = await listen()
    const bad = stranger(server.port)
    bad.socket.write(bytes)
    await eventually('closed', () => bad.closed)
    expect(links).toEqual([])
    expect(refusals).toHaveLength(1)
  })
})

describe('a link port of the switchboard', () => {
  let rig: SwitchboardRig | null = null
  afterEach(async () => {
    await rig?.close()
    rig = null
  })

  it('passes frames on among garbage and silent ones, and lets its node in again', async () => {
    const open = (rig = await SwitchboardRig.start([1, 2]))
    const good = await open.dial(1, 2)
    const arrived = (slots: readonly number[]) =>
      eventually(`slots ${slots.join()}`, () => {
        return JSON.stringify(slotsOf(open.sink(2).frames)) === JSON.stringify(slots)
      })
    good.write(acceptFrame(1))
    await arrived([1])
    const port = open.linkPort(1, 2)
    for (const { bytes } of HELLO_GARBAGE) {
      const bad = stranger(port)
      bad.socket.write(bytes)
      await eventually('closed', () => bad.closed)
    }
    await eventually('a note each', () => open.notes().length >= HELLO_GARBAGE.length)
    const silent = await crowd(SILENT, port)
    good.write(acceptFrame(2))
    await arrived([1, 2])
    const again = await open.dial(1, 2)
    await once(good, 'close')
    again.write(acceptFrame(3))
    await arrived([1, 2, 3])
    await allClosed('the silent ones end', silent)
    const words = `more than ${LINK_CONNECTIONS_MAX} say no hello`
    await eventually('a note', () => open.notes().some((note) => note.includes(words)))
    expect(open.notes().length).toBeLessThan(SILENT / 2)
    expect(open.hasExited()).toBe(false)
  })
})
