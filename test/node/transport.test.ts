/** The peer wire: who is let in, what closes a connection, and that links come back. */
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NodeFact } from '../../src/core/event'
import type { Message } from '../../src/core/paxos/message'
import { FRAME_BYTES_MAX, printFrame } from '../../src/shared/frame'
import { HELLO_BYTES_MAX, helloText } from '../../src/shared/hello'
import type { Hello } from '../../src/shared/hello'
import { printMessage } from '../../src/shared/wire'
import { makeHello } from '../../src/main/node/helloProof'
import { OFFLINE_QUEUE_BYTES_MAX } from '../../src/main/node/peerDialler'
import { CONNECTIONS_MAX, listenOn } from '../../src/main/node/peerPort'
import { REFUSAL_FACTS_MAX, Refusals } from '../../src/main/node/refusals'
import { Transport } from '../../src/main/node/transport'
import { eventually } from '../support/eventually'
import { CLUSTER, RawClient, SECRET, upTo } from '../support/nodeSupport'

const ballot = { round: 1, node: 2 }
const nack: Message = { type: 'nack', ballot, promised: ballot }

interface Rig {
  readonly transport: Transport
  readonly port: number
  readonly got: { from: number; message: Message }[]
  readonly facts: NodeFact[]
}

async function rig(node: number, port = 0): Promise<Rig> {
  const got: Rig['got'] = []
  const facts: NodeFact[] = []
  const emit = (fact: NodeFact) => facts.push(fact)
  const transport = new Transport({
    identity: { cluster: CLUSTER, node, life: 1, secret: SECRET },
    members: [1, 2, 3],
    refusals: new Refusals(emit),
    emit,
    onMessage: (from, message) => got.push({ from, message }),
  })
  onTestFinished(() => transport.close())
  return { transport, port: await transport.listen('127.0.0.1', port), got, facts }
}

function helloOf(changes: { [Field in keyof Hello]?: unknown }, secret = SECRET): string {
  const hello = makeHello({ cluster: CLUSTER, node: 2, life: 1, secret }, 'peer', 1)
  return printFrame({ ...hello, ...changes })
}

/** A right proof over other fields. */
function provenHello(node: number, life: number, cluster = CLUSTER): string {
  return printFrame(makeHello({ cluster, node, life, secret: SECRET }, 'peer', 1))
}

function refused(facts: readonly NodeFact[]): string[] {
  return facts.flatMap((fact) => (fact.type === 'connectionRefused' ? [fact.reason] : []))
}

describe('EH5: a hello', () => {
  it('with a right proof opens the link, whatever the chunks', async () => {
    const { port, got } = await rig(1)
    const client = await RawClient.connect(port)
    const long: Message = { type: 'forward', values: ['x'.repeat(HELLO_BYTES_MAX * 3)] }
    client.send(provenHello(2, 1).slice(0, 30))
    client.send(provenHello(2, 1).slice(30) + printMessage(long) + printMessage(nack))
    await eventually('both frames', () => got.length === 2)
    expect(got).toEqual([
      { from: 2, message: long },
      { from: 2, message: nack },
    ])
  })

  it.each([
    ['of another cluster', helloOf({ cluster: 'other' }), 'hello of another cluster'],
    ['of another cluster, proven', provenHello(2, 1, 'other'), 'hello of another cluster'],
    ['with a wrong proof', helloOf({ proof: '0'.repeat(64) }), 'hello with a wrong proof'],
    ['with a short proof', helloOf({ proof: '00' }), 'hello with a wrong proof'],
    ['with another secret', helloOf({}, Buffer.alloc(32, 8)), 'hello with a wrong proof'],
    ['with a life that the proof does not cover', helloOf({ life: 9 }), 'hello with a wrong proof'],
    ['for another node', helloOf({ to: 3 }), 'hello for node 3'],
    ['of a stranger', provenHello(7, 1), 'hello of node 7, which is no other member'],
    ['of the node itself', provenHello(1, 1), 'hello of node 1, which is no other member'],
    ['of the wrong role', helloOf({ role: 'node' }), 'hello with the role "node" on the peer port'],
    ['of a foreign version', helloOf({ version: 2 }), 'hello version 2 is unknown'],
    ['that is another frame', printMessage(nack), 'first frame is "nack", not "hello"'],
    ['that is no JSON', 'GET / HTTP/1.1\r\n', 'frame is not JSON: GET / HTTP/1.1\r'],
    ['that never ends', 'x'.repeat(HELLO_BYTES_MAX + 1), 'first frame is longer than 1024 bytes'],
  ])('%s is refused, and its frames are not taken', async (_what, hello, reason) => {
    const { port, got, facts } = await rig(1)
    const client = await RawClient.connect(port)
    client.send(hello + printMessage(nack))
    await eventually('closed', () => client.closed)
    expect(refused(facts)).toEqual([reason])
    expect(got).toEqual([])
  })

  it('covers every field with its proof', () => {
    const {
      proof: _proof,
      type: _type,
      ...fields
    } = makeHello({ cluster: CLUSTER, node: 2, life: 1, secret: SECRET }, 'peer', 1)
    for (const value of Object.values(fields)) {
      expect(helloText(fields).split('\n')).toContain(String(value))
    }
  })
})

