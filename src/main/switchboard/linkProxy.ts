/**
 * The proxy of one directed link: listens for node `from`, dials node `to`, and passes frames on
 * through the faults of the link. At most one connection carries the link; a newer one with a good
 * hello takes its place, as after a restart whose old connection was never closed.
 */
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { LinkTraffic } from '../../core/event'
import type { Link, LinkFault } from '../../core/fault'
import { linkKey } from '../../core/fault'
import type { Gate } from './gate'
import { awaitHello, checkHello } from './helloGate'
import type { Secret } from './helloGate'
import { LinkChain } from './linkChain'
import { LinkConnection } from './linkConnection'
import type { LinkFrame } from './linkFrame'
import type { MessageWatch } from './messageWatch'
import { TrafficCounter } from './trafficCounter'

/** Connections without a hello to one link proxy at a time; one more closes the oldest of them. */
export const LINK_CONNECTIONS_MAX = 64

export interface LinkSettings {
  readonly host: string
  readonly secret: Secret
  readonly seed: number
  /** Bytes that faults may hold back; above, reading pauses until half of it has left. */
  readonly heldBytesMax: number
  readonly gate: Gate
  readonly messages: MessageWatch
  note(level: 'info' | 'warn' | 'error', words: string): void
  /** A fault has used itself up on this link. */
  finished(id: string, link: Link): void
}

export class LinkProxy {
  private readonly server: Server
  private readonly chain: LinkChain
  private readonly traffic: TrafficCounter
  private readonly waiting = new Set<Socket>()
  private connection: LinkConnection | null = null
  private chainFull = false
  /** Faults that keep the receiver's end closed. */
  private severed = 0
  private targetPort = 0
  private readonly name: string

  constructor(
    readonly link: Link,
    private readonly settings: LinkSettings,
  ) {
    this.name = linkKey(link)
    this.traffic = new TrafficCounter(link)
    this.chain = new LinkChain(link, settings.seed, settings.gate, {
      pass: (frame) => this.pass(frame),
      drop: (frame) => this.lose(frame),
      finished: (id) => settings.finished(id, link),
      heldChanged: () => this.watchHeld(),
      reset: () => this.connection?.reset(),
      sever: (severed) => this.sever(severed),
    })
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket))
  }

  /** Answers the port that the system chose. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(0, this.settings.host, () => {
        this.server.off('error', reject)
        this.server.on('error', (error) => this.note('error', error.message))
        const address = this.server.address()
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  }

  /** What is sent now reaches the receiver, unless the connection breaks. */
  get isOpen(): boolean {
    return this.connection?.isOpen === true
  }

  /** Frames that the sender's connection of now has brought. */
  get came(): number {
    return this.connection?.came ?? 0
  }

  /** Node `to` listens here now. Connections to its former life are closed; the dialler retries. */
  route(port: number): void {
    this.targetPort = port
    this.connection?.close()
  }

  startFault(id: string, fault: LinkFault): void {
    this.chain.start(id, fault)
  }

  endFault(id: string): boolean {
    return this.chain.stop(id)
  }

  takeTraffic(): LinkTraffic | null {
    return this.traffic.take()
  }

  close(): void {
    this.server.close()
    for (const socket of this.waiting) socket.destroy()
    this.connection?.close()
  }

  private accept(socket: Socket): void {
    const [oldest] = this.waiting
    if (oldest !== undefined && this.waiting.size >= LINK_CONNECTIONS_MAX) {
      this.note('warn', `refused a connection: more than ${LINK_CONNECTIONS_MAX} say no hello`)
      this.waiting.delete(oldest)
      oldest.destroy()
    }
    this.waiting.add(socket)
    socket.on('close', () => this.waiting.delete(socket))
    // A reset before the hello is nothing to tell; afterwards the connection listens itself.
    socket.on('error', () => socket.destroy())
    const { from, to } = this.link
    awaitHello(
      socket,
      (line) => checkHello(this.settings.secret, line, from, to),
      (hello, rest) => this.open(socket, hello, rest),
      (reason) => this.note('warn', `refused a connection: ${reason}`),
    )
  }

  private open(socket: Socket, hello: Buffer, rest: Buffer): void {
    this.waiting.delete(socket)
    this.connection?.close()
    // Not started yet: the dialler retries, as it would with a node that is down.
    if (this.targetPort === 0) return void socket.destroy()
    const { host, messages } = this.settings
    // Nobody is dialled while the link is half-open: the dialler is left to believe.
    const target = this.severed > 0 ? null : { host, port: this.targetPort }
    const opened = new LinkConnection(socket, target, hello, rest, {
      isClear: () => this.chain.isClear,
      onPassed: (frame) => this.count(messages.arrived(frame)),
      onFrame: (frame) => {
        this.traffic.arrived(frame)
        this.chain.take(messages.arrived(frame))
      },
      onClosed: () => {
        if (this.connection !== opened) return
        this.connection = null
        this.chain.lose()
      },
      onGarbage: (reason) => this.note('warn', `closed the connection: ${reason}`),
    })
    this.connection = opened
    opened.setChainFull(this.chainFull)
  }

  private sever(severed: boolean): void {
    this.severed += severed ? 1 : -1
    if (severed) this.connection?.sever()
    else if (this.severed === 0) this.connection?.reset()
  }

  private count(frame: LinkFrame): void {
    this.traffic.arrived(frame)
    this.leave(frame)
  }

  private pass(frame: LinkFrame): void {
    if (this.connection === null) return this.lose(frame)
    this.leave(frame)
    this.connection.send(frame.bytes)
  }

  private leave(frame: LinkFrame): void {
    this.traffic.left(frame)
    this.settings.messages.passed(this.link, frame)
  }

  private lose(frame: LinkFrame): void {
    this.traffic.lost(frame)
    this.settings.messages.lost(this.link, frame)
  }

  private watchHeld(): void {
    const { heldBytesMax } = this.settings
    const limit = this.chainFull ? heldBytesMax / 2 : heldBytesMax
    const full = this.chain.heldBytes > limit
    if (full === this.chainFull) return
    this.chainFull = full
    if (full) this.note('warn', `holds ${heldBytesMax} bytes back; the sender waits`)
    this.connection?.setChainFull(full)
  }

  private note(level: 'info' | 'warn' | 'error', words: string): void {
    this.settings.note(level, `link ${this.name}: ${words}`)
  }
}
