/** Ports that face strangers, in one process: parsers under fuzz, and bounds under floods. */
import fc from 'fast-check'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NodeFact } from '../../src/core/event'
import { Machine } from '../../src/core/machine'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import type { Message } from '../../src/core/paxos/message'
import { ClientPort, PARTIAL_BYTES_MAX, REFUSED_MAX } from '../../src/main/node/clientPort'
import { makeHello, refusePeer } from '../../src/main/node/helloProof'
import { LocalCommands } from '../../src/main/node/localCommands'
import { CONNECTIONS_MAX, listenOn } from '../../src/main/node/peerPort'
import { REFUSAL_FACTS_MAX, Refusals } from '../../src/main/node/refusals'
import { RespError, RespParser } from '../../src/main/node/resp'
import { Transport } from '../../src/main/node/transport'
import { FRAME_BYTES_MAX, FrameError, FrameSplitter, parseFrame } from '../../src/shared/frame'
import { printFrame } from '../../src/shared/frame'
import { parseHello } from '../../src/shared/hello'
import { printMessage } from '../../src/shared/wire'
import { PLAIN_RULES, statusOf } from '../support/clusterPorts'
import { eventually } from '../support/eventually'
import { CLUSTER, RawClient, respOf, SECRET, upTo } from '../support/nodeSupport'
import { allClosed, CLIENT_GARBAGE, HELLO_GARBAGE, Stranger } from '../support/strangers'

const identity = { cluster: CLUSTER, node: 1, life: 1, secret: SECRET }
const nack: Message = {
  type: 'nack',
  ballot: { round: 1, node: 2 },
  promised: { round: 1, node: 2 },
}

function provenHello(node: number, life: number): string {
  return printFrame(makeHello({ ...identity, node, life }, 'peer', 1))
}

async function clientRig(clientsMax: number) {
  const facts: NodeFact[] = []
  const port: ClientPort = new ClientPort({
    clientsMax,
    requestDeadlineMs: 5000,
    refusals: new Refusals((fact) => facts.push(fact)),
    newTag: () => 1,
    push: () => {},
    local: new LocalCommands({
      node: 1,
      flush: true,
      clientsMax,
      info: () => '',
      clients: () => port.list,
      inside: {
        status: () =>
          statusOf(new Machine({ ...DEFAULT_REPLICA, node: 1, members: [1] }, 1).status()),
        slots: () => [],
        clientAddress: () => '127.0.0.1:6379',
        rules: PLAIN_RULES,
      },
    }),
  })
  onTestFinished(() => port.close())
  return { port, facts, number: await port.listen('127.0.0.1', 0) }
}

async function peerRig() {
  const got: Message[] = []
  const facts: NodeFact[] = []
  const refusals = new Refusals((fact) => facts.push(fact))
  const transport = new Transport({
    identity,
    members: [1, 2, 3],
    refusals,
    emit: (fact) => facts.push(fact),
    onMessage: (_from, message) => got.push(message),
  })
  onTestFinished(() => transport.close())
  return { transport, got, facts, refusals, port: await transport.listen('127.0.0.1', 0) }
}

function stranger(port: number): Stranger {
  const one = new Stranger(port)
  onTestFinished(() => {
    one.socket.destroy()
  })
  return one
}

function reasons(facts: readonly NodeFact[]): string[] {
  return facts.flatMap((fact) => (fact.type === 'connectionRefused' ? [fact.reason] : []))
}

/** Refusals that the facts speak of, one by one or in a number. */
function told(facts: readonly NodeFact[]): number {
  return reasons(facts).reduce((sum, reason) => {
    const more = Number(/\(and (\d+) more before\)/.exec(reason)?.[1] ?? 0)
    return sum + more + (reason.startsWith('a flood') ? 0 : 1)
  }, 0)
}

