/**
 * Channel: all that a host must offer to serve a viewer. Text in order, both ways, until it closes.
 *
 * Order:  messages arrive as they were posted; none arrives after the close.
 * Errors: none is thrown. A post on a closed channel is dropped, `onClose` has told why.
 */
export interface Channel {
  post(text: string): void
  /** One listener; messages that came before it are kept and handed over first. */
  on(listener: (text: string) => void): void
  /** Called once; at once if the channel is closed already. */
  onClose(listener: (reason: string) => void): void
  close(): void
}

/** Messages held for a side that does not listen yet; more close the channel. */
export const CHANNEL_HELD_MAX = 1000

/** The part that every adapter shares: held messages, and a close that is told once. */
export class Inbox {
  private listener: ((text: string) => void) | null = null
  private held: string[] = []
  private readonly closeListeners: ((reason: string) => void)[] = []
  private closedWhy: string | null = null

  get closed(): boolean {
    return this.closedWhy !== null
  }

  /** Answers false when too much waits: the channel must then be closed. */
  receive(text: string): boolean {
    if (this.closed) return true
    if (this.listener) {
      this.listener(text)
      return true
    }
    this.held.push(text)
    return this.held.length <= CHANNEL_HELD_MAX
  }

  on(listener: (text: string) => void): void {
    this.listener = listener
    const held = this.held
    this.held = []
    for (const text of held) listener(text)
  }

  onClose(listener: (reason: string) => void): void {
    if (this.closedWhy === null) this.closeListeners.push(listener)
    else listener(this.closedWhy)
  }

  close(reason: string): void {
    if (this.closed) return
    this.closedWhy = reason
    this.held = []
    for (const listener of this.closeListeners.splice(0)) listener(reason)
  }
}

/** Two ends in one process; messages arrive in a later microtask, as on a real wire. */
export function channelPair(): readonly [Channel, Channel] {
  const left = new Inbox()
  const right = new Inbox()
  return [memoryEnd(left, right), memoryEnd(right, left)]
}

function memoryEnd(own: Inbox, other: Inbox): Channel {
  const close = (reason: string): void => {
    own.close(reason)
    // After what was posted before it.
    queueMicrotask(() => other.close(reason))
  }
  return {
    post(text) {
      if (own.closed) return
      queueMicrotask(() => {
        if (!other.receive(text)) close('the other side does not listen')
      })
    },
    on: (listener) => own.on(listener),
    onClose: (listener) => own.onClose(listener),
    close: () => close('closed'),
  }
}

/** What a channel needs of a DOM MessagePort. */
export interface PortLike {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: () => void): void
  start(): void
  close(): void
}

/** A channel over a MessagePort of a page. */
export function portChannel(port: PortLike): Channel {
  const inbox = new Inbox()
  const end = (reason: string): void => {
    if (inbox.closed) return
    inbox.close(reason)
    port.close()
  }
  port.addEventListener('message', ({ data }) => {
    if (typeof data !== 'string') end('a message was not text')
    else if (!inbox.receive(data)) end('nobody listens')
  })
  port.addEventListener('close', () => end('the host closed the port'))
  port.start()
  return {
    post(text) {
      if (!inbox.closed) port.postMessage(text)
    },
    on: (listener) => inbox.on(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => end('closed'),
  }
}

/** What a channel needs of a DOM WebSocket. */
export interface SocketLike {
  readonly readyState: number
  send(text: string): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void
  close(): void
}

const SOCKET_CONNECTING = 0

/** A channel over a WebSocket of a page; what is posted while it connects is sent after. */
export function socketChannel(socket: SocketLike): Channel {
  const inbox = new Inbox()
  let early: string[] = []
  const end = (reason: string): void => {
    if (inbox.closed) return
    inbox.close(reason)
    socket.close()
  }
  socket.addEventListener('open', () => {
    for (const text of early) socket.send(text)
    early = []
  })
  socket.addEventListener('message', ({ data }) => {
    if (typeof data !== 'string') end('a message was not text')
    else if (!inbox.receive(data)) end('nobody listens')
  })
  socket.addEventListener('close', ({ code, reason }) => end(reason || `socket closed (${code})`))
  return {
    post(text) {
      if (inbox.closed) return
      if (socket.readyState !== SOCKET_CONNECTING) socket.send(text)
      else if (early.push(text) > CHANNEL_HELD_MAX) end('the socket does not open')
    },
    on: (listener) => inbox.on(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => end('closed'),
  }
}
