/**
 * Member: one node of the cluster as the lab sees it: its process, its control channel, its last
 * words.
 *
 * States: starting → running ⇄ paused; killed and stopped on request, killed also by an injected
 *         fault (a planted disk error, a failpoint), failed when nobody asked.
 *         From these three it can be started again, on the same ports and with the same log.
 * Errors: LabCallError `wrongState`, `childFailed`, `portInUse`, `timedOut`, `notRunning`.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabFact, NodeReport, NodeStatus } from '../../core/event'
import type { NodeLifeState, NodeView } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { LabToNode, NodeAnswer, NodeCall, NodeFile, NodeToLab } from '../../shared/control'
import { parseNodeToLab } from '../../shared/controlCodec'
import type { NodeStepView } from '../../shared/stepping'
import { checkCall } from './checkCall'
import type { Child, ChildEnd } from './child'
import type { ControlLink } from './controlLink'
import type { HeldTo } from './patience'

const START_WAIT_MS = 10_000
const CALL_WAIT_MS = 5000
const STATUS_WAIT_MS = 500
/** A node that lost its control channel ends by itself within this time, or is killed. */
const LOST_WAIT_MS = 2000

export interface MemberHooks {
  now(): number
  spawn(entryArgs: readonly string[]): Child
  /** The start-up file for these ports; made at every start, so that it holds today's policy. */
  nodeFile(peerPort: number, clientPort: number): NodeFile
  tell(fact: LabFact): void
  onFacts(dropped: number, facts: readonly NodeReport[]): void
  onStatus(): void
  /** Its state changed. */
  onChanged(): void
  /** It is ready on these ports. */
  onReady(): void
  /** It ended unasked: true if a fault that somebody injected did it. */
  isInjected(end: ChildEnd): boolean
  /** Its process is gone, whoever asked. */
  onEnded(): void
}

/** A start that waits for `ready`. */
interface Starting {
  readonly resolve: () => void
  readonly reject: (error: LabCallError) => void
}

export class Member {
  state: NodeLifeState = 'stopped'
  life = 0
  peerPort: number
  clientPort: number
  status: NodeStatus | null = null
  /** True while it is paused without SIGSTOP. */
  cooperative = false
  /** What it keeps back in step mode, as it said last; null: not in step mode. */
  stepView: NodeStepView | null = null
  /** True: a node of another make has this place, by a join card; it is never started here. */
  reserved = false
  private child: Child | null = null
  private link: ControlLink | null = null
  private starting: Starting | null = null
  private statusAtMs = 0
  private failure: readonly string[] = []
  private linkReason = ''

  constructor(
    readonly node: number,
    private readonly host: string,
    private readonly dir: string,
    /** 0: the system chooses at the first start. */
    private readonly fixedClientPort: number,
    private readonly hooks: MemberHooks,
  ) {
    this.peerPort = 0
    this.clientPort = fixedClientPort
  }

  get pid(): number | null {
    return this.child?.pid ?? null
  }

  get expectsHello(): boolean {
    return this.state === 'starting' && this.child !== null && this.link === null
  }

  /** It can be spoken to: frames are read and calls answered. */
  get answers(): boolean {
    return this.state === 'running'
  }

  /** Its process lives and its control channel is open; `state` follows a moment later. */
  get connected(): boolean {
    return this.link !== null && this.child?.alive === true
  }

  view(): NodeView {
    return {
      node: this.node,
      state: this.state,
      pid: this.pid,
      life: this.life,
      clientHost: this.host,
      clientPort: this.clientPort,
      status: this.status,
      statusAtMs: this.statusAtMs,
      failure: this.failure,
    }
  }

  reserve(peerPort: number): void {
    this.reserved = true
    this.peerPort = peerPort
  }

  /** Starts the process; resolves when the node is ready. */
  async start(): Promise<void> {
    if (this.reserved) throw this.wrong('joins by its card: the lab does not start it')
    try {
      await this.launch()
    } catch (error) {
      if (!portTaken(error)) throw error
      // A port that the system chose once may be somebody else's by now; one that was asked for is
      // not exchanged for another.
      if (this.fixedClientPort !== 0) throw this.portError(error)
      if (this.peerPort === 0 && this.clientPort === 0) throw error
      this.note('warn', 'a port of its former life is taken: it gets new ones')
      this.peerPort = 0
      this.clientPort = 0
      await this.launch()
    }
  }

