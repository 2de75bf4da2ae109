/**
 * One connection through a link proxy: dialler → faults → dialled node. Data flows one way. Closing
 * either side closes the other, unless it is half-open: then only the dialler's end is there.
 * Reading pauses while the other side is slow or the chain holds too
 * much, so that memory is bounded by TCP's own flow control and nothing is lost by it.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { FrameError } from '../../shared/frame'
import { BlockSplitter, readFrames } from './linkFrame'
import type { LinkFrame } from './linkFrame'

/** A node that does not take a connection by then is as good as down; the dialler retries. */
export const DIAL_MS_MAX = 3000

export interface ConnectionSink {
  /** A frame came from the dialler. */
  onFrame(frame: LinkFrame): void
  /** True: frames of this block need not go one by one; `onPassed` counts them. */
  isClear(): boolean
  onPassed(frame: LinkFrame): void
  onClosed(): void
  /** The dialler sent what is no frame. */
  onGarbage(reason: string): void
}

interface Target {
  readonly host: string
  readonly port: number
}

export class LinkConnection {
  /** Frames that the dialler has sent over this connection. */
  came = 0
  /** Null: half-open, nobody is at the other end. */
  private output: Socket | null = null
  private readonly splitter = new BlockSplitter()
  private readonly outgoing: Buffer[] = []
  private flushing = false
  private outputFull = false
  private chainFull = false
  private closed = false
  private connected = false
  /** The dialler ended in order while the other side was still being dialled. */
  private ended = false

  constructor(
    private readonly input: Socket,
    /** Null: half-open from the start. */
    target: Target | null,
    hello: Buffer,
    /** What came with the hello; read once somebody is there to take it. */
    private rest: Buffer,
    private readonly sink: ConnectionSink,
  ) {
    input.on('data', (chunk) => this.read(chunk))
    input.on('error', () => this.close())
    for (const event of ['end', 'close']) input.on(event, () => this.finish())
    if (target !== null) this.output = this.dial(target, hello)
    // Later in this turn: whoever made this connection must know it before it can end.
    else queueMicrotask(() => this.begin())
  }

  /** The dialled node has taken the connection. */
  get isOpen(): boolean {
    return this.connected && !this.closed && this.output !== null
  }

  /** Sends a frame to the dialled node, together with what else leaves in this turn. */
  send(bytes: Buffer): void {
    if (this.closed || this.output === null) return
    this.outgoing.push(bytes)
    if (this.flushing) return
    this.flushing = true
    queueMicrotask(() => this.flush())
  }

  /** The chain holds too much, or no longer does. */
  setChainFull(full: boolean): void {
    if (full === this.chainFull) return
    this.chainFull = full
    this.flow()
  }

  /** Closes the dialled node's end; the dialler goes on sending, and is told nothing. */
  sever(): void {
    const { output } = this
    this.output = null
    this.outgoing.length = 0
    output?.destroy()
    if (this.ended) this.close()
    else this.begin()
  }

  /** Both ends get an RST: what the kernel had not sent is lost too. */
  reset(): void {
    if (this.closed) return
    this.closed = true
    this.input.resetAndDestroy()
    this.output?.resetAndDestroy()
    this.sink.onClosed()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.input.destroy()
    this.output?.destroy()
    this.sink.onClosed()
  }

  private dial(target: Target, hello: Buffer): Socket {
    const output = connect({ ...target, noDelay: true })
    output.setTimeout(DIAL_MS_MAX, () => output.destroy())
    output.once('connect', () => {
      output.setTimeout(0)
      this.connected = true
      output.write(hello)
      this.begin()
      if (this.ended) this.finish()
    })
    output.on('drain', () => {
      this.outputFull = false
      this.flow()
    })
    // Nothing is said on the way back; reading is how the end of the connection is noticed.
    output.resume()
    for (const event of ['end', 'close', 'error']) {
      output.on(event, () => {
        if (this.output === output) this.close()
      })
    }
    return output
  }

  /** The dialler ended in order: what it sent before still goes out. */
  private finish(): void {
    this.ended = true
    const { output } = this
    if (output === null) return this.close()
    if (this.closed || !this.connected) return
    this.flush()
    this.closed = true
    this.input.destroy()
    output.setTimeout(DIAL_MS_MAX, () => output.destroy())
    output.end()
    this.sink.onClosed()
  }

  /** Reads what came with the hello, then what follows. */
  private begin(): void {
    const { rest } = this
    this.rest = Buffer.alloc(0)
    if (rest.length > 0) this.read(rest)
    this.flow()
  }

  private flush(): void {
    this.flushing = false
    if (this.closed || this.output === null || this.outgoing.length === 0) return
    const [first] = this.outgoing
    const bytes = this.outgoing.length === 1 && first ? first : Buffer.concat(this.outgoing)
    this.outgoing.length = 0
    if (this.output.write(bytes)) return
    this.outputFull = true
    this.flow()
  }

  private flow(): void {
    if (this.closed) return
    const isReady = this.output === null || (this.connected && !this.outputFull)
    if (isReady && !this.chainFull) this.input.resume()
    else this.input.pause()
  }

  private read(chunk: Buffer): void {
    if (this.closed) return
    try {
      this.splitter.push(chunk, (block) => {
        if (this.sink.isClear()) {
          readFrames(block, (frame) => {
            this.came += 1
            this.sink.onPassed(frame)
          })
          this.send(block)
        } else {
          readFrames(block, (frame) => {
            this.came += 1
            this.sink.onFrame(frame)
          })
        }
      })
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.sink.onGarbage(error.message)
      this.close()
    }
  }
}