describe('parsers', () => {
  it('any bytes for a client: requests or a protocol error, and bounded memory', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom(...CLIENT_GARBAGE).map(({ bytes }) => bytes),
    )
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 6 }), (chunks) => {
        const parser = new RespParser()
        const sent = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
        try {
          for (const chunk of chunks) {
            parser.append(Buffer.from(chunk))
            while (parser.next() !== null);
            expect(parser.heldBytes).toBeLessThanOrEqual(4 * sent + 4096)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(RespError)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('a client that is idle after a large request keeps no buffer', () => {
    const parser = new RespParser()
    const request = Buffer.from(respOf('SET', 'k', 'x'.repeat(500_000)))
    for (let at = 0; at < request.length; at += 10_000) {
      parser.append(request.subarray(at, at + 10_000))
      const args = parser.next()
      if (args === null) expect(parser.heldBytes).toBeGreaterThan(at)
    }
    expect(parser.next()).toBeNull()
    expect(parser.heldBytes).toBe(0)
  })

  it('any bytes for a peer: lines or a frame error, byte by byte as in one piece', () => {
    const line = '{"type":"x","y":"\u00e9"}'.padEnd(5000, ' ')
    const bytes = Buffer.from(`${line}\n${line}\n`)
    const lines: string[] = []
    const splitter = new FrameSplitter()
    for (const byte of bytes) splitter.push(Buffer.of(byte), (one) => lines.push(one))
    expect(lines).toEqual([line, line])
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        const any = new FrameSplitter(500)
        try {
          for (const chunk of chunks) any.push(chunk, (one) => parseFrame(one))
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('any hello that differs from the proven one opens nothing', () => {
    const right = { ...makeHello({ ...identity, node: 2 }, 'peer', 1) }
    expect(refusePeer(right, identity, [1, 2, 3])).toBeNull()
    const anyField = fc.constantFrom(...Object.keys(right))
    fc.assert(
      fc.property(anyField, fc.jsonValue(), (field, value) => {
        const changed = { ...right, [field]: value }
        if (JSON.stringify(changed) === JSON.stringify(right)) return
        let hello
        try {
          hello = parseHello(parseFrame(JSON.stringify(changed)))
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
          return
        }
        expect(refusePeer(hello, identity, [1, 2, 3])).not.toBeNull()
      }),
      { numRuns: 1000 },
    )
  })
})

describe('client port', () => {
  it.each(CLIENT_GARBAGE)('$name closes its client, with one event, and no other', async (one) => {
    const { facts, number } = await clientRig(10)
    const good = await RawClient.connect(number)
    const bad = stranger(number)
    bad.socket.write(one.bytes)
    await eventually('closed', () => bad.closed)
    good.send(respOf('PING'))
    await eventually('served', () => good.text === '+PONG\r\n')
    expect(reasons(facts)).toHaveLength(1)
  })

  it('a flood of clients too many is told and bounded, also if they go on talking', async () => {
    const { port, facts, number } = await clientRig(1)
    const good = await RawClient.connect(number)
    good.send(respOf('PING'))
    await eventually('served', () => good.text === '+PONG\r\n')
    const crowd = upTo(REFUSED_MAX * 3).map(() => stranger(number))
    const chatter = setInterval(() => {
      for (const { socket } of crowd) if (!socket.destroyed) socket.write('x')
    }, 20)
    onTestFinished(() => clearInterval(chatter))
    await eventually('all are closed', () => crowd.every(({ closed }) => closed))
    expect(crowd.some(({ text }) => text === '-ERR max number of clients reached\r\n')).toBe(true)
    expect(port.clients).toBe(1)
    await eventually('each is told of', () => told(facts) === crowd.length)
    expect(reasons(facts).length).toBeLessThan(crowd.length)
    good.send(respOf('PING'))
    await eventually('served again', () => good.text === '+PONG\r\n+PONG\r\n')
  })

  it('what unfinished requests hold together is bounded: the largest goes', async () => {
    const { port, facts, number } = await clientRig(100)
    const small = await RawClient.connect(number)
    small.send('*2\r\n$4\r\nPI')
    const half = `*3\r\n$1048576\r\n${'x'.repeat(1_048_576)}\r\n$1048000\r\n${'x'.repeat(900_000)}`
    const greedy = upTo(Math.ceil(PARTIAL_BYTES_MAX / 1_900_000) + 5).map(() => stranger(number))
    for (const { socket } of greedy) socket.write(half)
    const wanted = 'unfinished requests hold more than 67108864 bytes'
    await eventually('some are closed', () => reasons(facts).includes(wanted))
    const held = [...port.list].reduce((sum, { heldBytes }) => sum + heldBytes, 0)
    expect(held).toBeGreaterThan(0)
    await eventually('within the bound', () => {
      const bytes = [...port.list].reduce((sum, one) => sum + one.heldBytes, 0)
      return bytes <= PARTIAL_BYTES_MAX
    })
    expect(small.closed).toBe(false)
    expect(greedy.some(({ closed }) => closed)).toBe(true)
  })
})

describe('peer port', () => {
  it.each(HELLO_GARBAGE)('$name closes its connection, with one event', async ({ bytes }) => {
    const { facts, port, got } = await peerRig()
    const bad = stranger(port)
    bad.socket.write(bytes)
    bad.socket.write(printMessage(nack))
    await eventually('closed', () => bad.closed)
    expect(reasons(facts)).toHaveLength(1)
    expect(got).toEqual([])
  })

  it('full of silent connections it lets a member in, and keeps the one that it has', async () => {
    const { got, port, facts, refusals } = await peerRig()
    const member = await RawClient.connect(port)
    member.send(provenHello(2, 1) + printMessage(nack))
    await eventually('the first member', () => got.length === 1)
    const silent = upTo(CONNECTIONS_MAX + 20).map(() => stranger(port))
    await Promise.all(silent.map((one) => one.ready()))
    const late = await RawClient.connect(port)
    late.send(provenHello(3, 1) + printMessage(nack))
    await eventually('the late member', () => got.length === 2)
    member.send(printMessage(nack))
    await eventually('the first one again', () => got.length === 3)
    await allClosed('the silent ones end', silent)
    await eventually('each is told of', () => told(facts) === refusals.count)
    expect(refusals.count).toBeGreaterThanOrEqual(silent.length)
    expect(reasons(facts).length).toBeLessThan(REFUSAL_FACTS_MAX * 20)
  })

  it('35: a life that is over stays over, also when no newer one is connected', async () => {
    const { got, port, facts } = await peerRig()
    const newer = await RawClient.connect(port)
    newer.send(provenHello(2, 5) + printMessage(nack))
    await eventually('taken', () => got.length === 1)
    newer.socket.destroy()
    for (const life of [1, 4]) {
      const old = await RawClient.connect(port)
      old.send(provenHello(2, life) + printMessage(nack))
      await eventually('closed', () => old.closed)
    }
    expect(reasons(facts)).toEqual(
      [1, 4].map((life) => `hello of life ${life} of node 2, which has a newer`),
    )
    const next = await RawClient.connect(port)
    next.send(provenHello(2, 6) + printMessage(nack))
    await eventually('taken again', () => got.length === 2)
  })

  it('36: frames to a peer that does not read are counted, also when its link breaks', async () => {
    const { transport, facts } = await peerRig()
    const sockets: Socket[] = []
    const deaf = createServer({ pauseOnConnect: true }, (socket) => sockets.push(socket))
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      deaf.close()
    })
    const port = await listenOn(deaf, '127.0.0.1', 0)
    transport.setPeers([{ node: 2, host: '127.0.0.1', port }])
    await eventually('connected', () => facts.some(({ type }) => type === 'peerConnected'))
    const frame = printMessage({ type: 'forward', values: ['x'.repeat(500_000)] })
    let sent = 0
    await eventually('a full queue', () => {
      transport.send([2], frame)
      transport.flush()
      sent += 1
      return transport.framesDropped > 0
    })
    expect(sent * frame.length).toBeLessThan(64 * FRAME_BYTES_MAX)
    const before = transport.framesDropped + transport.framesDroppedOffline
    for (const _ of upTo(5)) {
      transport.send([2], frame)
      transport.flush()
    }
    for (const socket of sockets) socket.resetAndDestroy()
    await eventually('what waited is counted', () => {
      return transport.framesDropped + transport.framesDroppedOffline > before
    })
  })
})
