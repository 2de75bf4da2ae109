/**
 * Reads of the blog variant: every member is asked what it holds, the reader itself included.
 *
 * | rule | the read ends | its value |
 * |---|---|---|
 * | `last`: the essay's code | when all have answered | that of the last answer, even none |
 * | `majority`: its text | when more than half hold equal values, or all answered | theirs |
 *
 * Neither rule looks at numbers: answers carry none. Both may tell a value that was never chosen.
 * Limits: READS_MAX open reads. A read without a client that can give it up ends after PERIODS_MAX
 *         periods of the read timer.
 */
import { sameWrite } from './blogValue'
import type { NodeId } from '../paxos/ballot'
import type { Value } from '../paxos/message'

export const READS_MAX = 100
export const PERIODS_MAX = 4
/** More than any life has; life times this stays a safe integer for nine million lives. */
const READS_PER_LIFE = 1_000_000_000

export type ReadRule = 'last' | 'majority'

export interface BlogRead<Client> {
  readonly client: Client
  readonly rule: ReadRule
  /** In order of arrival. */
  readonly answers: Map<NodeId, Value | null>
  periods: number
}

/** `value` undefined: the rule gave no value. */
export interface EndedRead<Client> {
  readonly read: BlogRead<Client>
  readonly value: Value | null | undefined
}

export class BlogReads<Client> {
  private readonly open = new Map<number, BlogRead<Client>>()
  private count: number

  constructor(
    private readonly members: number,
    life: number,
  ) {
    this.count = life * READS_PER_LIFE
  }

  get size(): number {
    return this.open.size
  }

  /** Answers the number that queries carry. */
  start(client: Client, rule: ReadRule): number {
    this.count += 1
    this.open.set(this.count, { client, rule, answers: new Map(), periods: 0 })
    return this.count
  }

  /** Null while the read goes on, and for an answer that nobody waits for. */
  take(number: number, from: NodeId, value: Value | null): EndedRead<Client> | null {
    const read = this.open.get(number)
    if (read === undefined || read.answers.has(from)) return null
    read.answers.set(from, value)
    const found = read.rule === 'majority' ? this.heldByMajority(read) : undefined
    const isOver = found !== undefined || read.answers.size === this.members
    if (!isOver) return null
    this.open.delete(number)
    return { read, value: read.rule === 'last' ? value : found }
  }

  /** A period has passed; ends the reads that have waited long enough and that `expires` names. */
  tick(expires: (client: Client) => boolean): EndedRead<Client>[] {
    const ended: EndedRead<Client>[] = []
    for (const [number, read] of this.open) {
      read.periods += 1
      if (read.periods < PERIODS_MAX || !expires(read.client)) continue
      this.open.delete(number)
      ended.push({ read, value: undefined })
    }
    return ended
  }

  /** The client gave up. Null if it waits for no read. */
  abandon(isOf: (client: Client) => boolean): BlogRead<Client> | null {
    for (const [number, read] of this.open) {
      if (!isOf(read.client)) continue
      this.open.delete(number)
      return read
    }
    return null
  }

  private heldByMajority({ answers }: BlogRead<Client>): Value | undefined {
    for (const value of answers.values()) {
      if (value === null) continue
      let count = 0
      for (const other of answers.values())
        if (other !== null && sameWrite(value, other)) count += 1
      if (count > this.members / 2) return value
    }
    return undefined
  }
}
