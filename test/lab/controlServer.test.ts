/** The control port: only children of this run get in, and garbage does no harm. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ControlLink } from '../../src/main/lab/controlLink'
import { ControlServer } from '../../src/main/lab/controlServer'
import type { Frame } from '../../src/shared/controlCodec'
import { FRAME_BYTES_MAX } from '../../src/shared/frame'
import { HELLO_BYTES_MAX, helloText } from '../../src/shared/hello'
import type { HelloRole } from '../../src/shared/hello'
import { eventually } from '../support/eventually'

const SECRET = Buffer.alloc(32, 7)
let server: ControlServer
let links: ControlLink[]
let refusals: string[]
const sockets: Socket[] = []

beforeEach(async () => {
  links = []
  refusals = []
  server = await ControlServer.listen({
    host: '127.0.0.1',
    cluster: 'c1',
    secret: SECRET,
    refuse: ({ node }) => (node === 9 ? 'node 9 is not awaited' : null),
    onLink: (link) => links.push(link),
    onRefused: (words) => refusals.push(words),
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close()
})

function hello(changes: object = {}, secret: Buffer = SECRET): string {
  const fields = { version: 1, cluster: 'c1', role: 'node' as HelloRole, node: 2, to: 0, life: 1 }
  const claimed = { ...fields, ...changes }
  const proof = createHmac('sha256', secret).update(helloText(claimed)).digest('hex')
  return JSON.stringify({ type: 'hello', ...claimed, proof }) + '\n'
}

async function dial(bytes: string | Buffer): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(bytes)
  return socket
}

describe('a stranger', () => {
  it.each([
    ['another secret', hello({}, Buffer.alloc(32, 8)), /wrong proof/],
    ['a proof for other fields', hello().replace('"node":2', '"node":3'), /wrong proof/],
    ['no proof at all', hello().replace(/"proof":"[0-9a-f]+"/, '"proof":""'), /wrong proof/],
    ['another cluster', hello({ cluster: 'c2' }), /another cluster/],
    ['a hello for a peer', hello({ to: 3 }), /another listener/],
    ['the role of a peer', hello({ role: 'peer' }), /peer dialled/],
    ['a node that is not awaited', hello({ node: 9 }), /not awaited/],
    ['another version', hello({ version: 2 }), /version 2/],
    ['no hello', '{"type":"status"}\n', /not "hello"/],
    ['garbage', Buffer.from([0xff, 0xfe, 10]), /UTF-8/],
    ['a web request', 'GET / HTTP/1.1\r\n\r\n', /JSON/],
    ['too much before the first line end', 'x'.repeat(HELLO_BYTES_MAX + 1), /longer than/],
  ])('with %s is refused, and that is told', async (_what, bytes, words) => {
    const socket = await dial(bytes)
    socket.resume()
    await once(socket, 'close')
    expect(links).toEqual([])
    expect(refusals).toEqual([expect.stringMatching(words)])
  })

  it('that floods the port does not flood the record', async () => {
    const all = Array.from({ length: 60 }, () => dial('garbage\n'))
    const opened = await Promise.all(all)
    await Promise.all(opened.map(async (socket) => once(socket.resume(), 'close')))
    expect(refusals.length).toBeLessThan(40)
    expect(refusals.some((words) => words.includes('are not shown'))).toBe(true)
    await dial(hello())
    await eventually('a child still gets in', () => links.length === 1)
  })
})

describe('a child', () => {
  it('gets in, however its first bytes are cut, with the frames behind its hello', async () => {
    const text = hello() + '{"type":"one"}\n{"type":"tw'
    const socket = await dial(text.slice(0, 20))
    socket.write(text.slice(20))
    await eventually('it is in', () => links.length === 1)
    const types: string[] = []
    links[0]?.listen({ onFrame: ({ type }: Frame) => types.push(type), onClosed: () => {} })
    socket.write('o"}\n')
    await eventually('both frames', () => types.length === 2)
    expect(types).toEqual(['one', 'two'])
    expect(links[0]?.hello).toMatchObject({ role: 'node', node: 2 })
  })

  it.each([
    ['garbage', 'garbage\n', /not JSON/],
    ['an endless frame', 'x'.repeat(FRAME_BYTES_MAX + 1), /longer than/],
  ])('that sends %s loses its connection, with the reason', async (_what, bytes, words) => {
    const socket = await dial(hello())
    await eventually('it is in', () => links.length === 1)
    let reason = ''
    links[0]?.listen({ onFrame: () => {}, onClosed: (why) => (reason = why) })
    socket.write(bytes)
    await once(socket.resume(), 'close')
    await eventually('the reason', () => words.test(reason))
  })

  it('answers calls by number; one without an answer rejects when it goes', async () => {
    const socket = await dial(hello())
    const link = await eventually('it is in', () => links[0])
    link.listen({
      onFrame: (frame) => link.settle(Number(frame['call']), frame['answer']),
      onClosed: () => {},
    })
    const first = link.call((call) => ({ type: 'call', call }), 5000)
    const second = link.call((call) => ({ type: 'call', call }), 5000)
    const lost = expect(second).rejects.toMatchObject({ code: 'notRunning' })
    socket.write('{"type":"answer","call":1,"answer":"yes"}\n')
    expect(await first).toBe('yes')
    socket.destroy()
    await lost
    await expect(link.call(() => ({}), 1)).rejects.toMatchObject({ code: 'notRunning' })
  })

  it('that does not answer in time is given up', async () => {
    await dial(hello())
    const link = await eventually('it is in', () => links[0])
    const call = link.call((number) => ({ type: 'call', call: number }), 1)
    await expect(call).rejects.toMatchObject({ code: 'timedOut' })
  })
})
