/**
 * A simulated client: an operation, its answer, a pause, the next one.
 *
 * Two kinds: a plain client does not know what became of a request without an answer (`info`); one
 * with a session repeats the same request at another node until it is answered, which must not run
 * it twice. Each answer may be lost on its way.
 */
import type { HistoryEntry } from '../history'
import type { ReadMode } from '../kv/readMode'
import type { LearnerReadResult } from '../event'
import type { MachineInput } from '../machineTypes'
import type { NodeId } from '../paxos/ballot'
import { GRAINS_PER_TICK, toNs } from './agenda'
import type { Agenda } from './agenda'
import type { KeyRing } from './keyRing'
import { drawWrite, readOf, readReply, readValue } from './operation'
import type { Operation, OperationEnd } from './operation'
import type { ClientPlan } from './plan'
import type { Prng } from './prng'

/** How a request ended, for the one who asked. */
export type Answer =
  | { readonly kind: 'done'; readonly resp: string }
  | { readonly kind: 'read'; readonly result: LearnerReadResult }
  /** Nothing came: the node died, the deadline passed, or the answer was lost. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'notSent' }

/** A request without its tag. */
export type Request =
  | Omit<Extract<MachineInput, { type: 'request' }>, 'tag'>
  | Omit<Extract<MachineInput, { type: 'propose' }>, 'tag'>
  | Omit<Extract<MachineInput, { type: 'read' }>, 'tag'>

export interface ClientDesk {
  readonly agenda: Agenda
  readonly plan: ClientPlan
  readonly keys: KeyRing
  /** True: no new operations, and no answers are lost or given up any more. */
  readonly resting: boolean
  /** Null: no node is up. */
  pickNode(prng: Prng, not: NodeId | null): NodeId | null
  /** False if the node is down: nothing was sent. */
  ask(node: NodeId, request: Request, onAnswer: (answer: Answer) => void): number | null
  giveUp(tag: number): void
  /** False: all operations of the plan have been made. */
  takeOperation(): boolean
  newProcess(): number
  /** `answer`: what ended it; null for its beginning. */
  record(entry: HistoryEntry, answer: Answer | null): void
}

const RETRY_TICKS = 4
/** Where no node is up, a client looks again after so long. */
const ABSENT_TICKS = 20

export class SimClient {
  private process: number
  private session: string | null = null
  private seq = 0
  private writes = 0
  private current: Operation | null = null
  /** Times that the present operation left this client. */
  private attempts = 0
  private lastNode: NodeId | null = null
  private readonly seen = new Map<string, string>()
  private waiting = false

  constructor(
    private readonly index: number,
    private readonly desk: ClientDesk,
    private readonly prng: Prng,
    private readonly hasSession: boolean,
  ) {
    this.process = desk.newProcess()
    this.later(prng.between(0, desk.plan.thinkMax), () => this.next())
  }

  /** True while an operation waits for its answer. */
  get busy(): boolean {
    return this.current !== null || this.waiting
  }

  private later(ticks: number, run: () => void): void {
    const { agenda } = this.desk
    agenda.put(agenda.now + ticks * GRAINS_PER_TICK, run)
  }

  private pause(): void {
    const { thinkMin, thinkMax } = this.desk.plan
    this.later(this.prng.between(thinkMin, thinkMax), () => this.next())
  }

  private next(): void {
    if (this.desk.resting) return
    if (this.hasSession && this.session === null) return this.openSession()
    if (!this.desk.takeOperation()) return
    this.current = this.draw()
    this.attempts = 0
    const { f, key, value } = this.current
    this.record('invoke', value === undefined ? { f, key } : { f, key, value }, null)
    this.attempt()
  }

  private draw(): Operation {
    const { keys, reads, readModes } = this.desk.plan
    const { prng } = this
    const key = this.desk.keys.at(prng.between(0, keys - 1))
    if (prng.unit() < reads) return readOf(key, this.drawMode(readModes))
    this.writes += 1
    return drawWrite(prng, key, `${this.index}.${this.writes};`, this.seen.get(key) ?? 'nothing')
  }

  /** Half of the reads through the log are plain commands. */
  private drawMode(modes: readonly ReadMode[]): ReadMode | null {
    const mode = modes[this.prng.between(0, modes.length - 1)] ?? 'log'
    return mode === 'log' && this.prng.unit() < 0.5 ? null : mode
  }

