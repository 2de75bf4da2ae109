/** The channels that the contract suite runs against: each opens viewers of one MemoryLab. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { WebSocket } from 'ws'
import { mainPortChannel } from '../../src/main/host/mainPortChannel'
import { serveViewer } from '../../src/main/host/viewer'
import { ViewerRoom } from '../../src/main/host/viewers'
import { startWebHost } from '../../src/main/host/webHost'
import type { WebHost } from '../../src/main/host/webHost'
import type { Lab } from '../../src/shared/api'
import { channelPair, portChannel, socketChannel } from '../../src/shared/channel'
import type { Channel, PortLike } from '../../src/shared/channel'
import { PortMainStandIn } from './electronStandIn/ports'

export interface HostSource {
  /** A channel of a fresh viewer, as a page would have it. */
  open(): Promise<Channel>
  readonly notes: string[]
  close(): Promise<void>
}

export type SourceMaker = (lab: Lab) => Promise<HostSource>

async function inMemory(lab: Lab): Promise<HostSource> {
  const room = new ViewerRoom()
  const notes: string[] = []
  const opened: Channel[] = []
  return {
    notes,
    async open() {
      const [page, host] = channelPair()
      serveViewer(host, lab, { room, onNote: (words) => notes.push(words) })
      opened.push(page)
      return page
    },
    close: async () => opened.forEach((channel) => channel.close()),
  }
}

async function electronShaped(lab: Lab): Promise<HostSource> {
  const room = new ViewerRoom()
  const notes: string[] = []
  const opened: Channel[] = []
  return {
    notes,
    async open() {
      const { port1, port2 } = new MessageChannel()
      const host = mainPortChannel(new PortMainStandIn(port1))
      serveViewer(host, lab, { room, onNote: (words) => notes.push(words) })
      // Node's port is an event target too; its types do not say so.
      const page = portChannel(port2 as unknown as PortLike)
      opened.push(page)
      return page
    },
    close: async () => opened.forEach((channel) => channel.close()),
  }
}

async function webSocket(lab: Lab): Promise<HostSource> {
  const folder = pageFolder()
  const notes: string[] = []
  const host = await startWebHost({
    lab,
    rendererDir: folder,
    onNote: (words) => notes.push(words),
  })
  const cookie = await openSession(host)
  return {
    notes,
    open: async () => socketChannel(await openSocket(host.port, cookie)),
    async close() {
      await host.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A folder that looks like a built window. */
export function pageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'paxos-lab-page-'))
  const page = '<meta property="csp-nonce" nonce="__CSP_NONCE__" /><title>Paxos Lab</title>'
  writeFileSync(join(folder, 'index.html'), page)
  return folder
}

export async function openSession(host: Pick<WebHost, 'url' | 'port'>): Promise<string> {
  const token = new URL(host.url).hash.slice('#t='.length)
  const origin = `http://127.0.0.1:${host.port}`
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    body: token,
    headers: { origin },
  })
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  return cookie
}

export function openSocket(port: number, cookie: string): Promise<WebSocket> {
  const origin = `http://127.0.0.1:${port}`
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin, headers: { cookie } })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

export const SOURCES: readonly (readonly [string, SourceMaker])[] = [
  ['in memory', inMemory],
  ['WebSocket', webSocket],
  ['Electron-shaped port', electronShaped],
]
