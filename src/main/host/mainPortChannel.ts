/** A channel over the main-process end of a MessagePort, described by its shape. */
import { Inbox } from '../../shared/channel'
import type { Channel } from '../../shared/channel'

/** What a channel needs of a port of Electron's main process. */
export interface MainPortLike {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

export function mainPortChannel(port: MainPortLike): Channel {
  const inbox = new Inbox()
  const end = (reason: string): void => {
    if (inbox.closed) return
    inbox.close(reason)
    port.close()
  }
  port.on('message', ({ data }) => {
    if (typeof data !== 'string') end('a message was not text')
    else if (!inbox.receive(data)) end('nobody listens')
  })
  port.on('close', () => end('the window closed the port'))
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
