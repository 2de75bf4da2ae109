/** Real node processes among strangers: others go on being served, memory stays bounded. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseNodeToLab } from '../../src/shared/controlCodec'
import { parseFrame } from '../../src/shared/frame'
import { builtEntry } from '../support/built'
import { eventually } from '../support/eventually'
import { ask, NodeLab, NodeProcess } from '../support/nodeLab'
import type { ControlChannel, StartedNode } from '../support/nodeLab'
import { nodeFile, RawClient, respOf, SECRET, tempDirectory, upTo } from '../support/nodeSupport'
import {
  allClosed,
  CLIENT_GARBAGE,
  connectMany,
  HELLO_GARBAGE,
  Stranger,
} from '../support/strangers'

const MEMBERS = [1, 2, 3]
const CLIENTS_MAX = 150
const IDLE = 2000
/** Of what a node may hold at the end; thousands of unbounded buffers would be far beyond. */
const RSS_RATIO_MAX = 3
/** A write waits for the next leader, also on a machine that is busy with other things. */
const PATIENCE_MS = 60_000
/** Large writes that are under way together. */
const BATCH = 20
const TEST_MS = 240_000

/** A client that has one write under way at a time, and counts what it was told. */
class Writer {
  acknowledged = 0
  readonly others: string[] = []
  private number = 0

  private constructor(private readonly client: RawClient) {
    client.socket.on('data', () => this.take())
    this.write()
  }

  static async at(port: number): Promise<Writer> {
    return new Writer(await RawClient.connect(port))
  }

  private write(): void {
    this.number += 1
    this.client.send(respOf('SET', `w${this.number % 50}`, String(this.number)))
  }

  private take(): void {
    if (!this.client.text.endsWith('\r\n')) return
    if (this.client.text === '+OK\r\n') this.acknowledged += 1
    else this.others.push(this.client.text)
    this.client.text = ''
    this.write()
  }

  async more(count: number): Promise<void> {
    const wanted = this.acknowledged + count
    await eventually(`${count} more writes`, () => this.acknowledged >= wanted, PATIENCE_MS)
  }
}

function lastStatus(control: ControlChannel) {
  return control.frames.flatMap((frame) => (frame.type === 'status' ? [frame.status] : [])).at(-1)
}

async function rssOf(control: ControlChannel): Promise<number> {
  const seen = control.frames.length
  return eventually('a new status', () => {
    const fresh = control.frames.slice(seen).find(({ type }) => type === 'status')
    return fresh?.type === 'status' && fresh.status.rssBytes
  })
}

/** Refusals that the facts of a node speak of, by port. */
function told(control: ControlChannel, port: string): number {
  let sum = 0
  for (const fact of control.facts()) {
    if (fact.type !== 'connectionRefused' || fact.port !== port) continue
    sum += fact.reason.startsWith('a flood') ? 0 : 1
    sum += Number(/\(and (\d+) more before\)/.exec(fact.reason)?.[1] ?? 0)
  }
  return sum
}

/** A number of `INFO`; null when the answer has none: the node may refuse us while it is full. */
async function infoOf(node: StartedNode, name: string): Promise<number | null> {
  const text = await ask(node.clientPort, 'INFO')
  const digits = new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}

function stranger(port: number): Stranger {
  const one = new Stranger(port)
  onTestFinished(() => {
    one.socket.destroy()
  })
  return one
}

async function cluster(overrides: Parameters<NodeLab['startAll']>[1] = {}) {
  const lab = await NodeLab.open(tempDirectory())
  const nodes = await lab.startAll(MEMBERS, { requestDeadlineMs: PATIENCE_MS, ...overrides })
  const [one, two, three] = nodes
  if (!one || !two || !three) throw new Error('three nodes')
  await eventually(
    'a write',
    async () => (await ask(one.clientPort, 'SET', 'a', '1')) === '+OK\r\n',
  )
  return { lab, one, two, three }
}

