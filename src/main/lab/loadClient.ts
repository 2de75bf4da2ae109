/** One client of the workload: a request, its answer, the next request, until it is stopped. */
import type { LoadOptions } from '../../shared/api'
import type { OnHistoryReply } from './historyBook'
import { LoadCommands } from './loadCommands'
import { RespClient } from './respClient'
import type { ClientTarget } from './respClient'
import type { Outcome, RespReply } from './respReply'
import { outcomeOf } from './respReply'

/** Pause after a node could not be reached or ended, so that a dead cluster is not hammered. */
const RETRY_MS = 100

export interface LoadClientOptions extends LoadOptions {
  readonly index: number
  readonly seed: number
  /** Time from one request to the next at least; 0: none. */
  readonly perClientMs: number
  /** Delay of the first request, so that clients do not march in step. */
  readonly startMs: number
  /** An answer that has not come by then will not come. */
  readonly giveUpMs: number
}

export interface LoadHooks {
  /** A request is about to be sent; answers whom to tell of its reply. */
  onSent(args: readonly string[]): OnHistoryReply
  onDone(outcome: Outcome, latencyMs: number): void
}

export class LoadClient {
  private readonly commands: LoadCommands
  private client: RespClient | null = null
  private timer: NodeJS.Timeout | null = null
  /** When the request that waits was sent; null: none waits. */
  private sentAtMs: number | null = null
  private dueMs: number
  private stopped = false

  constructor(
    private readonly options: LoadClientOptions,
    private readonly targetOf: (node: number) => ClientTarget | null,
    private readonly hooks: LoadHooks,
  ) {
    this.commands = new LoadCommands(options, options.index, options.seed)
    this.dueMs = performance.now() + options.startMs
    this.later(options.startMs)
  }

  /** How long its request waits by now; null: none waits. */
  waitMs(nowMs: number): number | null {
    return this.sentAtMs === null ? null : nowMs - this.sentAtMs
  }

  /** Gives up what waits for too long: a paused node answers nothing, not even an error. */
  expire(nowMs: number): void {
    if ((this.waitMs(nowMs) ?? 0) > this.options.giveUpMs) this.client?.close()
  }

  stop(): void {
    this.stopped = true
    if (this.timer !== null) clearTimeout(this.timer)
    this.client?.close()
  }

  private later(ms: number): void {
    this.timer = setTimeout(() => this.next(), ms)
  }

  private next(): void {
    if (this.stopped) return
    this.client ??= this.connect()
    if (this.client === null) {
      this.later(RETRY_MS)
      return
    }
    const { client } = this
    const nowMs = performance.now()
    this.sentAtMs = nowMs
    // A client that fell behind does not make up for it with a burst.
    this.dueMs = Math.max(nowMs, this.dueMs) + this.options.perClientMs
    const args = this.commands.next()
    const told = this.hooks.onSent(args)
    client.request(args, (reply) => {
      told(reply, client.wasOpen)
      if (reply !== null) this.commands.told(args, reply)
      this.done(client, reply, nowMs)
    })
  }

  private done(client: RespClient, reply: RespReply | null, sentAtMs: number): void {
    this.sentAtMs = null
    if (this.stopped) return
    const nowMs = performance.now()
    const neverSent = reply === null && !client.wasOpen
    this.hooks.onDone(neverSent ? 'error' : outcomeOf(reply), nowMs - sentAtMs)
    const paceMs = this.dueMs - nowMs
    if (reply === null) this.later(Math.max(RETRY_MS, paceMs))
    else if (paceMs > 0) this.later(paceMs)
    else this.next()
  }

  /** To its own node, or to the next one that runs. */
  private connect(): RespClient | null {
    const { nodes, index } = this.options
    for (let step = 0; step < nodes.length; step++) {
      const target = this.targetOf(nodes[(index + step) % nodes.length] ?? 0)
      if (target === null) continue
      return RespClient.connect(target.host, target.port, () => {
        this.client = null
      })
    }
    return null
  }
}