describe('a link', () => {
  it('of the same peer is replaced by a newer one; an older life is refused', async () => {
    const { port, facts } = await rig(1)
    const first = await RawClient.connect(port)
    first.send(provenHello(2, 2))
    const second = await RawClient.connect(port)
    second.send(provenHello(2, 2))
    await eventually('first is closed', () => first.closed)
    const older = await RawClient.connect(port)
    older.send(provenHello(2, 1))
    await eventually('older is closed', () => older.closed)
    expect(second.closed).toBe(false)
    expect(refused(facts)).toEqual(['hello of life 1 of node 2, which has a newer'])
  })

  it.each([
    ['garbage', 'garbage\n', 'node 2: frame is not JSON: garbage'],
    ['a known type with a wrong field', '{"type":"heartbeat"}\n', /^node 2: .*ballot/],
    ['a huge frame', 'x'.repeat(FRAME_BYTES_MAX + 1), 'node 2: frame is longer than 1048576 bytes'],
  ])('that carries %s is closed with a reason; others go on', async (_what, bytes, reason) => {
    const { port, got, facts } = await rig(1)
    const bad = await RawClient.connect(port)
    const good = await RawClient.connect(port)
    bad.send(provenHello(2, 1) + bytes)
    good.send(provenHello(3, 1) + printMessage(nack))
    await eventually('closed', () => bad.closed)
    await eventually('message of the other', () => got.length === 1)
    expect(good.closed).toBe(false)
    expect(refused(facts)).toEqual([expect.stringMatching(reason)])
  })

  it('ignores and counts frames of an unknown type', async () => {
    const { transport, port, got } = await rig(1)
    const client = await RawClient.connect(port)
    client.send(`${provenHello(2, 1)}{"type":"ofTheFuture"}\n${printMessage(nack)}`)
    await eventually('the known frame', () => got.length === 1)
    expect(transport.unknownFrames).toBe(1)
    expect(client.closed).toBe(false)
  })

  it('is one of a bounded number; a flood of refusals is told now and then', async () => {
    const { port, facts } = await rig(1)
    const clients: RawClient[] = []
    for (const _ of upTo(CONNECTIONS_MAX + 30)) clients.push(await RawClient.connect(port))
    await eventually('the oldest silent ones are closed', () =>
      clients.slice(0, 30).every((one) => one.closed),
    )
    expect(refused(facts).length).toBeLessThanOrEqual(REFUSAL_FACTS_MAX * 2)
  })
})

describe('two nodes', () => {
  it('send one way each, keep order, and reconnect after a break', async () => {
    const [one, two] = [await rig(1), await rig(2)]
    one.transport.setPeers([{ node: 2, host: '127.0.0.1', port: two.port }])
    one.transport.send([2, 3], printMessage(nack))
    one.transport.send([2], printMessage(nack))
    one.transport.flush()
    await eventually('frames that were sent before the link was up', () => two.got.length === 2)
    expect(one.facts).toContainEqual({ type: 'peerConnected', peer: 2 })
    two.transport.close()
    await eventually('lost', () => one.facts.some(({ type }) => type === 'peerLost'))
    const reborn = await rig(2, two.port)
    one.transport.send([2], printMessage(nack))
    one.transport.flush()
    await eventually('reconnected', () => reborn.got.length === 1)
    expect(reborn.got[0]?.from).toBe(1)
  })

  it('a new address ends the old link', async () => {
    const [one, old, moved] = [await rig(1), await rig(2), await rig(2)]
    one.transport.setPeers([{ node: 2, host: '127.0.0.1', port: old.port }])
    await eventually('connected', () => one.facts.some(({ type }) => type === 'peerConnected'))
    one.transport.setPeers([{ node: 2, host: '127.0.0.1', port: moved.port }])
    one.transport.send([2], printMessage(nack))
    one.transport.flush()
    await eventually('at the new address', () => moved.got.length === 1)
    expect(old.got).toEqual([])
  })

  it('a peer that is away is kept the newest frames only, and the rest is counted', async () => {
    const [one, away] = [await rig(1), await rig(2)]
    away.transport.close()
    one.transport.setPeers([{ node: 2, host: '127.0.0.1', port: away.port }])
    const values = (mark: string): Message => ({ type: 'forward', values: [mark.repeat(10_000)] })
    for (const index of upTo(50)) {
      one.transport.send([2], printMessage(values(String.fromCharCode(64 + index))))
      one.transport.flush()
    }
    expect(one.transport.framesDroppedOffline).toBeGreaterThan(40)
    expect(one.transport.framesDropped).toBe(0)
    const back = await rig(2, away.port)
    await eventually('the newest', () => back.got.some(({ message }) => isForward(message, 'r')))
    expect(back.got.length * 10_000).toBeLessThanOrEqual(OFFLINE_QUEUE_BYTES_MAX)
  })

  it('a peer that does not read costs a bounded queue', async () => {
    const one = await rig(1)
    const sockets: Socket[] = []
    const deaf: Server = createServer({ pauseOnConnect: true }, (socket) => sockets.push(socket))
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      deaf.close()
    })
    const port = await listenOn(deaf, '127.0.0.1', 0)
    one.transport.setPeers([{ node: 2, host: '127.0.0.1', port }])
    await eventually('connected', () => one.facts.some(({ type }) => type === 'peerConnected'))
    const frame = printMessage({ type: 'forward', values: ['x'.repeat(500_000)] })
    await eventually('frames are dropped', () => {
      one.transport.send([2], frame)
      one.transport.flush()
      return one.transport.framesDropped > 0
    })
  })
})

function isForward(message: Message, mark: string): boolean {
  return message.type === 'forward' && (message.values[0]?.startsWith(mark) ?? false)
}
