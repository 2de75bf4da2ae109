/** A stand-in for the lab: listens for control channels of real node processes and records them. */
import { createHmac } from 'node:crypto'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { NodeReport } from '../../src/core/event'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import type { LabToNode, NodeAnswer, NodeCall, NodeFile, NodeToLab } from '../../src/shared/control'
import { parseNodeToLab } from '../../src/shared/controlCodec'
import { FrameSplitter, parseFrame, printFrame } from '../../src/shared/frame'
import { helloText, parseHello } from '../../src/shared/hello'
import type { Hello } from '../../src/shared/hello'
import { builtEntry } from './built'
import { eventually } from './eventually'
import { nodeFile, RawClient, respOf, SECRET } from './nodeSupport'

/** One control channel, from its hello to its end. */
export class ControlChannel {
  hello: Hello | null = null
  readonly frames: NodeToLab[] = []
  private calls = 0

  constructor(readonly socket: Socket) {
    const splitter = new FrameSplitter()
    socket.on('error', () => {})
    socket.on('data', (chunk) => splitter.push(chunk, (line) => this.take(line)))
  }

  send(frame: LabToNode): void {
    this.socket.write(printFrame(frame))
  }

  async call(body: NodeCall): Promise<NodeAnswer> {
    const call = ++this.calls
    this.send({ type: 'call', call, body })
    return eventually(`answer to ${body.action}`, () => {
      for (const frame of this.frames) {
        if (frame.type === 'answer' && frame.call === call) return frame.answer
      }
      return null
    })
  }

  facts(): NodeReport[] {
    return this.frames.flatMap((frame) => (frame.type === 'facts' ? frame.facts : []))
  }

  private take(line: string): void {
    const frame = parseFrame(line)
    if (!this.hello) {
      this.hello = parseHello(frame)
      const proof = createHmac('sha256', SECRET).update(helloText(this.hello)).digest('hex')
      if (proof !== this.hello.proof) throw new Error('hello with a wrong proof')
      return
    }
    const parsed = parseNodeToLab(frame)
    if (!parsed) throw new Error(`unknown frame ${frame.type}`)
    this.frames.push(parsed)
  }
}

/** One process of one node. */
export class NodeProcess {
  stdout = ''
  stderr = ''
  exit: { readonly code: number | null; readonly signal: string | null } | null = null

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    child.on('exit', (code, signal) => (this.exit = { code, signal }))
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  exited() {
    return eventually(`exit of node process ${this.pid}`, () => this.exit)
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.exited()
  }
}

export interface StartedNode {
  readonly node: NodeProcess
  readonly control: ControlChannel
  readonly clientPort: number
  readonly peerPort: number
}

export class NodeLab {
  readonly channels: ControlChannel[] = []

  private constructor(
    readonly directory: string,
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(directory: string): Promise<NodeLab> {
    const server = createServer()
    const port = await new Promise<number>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        if (address && typeof address === 'object') resolve(address.port)
      })
    })
    const lab = new NodeLab(directory, server, port)
    server.on('connection', (socket) => lab.channels.push(new ControlChannel(socket)))
    onTestFinished(() => lab.stop())
    return lab
  }

  /** Starts a process and does not wait for it. Its stdin is closed; it dies with the test. */
  spawn(
    id: number,
    members: readonly number[],
    overrides: Partial<NodeFile> = {},
    env: Record<string, string> = {},
  ): NodeProcess {
    const file = nodeFile({
      dataDir: join(this.directory, `node-${id}`),
      replica: { ...DEFAULT_REPLICA, node: id, members },
      control: { host: '127.0.0.1', port: this.port },
      ...overrides,
    })
    const path = join(this.directory, `node-${id}.json`)
    writeFileSync(path, JSON.stringify(file))
    return spawnNode([path], env)
  }

  async start(
    id: number,
    members: readonly number[],
    overrides: Partial<NodeFile> = {},
    env: Record<string, string> = {},
  ): Promise<StartedNode> {
    const node = this.spawn(id, members, overrides, env)
    return eventually(`node ${id} is ready`, () => {
      if (node.exit) throw new Error(`node ${id} ended: ${node.stderr}`)
      for (const control of this.channels) {
        const ready = control.frames.find((frame) => frame.type === 'ready')
        if (ready?.type !== 'ready' || ready.pid !== node.pid) continue
        return { node, control, clientPort: ready.clientPort, peerPort: ready.peerPort }
      }
      return null
    })
  }

  /** Starts all members and tells each where the others are. */
  async startAll(
    members: readonly number[],
    overrides: Partial<NodeFile> = {},
  ): Promise<StartedNode[]> {
    const nodes = await Promise.all(members.map((id) => this.start(id, members, overrides)))
    const peers = nodes.map(({ peerPort }, index) => ({
      node: members[index]!,
      host: '127.0.0.1',
      port: peerPort,
    }))
    for (const [index, { control }] of nodes.entries()) {
      control.send({ type: 'peers', peers: peers.filter(({ node }) => node !== members[index]) })
    }
    return nodes
  }

  stop(): void {
    for (const { socket } of this.channels) socket.destroy()
    this.server.close()
  }
}

export function spawnNode(args: readonly string[], env: Record<string, string> = {}): NodeProcess {
  return spawnProcess([builtEntry('node'), ...args], env)
}

/** A process that starts a node with its own output, and waits. */
export function spawnParent(startFile: string): NodeProcess {
  const args = JSON.stringify([builtEntry('node'), startFile])
  const script = `require('node:child_process').spawn(process.execPath, ${args}, {
    stdio: ['ignore', 'inherit', 'ignore'],
  })
  setInterval(() => {}, 1000)`
  return spawnProcess(['-e', script], {})
}

function spawnProcess(args: readonly string[], env: Record<string, string>): NodeProcess {
  const secret = { PAXOS_SECRET: SECRET.toString('hex') }
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...secret, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const node = new NodeProcess(child)
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return node
}

/** One request on a connection of its own; answers the reply as text. */
export async function ask(port: number, ...args: readonly string[]): Promise<string> {
  const client = await RawClient.connect(port)
  client.send(respOf(...args) + respOf('QUIT'))
  await eventually(`answer to ${args.join(' ')}`, () => client.closed)
  return client.text.slice(0, -'+OK\r\n'.length)
}
