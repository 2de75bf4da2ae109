/**
 * The least of HTTP/2 and gRPC that etcd's KV.Put needs, over a raw socket, so that the generator
 * costs less than the cluster that it measures (RFC 9113, RFC 7541; gRPC over HTTP/2).
 *
 * Request headers enter the HPACK table with the first request of a connection and are 6 bytes from
 * then on. Answers are told apart without decoding headers: a unary call that succeeded carries a
 * message (a DATA frame), a refused one only trailers.
 */
import { connect } from 'node:net'

const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, window: 8 }
const FLAG = { ack: 1, endStream: 1, endHeaders: 4 }
const FRAME_HEAD_BYTES = 9
const FRAME_BYTES_MAX = 1 << 20
const WINDOW_BYTES = 1 << 30
const WINDOW_FIRST_BYTES = 65_535
const INITIAL_WINDOW_SETTING = 4
const CANCEL = 8
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** @param {string} text */
const hpackText = (text) => [text.length, ...Buffer.from(text)]

/**
 * :method POST and :scheme http are in the static table; the other four are added to the dynamic
 * one in this order.
 * @param {string} authority
 */
function firstHeaders(authority) {
  return Buffer.from([
    ...[0x83, 0x86, 0x44, ...hpackText('/etcdserverpb.KV/Put')],
    ...[0x41, ...hpackText(authority)],
    ...[0x5f, ...hpackText('application/grpc')],
    ...[0x40, ...hpackText('te'), ...hpackText('trailers')],
  ])
}
/** The same, from the table: the newest entry is 62. */
const NEXT_HEADERS = Buffer.from([0x83, 0x86, 0xc1, 0xc0, 0xbf, 0xbe])

/**
 * @param {number} type
 * @param {number} flags
 * @param {number} stream
 * @param {Buffer} payload
 */
