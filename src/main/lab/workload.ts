/**
 * Workload: clients that read and write through the client ports and wait for each answer (closed
 * loop), at a set rate if one is asked for. What they ask is in `loadCommands.ts`.
 *
 * Units:  one `loadSampled` every SAMPLE_MS with what happened in it; latencies of acknowledged
 *         requests.
 * Errors: an answer `-UNKNOWN` or none at all is unknown, never failed and never done. A client
 *         whose node cannot be reached goes on at the next one.
 */
import type { LabFact } from '../../core/event'
import { Histogram } from '../../core/measure/histogram'
import type { LoadOptions } from '../../shared/api'
import { roundMs } from './clock'
import type { OnHistoryReply } from './historyBook'
import { LoadClient } from './loadClient'
import type { ClientTarget } from './respClient'

const SAMPLE_MS = 100

export interface WorkloadTotals {
  readonly sent: number
  readonly acked: number
  readonly failed: number
  readonly unknown: number
}

export class Workload {
  private readonly clients: readonly LoadClient[]
  private readonly timer: NodeJS.Timeout
  private readonly latencies = new Histogram()
  private sampleStartMs = performance.now()
  private bucket = { sent: 0, acked: 0, failed: 0, unknown: 0 }
  private readonly sums = { sent: 0, acked: 0, failed: 0, unknown: 0 }

  constructor(
    private readonly options: LoadOptions,
    seed: number,
    giveUpMs: number,
    /** Where node `node` takes clients now; null while it does not run. */
    targetOf: (node: number) => ClientTarget | null,
    private readonly tell: (fact: LabFact) => void,
    /** A request is about to be sent; answers whom to tell of its reply. */
    onRequest: (args: readonly string[]) => OnHistoryReply,
  ) {
    const { clients } = options
    const perClientMs = options.targetPerSecond > 0 ? (1000 * clients) / options.targetPerSecond : 0
    this.clients = Array.from({ length: clients }, (_, index) => {
      const startMs = (perClientMs * index) / clients
      return new LoadClient({ ...options, index, seed, perClientMs, startMs, giveUpMs }, targetOf, {
        onSent: (args) => {
          this.bucket.sent += 1
          return onRequest(args)
        },
        onDone: (outcome, latencyMs) => {
          if (outcome === 'ok') this.latencies.add(latencyMs)
          this.bucket[outcome === 'ok' ? 'acked' : outcome === 'error' ? 'failed' : 'unknown'] += 1
        },
      })
    })
    this.timer = setInterval(() => this.sample(), SAMPLE_MS)
  }

  get totals(): WorkloadTotals {
    return this.sums
  }

  /** Requests without an answer are left to their fate; they are not counted any more. */
  stop(): void {
    clearInterval(this.timer)
    for (const client of this.clients) client.stop()
    this.sample()
  }

  private sample(): void {
    const nowMs = performance.now()
    for (const client of this.clients) client.expire(nowMs)
    const waits = this.clients.map((client) => client.waitMs(nowMs)).filter((wait) => wait !== null)
    const { bucket } = this
    this.bucket = { sent: 0, acked: 0, failed: 0, unknown: 0 }
    this.sums.sent += bucket.sent
    this.sums.acked += bucket.acked
    this.sums.failed += bucket.failed
    this.sums.unknown += bucket.unknown
    this.tell({
      type: 'loadSampled',
      spanMs: roundMs(nowMs - this.sampleStartMs),
      clients: this.options.clients,
      ...bucket,
      waiting: waits.length,
      waitMsMax: roundMs(Math.max(0, ...waits)),
      latency: this.latencies.pairs(),
    })
    this.latencies.clear()
    this.sampleStartMs = nowMs
  }
}
