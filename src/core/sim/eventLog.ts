/**
 * EventLog: stamps what happens in a simulated run, counts and hashes it, and tells it.
 *
 * Hash: over every fact with its time and node, and over each message by link, type, id and time.
 *       Stamps of order do not count, so that a run has one hash whether its messages are told or
 *       not.
 */
import type { LabEvent, LabFact, NodeFact } from '../event'
import { noteMessage } from '../messageNote'
import type { NodeId } from '../paxos/ballot'
import type { PaxosFact } from '../paxos/fact'
import { FAMILY_OF } from '../paxos/message'
import type { Message, MessageType } from '../paxos/message'
import { toMs } from './agenda'
import type { Agenda } from './agenda'
import { RunHash } from './runHash'

/** Whose fact it is. */
interface Teller {
  readonly node: NodeId
  readonly life: number
  nodeSeq: number
}

export interface EventLogOptions {
  readonly sink: (event: LabEvent) => void
  readonly messages?: boolean
  readonly after?: {
    readonly seq: number
    readonly atMs: number
  }
}

const LAB = 0
const TYPE_CODES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.keys(FAMILY_OF).map((type, index) => [type, index]),
)

export class EventLog {
  readonly hash = new RunHash()
  /** Facts, and messages sent and received, told or not. */
  events = 0
  private seq: number
  private readonly fromMs: number
  private readonly messages: boolean

  constructor(
    private readonly agenda: Agenda,
    private readonly options: EventLogOptions,
  ) {
    this.seq = options.after?.seq ?? 0
    this.fromMs = options.after?.atMs ?? 0
    this.messages = options.messages === true
  }

  lab(fact: LabFact): void {
    this.count(LAB, fact)
    this.tellLab(fact)
  }

  /** Told for pictures only: not an event of the run. */
  aside(fact: LabFact): void {
    this.tellLab(fact)
  }

  /** The teller has counted it already. */
  fact(own: Teller, fact: PaxosFact | NodeFact): void {
    this.count(own.node, fact)
    this.tellNode(own, fact)
  }

  sent(own: Teller, to: NodeId, id: number, message: Message, after: number): void {
    this.countMessage(own.node, to, id, message.type)
    if (!this.messages) return
    own.nodeSeq += 1
    const note = { id: `${own.node}-${id}`, ...noteMessage(message) }
    this.tellNode(own, { type: 'sent', to, after, ...note })
  }

  received(own: Teller, from: NodeId, id: number, message: Message): void {
    this.countMessage(from, own.node, -id, message.type)
    if (!this.messages) return
    own.nodeSeq += 1
    const note = { id: `${from}-${id}`, ...noteMessage(message) }
    this.tellNode(own, { type: 'received', from, ...note })
  }

  private count(by: number, fact: object): void {
    this.events += 1
    const { hash } = this
    hash.number(this.agenda.now)
    hash.number(by)
    hash.value(fact)
  }

  private countMessage(from: NodeId, to: NodeId, id: number, type: MessageType): void {
    this.events += 1
    const { hash } = this
    hash.number(this.agenda.now)
    hash.number(from * 0x1000 + to * 0x40 + (TYPE_CODES[type] ?? 0))
    hash.number(id)
  }

  private tellLab(fact: LabFact): void {
    this.seq += 1
    this.options.sink({ seq: this.seq, atMs: this.nowMs(), by: 'lab', ...fact })
  }

  private tellNode({ node, life, nodeSeq }: Teller, fact: PaxosFact | NodeFact): void {
    this.seq += 1
    const stamp = { seq: this.seq, atMs: this.nowMs(), by: node, life, nodeSeq }
    // Two spreads of so many shapes cost ten times as much, and this is the hottest line of a run.
    this.options.sink(Object.assign(stamp, fact))
  }

  private nowMs(): number {
    return this.fromMs + toMs(this.agenda.now)
  }
}