function frame(type, flags, stream, payload) {
  const head = Buffer.alloc(FRAME_HEAD_BYTES)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** @param {number} number */
function uint32(number) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

/** @param {number} number */
function varint(number) {
  const bytes = []
  let rest = number
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}

/**
 * A PutRequest (key is field 1, value field 2) as one gRPC message.
 * @param {string} key
 * @param {string} value
 */
export function putMessage(key, value) {
  const fields = [key, value].flatMap((text, at) => {
    const bytes = Buffer.from(text)
    return [Buffer.from([((at + 1) << 3) | 2]), varint(bytes.length), bytes]
  })
  const body = Buffer.concat(fields)
  return Buffer.concat([Buffer.from([0]), uint32(body.length), body])
}

/** @typedef {(error: string | null) => void} Done null: acknowledged */
/** @typedef {{ done: Done, hasMessage: boolean }} Call */

export class GrpcConnection {
  /** @type {Map<number, Call>} */
  #calls = new Map()
  /** @type {Buffer} */
  #rest = Buffer.alloc(0)
  /** @type {Buffer[]} */
  #out = []
  #isFlushing = false
  #stream = 1
  #sendWindow = WINDOW_FIRST_BYTES
  #received = 0
  #headers
  #socket

  /**
   * @param {number} port
   * @param {() => void} onOpen
   * @param {(words: string) => void} onClosed comes after the errors of all open calls
   */
  constructor(port, onOpen, onClosed) {
    this.#headers = firstHeaders(`127.0.0.1:${port}`)
    let words = 'the server closed the connection'
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('connect', () => {
      const setting = Buffer.concat([Buffer.from([0, INITIAL_WINDOW_SETTING]), uint32(1 << 20)])
      this.#send(Buffer.from(PREFACE), frame(TYPE.settings, 0, 0, setting))
      this.#widen(WINDOW_BYTES)
      onOpen()
    })
    this.#socket.on('data', (chunk) => this.#take(chunk))
    this.#socket.on('error', (error) => (words = error.message))
    this.#socket.on('close', () => {
      const calls = [...this.#calls.values()]
      this.#calls.clear()
      for (const { done } of calls) done(words)
      onClosed(words)
    })
  }

  /**
   * Answers the number of the call, for `cancel`; 0 when the server's window is full.
   * @param {Buffer} message
   * @param {Done} done
   */
  put(message, done) {
    if (this.#sendWindow < message.length) return 0
    this.#sendWindow -= message.length
    const stream = this.#stream
    this.#stream += 2
    this.#calls.set(stream, { done, hasMessage: false })
    this.#send(
      frame(TYPE.headers, FLAG.endHeaders, stream, this.#headers),
      frame(TYPE.data, FLAG.endStream, stream, message),
    )
    this.#headers = NEXT_HEADERS
    return stream
  }

  /** @param {number} stream */
  cancel(stream) {
    const call = this.#calls.get(stream)
    if (call === undefined) return
    this.#send(frame(TYPE.reset, 0, stream, uint32(CANCEL)))
    this.#settle(stream, call, 'no answer in time')
  }

  close() {
    this.#socket.destroy()
  }

  /**
   * One write a turn, whatever the turn has to say.
   * @param {Buffer[]} frames
   */
  #send(...frames) {
    this.#out.push(...frames)
    if (this.#isFlushing) return
    this.#isFlushing = true
    setImmediate(() => {
      this.#isFlushing = false
      this.#socket.write(Buffer.concat(this.#out.splice(0)))
    })
  }

  /** @param {Buffer} chunk */
  #take(chunk) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (at + FRAME_HEAD_BYTES <= bytes.length) {
      const end = at + FRAME_HEAD_BYTES + bytes.readUIntBE(at, 3)
      if (end - at > FRAME_BYTES_MAX) return this.close()
      if (end > bytes.length) break
      const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff
      this.#onFrame(bytes[at + 3], bytes[at + 4] ?? 0, stream, bytes.subarray(at + 9, end))
      at = end
    }
    this.#rest = bytes.subarray(at)
  }

  /**
   * @param {number | undefined} type
   * @param {number} flags
   * @param {number} stream
   * @param {Buffer} payload
   */
  #onFrame(type, flags, stream, payload) {
    if (type === TYPE.settings) {
      if ((flags & FLAG.ack) === 0) this.#send(frame(TYPE.settings, FLAG.ack, 0, Buffer.alloc(0)))
    } else if (type === TYPE.ping) {
      const answer = Buffer.from(payload)
      if ((flags & FLAG.ack) === 0) this.#send(frame(TYPE.ping, FLAG.ack, 0, answer))
    } else if (type === TYPE.window) {
      if (stream === 0) this.#sendWindow += payload.readUInt32BE(0)
    } else if (type === TYPE.goAway) {
      this.close()
    } else this.#onStreamFrame(type, flags, stream, payload.length)
  }

  /**
   * @param {number | undefined} type
   * @param {number} flags
   * @param {number} stream
   * @param {number} bytes
   */
  #onStreamFrame(type, flags, stream, bytes) {
    const call = this.#calls.get(stream)
    if (type === TYPE.data) {
      if (call !== undefined) call.hasMessage = true
      this.#received += bytes
      if (this.#received > WINDOW_BYTES / 2) this.#widen(this.#received)
    }
    if (call === undefined) return
    if (type === TYPE.reset) this.#settle(stream, call, 'the server reset the call')
    else if ((type === TYPE.headers || type === TYPE.data) && (flags & FLAG.endStream) !== 0) {
      this.#settle(stream, call, call.hasMessage ? null : 'the server refused the call')
    }
  }

  /**
   * @param {number} stream
   * @param {Call} call
   * @param {string | null} error
   */
  #settle(stream, call, error) {
    this.#calls.delete(stream)
    call.done(error)
  }

  /** @param {number} bytes */
  #widen(bytes) {
    this.#received = 0
    this.#send(frame(TYPE.window, 0, 0, uint32(bytes)))
  }
}
