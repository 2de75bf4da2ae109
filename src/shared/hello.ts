/**
 * Hello: the first frame on every peer and control connection, sent by the dialler. The proof is an
 * HMAC-SHA-256, keyed by the cluster secret, over `helloText`; the HMAC itself is handed in,
 * because this file also runs where there is no Node. Compare proofs in constant time.
 */
import { FrameError } from './frame'

export const HELLO_VERSION = 1
export const HELLO_BYTES_MAX = 1024
/** A connection that has not said hello by then is closed. */
export const HELLO_WAIT_MS = 3000

export type HelloRole = 'peer' | 'node' | 'switchboard'

export interface Hello {
  readonly type: 'hello'
  readonly version: number
  readonly cluster: string
  readonly role: HelloRole
  /** Who dials; 0 for the switchboard. */
  readonly node: number
  /** Who is dialled; 0 for the lab. A proof for one listener does not open another. */
  readonly to: number
  /** Start count of the dialler: frames of a former life are told apart. */
  readonly life: number
  /** Lower-case hexadecimal. */
  readonly proof: string
}

/** The text that the proof covers: every other field, in this order. */
export function helloText(hello: Omit<Hello, 'proof' | 'type'>): string {
  const { version, cluster, role, node, to, life } = hello
  return ['paxos-lab', version, cluster, role, node, to, life].join('\n')
}

/**
 * Parses a hello; throws FrameError with the field that is wrong. The proof is not checked here.
 */
export function parseHello(frame: {
  readonly type: string
  readonly [field: string]: unknown
}): Hello {
  const { type, version, cluster, role, node, to, life, proof } = frame
  if (type !== 'hello') throw new FrameError(`first frame is "${type.slice(0, 20)}", not "hello"`)
  if (version !== HELLO_VERSION) throw new FrameError(`hello version ${shown(version)} is unknown`)
  if (typeof cluster !== 'string') throw new FrameError('hello has no cluster id')
  if (role !== 'peer' && role !== 'node' && role !== 'switchboard') {
    throw new FrameError('hello has no known role')
  }
  if (!isCount(node)) throw new FrameError('hello has no node id')
  if (!isCount(to)) throw new FrameError('hello does not say whom it dials')
  if (!isCount(life)) throw new FrameError('hello has no life')
  if (typeof proof !== 'string') throw new FrameError('hello has no proof')
  return { type, version, cluster, role, node, to, life, proof }
}

/** A stranger may send an object that cannot be made a text. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : `of type ${typeof value}`
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
