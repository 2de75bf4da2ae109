/**
 * The lab's end of the switchboard process: starts it, tells it routes and faults, and starts it
 * anew with the same faults if it ends although nobody asked.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LinkTraffic } from '../../core/event'
import type { LinkFault } from '../../core/fault'
import { linkKey } from '../../core/fault'
import { LabCallError } from '../../shared/api'
import type { SwitchboardFile, SwitchboardToLab } from '../../shared/control'
import { parseSwitchboardToLab } from '../../shared/controlCodec'
import type { GateAct, GateAnswer, GateCall } from '../../shared/gate'
import type { SeenReport } from '../../shared/messagesCodec'
import type { Child, ChildEnd } from './child'
import type { ControlLink } from './controlLink'

const CALL_WAIT_MS = 5000
const START_WAIT_MS = 10_000
const RESTARTS_MAX = 3

export interface SwitchboardHooks {
  spawn(entryArgs: readonly string[]): Child
  onTraffic(links: readonly LinkTraffic[]): void
  /** Single messages, while they are watched. */
  onMessages(report: SeenReport): void
  /** A fault ended by itself. */
  onFaultEnded(id: string): void
  /** What happened at the gate; `skipped` acts before these were lost. */
  onGateActs(acts: readonly GateAct[], skipped: number): void
  onNote(level: 'info' | 'warn' | 'error', words: string): void
  /** Its link ports are known, for the first time or anew: tell nodes and routes. */
  onReady(): void
  /** Faults that hold now, to be started again in a new process. */
  activeFaults(): readonly { readonly id: string; readonly fault: LinkFault }[]
}

export class Switchboard {
  private child: Child | null = null
  private link: ControlLink | null = null
  private ports = new Map<string, number>()
  private restarts = 0
  private stopping = false
  private isWatched = false
  private settleStart: ((error: LabCallError | null) => void) | null = null

  constructor(
    /** Its start-up file, made when it starts: the control port is known only then. */
    private readonly file: () => SwitchboardFile,
    private readonly dir: string,
    private readonly hooks: SwitchboardHooks,
  ) {}

  /** True while a hello of this role is awaited. */
  get expectsHello(): boolean {
    return this.child !== null && this.link === null
  }

  /** Resolves when all link ports are open. */
  async start(): Promise<void> {
    await mkdir(this.dir, { recursive: true })
    const path = join(this.dir, 'switchboard.json')
    await writeFile(path, JSON.stringify(this.file(), null, 2) + '\n')
    if (this.stopping) throw new LabCallError('wrongState', 'the switchboard was stopped')
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.settleStart?.(new LabCallError('timedOut', 'the switchboard does not start'))
        this.killNow()
      }, START_WAIT_MS)
      this.settleStart = (error) => {
        this.settleStart = null
        clearTimeout(timer)
        if (error === null) resolve()
        else reject(error)
      }
      const child = this.hooks.spawn([path])
      this.child = child
      void child.ended.then((end) => this.onEnded(end))
    })
  }

  attach(link: ControlLink): void {
    this.link = link
    link.listen({
      onFrame: (frame) => {
        const known = parseSwitchboardToLab(frame)
        if (known === null) this.hooks.onNote('warn', `switchboard: unknown frame "${frame.type}"`)
        else this.onFrame(known)
      },
      onClosed: (reason) => {
        this.link = null
        if (reason !== '') this.hooks.onNote('error', `switchboard: ${reason}`)
      },
    })
  }

  /** Whether it tells of single messages from now on, over restarts too. */
  watchMessages(on: boolean): void {
    this.isWatched = on
    this.link?.send({ type: 'watch', on })
  }

  /** Port that `from` dials to reach `to`; 0 while it is not known. */
  portOf(from: number, to: number): number {
    return this.ports.get(linkKey({ from, to })) ?? 0
  }

  route(node: number, port: number): void {
    this.link?.send({ type: 'route', node, port })
  }

  async startFault(id: string, fault: LinkFault): Promise<void> {
    await this.call((call) => ({ type: 'startFault', call, id, fault }))
  }

  async endFault(id: string): Promise<void> {
    await this.call((call) => ({ type: 'endFault', call, id }))
  }

  /** Asks the gate; rejects when it cannot do it. `waitMs`: how long the answer itself may take. */
  async gate(body: GateCall, waitMs = 0): Promise<GateAnswer> {
    if (this.link === null) throw new LabCallError('wrongState', 'the switchboard is not running')
    const answer = await this.link.call(
      (call) => ({ type: 'gate', call, body }),
      CALL_WAIT_MS + waitMs,
    )
    if (!isGateAnswer(answer)) throw new LabCallError('internal', 'switchboard: a wrong answer')
    if (answer.error !== null) throw new LabCallError('badArgument', answer.error)
    return answer
  }

  async stop(): Promise<void> {
    this.stopping = true
    const { child, link } = this
    // One that has not dialled yet cannot hear.
    if (link === null) await child?.kill()
    else await child?.stop(() => link.send({ type: 'stop' }))
  }

  /** For the end of the lab process: nothing can be awaited there. */
  killNow(): void {
    this.child?.killNow()
  }

  private async call(build: (call: number) => object): Promise<void> {
    if (this.link === null) throw new LabCallError('wrongState', 'the switchboard is not running')
    const error = await this.link.call(build, CALL_WAIT_MS)
    if (typeof error === 'string') throw new LabCallError('internal', `switchboard: ${error}`)
  }

  private onFrame(frame: SwitchboardToLab): void {
    switch (frame.type) {
      case 'ready':
        this.ports = new Map(frame.links.map((link) => [linkKey(link), link.port]))
        this.settleStart?.(null)
        if (this.isWatched) this.link?.send({ type: 'watch', on: true })
        this.hooks.onReady()
        return
      case 'traffic':
        this.hooks.onTraffic(frame.links)
        return
      case 'messages':
        this.hooks.onMessages(frame)
        return
      case 'faultEnded':
        this.hooks.onFaultEnded(frame.id)
        return
      case 'note':
        this.hooks.onNote(frame.level, frame.words)
        return
      case 'gateActs':
        this.hooks.onGateActs(frame.acts, frame.skipped)
        return
      case 'gateAnswer':
        this.link?.settle(frame.call, frame.answer)
        return
      case 'answer':
        this.link?.settle(frame.call, frame.error)
    }
  }

  private onEnded(end: ChildEnd): void {
    this.child = null
    if (this.stopping) {
      this.settleStart?.(new LabCallError('wrongState', 'the switchboard was stopped'))
      return
    }
    const how = end.signal ?? `exit code ${end.code ?? 'none'}`
    const words = `the switchboard ended (${how}): ${end.tail.at(-1) ?? 'it said nothing'}`
    if (this.settleStart !== null) {
      this.settleStart(new LabCallError('childFailed', words, end.tail))
      return
    }
    this.hooks.onNote('error', words)
    this.restarts += 1
    if (this.restarts > RESTARTS_MAX) {
      this.hooks.onNote('error', 'the switchboard ended too often: nodes cannot reach each other')
      return
    }
    this.restart().catch((error: unknown) => {
      this.hooks.onNote('error', `the switchboard does not start again: ${String(error)}`)
    })
  }

  private async restart(): Promise<void> {
    await this.start()
    for (const { id, fault } of this.hooks.activeFaults()) await this.startFault(id, fault)
    this.hooks.onNote('info', 'the switchboard runs again with the same faults')
  }
}

/** Answers are parsed by their frames; calls of both kinds share the numbers. */
function isGateAnswer(answer: unknown): answer is GateAnswer {
  return typeof answer === 'object' && answer !== null && 'frames' in answer
}
