/** The wire of the node in Python, message by message: what it answers, writes and refuses. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Ballot } from '../../../src/core/paxos/ballot'
import type { Message, SlotVote, Value } from '../../../src/core/paxos/message'
import { makeHello } from '../../../src/main/node/helloProof'
import { Refusals } from '../../../src/main/node/refusals'
import { Transport } from '../../../src/main/node/transport'
import { printFrame } from '../../../src/shared/frame'
import { printMessage } from '../../../src/shared/wire'
import { eventually } from '../../support/eventually'
import { CLUSTER, RawClient, SECRET, tempDirectory, upTo } from '../../support/nodeSupport'
import { cardOf, HOST, MEMBERS, OWN, PythonNode, readLog, whyNoPython } from './pythonNode'

const missing = whyNoPython()

/** The test as node 1, which talks to the node in Python by the wire of a real node. */
class Peer {
  readonly directory = tempDirectory()
  python: PythonNode | null = null
  private readonly got: { readonly from: number; readonly message: Message }[] = []
  private readonly transport: Transport
  private port = 0
  private taken = 0

  private constructor() {
    this.transport = new Transport({
      identity: { cluster: CLUSTER, node: 1, life: 2, secret: SECRET },
      members: MEMBERS,
      refusals: new Refusals(() => {}),
      emit: () => {},
      onMessage: (from, message) => this.got.push({ from, message }),
    })
    onTestFinished(() => this.transport.close())
  }

  static async open(): Promise<Peer> {
    const peer = new Peer()
    peer.port = await peer.transport.listen(HOST, 0)
    await peer.start()
    return peer
  }

  /** Starts the node in Python, again with the same log; both dial each other. */
  async start(): Promise<void> {
    const python = await PythonNode.start(cardOf(new Map([[1, this.port]])), this.directory)
    this.python = python
    this.transport.setPeers([{ node: OWN, host: HOST, port: python.peerPort }])
    await eventually('it has dialled', () => this.said('peerConnected'))
  }

  said(type: string): boolean {
    return this.python!.events.some((event) => event.type === type)
  }

  send(...lines: readonly string[]): void {
    for (const line of lines) this.transport.send([OWN], line)
    this.transport.flush()
  }

  /** The next message of the node in Python, after `message` if there is one. */
  async answer(message?: Message): Promise<Message> {
    if (message) this.send(printMessage(message))
    const next = await eventually(`an answer to ${message?.type ?? 'that'}`, () => {
      return this.got[this.taken]
    })
    this.taken += 1
    expect(next.from).toBe(OWN)
    return next.message
  }
}

function at(round: number, node = 1): Ballot {
  return { round, node }
}

function prepare(ballot: Ballot, from = 1, to: number | null = null): Message {
  return { type: 'prepare', ballot, ranges: [{ from, to }] }
}

function accept(ballot: Ballot, slot: number, ...values: readonly Value[]): Message {
  return { type: 'accept', ballot, slot, values, chosenThrough: 0 }
}

function heartbeat(ballot: Ballot, probe: number, leaseTicks = 0): Message {
  return { type: 'heartbeat', ballot, chosenThrough: 0, probe, leaseTicks }
}

function promise(ballot: Ballot, ...votes: readonly SlotVote[]): Message {
  return { type: 'promise', ballot, chosenThrough: 0, votes, part: 0, parts: 1 }
}