  private openSession(): void {
    const node = this.desk.pickNode(this.prng, this.lastNode)
    const again = (): void => this.later(RETRY_TICKS, () => this.next())
    if (node === null) return again()
    this.waiting = true
    this.send(node, { type: 'request', args: ['SESSION', 'OPEN'] }, (answer) => {
      this.waiting = false
      if (answer.kind === 'done' && answer.resp.startsWith('$')) {
        this.session = answer.resp.split('\r\n')[1] ?? null
        this.seq = 0
      }
      again()
    })
  }

  private attempt(): void {
    const operation = this.current
    if (operation === null) return
    const node = this.desk.pickNode(this.prng, this.lastNode)
    if (node === null) return this.later(ABSENT_TICKS, () => this.attempt())
    this.lastNode = node
    this.attempts += 1
    if (this.attempts === 1 && operation.mode === null) this.seq += 1
    this.send(node, this.requestOf(operation), (answer) => this.answered(operation, answer))
  }

  private requestOf({ key, args, mode }: Operation): Request {
    if (mode !== null) return { type: 'read', subject: { kind: 'key', key }, mode }
    const { session, seq } = this
    if (session === null) return { type: 'request', args }
    return { type: 'request', args, session: { id: session, seq, ackedThrough: seq - 1 } }
  }

  private send(node: NodeId, request: Request, onAnswer: (answer: Answer) => void): void {
    const { desk, prng } = this
    let over = false
    const end = (answer: Answer): void => {
      if (over) return
      over = true
      const lost = !desk.resting && prng.unit() < desk.plan.answerLoss
      onAnswer(lost ? { kind: 'unknown' } : answer)
    }
    const tag = desk.ask(node, request, end)
    if (tag === null) return end({ kind: 'notSent' })
    this.later(desk.plan.deadline, () => {
      if (over || desk.resting) return
      desk.giveUp(tag)
      // A paused node does not even say that it gave up.
      this.later(desk.plan.deadline, () => end({ kind: 'unknown' }))
    })
  }

  private answered(operation: Operation, answer: Answer): void {
    const again = operation.mode === null && this.session !== null
    const busy = answer.kind === 'done' && answer.resp.startsWith('-BUSY')
    if (again && (busy || answer.kind === 'unknown' || answer.kind === 'notSent')) {
      return this.later(RETRY_TICKS, () => this.attempt())
    }
    const end = this.endOf(operation, answer)
    const { f, key, value } = operation
    const told = value === undefined ? { f, key } : { f, key, value }
    this.record(end.type, { ...told, ...end }, answer)
    if (end.type === 'info') {
      this.process = this.desk.newProcess()
      this.desk.keys.note(key)
    }
    if (answer.kind === 'done' && answer.resp.startsWith('-NOSESSION')) this.session = null
    this.current = null
    this.pause()
  }

  private endOf(operation: Operation, answer: Answer): OperationEnd {
    const { f, key } = operation
    switch (answer.kind) {
      case 'notSent':
        return { type: 'fail' }
      case 'unknown':
        // A read that nobody answered saw nothing and changed nothing.
        return { type: f === 'read' ? 'fail' : 'info' }
      case 'read':
        if (answer.result.verdict !== 'chosen') return { type: 'fail' }
        this.noteSeen(key, answer.result.value)
        return { type: 'ok', value: readValue(key, answer.result.value) }
      case 'done': {
        const end = readReply(operation, answer.resp)
        // An earlier attempt may have run before this one was refused.
        if (end.type === 'fail' && this.attempts > 1 && f !== 'read') return { type: 'info' }
        if (f === 'read' && end.type === 'ok') this.noteSeen(key, end.value ?? null)
        if (f === 'write') this.noteSeen(key, operation.args[2] ?? null)
        return end
      }
    }
  }

  private noteSeen(key: string, value: string | number | null): void {
    if (typeof value === 'string') this.seen.set(key, value)
  }

  private record(
    type: HistoryEntry['type'],
    what: Omit<HistoryEntry, 'process' | 'type' | 'time'>,
    answer: Answer | null,
  ): void {
    const { agenda } = this.desk
    this.desk.record({ process: this.process, time: toNs(agenda.now), ...what, type }, answer)
  }
}
