/**
 * Single decree: how requests are answered when one value is chosen for ever (PMS §2).
 *
 * Once this node has learned the value, reads are local and a write learns what was chosen. Before
 * that nothing is guessed: a read of keys asks all acceptors, as a learner read does (S1), so that
 * what was acknowledged anywhere is found. Bound: `READS_MAX` questions of the read desk.
 */
import { isWrite, keysOf, runCommand } from './kv/commands'
import type { Kv } from './kv/kv'
import { KvMap } from './kv/kvMap'
import { error } from './kv/resp'
import { describeValue } from './kv/value'
import type { ReadAnswer } from './machineTypes'
import type { ReplicaState } from './paxos/state'

/** A request of a client that reads, and what its keys held so far. */
interface OpenRequest {
  readonly tag: number
  readonly args: readonly string[]
  readonly found: KvMap
  missing: number
}

export interface SingleDecreeParts {
  readonly state: ReplicaState
  readonly kv: () => Kv
  /** Asks all acceptors; the answer comes to `take` with the same tag, maybe at once. */
  readonly ask: (tag: number, key: string) => void
  readonly reply: (tag: number, resp: string) => void
}

export class SingleDecree {
  /** By tag of the question: they count down from -1, those of hosts up from 1. */
  private readonly asked = new Map<
    number,
    { readonly request: OpenRequest; readonly key: string }
  >()
  private questions = 0

  constructor(private readonly parts: SingleDecreeParts) {}

  private get hasLearned(): boolean {
    return this.parts.state.appliedThrough >= 1
  }

  /** The answer that can be given at once; null if the request must be proposed or asked about. */
  answerNow(args: readonly string[]): string | null {
    if (this.hasLearned) return isWrite(args) ? this.alreadyChosen() : this.runLocally(args)
    if (isWrite(args) || keysOf(args).length > 0) return null
    return error(
      'UNDETERMINED this node has learned no value; only reads that name keys ask others',
    )
  }

  /** True if the request is a read, which is never proposed: it is answered later. */
  takesRead(tag: number, args: readonly string[]): boolean {
    if (isWrite(args)) return false
    const keys = [...new Set(keysOf(args))]
    const request = { tag, args, found: new KvMap(), missing: keys.length }
    for (const key of keys) {
      this.questions += 1
      this.asked.set(-this.questions, { request, key })
      this.parts.ask(-this.questions, key)
    }
    return true
  }

  /** True if the answer is to a question of a request here. */
  take({ tag, result }: ReadAnswer): boolean {
    const question = this.asked.get(tag)
    if (question === undefined) return tag < 0
    const { request, key } = question
    this.asked.delete(tag)
    if (result.verdict === 'undetermined') {
      this.end(request, error(`UNDETERMINED ${result.reason}`))
      return true
    }
    if (result.value !== null) request.found.set(key, result.value)
    request.missing -= 1
    if (request.missing === 0) this.end(request, runCommand(request.found, request.args))
    return true
  }

  /** Ends a round: reads need not wait any more when this node has learned the value itself. */
  settle(): void {
    if (!this.hasLearned || this.asked.size === 0) return
    for (const request of this.open()) this.end(request, this.runLocally(request.args))
  }

  /** The deadline of a request has passed. */
  abandon(tag: number): void {
    const request = this.open().find((each) => each.tag === tag)
    if (request !== undefined) this.end(request, error('UNDETERMINED not answered in time'))
  }

  alreadyChosen(): string {
    const entry = this.parts.state.log.at(1)
    return error(`CHOSEN already: ${describeValue(entry?.chosenValue ?? '')}`)
  }

  private open(): OpenRequest[] {
    return [...new Set([...this.asked.values()].map(({ request }) => request))]
  }

  private runLocally(args: readonly string[]): string {
    return runCommand(this.parts.kv().map, args)
  }

  private end(request: OpenRequest, resp: string): void {
    for (const [tag, each] of this.asked) if (each.request === request) this.asked.delete(tag)
    this.parts.reply(request.tag, resp)
  }
}
