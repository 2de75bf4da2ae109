/**
 * Control server: the loopback port that nodes and switchboard dial. Each connection must begin
 * with a hello whose proof only a child of this run can make; everything else is refused and noted.
 *
 * Limits: connections, bytes before the hello, time until the hello, notes a second. When there are
 *         `CONNECTIONS_MAX`, a new one takes the place of the oldest that has not said hello.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { FrameError, FrameSplitter, parseFrame } from '../../shared/frame'
import { HELLO_BYTES_MAX, HELLO_WAIT_MS, helloText, parseHello } from '../../shared/hello'
import type { Hello } from '../../shared/hello'
import { ControlLink } from './controlLink'

const CONNECTIONS_MAX = 256
const NOTES_PER_SECOND_MAX = 10

export interface ControlOptions {
  readonly host: string
  readonly cluster: string
  readonly secret: Uint8Array
  /** Why this child may not connect now, in words; null: it may. Its proof is right. */
  readonly refuse: (hello: Hello) => string | null
  readonly onLink: (link: ControlLink) => void
  /** A connection was refused; `words` say why and never hold what was sent. */
  readonly onRefused: (words: string) => void
}

export class ControlServer {
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  /** Without a hello so far, oldest first. */
  private readonly silent = new Map<Socket, (words: string) => void>()
  private noteSecond = 0
  private notes = 0

  private constructor(private readonly options: ControlOptions) {
    this.server = createServer({ noDelay: true }, (socket) => this.greet(socket))
  }

  /** Listens on a port that the system chooses. */
  static async listen(options: ControlOptions): Promise<ControlServer> {
    const control = new ControlServer(options)
    await new Promise<void>((resolve, reject) => {
      control.server.once('error', reject)
      control.server.listen(0, options.host, () => {
        control.server.off('error', reject)
        resolve()
      })
    })
    control.server.on('error', (error) => options.onRefused(`control port: ${error.message}`))
    return control
  }

  get port(): number {
    const address = this.server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve())
    })
  }

  private greet(socket: Socket): void {
    const [oldest] = this.silent.values()
    if (this.sockets.size >= CONNECTIONS_MAX) oldest?.(`more than ${CONNECTIONS_MAX} connections`)
    this.sockets.add(socket)
    socket.on('close', () => this.forget(socket))
    // The reason of a reset says nothing that the close does not say.
    socket.on('error', () => socket.destroy())
    const parts: Uint8Array[] = []
    let bytes = 0
    const refuse = (words: string) => {
      clearTimeout(timer)
      socket.destroy()
      this.forget(socket)
      this.note(words)
    }
    this.silent.set(socket, refuse)
    const timer = setTimeout(() => refuse(`no hello within ${HELLO_WAIT_MS} ms`), HELLO_WAIT_MS)
    const onData = (chunk: Buffer) => {
      const end = chunk.indexOf(10)
      bytes += end < 0 ? chunk.length : end
      if (bytes > HELLO_BYTES_MAX) {
        refuse(`first frame is longer than ${HELLO_BYTES_MAX} bytes`)
        return
      }
      parts.push(chunk)
      if (end < 0) return
      socket.off('data', onData)
      clearTimeout(timer)
      this.silent.delete(socket)
      this.admit(socket, Buffer.concat(parts), refuse)
    }
    socket.on('data', onData)
    socket.once('close', () => clearTimeout(timer))
  }

  private forget(socket: Socket): void {
    this.sockets.delete(socket)
    this.silent.delete(socket)
  }

  /** `bytes` hold the whole hello, and perhaps the beginning of what follows. */
  private admit(socket: Socket, bytes: Buffer, refuse: (words: string) => void): void {
    const end = bytes.indexOf(10)
    const checked = this.check(bytes.subarray(0, end + 1))
    if (typeof checked === 'string') {
      refuse(checked)
      return
    }
    const link = new ControlLink(checked, socket)
    socket.on('data', (chunk: Buffer) => link.push(chunk))
    this.options.onLink(link)
    if (end + 1 < bytes.length) link.push(bytes.subarray(end + 1))
  }

  /** The hello if all is well, else why not. */
  private check(line: Uint8Array): Hello | string {
    let hello: Hello | null = null
    try {
      new FrameSplitter().push(line, (text) => {
        hello = parseHello(parseFrame(text))
      })
    } catch (error) {
      if (error instanceof FrameError) return error.message
      throw error
    }
    if (hello === null) return 'no hello'
    return this.judge(hello) ?? hello
  }

  private judge(hello: Hello): string | null {
    // The proof first: who cannot make one learns nothing else.
    if (!this.proves(hello)) return 'hello has a wrong proof'
    if (hello.cluster !== this.options.cluster) return 'hello is for another cluster'
    if (hello.to !== 0) return 'hello is for another listener'
    if (hello.role === 'peer') return 'a peer dialled the control port'
    return this.options.refuse(hello)
  }

  private proves(hello: Hello): boolean {
    const mac = createHmac('sha256', this.options.secret).update(helloText(hello)).digest()
    const proof = Buffer.from(hello.proof, 'hex')
    return proof.length === mac.length && timingSafeEqual(proof, mac)
  }

  /** Whoever floods the port does not flood the record. */
  private note(words: string): void {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.noteSecond) {
      this.noteSecond = second
      this.notes = 0
    }
    this.notes += 1
    if (this.notes < NOTES_PER_SECOND_MAX) this.options.onRefused(words)
    if (this.notes === NOTES_PER_SECOND_MAX) {
      this.options.onRefused(`${words}; more refusals in this second are not shown`)
    }
  }
}
