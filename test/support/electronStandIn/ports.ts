/**
 * Stand-in for the main-process end of Electron's MessagePort: Node's own port in the shape of
 * `MessagePortMain`. Messages wait for `start`; events carry `data` and `ports`.
 */
import { EventEmitter } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

export class PortMainStandIn extends EventEmitter {
  constructor(private readonly inner: MessagePort) {
    super()
    inner.on('close', () => this.emit('close'))
  }

  postMessage(message: unknown): void {
    this.inner.postMessage(message)
  }

  start(): void {
    // Node starts a port with its first listener.
    this.inner.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
  }

  close(): void {
    this.inner.close()
  }
}

export class MessageChannelMain {
  readonly port1: PortMainStandIn
  readonly port2: PortMainStandIn

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new PortMainStandIn(port1)
    this.port2 = new PortMainStandIn(port2)
  }
}
