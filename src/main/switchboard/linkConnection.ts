/**
 * One connection through a link proxy: dialler → faults → dialled node. Data flows one way. Closing
 * either side closes the other. Reading pauses while the other side is slow or the chain holds too
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

export class LinkConnection {
  private readonly output: Socket
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
    target: { readonly host: string; readonly port: number },
    hello: Buffer,
    rest: Buffer,
    private readonly sink: ConnectionSink,
  ) {
    this.output = connect({ ...target, noDelay: true })
    this.output.setTimeout(DIAL_MS_MAX, () => this.close())
    this.output.once('connect', () => {
      this.output.setTimeout(0)
      this.connected = true
      this.output.write(hello)
      this.read(rest)
      if (this.ended) this.finish()
      else this.flow()
    })
    this.output.on('drain', () => {
      this.outputFull = false
      this.flow()
    })
    // Nothing is said on the way back; reading is how the end of the connection is noticed.
    this.output.resume()
    input.on('data', (chunk) => this.read(chunk))
    input.on('error', () => this.close())
    for (const event of ['end', 'close']) input.on(event, () => this.finish())
    for (const event of ['end', 'close', 'error']) this.output.on(event, () => this.close())
  }

  /** The dialled node has taken the connection. */
  get isOpen(): boolean {
    return this.connected && !this.closed
  }

  /** Sends a frame to the dialled node, together with what else leaves in this turn. */
  send(bytes: Buffer): void {
    if (this.closed) return
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

  close(): void {
    if (this.closed) return
    this.closed = true
    this.input.destroy()
    this.output.destroy()
    this.sink.onClosed()
  }

  /** The dialler ended in order: what it sent before still goes out. */
  private finish(): void {
    this.ended = true
    if (this.closed || !this.connected) return
    this.flush()
    this.closed = true
    this.input.destroy()
    this.output.setTimeout(DIAL_MS_MAX, () => this.output.destroy())
    this.output.end()
    this.sink.onClosed()
  }

  private flush(): void {
    this.flushing = false
    if (this.closed || this.outgoing.length === 0) return
    const [first] = this.outgoing
    const bytes = this.outgoing.length === 1 && first ? first : Buffer.concat(this.outgoing)
    this.outgoing.length = 0
    if (this.output.write(bytes)) return
    this.outputFull = true
    this.flow()
  }

  private flow(): void {
    if (this.closed) return
    if (this.connected && !this.outputFull && !this.chainFull) this.input.resume()
    else this.input.pause()
  }

  private read(chunk: Buffer): void {
    if (this.closed) return
    try {
      this.splitter.push(chunk, (block) => {
        if (this.sink.isClear()) {
          readFrames(block, (frame) => this.sink.onPassed(frame))
          this.send(block)
        } else {
          readFrames(block, (frame) => this.sink.onFrame(frame))
        }
      })
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.sink.onGarbage(error.message)
      this.close()
    }
  }
}
