/**
 * Control channel: this node dials the lab, says hello, reports, and is told what to do. When the
 * channel closes the node ends: no orphans.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { NodeFact } from '../../core/event'
import type { PaxosFact } from '../../core/paxos/fact'
import type { LabToNode, NodeToLab } from '../../shared/control'
import { parseLabToNode } from '../../shared/controlCodec'
import {
  FRAME_BYTES_MAX,
  FrameError,
  FrameSplitter,
  parseFrame,
  printFrame,
} from '../../shared/frame'
import { BATCH_FACTS_MAX, FactQueue } from './factQueue'
import { makeHello } from './helloProof'
import type { Identity } from './helloProof'

const BATCH_MS = 50
/** Facts wait in their own queue while the socket holds more than this. */
const UNSENT_BYTES_MAX = 1024 * 1024
const GOODBYE_MS = 300

export interface ControlListener {
  onFrame(frame: LabToNode): void
  /** Called once, when the channel is gone or cannot be trusted any more. */
  onControlLost(reason: string): void
}

export class ControlLink {
  /** Frames of a type that this version does not know. */
  unknownFrames = 0
  readonly facts: FactQueue
  private readonly splitter = new FrameSplitter()
  private readonly batchTimer: NodeJS.Timeout
  private over = false

  private constructor(
    private readonly socket: Socket,
    identity: Identity,
    private readonly listener: ControlListener,
  ) {
    this.facts = new FactQueue(identity.life)
    this.batchTimer = setInterval(() => this.sendFacts(), BATCH_MS)
    socket.on('data', (chunk) => this.read(chunk))
    socket.on('drain', () => this.sendFacts())
    socket.on('error', (error) => this.lose(error.message))
    socket.on('close', () => this.lose('closed by the lab'))
    socket.write(printFrame(makeHello(identity, 'node', 0)))
  }

  /** Rejects with the socket's error if the lab does not answer there. */
  static connect(
    address: { readonly host: string; readonly port: number },
    identity: Identity,
    listener: ControlListener,
  ): Promise<ControlLink> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...address, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new ControlLink(socket, identity, listener))
      })
    })
  }

  send(frame: NodeToLab): void {
    // A lab that does not read: the next status says all that this one would.
    if (frame.type === 'status' && this.socket.writableLength >= UNSENT_BYTES_MAX) return
    const line = printFrame(frame)
    if (Buffer.byteLength(line) > FRAME_BYTES_MAX) {
      throw new FrameError(`${frame.type} frame is longer than ${FRAME_BYTES_MAX} bytes`)
    }
    if (!this.over) this.socket.write(line)
  }

  emit(fact: PaxosFact | NodeFact): void {
    this.facts.add(fact)
    if (this.facts.size >= BATCH_FACTS_MAX) this.sendFacts()
  }

  /** Sends what is left and closes; resolves when the lab has it, or after a moment. */
  goodbye(): Promise<void> {
    this.stop()
    if (this.socket.destroyed) return Promise.resolve()
    for (let frame = this.facts.nextFrame(); frame; frame = this.facts.nextFrame()) {
      this.socket.write(frame)
    }
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GOODBYE_MS)
      this.socket.end(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** Sends what waits, as far as the lab reads. */
  sendFacts(): void {
    while (!this.over && this.socket.writableLength < UNSENT_BYTES_MAX) {
      const frame = this.facts.nextFrame()
      if (frame === null) return
      this.socket.write(frame)
    }
  }

  private read(chunk: Buffer): void {
    if (this.over) return
    try {
      this.splitter.push(chunk, this.onLine)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.socket.destroy()
      this.lose(`control frame: ${error.message}`)
    }
  }

  private readonly onLine = (line: string): void => {
    if (this.over) return
    const frame = parseLabToNode(parseFrame(line))
    if (frame) this.listener.onFrame(frame)
    else this.unknownFrames += 1
  }

  private lose(reason: string): void {
    if (this.over) return
    this.stop()
    this.listener.onControlLost(reason)
  }

  private stop(): void {
    this.over = true
    clearInterval(this.batchTimer)
  }
}
