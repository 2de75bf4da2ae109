/**
 * Incoming links: other members dial this port, prove who they are, and send frames one way.
 *
 * Limits: HELLO_BYTES_MAX and HELLO_WAIT_MS before the hello, FRAME_BYTES_MAX after it, and
 *         `CONNECTIONS_MAX` connections in all: one more takes the place of the oldest that has not
 *         said hello, so that silent ones keep no member out. What breaks one closes no other.
 */
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { Message } from '../../core/paxos/message'
import { FrameError, FrameSplitter, parseFrame } from '../../shared/frame'
import { HELLO_BYTES_MAX, HELLO_WAIT_MS, parseHello } from '../../shared/hello'
import type { Hello } from '../../shared/hello'
import { parseMessage } from '../../shared/wire'
import { refusePeer } from './helloProof'
import type { Identity } from './helloProof'
import type { Refusals } from './refusals'

export const CONNECTIONS_MAX = 256
const NEWLINE = 10

export interface PeerPortOptions {
  readonly identity: Identity
  readonly members: readonly number[]
  readonly refusals: Refusals
  readonly onMessage: (from: number, message: Message) => void
  /** A peer has proved itself: it is up. */
  readonly onPeer: (peer: number) => void
}

export class PeerPort {
  /** Frames of a type that this version does not know. */
  unknownFrames = 0
  private readonly server: Server
  private readonly connections = new Set<Incoming>()
  /** The newest life that each member has proved: what comes of an older one is a leftover. */
  private readonly lives = new Map<number, number>()
  private paused = false

  constructor(private readonly options: PeerPortOptions) {
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket))
    this.server.on('error', (error) => options.refusals.refuse('peer', error.message))
  }

  /** Answers the port. Rejects if it cannot be opened. */
  listen(host: string, port: number): Promise<number> {
    return listenOn(this.server, host, port)
  }

  setPaused(paused: boolean): void {
    this.paused = paused
    for (const { socket } of this.connections) {
      if (paused) socket.pause()
      else socket.resume()
    }
  }

  close(): void {
    this.server.close()
    for (const { socket } of this.connections) socket.destroy()
  }

  private accept(socket: Socket): void {
    if (this.connections.size >= CONNECTIONS_MAX) this.makeRoom()
    const incoming = new Incoming(socket, {
      onHello: (hello) => this.admit(incoming, hello),
      onLine: (line, from) => this.take(line, from),
      onRefused: (reason) => this.options.refusals.refuse('peer', reason),
    })
    this.connections.add(incoming)
    socket.on('close', () => this.connections.delete(incoming))
    if (this.paused) socket.pause()
  }

  /** Members are fewer than connections may be, and each has one: some other is silent. */
  private makeRoom(): void {
    this.options.refusals.refuse('peer', `more than ${CONNECTIONS_MAX} connections`)
    for (const incoming of this.connections) {
      if (incoming.hello !== null) continue
      this.connections.delete(incoming)
      incoming.socket.destroy()
      return
    }
  }

  /** The newest connection of a peer counts; one of an older life is a leftover. */
  private admit(incoming: Incoming, hello: Hello): void {
    const { identity, members } = this.options
    const reason = refusePeer(hello, identity, members)
    if (reason !== null) throw new FrameError(reason)
    if (hello.life < (this.lives.get(hello.node) ?? 0)) {
      throw new FrameError(`hello of life ${hello.life} of node ${hello.node}, which has a newer`)
    }
    this.lives.set(hello.node, hello.life)
    for (const other of this.connections) {
      if (other !== incoming && other.hello?.node === hello.node) other.socket.destroy()
    }
    this.options.onPeer(hello.node)
  }

  private take(line: string, from: number): void {
    const message = parseMessage(parseFrame(line))
    if (message) this.options.onMessage(from, message)
    else this.unknownFrames += 1
  }
}

interface IncomingListener {
  /** @throws FrameError to refuse it. */
  onHello(hello: Hello): void
  /** @throws FrameError to end the connection. */
  onLine(line: string, from: number): void
  onRefused(reason: string): void
}

/** One connection: a short splitter up to the hello, the full one after it. */
class Incoming {
  hello: Hello | null = null
  private head: Buffer = Buffer.alloc(0)
  private readonly splitter = new FrameSplitter()
  private readonly helloTimer: NodeJS.Timeout

  constructor(
    readonly socket: Socket,
    private readonly listener: IncomingListener,
  ) {
    this.helloTimer = setTimeout(() => this.refuse('no hello in time'), HELLO_WAIT_MS)
    socket.on('data', (chunk) => this.read(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => clearTimeout(this.helloTimer))
  }

  private readonly onLine = (line: string): void => {
    // What a destroyed connection still delivers is of the past.
    if (this.hello && !this.socket.destroyed) this.listener.onLine(line, this.hello.node)
  }

  private read(chunk: Buffer): void {
    try {
      const rest = this.hello ? chunk : this.readHello(chunk)
      if (rest) this.splitter.push(rest, this.onLine)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.refuse(this.hello ? `node ${this.hello.node}: ${error.message}` : error.message)
    }
  }

  /** Answers the bytes behind the hello once it is whole. */
  private readHello(chunk: Buffer): Buffer | null {
    const seen = this.head.length
    this.head = Buffer.concat([this.head, chunk])
    const end = this.head.indexOf(NEWLINE, seen)
    if (end < 0 ? this.head.length > HELLO_BYTES_MAX : end > HELLO_BYTES_MAX) {
      throw new FrameError(`first frame is longer than ${HELLO_BYTES_MAX} bytes`)
    }
    if (end < 0) return null
    const hello = parseHello(parseFrame(this.head.toString('utf8', 0, end)))
    this.listener.onHello(hello)
    this.hello = hello
    clearTimeout(this.helloTimer)
    const rest = this.head.subarray(end + 1)
    this.head = Buffer.alloc(0)
    return rest
  }

  private refuse(reason: string): void {
    this.listener.onRefused(reason)
    this.socket.destroy()
  }
}

export function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      if (address && typeof address === 'object') resolve(address.port)
      else reject(new Error('server has no port'))
    })
  })
}
