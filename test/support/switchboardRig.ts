/**
 * The real switchboard process between stand-ins: a control server in place of the lab, and TCP
 * servers that collect lines in place of nodes.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LinkFault } from '../../src/core/fault'
import type { LabToSwitchboard, SwitchboardFile, SwitchboardToLab } from '../../src/shared/control'
import { parseSwitchboardToLab } from '../../src/shared/controlCodec'
import { FrameSplitter, parseFrame, printFrame } from '../../src/shared/frame'
import type { GateAnswer, GateCall } from '../../src/shared/gate'
import { helloText, parseHello } from '../../src/shared/hello'
import { builtEntry } from './built'
import { eventually } from './eventually'

const HOST = '127.0.0.1'
const CLUSTER = 'rig1'

/** In place of a node: collects the lines that arrive, by connection. */
export class Sink {
  readonly lines: string[] = []
  readonly sockets = new Set<Socket>()
  private readonly server: Server

  constructor() {
    this.server = createServer((socket) => {
      this.sockets.add(socket)
      const splitter = new FrameSplitter()
      socket.on('data', (chunk) => splitter.push(chunk, (line) => this.lines.push(line)))
      socket.on('close', () => this.sockets.delete(socket))
      socket.on('error', () => socket.destroy())
    })
  }

  async listen(): Promise<number> {
    this.server.listen(0, HOST)
    await once(this.server, 'listening')
    return (this.server.address() as AddressInfo).port
  }

  /** Frames without hellos. */
  get frames(): string[] {
    return this.lines.filter((line) => !line.startsWith('{"type":"hello"'))
  }

  close(): void {
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
  }
}

export class SwitchboardRig {
  readonly frames: SwitchboardToLab[] = []
  readonly sinks = new Map<number, Sink>()
  control: Socket | null = null
  stderr = ''
  private readonly secret = randomBytes(32)
  private readonly dir = mkdtempSync(join(tmpdir(), 'paxos-switchboard-'))
  private readonly open = new Set<Socket>()
  private readonly server: Server
  private calls = 0

  private constructor(readonly members: readonly number[]) {
    this.server = createServer((socket) => this.accept(socket))
  }

  child: ChildProcess | null = null
  exitCode: number | null = null

  static async start(
    members: readonly number[],
    options: { seed?: number; heldBytesMax?: number } = {},
  ): Promise<SwitchboardRig> {
    const rig = new SwitchboardRig(members)
    await rig.spawn(options.seed ?? 7, options.heldBytesMax ?? 1_000_000)
    for (const node of members) {
      const sink = new Sink()
      rig.sinks.set(node, sink)
      rig.say({ type: 'route', node, port: await sink.listen() })
    }
    return rig
  }

  sink(node: number): Sink {
    const sink = this.sinks.get(node)
    if (!sink) throw new Error(`no node ${node}`)
    return sink
  }

  say(frame: LabToSwitchboard): void {
    this.control?.write(printFrame(frame))
  }

  /** Starts a fault; resolves with the error in its answer. */
  async startFault(id: string, fault: LinkFault): Promise<string | null> {
    const call = ++this.calls
    this.say({ type: 'startFault', call, id, fault })
    return this.answerTo(call)
  }

  async endFault(id: string): Promise<string | null> {
    const call = ++this.calls
    this.say({ type: 'endFault', call, id })
    return this.answerTo(call)
  }

  /** Asks the gate; resolves with its answer. */
  async gate(body: GateCall): Promise<GateAnswer> {
    const call = ++this.calls
    this.say({ type: 'gate', call, body })
    const found = await eventually(`the gate answers call ${call}`, () =>
      this.frames.find((frame) => frame.type === 'gateAnswer' && frame.call === call),
    )
    if (found.type !== 'gateAnswer') throw new Error('another frame')
    return found.answer
  }

  /** What was told of the gate: `held 1`, `released 1 byHand`, in order. */
  gateActs(): string[] {
    return this.frames.flatMap((frame) =>
      frame.type === 'gateActs'
        ? frame.acts.map((act) =>
            act.act === 'held'
              ? `held ${act.frame.slot}`
              : act.act === 'moved'
                ? `moved ${act.frame.slot}`
                : `${act.act} ${act.frame.slot} ${act.how}`,
          )
        : [],
    )
  }

  linkPort(from: number, to: number): number {
    const ready = this.frames.find((frame) => frame.type === 'ready')
    const link = ready?.links.find((each) => each.from === from && each.to === to)
    if (!link) throw new Error(`no port for ${from}>${to}`)
    return link.port
  }

