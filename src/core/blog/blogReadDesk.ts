/**
 * Read desk of the blog variant: GET reads as the essay's code does (`last`), the input `read` also
 * as its text says (`majority`). Other ways to read need what the variant does not have.
 *
 * A value that a read tells is emitted as `learned`: the reader believes it, chosen or not.
 */
import type { LearnerReadResult } from '../event'
import { error } from '../kv/resp'
import { nameOfReadMode } from '../kv/readMode'
import { describeValue } from '../kv/value'
import type { MachineInput, MachineOutput } from '../machineTypes'
import type { NodeId } from '../paxos/ballot'
import type { ReplicaConfig } from '../paxos/config'
import type { Message, ReadSubject, Value } from '../paxos/message'
import { BlogReads, PERIODS_MAX, READS_MAX } from './blogReads'
import type { BlogRead, EndedRead, ReadRule } from './blogReads'
import { answerGet, textAt } from './blogValue'

type ReadInput = Extract<MachineInput, { type: 'read' }>

/** Whom the value is for: a GET of a client, or an input `read`. */
type Client =
  | { readonly kind: 'get'; readonly tag: number; readonly key: string }
  | { readonly kind: 'read'; readonly tag: number; readonly subject: ReadSubject }

export interface BlogReadDeskParts {
  readonly config: ReplicaConfig
  readonly life: number
  readonly others: readonly NodeId[]
  readonly held: () => Value | null
  readonly send: (to: readonly NodeId[], message: Message) => void
  readonly learn: (value: Value) => void
  /** The output of the present round. */
  readonly out: () => MachineOutput
}

export class BlogReadDesk {
  private readonly reads: BlogReads<Client>
  private isTicking = false

  constructor(private readonly parts: BlogReadDeskParts) {
    this.reads = new BlogReads(parts.config.members.length, parts.life)
  }

  get size(): number {
    return this.reads.size
  }

  startGet(tag: number, key: string): void {
    if (this.reads.size >= READS_MAX) return this.reply(tag, error(`BUSY ${READS_OPEN}`))
    this.ask({ kind: 'get', tag, key }, 'last')
  }

  start({ tag, subject, mode }: ReadInput): void {
    switch (mode) {
      case 'log':
      case 'learner':
      case 'valueMajority':
        if (this.reads.size >= READS_MAX) return this.refuse(tag, READS_OPEN)
        this.setTimer()
        return this.ask({ kind: 'read', tag, subject }, mode === 'log' ? 'last' : 'majority')
      case 'confirmed':
      case 'lease':
      case 'propose':
      case 'local':
        return this.refuse(tag, `the blog variant has no read "${nameOfReadMode(mode)}"`)
    }
  }

  takeHeld(from: NodeId, read: number, value: Value | null): void {
    const ended = this.reads.take(read, from, value)
    if (ended !== null) this.finish(ended)
  }

  tick(): void {
    this.isTicking = false
    for (const ended of this.reads.tick(({ kind }) => kind === 'read')) this.finish(ended)
    if (this.reads.size > 0) this.setTimer()
  }

  /** The deadline of a GET has passed. */
  abandonGet(tag: number): void {
    const read = this.reads.abandon((client) => client.kind === 'get' && client.tag === tag)
    if (read === null) return
    this.parts.out().replies.push({ tag, outcome: 'unknown', words: this.silence(read) })
  }

  /** The reader's own answer is there first. */
  private ask(client: Client, rule: ReadRule): void {
    const { parts } = this
    const read = this.reads.start(client, rule)
    parts.send(parts.others, { type: 'blogQuery', read })
    this.takeHeld(parts.config.node, read, parts.held())
  }

  private finish({ read, value }: EndedRead<Client>): void {
    const { client } = read
    if (value !== undefined && value !== null) this.parts.learn(value)
    if (client.kind === 'get') return this.reply(client.tag, answerGet(value ?? null, client.key))
    const isAnswered = value !== undefined
    const reason = read.answers.size < this.parts.config.members.length ? this.silence(read) : SPLIT
    const result: LearnerReadResult = {
      verdict: isAnswered ? 'chosen' : 'undetermined',
      value: isAnswered ? textOf(value, client.subject) : null,
      reason: isAnswered ? '' : reason,
      replies: [...read.answers].map(([node, held]) => ({
        node,
        appliedThrough: held === null ? 0 : 1,
        value: textOf(held, client.subject),
        votes: [],
      })),
    }
    this.parts.out().reads.push({ tag: client.tag, result })
  }

  private silence({ answers, rule }: BlogRead<Client>): string {
    const missing = this.parts.config.members.filter((node) => !answers.has(node))
    const wanted = rule === 'last' ? 'every node' : 'a majority'
    return `the read waits for ${wanted}; no answer came from node ${missing.join(', ')}`
  }

  private refuse(tag: number, reason: string): void {
    const result = { verdict: 'undetermined', value: null, reason, replies: [] } as const
    this.parts.out().reads.push({ tag, result })
  }

  private reply(tag: number, resp: string): void {
    this.parts.out().replies.push({ tag, outcome: 'done', resp })
  }

  private setTimer(): void {
    if (this.isTicking) return
    this.isTicking = true
    const ticks = Math.max(1, Math.floor(this.parts.config.readTicks / PERIODS_MAX))
    const timer = { type: 'setTimer', timer: 'read', ticksMin: ticks, ticksMax: ticks } as const
    this.parts.out().effects.push(timer)
  }
}

const READS_OPEN = `${READS_MAX} reads are open at this node`
const SPLIT = 'no value is held by a majority'

function textOf(value: Value | null, subject: ReadSubject): string | null {
  if (subject.kind === 'key') return textAt(value, subject.key)
  return value === null || subject.slot !== 1 ? null : describeValue(value)
}