describe.skipIf(missing !== null)(
  `a node in Python${missing === null ? '' : `: ${missing}`}`,
  () => {
    it('S14: killed between promise and accept, it refuses what it promised to refuse', async () => {
      const peer = await Peer.open()
      expect(await peer.answer(prepare(at(5)))).toEqual(promise(at(5)))
      expect(await peer.answer(accept(at(5), 1, 'a', 'b'))).toEqual({
        type: 'accepted',
        ballot: at(5),
        slot: 1,
        count: 2,
      })
      expect(await peer.answer(prepare(at(7, 2)))).toMatchObject({ type: 'promise' })
      await peer.python!.process.kill()
      await peer.start()
      const nack = (ballot: Ballot) => ({ type: 'nack', ballot, promised: at(7, 2) })
      expect(await peer.answer(prepare(at(7, 1)))).toEqual(nack(at(7, 1)))
      expect(await peer.answer(accept(at(6), 3, 'c'))).toEqual(nack(at(6)))
      expect(await peer.answer(heartbeat(at(6), 1))).toEqual(nack(at(6)))
      const votes = [
        { slot: 1, ballot: at(5), value: 'a' },
        { slot: 2, ballot: at(5), value: 'b' },
      ]
      expect(await peer.answer(prepare(at(8)))).toEqual(promise(at(8), ...votes))
      expect(await peer.answer(prepare(at(9), 2, 2))).toEqual(promise(at(9), votes[1]!))
      expect(readLog(peer.directory)).toEqual([
        { owner: { cluster: CLUSTER, node: OWN } },
        { life: 1 },
        { promise: [5, 1] },
        { vote: [5, 1], slot: 1, values: ['a', 'b'] },
        { promise: [7, 2] },
        { life: 2 },
        { promise: [8, 1] },
        { promise: [9, 1] },
      ])
    })

    it('a repeated message is answered again and written once; a vote raises the promise', async () => {
      const peer = await Peer.open()
      for (const _ of upTo(2)) expect(await peer.answer(prepare(at(3)))).toEqual(promise(at(3)))
      for (const _ of upTo(2)) {
        expect(await peer.answer(accept(at(4), 7, '\u00ff\0"'))).toMatchObject({
          slot: 7,
          count: 1,
        })
      }
      expect(await peer.answer(prepare(at(3)))).toMatchObject({ type: 'nack', promised: at(4) })
      expect(readLog(peer.directory).slice(2)).toEqual([
        { promise: [3, 1] },
        { vote: [4, 1], slot: 7, values: ['\u00ff\0"'] },
      ])
    })

    it('what it does not know it ignores; garbage closes the connection, which comes back', async () => {
      const peer = await Peer.open()
      const unknown = '{"type":"ofTheFuture","ballot":7}\n'
      peer.send(unknown, printMessage({ type: 'catchUp', from: 1, to: 2 }))
      const more = { ...prepare(at(1)), ofTheFuture: [null] }
      expect(await peer.answer(more)).toEqual(promise(at(1)))
      peer.send('{"type":"accept","ballot":{"round":true,"node":1},"slot":1,"values":[]}\n')
      await eventually('refused', () => peer.python!.refusals().length > 0)
      expect(peer.python!.refusals()).toEqual(['round is not a whole number from 0 on'])
      expect(await peer.answer(prepare(at(2)))).toEqual(promise(at(2)))
    })

    it('confirms a leader, grants no lease, and supports a bid that it would promise', async () => {
      const peer = await Peer.open()
      const canvass = { type: 'canvass', ballot: at(4) } as const
      const support = { type: 'support', ballot: at(4), leader: null, chosenThrough: 0 }
      expect(await peer.answer(canvass)).toEqual(support)
      expect(await peer.answer(prepare(at(4)))).toEqual(promise(at(4)))
      expect(await peer.answer(canvass)).toMatchObject({ type: 'nack', promised: at(4) })
      peer.send(printMessage(heartbeat(at(4), 0)), printMessage(heartbeat(at(4), 1, 50)))
      const alive = await peer.answer(heartbeat(at(4), 2))
      expect(alive).toEqual({ type: 'alive', ballot: at(4), probe: 2 })
    })

    it('splits a long promise into parts, each a frame', async () => {
      const peer = await Peer.open()
      const values = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(60_000))
      for (const [index, value] of values.entries()) {
        await peer.answer(accept(at(2), index + 1, value))
      }
      const first = await peer.answer(prepare(at(3)))
      const parts = [first, await peer.answer(), await peer.answer()]
      expect(parts).toMatchObject(upTo(3).map((part) => ({ part: part - 1, parts: 3 })))
      const votes = parts.flatMap((part) => (part.type === 'promise' ? part.votes : []))
      expect(votes.map(({ value }) => value)).toEqual(values)
    })

    it.each([
      ['with a wrong proof', { proof: '0'.repeat(64) }, 'hello with a wrong proof'],
      ['with a life that its proof does not cover', { life: 9 }, 'hello with a wrong proof'],
      ['of another cluster', { cluster: 'other' }, 'hello of another cluster'],
      ['for another node', { to: 2 }, 'hello of a stranger, or for another node'],
      ['of a stranger', { node: 9 }, 'hello of a stranger, or for another node'],
    ])('refuses a hello %s, and takes nothing behind it', async (_what, changes, reason) => {
      const peer = await Peer.open()
      const identity = { cluster: CLUSTER, node: 1, life: 3, secret: SECRET }
      const client = await RawClient.connect(peer.python!.peerPort)
      const hello = { ...makeHello(identity, 'peer', OWN), ...changes }
      client.send(printFrame(hello) + printMessage(prepare(at(9))))
      await eventually('closed', () => client.closed)
      await eventually('said', () => peer.python!.refusals().length > 0)
      expect(peer.python!.refusals()).toEqual([reason])
      expect(await peer.answer(prepare(at(1)))).toEqual(promise(at(1)))
    })

    it.each(['standard input closes', 'SIGTERM comes'])('ends when %s', async (what) => {
      const { python } = await Peer.open()
      if (what.startsWith('SIGTERM')) python!.process.child.kill('SIGTERM')
      else python!.closeInput()
      expect(await python!.process.exited()).toEqual({ code: 0, signal: null })
      expect(python!.process.stderr).toBe('')
    })
  },
)
