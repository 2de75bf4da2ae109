/**
 * Request facts: which requests a node took and which it answered, in runs of consecutive numbers
 * of one session, so that telling them costs by round and not by request.
 */
import type { Outbox } from './paxos/outbox'

interface RequestRun {
  readonly session: string
  readonly from: number
  count: number
}

/** Requests of a round, in runs. */
export class RequestRuns {
  private runs: RequestRun[] = []

  add(session: string, seq: number): void {
    const last = this.runs.at(-1)
    if (last?.session === session && last.from + last.count === seq) last.count += 1
    else this.runs.push({ session, from: seq, count: 1 })
  }

  /** A command id; one that names no request is passed over. */
  addId(id: string): void {
    const colon = id.indexOf(':')
    const seq = Number(id.slice(colon + 1))
    if (colon > 0 && Number.isSafeInteger(seq)) this.add(id.slice(0, colon), seq)
  }

  /** Tells them, and begins anew. */
  tell(outbox: Outbox, type: 'submitted' | 'answered'): void {
    if (this.runs.length === 0) return
    for (const run of this.runs) outbox.emit({ type, ...run })
    this.runs = []
  }
}
