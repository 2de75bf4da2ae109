/**
 * Reads and checks the hello of a connection before anything else is done for it. What is wrong is
 * said in words; nothing but a checked hello makes a link proxy dial a node.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import { FrameError, parseFrame } from '../../shared/frame'
import { HELLO_BYTES_MAX, HELLO_WAIT_MS, helloText, parseHello } from '../../shared/hello'
import type { Hello } from '../../shared/hello'

export interface Secret {
  readonly cluster: string
  readonly key: Buffer
}

const LINE_FEED = 10

export function proofOf(secret: Secret, hello: Omit<Hello, 'proof' | 'type'>): string {
  return createHmac('sha256', secret.key).update(helloText(hello)).digest('hex')
}

/** Throws FrameError that says what is wrong with this hello on the link `from` > `to`. */
export function checkHello(secret: Secret, line: string, from: number, to: number): void {
  const hello = parseHello(parseFrame(line))
  if (hello.cluster !== secret.cluster) throw new FrameError('hello names another cluster')
  if (hello.role !== 'peer') throw new FrameError(`hello has the role "${hello.role}"`)
  if (hello.node !== from || hello.to !== to) {
    throw new FrameError(`hello is for the link ${hello.node}>${hello.to}`)
  }
  const wanted = Buffer.from(proofOf(secret, hello))
  const given = Buffer.from(hello.proof)
  if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) {
    throw new FrameError('proof of the hello is wrong')
  }
}

/**
 * Waits for the first line of `socket`, then pauses it. `onHello` gets that line with its line
 * feed, and the bytes that came after it. `onRefused` gets the reason; the socket is destroyed
 * then.
 */
export function awaitHello(
  socket: Socket,
  check: (line: string) => void,
  onHello: (line: Buffer, rest: Buffer) => void,
  onRefused: (reason: string) => void,
): void {
  let bytes: Buffer = Buffer.alloc(0)

  function finish(): void {
    clearTimeout(timer)
    socket.off('data', onData)
    socket.off('close', finish)
  }

  function refuse(reason: string): void {
    finish()
    socket.destroy()
    onRefused(reason)
  }

  function onData(chunk: Buffer): void {
    bytes = Buffer.concat([bytes, chunk])
    const end = bytes.indexOf(LINE_FEED)
    if (end > HELLO_BYTES_MAX || (end < 0 && bytes.length > HELLO_BYTES_MAX)) {
      return refuse(`hello is longer than ${HELLO_BYTES_MAX} bytes`)
    }
    if (end < 0) return
    try {
      check(bytes.toString('utf8', 0, end))
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      return refuse(error.message)
    }
    finish()
    socket.pause()
    onHello(bytes.subarray(0, end + 1), bytes.subarray(end + 1))
  }

  const timer = setTimeout(() => refuse('no hello came in time'), HELLO_WAIT_MS)
  socket.on('data', onData)
  socket.on('close', finish)
}
