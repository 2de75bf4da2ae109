/**
 * Stand-in for the main-process end of Electron's MessagePort: Node's own port in the shape of
 * `MessagePortMain` (events carry `data` and `ports`).
 */
import { EventEmitter } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

export class PortMainStandIn extends EventEmitter {
  constructor(readonly inner: MessagePort) {
    super()
    inner.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
    inner.on('close', () => this.emit('close'))
    // Node starts a port with its first listener; Electron waits for `start`.
    inner.unref()
  }

  postMessage(message: unknown): void {
    this.inner.postMessage(message)
  }

  start(): void {
    this.inner.start()
  }

  close(): void {
    this.inner.close()
  }
}

export class MessageChannelMainStandIn {
  readonly port1: PortMainStandIn
  readonly port2: PortMainStandIn

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new PortMainStandIn(port1)
    this.port2 = new PortMainStandIn(port2)
  }
}
