/** A channel over a `ws` socket, with a heartbeat: a peer that is gone must not hold control. */
import type { RawData, WebSocket } from 'ws'
import { Inbox } from '../../shared/channel'
import type { Channel } from '../../shared/channel'

export const HEARTBEAT_MS = 15_000
/** Answers that wait for a viewer that does not read; frames are bounded by credits. */
export const UNSENT_BYTES_MAX = 64 * 1024 * 1024

export function webSocketChannel(socket: WebSocket): Channel {
  const inbox = new Inbox()
  let heard = true
  const heartbeat = setInterval(() => {
    if (!heard) return end('no answer to a heartbeat')
    heard = false
    socket.ping()
  }, HEARTBEAT_MS)

  function end(reason: string): void {
    if (inbox.closed) return
    clearInterval(heartbeat)
    inbox.close(reason)
    socket.close()
    // A peer that does not answer the close must not keep the host alive.
    if (reason !== 'closed') socket.terminate()
  }
  socket.on('pong', () => {
    heard = true
  })
  socket.on('message', (data: RawData, isBinary: boolean) => {
    heard = true
    if (isBinary) end('a message was not text')
    else if (!inbox.receive(textOf(data))) end('nobody listens')
  })
  socket.on('error', (error) => end(error.message))
  socket.on('close', (code, reason) => end(reason.toString('utf8') || `socket closed (${code})`))
  return {
    post(text) {
      if (inbox.closed) return
      socket.send(text)
      if (socket.bufferedAmount > UNSENT_BYTES_MAX) end('the viewer does not read')
    },
    on: (listener) => inbox.on(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => end('closed'),
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}