  /** Dials a link as node `from` does, hello included. `proof` replaces the right one. */
  async dial(from: number, to: number, proof?: string): Promise<Socket> {
    const socket = await this.dialSilently(from, to)
    const fields = { version: 1, cluster: CLUSTER, role: 'peer', node: from, to, life: 1 } as const
    const right = createHmac('sha256', this.secret).update(helloText(fields)).digest('hex')
    socket.write(printFrame({ type: 'hello', ...fields, proof: proof ?? right }))
    return socket
  }

  /** Connects to a link proxy and says nothing. */
  async dialSilently(from: number, to: number): Promise<Socket> {
    const socket = connect({ host: HOST, port: this.linkPort(from, to) })
    this.open.add(socket)
    socket.on('error', () => socket.destroy())
    await once(socket, 'connect')
    return socket
  }

  /** Sums of what was reported about a link. */
  traffic(from: number, to: number): { frames: number; dropped: number; duplicated: number } {
    const rows = this.frames
      .flatMap((frame) => (frame.type === 'traffic' ? frame.links : []))
      .filter((row) => row.from === from && row.to === to)
    const sum = (field: 'frames' | 'dropped' | 'duplicated'): number =>
      rows.reduce((total, row) => total + row[field], 0)
    return { frames: sum('frames'), dropped: sum('dropped'), duplicated: sum('duplicated') }
  }

  notes(): string[] {
    return this.frames.flatMap((frame) => (frame.type === 'note' ? [frame.words] : []))
  }

  hasExited(): boolean {
    return this.exitCode !== null
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy()
    for (const sink of this.sinks.values()) sink.close()
    this.server.close()
    if (!this.hasExited()) this.child?.kill('SIGKILL')
    await eventually('switchboard is gone', () => this.hasExited())
    this.control?.destroy()
    rmSync(this.dir, { recursive: true, force: true })
  }

  private async answerTo(call: number): Promise<string | null> {
    const answer = await eventually(`answer to call ${call}`, () =>
      this.frames.find((frame) => frame.type === 'answer' && frame.call === call),
    )
    return answer.type === 'answer' ? answer.error : null
  }

  private async spawn(seed: number, heldBytesMax: number): Promise<void> {
    this.server.listen(0, HOST)
    await once(this.server, 'listening')
    const { port } = this.server.address() as AddressInfo
    const file: SwitchboardFile = {
      version: 1,
      cluster: CLUSTER,
      host: HOST,
      control: { host: HOST, port },
      seed,
      members: this.members,
      heldBytesMax,
    }
    const path = join(this.dir, 'switchboard.json')
    writeFileSync(path, JSON.stringify(file))
    const env = { ...process.env, PAXOS_SECRET: this.secret.toString('hex') }
    const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe']
    const child = spawn(process.execPath, [builtEntry('switchboard'), path], { env, stdio })
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')))
    child.on('exit', (code) => (this.exitCode = code ?? -1))
    this.child = child
    await eventually('switchboard is ready', () => {
      if (this.hasExited()) throw new Error(`it ended: ${this.stderr}`)
      return this.frames.some((frame) => frame.type === 'ready')
    })
  }

  private accept(socket: Socket): void {
    this.control = socket
    socket.on('error', () => socket.destroy())
    const splitter = new FrameSplitter()
    let saidHello = false
    socket.on('data', (chunk) =>
      splitter.push(chunk, (line) => {
        const frame = parseFrame(line)
        if (!saidHello) {
          const hello = parseHello(frame)
          const right = createHmac('sha256', this.secret).update(helloText(hello)).digest('hex')
          if (hello.role !== 'switchboard' || hello.proof !== right) throw new Error('bad hello')
          saidHello = true
          return
        }
        const known = parseSwitchboardToLab(frame)
        if (known === null) throw new Error(`unknown frame ${line}`)
        this.frames.push(known)
      }),
    )
  }
}

/** A frame as a node sends it; `slot` tells one from another. */
export function acceptFrame(slot: number): string {
  const ballot = { round: 17, node: 3 }
  return printFrame({ type: 'accept', ballot, slot, values: [`value ${slot}`], chosenThrough: 0 })
}

/** The slots of collected frames, in the order of arrival. */
export function slotsOf(lines: readonly string[]): unknown[] {
  return lines.map((line) => parseFrame(line)['slot'])
}