  attach(link: ControlLink): void {
    this.link = link
    this.linkReason = ''
    link.listen({
      onFrame: (frame) => {
        const known = parseNodeToLab(frame)
        if (known === null) this.note('warn', `unknown control frame "${frame.type.slice(0, 40)}"`)
        else this.onFrame(known, link)
      },
      onClosed: (reason) => this.onLinkClosed(link, reason),
    })
  }

  send(frame: LabToNode): void {
    this.link?.send(frame)
  }

  /** Rejects with `wrongState` if the node says that it cannot; `error` never comes back. */
  async call(body: NodeCall, waitMs = CALL_WAIT_MS, heldTo?: HeldTo): Promise<NodeAnswer> {
    const answer = await this.callRaw(body, waitMs, heldTo)
    if (answer.kind === 'error') {
      throw new LabCallError('wrongState', `node ${this.node}: ${answer.words}`)
    }
    return answer
  }

  async refreshStatus(): Promise<void> {
    const answer = await this.call({ action: 'status' }, STATUS_WAIT_MS)
    if (answer.kind === 'status') this.takeStatus(answer.status)
  }

  /** SIGKILL. Resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.alive()
    this.setState('killed')
    await child.kill()
  }

  /** Orderly exit; killed if it takes too long, or if it is frozen and cannot hear. */
  async stop(): Promise<void> {
    const child = this.alive()
    const deaf = this.state === 'paused' || this.link === null
    this.setState('stopped')
    if (deaf) await child.kill()
    else await child.stop(() => this.send({ type: 'stop' }))
  }

  async pause(cooperative: boolean): Promise<void> {
    if (cooperative) await this.call({ action: 'pause' })
    else if (!this.alive().freeze()) throw this.wrong('has just ended')
    this.cooperative = cooperative
    this.setState('paused')
  }

  async resume(): Promise<void> {
    if (this.cooperative) await this.call({ action: 'resume' })
    else if (!this.alive().thaw()) throw this.wrong('has just ended')
    this.cooperative = false
    this.setState('running')
  }

  /** For the end of the lab process: nothing can be awaited there. */
  killNow(): void {
    this.child?.killNow()
  }

  /** Ends it however it is doing; resolves when nothing is left of it. */
  async end(): Promise<void> {
    if (this.child?.alive !== true) return
    if (this.state === 'killed' || this.state === 'stopped') await this.child.ended
    else await this.stop()
  }

