/**
 * A small RESP2 client: one connection, requests in a pipeline, replies in order.
 *
 * Bytes:  requests are UTF-8. Replies are read as bytes and handed out as text.
 * Limits: REPLY_BYTES_MAX for one reply; a longer or malformed one closes the connection.
 * Errors: a request whose connection ends before its reply is `null`: nobody knows what became of
 *         it.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { RespReply } from './respReply'
import { RespReader } from './respReply'

/** Where a node takes clients. */
export interface ClientTarget {
  readonly host: string
  readonly port: number
}

export type OnReply = (reply: RespReply | null) => void

export class RespClient {
  private readonly reader = new RespReader()
  private readonly waiting: OnReply[] = []
  private open = false
  private ended = false

  private constructor(
    private readonly socket: Socket,
    private readonly onEnd: () => void,
  ) {
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    // The close that follows tells all that matters: requests without a reply are unknown.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.finish())
  }

  /** Begins to connect; requests may be sent at once. `onEnd` is called once, when it is over. */
  static connect(host: string, port: number, onEnd: () => void): RespClient {
    const client = new RespClient(connect({ host, port, noDelay: true }), onEnd)
    client.socket.once('connect', () => {
      client.open = true
    })
    return client
  }

  /** True once the connection stood: an end before that means that nothing was sent. */
  get wasOpen(): boolean {
    return this.open
  }

  get isOver(): boolean {
    return this.ended
  }

  request(args: readonly string[], onReply: OnReply): void {
    if (this.ended) {
      onReply(null)
      return
    }
    this.waiting.push(onReply)
    this.socket.write(printRequest(args))
  }

  close(): void {
    this.socket.destroy()
  }

  private read(chunk: Buffer): void {
    const sound = this.reader.push(chunk, (reply) => this.waiting.shift()?.(reply))
    if (!sound) this.socket.destroy()
  }

  private finish(): void {
    if (this.ended) return
    this.ended = true
    for (const onReply of this.waiting.splice(0)) onReply(null)
    this.onEnd()
  }
}

export function printRequest(args: readonly string[]): string {
  let text = `*${args.length}\r\n`
  for (const arg of args) text += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`
  return text
}
