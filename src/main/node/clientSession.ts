/**
 * One RESP client: its requests in, its replies out in the same order.
 *
 * Limits: at most `CLIENT_IN_FLIGHT_MAX` requests without an answer, and `CLIENT_UNREAD_BYTES_MAX`
 *         of answers that it has not read; beyond that its socket is not read (backpressure).
 */
import type { Socket } from 'node:net'
import type { ReadMode } from '../../core/kv/readMode'
import { RespError, RespParser } from './resp'

export const CLIENT_IN_FLIGHT_MAX = 1024
export const CLIENT_UNREAD_BYTES_MAX = 1024 * 1024
/** A client with more unread answers is closed: backpressure cannot have let it happen. */
export const CLIENT_OUTPUT_BYTES_MAX = 64 * 1024 * 1024

/** A request that waits for its turn in the pipeline. */
export interface Pending {
  readonly session: ClientSession
  readonly atMs: number
  reply: string | null
  /** True once the machine was told that its deadline has passed. */
  abandoned: boolean
}

export interface SessionListener {
  /** Answers with a reply, or null if the reply comes later through `Pending.reply`. */
  onRequest(session: ClientSession, args: readonly string[], pending: Pending): string | null
  /** True while no client may hand in more requests. */
  isFull(): boolean
  onStalled(session: ClientSession): void
  onRefused(reason: string): void
  onClosed(session: ClientSession): void
}

export class ClientSession {
  name = ''
  /** How reads of keys find their value. */
  readMode: ReadMode
  /** Commands taken so far. */
  commands = 0
  /** Since when a request has been incomplete; null if none is. */
  partialSinceMs: number | null = null
  /** When this side said that it is done; the client is given a moment to read the last reply. */
  endedAtMs: number | null = null
  private readonly parser = new RespParser()
  private pipeline: Pending[] = []
  private out = ''
  /** No further request is read: QUIT, a protocol error, or the client's own end. */
  private ending = false
  private stalled = false
  private paused = false

  constructor(
    readonly id: number,
    readonly socket: Socket,
    private readonly listener: SessionListener,
    /** How its plain reads are made until it asks for another way, and after RESET. */
    readonly defaultReadMode: ReadMode = 'log',
  ) {
    this.readMode = defaultReadMode
    socket.on('data', (chunk) => this.read(chunk))
    socket.on('drain', () => this.continue())
    socket.on('end', () => this.end())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => listener.onClosed(this))
  }

  get inFlight(): number {
    return this.pipeline.length
  }

  /** Bytes of a request that is not whole. */
  get heldBytes(): number {
    return this.parser.heldBytes
  }

  get isStalled(): boolean {
    return this.stalled
  }

  get address(): string {
    return `${this.socket.remoteAddress ?? '?'}:${this.socket.remotePort ?? 0}`
  }

  /** Answers what is answered, in order, in one write; then goes on reading if it had to stop. */
  flush(): void {
    const { pipeline, socket } = this
    let count = 0
    while (count < pipeline.length && pipeline[count]!.reply !== null) {
      this.out += pipeline[count]!.reply
      count += 1
    }
    if (count > 0) this.pipeline = count === pipeline.length ? [] : pipeline.slice(count)
    if (this.out.length > 0 && !socket.destroyed) {
      socket.write(this.out, 'latin1')
      this.out = ''
      if (socket.writableLength > CLIENT_OUTPUT_BYTES_MAX) {
        this.listener.onRefused(`client does not read: ${socket.writableLength} bytes wait for it`)
        this.abort()
        return
      }
    }
    if (this.ending && this.pipeline.length === 0 && this.endedAtMs === null) {
      this.endedAtMs = performance.now()
      socket.end()
      // Read on without looking, so that the client's own end is noticed.
      socket.resume()
    }
  }

  /** Reads on after a stall, if there is room again. */
  continue(): void {
    if (!this.stalled || this.paused || this.isBlocked()) return
    this.stalled = false
    this.consume()
    this.flush()
    if (!this.stalled) this.socket.resume()
  }

  setPaused(paused: boolean): void {
    this.paused = paused
    if (paused) this.socket.pause()
    else if (this.stalled) this.continue()
    else this.socket.resume()
  }

  /** Closes at once; what has been read already is not looked at. */
  abort(): void {
    this.ending = true
    this.socket.destroy()
  }

  /** QUIT: nothing after it is read; its own reply is still to come. */
  endAfterReply(): void {
    this.ending = true
  }

  /** No more requests; the connection closes when those that wait are answered. */
  private end(): void {
    this.ending = true
    this.partialSinceMs = null
    this.flush()
  }

  private read(chunk: Buffer): void {
    if (this.ending) return
    this.parser.append(chunk)
    if (this.stalled) return
    this.consume()
    this.flush()
  }

  private consume(): void {
    const atMs = performance.now()
    const before = this.commands
    try {
      while (!this.ending) {
        if (this.isBlocked()) {
          this.stalled = true
          this.socket.pause()
          this.listener.onStalled(this)
          break
        }
        const args = this.parser.next()
        if (args === null) break
        this.take(args, atMs)
      }
    } catch (error) {
      if (!(error instanceof RespError)) throw error
      this.listener.onRefused(error.message)
      // The reply takes its place behind those of the requests before it.
      this.answerInTurn(`-ERR ${error.message}\r\n`, atMs)
      this.ending = true
    }
    const partial = this.parser.partial && !this.ending && !this.stalled
    const sinceMs = this.commands > before ? atMs : (this.partialSinceMs ?? atMs)
    this.partialSinceMs = partial ? sinceMs : null
  }

  private take(args: readonly string[], atMs: number): void {
    this.commands += 1
    const pending: Pending = { session: this, atMs, reply: null, abandoned: false }
    const reply = this.listener.onRequest(this, args, pending)
    if (reply !== null && this.pipeline.length === 0) {
      this.out += reply
      return
    }
    pending.reply = reply
    this.pipeline.push(pending)
  }

  private answerInTurn(reply: string, atMs: number): void {
    this.pipeline.push({ session: this, atMs, reply, abandoned: false })
  }

  private isBlocked(): boolean {
    return (
      this.pipeline.length >= CLIENT_IN_FLIGHT_MAX ||
      this.socket.writableLength + this.out.length > CLIENT_UNREAD_BYTES_MAX ||
      this.listener.isFull()
    )
  }
}