  private async launch(): Promise<void> {
    this.setState('starting')
    await this.child?.ended
    this.failure = []
    this.status = null
    const path = join(this.dir, 'node.json')
    const file = this.hooks.nodeFile(this.peerPort, this.clientPort)
    await writeFile(path, JSON.stringify(file, null, 2) + '\n')
    // A kill or the end of the lab may have come while the file was written.
    if (this.state !== 'starting') throw this.wrong('was ended before it started')
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(), START_WAIT_MS)
      const settle = (act: () => void) => {
        clearTimeout(timer)
        this.starting = null
        act()
      }
      this.starting = {
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      }
      const child = this.hooks.spawn([path])
      this.child = child
      if (child.pid !== null) this.hooks.tell(startedFact(this.node, child.pid))
      void child.ended.then((end) => this.onEnded(end))
      this.hooks.onChanged()
    })
  }

  /** It neither became ready nor ended: it is of no use any more. */
  private giveUp(): void {
    const words = `node ${this.node} is not ready after ${START_WAIT_MS / 1000} s`
    this.starting?.reject(new LabCallError('timedOut', words))
    this.child?.killNow()
  }

  /** The answer as it is, `error` included. */
  async callRaw(body: NodeCall, waitMs: number, heldTo?: HeldTo): Promise<NodeAnswer> {
    if (this.link === null) throw this.wrong('is not connected')
    checkCall(body)
    const build = (call: number): object => ({ type: 'call', call, body })
    const answer: unknown = await this.link.call(build, waitMs, heldTo)
    if (!isAnswer(answer)) throw new LabCallError('internal', 'an answer without a kind')
    return answer
  }

  private onFrame(frame: NodeToLab, link: ControlLink): void {
    switch (frame.type) {
      case 'ready':
        this.life = frame.life
        this.peerPort = frame.peerPort
        this.clientPort = frame.clientPort
        this.becomeReady()
        return
      case 'facts':
        this.hooks.onFacts(frame.dropped, frame.facts)
        return
      case 'status':
        this.takeStatus(frame.status)
        return
      case 'stepping':
        this.stepView = frame.view
        this.hooks.onStatus()
        return
      case 'answer':
        link.settle(frame.call, frame.answer)
    }
  }

  private takeStatus(status: NodeStatus): void {
    if (status.node !== this.node) return
    this.status = status
    this.statusAtMs = this.hooks.now()
    this.hooks.onStatus()
  }

  private becomeReady(): void {
    if (this.state !== 'starting') return
    const { node, clientPort, life } = this
    this.hooks.tell({ type: 'nodeReady', node, clientPort, life })
    this.setState('running')
    this.hooks.onReady()
    this.starting?.resolve()
  }

  private onLinkClosed(link: ControlLink, reason: string): void {
    if (this.link !== link) return
    this.link = null
    this.linkReason = reason
    const child = this.child
    if (child?.alive !== true) return
    const timer = setTimeout(() => child.killNow(), LOST_WAIT_MS)
    void child.ended.then(() => clearTimeout(timer))
  }

  private onEnded(end: ChildEnd): void {
    this.child = null
    this.cooperative = false
    this.stepView = null
    const { code, signal } = end
    const because = this.linkReason === '' ? [] : [`control channel: ${this.linkReason}`]
    const tail = [...end.tail, ...because]
    const isAsked = end.asked !== null
    const injected = isAsked || this.hooks.isInjected({ ...end, tail })
    this.hooks.tell({ type: 'nodeExited', node: this.node, code, signal, injected, tail })
    if (!isAsked) {
      const how = end.error ?? signal ?? `exit code ${code ?? 'none'}`
      this.failure = [`ended by ${injected ? 'an injected fault' : 'itself'}: ${how}`, ...tail]
      this.setState(injected ? 'killed' : 'failed')
    }
    this.starting?.reject(this.startError(end, tail))
    this.hooks.onEnded()
  }

  private startError(end: ChildEnd, tail: readonly string[]): LabCallError {
    if (end.asked !== null) return this.wrong('was ended while it started')
    const words = tail.at(-1) ?? 'it said nothing'
    return new LabCallError('childFailed', `node ${this.node} does not start: ${words}`, tail)
  }

  private portError(error: LabCallError): LabCallError {
    const words = `client port ${this.fixedClientPort} of node ${this.node} is in use`
    return new LabCallError('portInUse', words, error.details)
  }

  private alive(): Child {
    if (this.child?.alive === true) return this.child
    throw this.wrong('does not run')
  }

  private setState(state: NodeLifeState): void {
    this.state = state
    this.hooks.onChanged()
  }

  private note(level: 'info' | 'warn' | 'error', words: string): void {
    this.hooks.tell({ type: 'labNote', level, words: `node ${this.node}: ${words}` })
  }

  private wrong(words: string): LabCallError {
    return new LabCallError('wrongState', `node ${this.node} ${words}`)
  }
}

function startedFact(node: number, pid: number): LabFact {
  return { type: 'nodeStarted', node, pid }
}

function portTaken(error: unknown): error is LabCallError {
  return error instanceof LabCallError && error.details.some((line) => line.includes('EADDRINUSE'))
}

/** Answers come parsed from `parseNodeToLab`; the link itself knows no types. */
function isAnswer(value: unknown): value is NodeAnswer {
  return typeof value === 'object' && value !== null && 'kind' in value
}
