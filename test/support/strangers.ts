/** What strangers send: garbage for each port, and frames of members with one field gone wrong. */
import fc from 'fast-check'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Message } from '../../src/core/paxos/message'
import { FRAME_BYTES_MAX } from '../../src/shared/frame'
import { HELLO_BYTES_MAX } from '../../src/shared/hello'
import { eventually } from './eventually'
import { HandNet } from './handNet'

/** Connections that are opened at a time. */
const CROWD = 100

export interface Piece {
  readonly name: string
  readonly bytes: Buffer
}

function piece(name: string, bytes: string | Buffer): Piece {
  return { name, bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes }
}

/** The same bytes in each run, of every value. */
function noise(count: number): Buffer {
  const bytes = Buffer.alloc(count)
  let state = 12345
  for (let at = 0; at < count; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}

/** Lengths that are none. */
export const WRONG_LENGTHS = [
  '0x10',
  '1e3',
  '',
  '+5',
  '05',
  '-0',
  String(2 ** 53),
  '9'.repeat(400),
] as const

/** Each closes a client connection, with an event. */
export const CLIENT_GARBAGE: readonly Piece[] = [
  piece('a POST', 'POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET evil 1\r\n'),
  piece('a POST as an array', '*1\r\n$4\r\nPOST\r\n*3\r\n$3\r\nSET\r\n$4\r\nevil\r\n$1\r\n1\r\n'),
  piece('a GET', 'GET / HTTP/1.1\r\nhost:localhost\r\n\r\nSET evil 1\r\n'),
  piece('a huge array', '*1000000000\r\n'),
  piece('a huge bulk string', '*1\r\n$536870912\r\n'),
  piece('an inline command without an end', 'x'.repeat(100_000)),
  piece('a bulk string with a wrong end', '*1\r\n$1\r\nabcd\r\n'),
  piece('a peer frame as an array', '*1\r\n{"type":"hello"}\n'),
  ...WRONG_LENGTHS.map((length) => piece(`a bulk length ${length}`, `*1\r\n$${length}\r\n`)),
  ...WRONG_LENGTHS.map((length) => piece(`an array length ${length}`, `*${length}\r\n`)),
]

/** Each closes a connection that should begin with a hello, with an event. */
export const HELLO_GARBAGE: readonly Piece[] = [
  piece('noise', Buffer.concat([noise(HELLO_BYTES_MAX * 2), Buffer.from('\n')])),
  piece('a web request', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  piece('a Redis command', '*1\r\n$4\r\nPING\r\n'),
  piece('a line without an end', 'x'.repeat(FRAME_BYTES_MAX * 2)),
  piece('bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x0a])),
  piece('null', 'null\n'),
  piece('a list', '[]\n'),
  piece('deep nesting', `${'['.repeat(900)}\n`),
  piece('an empty line', '\n'),
  piece('a frame before the hello', '{"type":"heartbeat"}\n'),
  piece('a hello without fields', '{"type":"hello"}\n'),
  piece('a version that is no text', '{"type":"hello","version":{"toString":1}}\n'),
  piece('a prototype', '{"type":"hello","__proto__":{"version":1}}\n'),
  piece(
    'a wrong proof',
    '{"type":"hello","version":1,"cluster":"test-cluster","role":"peer",' +
      `"node":2,"to":1,"life":1,"proof":"${'0'.repeat(64)}"}\n`,
  ),
]

export class Stranger {
  readonly socket: Socket
  closed = false
  text = ''

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.socket.on('error', () => this.socket.destroy())
    this.socket.on('data', (chunk) => (this.text += chunk.toString('latin1')))
    this.socket.on('close', () => (this.closed = true))
  }

  /** Resolves when it is connected, or closed already. */
  ready(): Promise<this> {
    return new Promise((resolve) => {
      this.socket.once('connect', () => resolve(this))
      this.socket.once('close', () => resolve(this))
    })
  }
}

/** Every JSON type, and the numbers at which arithmetic or memory gives way. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  '',
  'x',
  '7',
  '\u1234',
  '1.1:1:0|3:SET1:k1:v',
  [],
  [null],
  {},
  { round: 2 ** 53, node: 1 },
  { round: 1e12, node: 2 },
  { round: 1, node: 31 },
  -1,
  -0,
  0,
  1,
  2,
  1.5,
  30,
  2 ** 31,
  2 ** 32,
  1e6,
  1_048_576,
  1e9,
  1e12,
  1e12 + 1,
  2 ** 52,
  2 ** 53 - 1,
  2 ** 53,
  1e308,
]

type Path = readonly (string | number)[]

/** Every place in a frame that may be replaced, its `type` left out. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return at.length > 0 ? [at] : []
  const below = Object.entries(value).flatMap(([name, inner]) =>
    at.length === 0 && name === 'type' ? [] : pathsOf(inner, [...at, name]),
  )
  return at.length > 0 ? [at, ...below] : below
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return by
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === name ? replaced(item, rest, by) : item))
  }
  const fields = typeof value === 'object' && value !== null ? value : {}
  const inner: unknown = new Map(Object.entries(fields)).get(String(name))
  return { ...fields, [name]: replaced(inner, rest, by) }
}

/** A frame that was valid, with one field replaced or a list grown. */
export function anyMutation(frames: readonly Message[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...frames), fc.nat(), fc.constantFrom(...ODD_VALUES))
    .map(([frame, pick, odd]) => {
      const paths = pathsOf(frame)
      const path = paths[pick % Math.max(1, paths.length)] ?? []
      return JSON.stringify(path.length === 0 ? frame : replaced(frame, path, odd))
    })
}

/** Every path of every frame with every odd value. */
export function allMutations(frames: readonly Message[]): string[] {
  return frames.flatMap((frame) =>
    pathsOf(frame).flatMap((path) =>
      ODD_VALUES.map((odd) => JSON.stringify(replaced(frame, path, odd))),
    ),
  )
}

/** Three machines of which node 1 leads at ballot 1.1; slots 1 to 3 are chosen. */
export function ledNet(): HandNet {
  const net = new HandNet(3, {})
  net.step(1, { type: 'startElection' })
  net.deliverAll()
  for (const key of ['a', 'b', 'c']) {
    net.request(1, 'SET', key, '1')
    net.deliverAll()
  }
  net.step(1, { type: 'timer', timer: 'heartbeat' })
  net.deliverAll()
  return net
}

/** One frame of each kind that members of `ledNet` could send to one another. */
export function memberFrames(): Message[] {
  const ballot = { round: 1, node: 1 }
  const next = { round: 2, node: 2 }
  const value = '1.1:9:8|3:SET1:k1:v'
  const vote = { slot: 4, ballot, value }
  return [
    {
      type: 'prepare',
      ballot: next,
      ranges: [
        { from: 4, to: 5 },
        { from: 7, to: null },
      ],
    },
    { type: 'promise', ballot, chosenThrough: 3, votes: [vote], part: 0, parts: 1 },
    { type: 'accept', ballot, slot: 4, values: [value, ''], chosenThrough: 3 },
    { type: 'accepted', ballot, slot: 4, count: 2 },
    { type: 'nack', ballot, promised: next },
    { type: 'heartbeat', ballot, chosenThrough: 3, probe: 1, leaseTicks: 50 },
    { type: 'alive', ballot, probe: 1 },
    { type: 'canvass', ballot: next },
    { type: 'support', ballot, leader: next, chosenThrough: 3 },
    { type: 'readIndex', read: 1_000_000_001, lease: false },
    { type: 'readAt', read: 1_000_000_001, slot: 3, reason: '' },
    { type: 'snapshot', through: 9, digest: '0'.repeat(16), part: 0, parts: 2, body: 'x' },
    { type: 'snapshotAsk', through: 9, part: 0 },
    { type: 'chosen', slot: 4, values: [value] },
    { type: 'catchUp', from: 1, to: 3 },
    { type: 'forward', values: [value] },
    { type: 'forwarded', results: [{ id: '1.1:1', reply: '+OK\r\n' }] },
    { type: 'query', read: 1_000_000_001, subject: { kind: 'key', key: 'a' } },
    {
      type: 'held',
      read: 1_000_000_001,
      appliedThrough: 3,
      value: '1',
      open: [{ ...vote, touches: true }],
      more: false,
    },
  ]
}

/**
 * Resolves when the other side has closed all of them. A byte now and then shows connections that a
 * full accept queue lost: only this side believes in them.
 */
export async function allClosed(what: string, strangers: readonly Stranger[]): Promise<void> {
  let polls = 0
  await eventually(what, () => {
    const open = strangers.filter(({ closed }) => !closed)
    polls += 1
    if (polls % 50 === 0) for (const { socket } of open) socket.write('{')
    return open.length === 0
  })
}

/** Connects many, some at a time, so that the accept queue of the other side is long enough. */
export async function connectMany(count: number, port: number): Promise<Stranger[]> {
  const all: Stranger[] = []
  while (all.length < count) {
    const some = Array.from({ length: Math.min(CROWD, count - all.length) }, () => {
      return new Stranger(port)
    })
    all.push(...some)
    await Promise.all(some.map((one) => one.ready()))
  }
  return all
}
