/**
 * Reads of clients outside the log: one read of the machine a key, answered together when the last
 * one is there. A read that ends undetermined is an error, never a value.
 *
 * Limits: the requests in flight of the client port, of which each key is one; and its deadline.
 */
import { KvMap } from '../../core/kv/kvMap'
import { error } from '../../core/kv/resp'
import type { MachineInput, ReadAnswer } from '../../core/machineTypes'
import type { ReadRoute } from './clientRoutes'
import type { Pending } from './clientSession'

export interface ClientReadsParts {
  readonly requestDeadlineMs: number
  readonly newTag: () => number
  readonly push: (input: MachineInput) => void
}

/** A request of a client, and what its keys held so far. */
interface OpenRequest {
  readonly pending: Pending
  readonly route: ReadRoute
  readonly found: KvMap
  missing: number
}

interface OpenRead {
  readonly request: OpenRequest
  readonly key: string
}

export class ClientReads {
  private readonly reads = new Map<number, OpenRead>()

  constructor(private readonly parts: ClientReadsParts) {}

  /** Reads of single keys that wait. */
  get size(): number {
    return this.reads.size
  }

  start(pending: Pending, route: ReadRoute): void {
    const { mode, keys } = route
    const request = { pending, route, found: new KvMap(), missing: keys.length }
    for (const key of keys) {
      const tag = this.parts.newTag()
      this.reads.set(tag, { request, key })
      this.parts.push({ type: 'read', tag, subject: { kind: 'key', key }, mode })
    }
  }

  /** Answers to others than clients are left alone. The requests that got their reply by these. */
  onReads(answers: readonly ReadAnswer[]): Pending[] {
    const done: Pending[] = []
    for (const { tag, result } of answers) {
      const read = this.reads.get(tag)
      if (!read) continue
      this.reads.delete(tag)
      const { request, key } = read
      const { pending, route, found } = request
      if (pending.reply !== null) continue
      if (result.verdict === 'undetermined') pending.reply = undetermined(result.reason)
      else {
        if (result.value !== null) found.set(key, result.value)
        request.missing -= 1
        if (request.missing > 0) continue
        pending.reply = route.print(found)
      }
      done.push(pending)
    }
    return done
  }

  /** Ends reads past their deadline; the requests that got their reply by that. */
  sweep(nowMs: number): Pending[] {
    const done: Pending[] = []
    for (const [tag, { request }] of this.reads) {
      const { pending } = request
      if (nowMs - pending.atMs < this.parts.requestDeadlineMs) break
      this.reads.delete(tag)
      if (pending.reply !== null) continue
      pending.reply = undetermined('not answered in time')
      done.push(pending)
    }
    return done
  }
}

function undetermined(reason: string): string {
  return error(`UNDETERMINED ${reason}`)
}