describe('a node among strangers', () => {
  it(
    'serves its clients while every kind of garbage and thousands of silent ones come',
    async () => {
      const { one } = await cluster({ clientsMax: CLIENTS_MAX })
      const writers = [await Writer.at(one.clientPort), await Writer.at(one.clientPort)]
      for (const writer of writers) await writer.more(200)
      const before = await rssOf(one.control)

      // Slow ones: half a request, half a hello, one byte now and then.
      const slow = [...upTo(20).map(() => one.clientPort), ...upTo(20).map(() => one.peerPort)].map(
        (port) => stranger(port),
      )
      const drip = setInterval(() => {
        for (const { socket } of slow) if (!socket.destroyed) socket.write('*')
      }, 100)
      onTestFinished(() => clearInterval(drip))
      const loud = upTo(5).flatMap(() => [
        ...CLIENT_GARBAGE.map((piece) => ({ piece, at: stranger(one.clientPort) })),
        ...HELLO_GARBAGE.map((piece) => ({ piece, at: stranger(one.peerPort) })),
      ])
      for (const { piece, at } of loud) at.socket.write(piece.bytes)
      await eventually('all garbage is cut off', () => loud.every(({ at }) => at.closed))

      const idle = await connectMany(IDLE, one.clientPort)
      const silent = await connectMany(IDLE, one.peerPort)
      onTestFinished(() => {
        for (const { socket } of [...idle, ...silent]) socket.destroy()
      })
      await eventually('those beyond the bound are closed', () => {
        return idle.filter(({ closed }) => !closed).length < CLIENTS_MAX
      })
      await allClosed('silent ones on the peer port end', silent)
      expect(idle.some(({ text }) => text === '-ERR max number of clients reached\r\n')).toBe(true)
      for (const writer of writers) await writer.more(200)
      expect(writers.map(({ others }) => others)).toEqual([[], []])
      expect((await rssOf(one.control)) / before).toBeLessThan(RSS_RATIO_MAX)

      for (const { socket } of [...idle, ...slow.values()]) socket.destroy()
      const refusals = await eventually('room for a question', () => infoOf(one, 'refusals'))
      expect(refusals).toBeGreaterThan(loud.length + IDLE)
      await eventually('an event for each, or its number', () => {
        return told(one.control, 'client') + told(one.control, 'peer') >= refusals
      })
      expect(await ask(one.clientPort, 'GET', 'evil')).toBe('$-1\r\n')
      expect(one.node.exit).toBeNull()
    },
    TEST_MS,
  )

  it('without a free file descriptor it goes on when some are free again', async () => {
    const directory = tempDirectory()
    const path = join(directory, 'node.json')
    writeFileSync(path, JSON.stringify(nodeFile({ dataDir: join(directory, 'data') })))
    const few = 'ulimit -n 64; exec "$0" "$@"'
    const args = ['-c', few, process.execPath, builtEntry('node'), path]
    const env = { ...process.env, PAXOS_SECRET: SECRET.toString('hex') }
    const child = spawn('/bin/sh', args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    const node = new NodeProcess(child)
    const ready = await eventually('it is ready', () => {
      if (node.exit) throw new Error(node.stderr)
      const [line, rest] = node.stdout.split('\n', 2)
      return line && rest !== undefined ? parseNodeToLab(parseFrame(line)) : null
    })
    if (ready.type !== 'ready') throw new Error('another frame')
    const { clientPort } = ready
    await eventually('a write', async () => (await ask(clientPort, 'SET', 'a', '1')) === '+OK\r\n')
    const crowd = upTo(100).map(() => stranger(clientPort))
    await Promise.all(crowd.map((each) => each.ready()))
    await eventually('some are not taken', () => crowd.some(({ closed }) => closed) || node.exit)
    for (const { socket } of crowd) socket.destroy()
    await eventually('served again', async () => {
      return (await ask(clientPort, 'GET', 'a')) === '$1\r\n1\r\n'
    })
    expect(node.exit).toBeNull()
  })
})

describe('36: a peer that stands still under load', () => {
  it(
    'costs bounded memory, its frames are counted, and it catches up',
    async () => {
      const { one, two, three } = await cluster()
      const value = 'x'.repeat(50_000)
      const client = await RawClient.connect(one.clientPort)
      // Few at a time: what a busy machine cannot carry in a resend period is sent again.
      const load = async (count: number): Promise<void> => {
        for (let left = count; left > 0; left -= BATCH) {
          client.text = ''
          client.send(respOf('SET', `k${left % 7}`, value).repeat(BATCH))
          await eventually('all answered', () => client.lines().length === BATCH, 2 * PATIENCE_MS)
          expect(client.text).toBe('+OK\r\n'.repeat(BATCH))
        }
      }
      await load(200)
      const before = [await rssOf(one.control), await rssOf(two.control)]
      three.node.child.kill('SIGSTOP')
      onTestFinished(() => {
        three.node.child.kill('SIGCONT')
      })
      const dropped = () =>
        (lastStatus(one.control)?.dropped ?? 0) + (lastStatus(two.control)?.dropped ?? 0)
      await eventually(
        'frames are dropped',
        async () => {
          await load(100)
          return dropped() > 0
        },
        PATIENCE_MS,
      )
      const first = [await rssOf(one.control), await rssOf(two.control)]
      for (const _ of upTo(5)) await load(100)
      const last = [await rssOf(one.control), await rssOf(two.control)]
      for (const index of [0, 1]) {
        expect(last[index]! / before[index]!).toBeLessThan(RSS_RATIO_MAX)
        expect(last[index]! / first[index]!).toBeLessThan(RSS_RATIO_MAX)
      }
      three.node.child.kill('SIGCONT')
      await eventually(
        'it has all',
        () => {
          const [mine, wanted] = [lastStatus(three.control), lastStatus(one.control)]
          return mine && wanted && mine.digest === wanted.digest && mine.appliedThrough > 500
        },
        PATIENCE_MS,
      )
    },
    TEST_MS,
  )
})
