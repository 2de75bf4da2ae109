/**
 * One session of one client: numbers its requests, so that a repeated one is applied once and gets
 * the answer of the first (docs/clients.md).
 */
import type { RespReply } from './respReply'

export const OPEN_SESSION: readonly string[] = ['SESSION', 'OPEN']

/** Answers of `SESSION DO` that say nothing of the command itself. */
const LOST = /^NOSESSION\b/
const OVER = /^(STALE|FORGOTTEN)\b/
/** Nothing was proposed this time, and never will be. */
const REFUSED = /^(NOLEADER|BUSY)\b/

export class LoadSession {
  private last = 0
  /** Numbers without an end, ascending. */
  private readonly pending = new Set<number>()

  constructor(private readonly name: string) {}

  number(): number {
    this.last += 1
    this.pending.add(this.last)
    return this.last
  }

  /** Everything below the oldest that is pending is acknowledged to the cluster. */
  wire(number: number, args: readonly string[]): string[] {
    const [oldest = number] = this.pending
    const acked = Math.min(oldest, number) - 1
    return ['SESSION', 'DO', this.name, String(number), 'ACKED', String(acked), ...args]
  }

  end(number: number): void {
    this.pending.delete(number)
  }
}

/** What an answer of one try means to a client that would repeat it. */
export type TryEnd =
  /** Its outcome is known. */
  | 'final'
  /** It has not run and will not. */
  | 'refused'
  /** Nobody knows whether it ran. */
  | 'unknown'
  /** The session is gone, and this try has not run. */
  | 'noSession'
  /** It is over, and how it ended is not kept. */
  | 'over'

export function tryEndOf(reply: RespReply | null, sent: boolean): TryEnd {
  if (!sent) return 'refused'
  if (reply === null) return 'unknown'
  if (reply.kind !== 'error') return 'final'
  if (/^UNKNOWN\b/.test(reply.text)) return 'unknown'
  if (REFUSED.test(reply.text)) return 'refused'
  if (LOST.test(reply.text)) return 'noSession'
  return OVER.test(reply.text) ? 'over' : 'final'
}
