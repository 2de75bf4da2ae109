/** Pieces that the tests of the node process share. Everything is cleaned up when the test ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import { NODE_DEFAULTS } from '../../src/shared/control'
import type { NodeFile } from '../../src/shared/control'

export const CLUSTER = 'test-cluster'
export const SECRET = Buffer.alloc(32, 7)

export function tempDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'paxos-lab-node-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function nodeFile(overrides: Partial<NodeFile> & { readonly dataDir: string }): NodeFile {
  return {
    version: 1,
    cluster: CLUSTER,
    replica: { ...DEFAULT_REPLICA, node: 1, members: [1] },
    tickMs: 5,
    host: '127.0.0.1',
    peerPort: 0,
    clientPort: 0,
    requestDeadlineMs: 5000,
    clientsMax: 100,
    telemetry: 'facts',
    flush: true,
    ...NODE_DEFAULTS,
    control: null,
    ...overrides,
  }
}

/** A raw TCP client: what it sent is bytes, what it got is text, one byte a code unit. */
export class RawClient {
  text = ''
  closed = false

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => (this.text += chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => (this.closed = true))
    onTestFinished(() => {
      socket.destroy()
    })
  }

  static connect(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => resolve(new RawClient(socket)))
    })
  }

  send(text: string): void {
    this.socket.write(text, 'latin1')
  }

  lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}

/** A request as clients print it. */
export function respOf(...args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`
}

/** Numbers from 1 to `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
