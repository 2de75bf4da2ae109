/**
 * Workload: clients that read and write through the client ports, in a closed or an open loop. What
 * they ask is in `loadCommands.ts`, how one of them asks in `loadClient.ts`.
 *
 * Units:  one `loadSampled` every SAMPLE_MS with what happened in it; times of acknowledged
 *         requests. In an open loop the response time runs from when a request was due, so that a
 *         client that is held up does not leave out what it would have measured (coordinated
 *         omission); the service time runs from when it was sent.
 * Errors: an answer `-UNKNOWN` or none at all is unknown, never failed and never done. A client
 *         whose node cannot be reached goes on at the next one.
 */
import type { LabFact } from '../../core/event'
import { Arrivals } from '../../core/load/arrivals'
import { SINGLE, UNIFORM, ZipfSampler } from '../../core/load/keys'
import type { KeySampler } from '../../core/load/keys'
import { failReasonOf } from '../../core/measure/failReason'
import type { FailReason } from '../../core/measure/failReason'
import { Histogram } from '../../core/measure/histogram'
import { createPrng } from '../../core/sim/prng'
import { BACKLOG_DEFAULT, IN_FLIGHT_DEFAULT, THETA_DEFAULT } from '../../shared/load'
import type { LoadOptions } from '../../shared/load'
import { roundMs } from './clock'
import type { OnHistoryReply } from './historyBook'
import { LoadClient } from './loadClient'
import type { LoadWorld } from './loadClient'
import { LoadCommands } from './loadCommands'
import { RespClient } from './respClient'
import type { ClientTarget } from './respClient'

const SAMPLE_MS = 100
/** Streams of randomness of one client: what it asks, and when. */
const ARRIVALS_STREAM = 1

const NOTHING = { offered: 0, shed: 0, sent: 0, acked: 0, failed: 0, unknown: 0 }

export class Workload {
  private readonly clients: readonly LoadClient[]
  private cancelSample: () => void = () => {}
  private readonly responses = new Histogram()
  private readonly services = new Histogram()
  private readonly reasons = new Map<FailReason, number>()
  private readonly keys: KeySampler
  private readonly isOpen: boolean
  private sampleStartMs: number
  private bucket = { ...NOTHING }
  /** What is on its way when the load is stopped is waited for until then. */
  private endMs = Infinity
  private closed = false

  constructor(
    private readonly options: LoadOptions,
    private readonly seed: number,
    private readonly giveUpMs: number,
    /** Where node `node` takes clients now; null while it does not run. */
    targetOf: (node: number) => ClientTarget | null,
    private readonly tell: (fact: LabFact) => void,
    /** An operation begins; answers whom to tell of its end. */
    private readonly onRequest: (args: readonly string[]) => OnHistoryReply,
    /** Clock and network; the simulator has its own. */
    private readonly world: LoadWorld = worldOf(targetOf),
  ) {
    this.sampleStartMs = world.nowMs()
    this.keys = samplerOf(options)
    this.isOpen = options.arrivals !== undefined
    const indexes = Array.from({ length: options.clients }, (_, index) => index)
    this.clients = indexes.map((index) => this.client(index, world))
    this.sampleLater()
  }

  /** Nothing new is sent; what is on its way has as long as ever to be answered. */
  stop(): void {
    for (const client of this.clients) client.stop()
    this.endMs = Math.min(this.endMs, this.world.nowMs() + this.giveUpMs)
    this.closeWhenIdle()
  }

  /** Requests without an answer are left to their fate; they are not counted any more. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.cancelSample()
    for (const client of this.clients) client.close()
    this.sample()
  }

  private closeWhenIdle(): void {
    const isIdle = this.clients.every(({ waiting }) => waiting === 0)
    if (isIdle || this.world.nowMs() > this.endMs) this.close()
  }

  private sampleLater(): void {
    this.cancelSample = this.world.after(SAMPLE_MS, () => {
      this.sample()
      this.sampleLater()
      if (this.endMs < Infinity) this.closeWhenIdle()
    })
  }

  private client(index: number, world: LoadWorld): LoadClient {
    const { clients, targetPerSecond, arrivals: kind, roam, retry } = this.options
    const perClientMs = targetPerSecond > 0 ? (1000 * clients) / targetPerSecond : 0
    const startMs = (perClientMs * index) / clients
    const prng = createPrng(this.seed, index, ARRIVALS_STREAM)
    const firstMs = world.nowMs() + startMs
    const arrivals = kind === undefined ? null : new Arrivals(kind, perClientMs, firstMs, prng)
    const inFlightMax = this.isOpen ? (this.options.inFlightMax ?? IN_FLIGHT_DEFAULT) : 1
    const commands = new LoadCommands(this.options, index, this.seed, this.keys)
    return new LoadClient(
      {
        nodes: this.options.nodes,
        index,
        roam: roam ?? null,
        retry: retry ?? 'none',
        arrivals,
        inFlightMax,
        backlogMax: this.options.backlogMax ?? BACKLOG_DEFAULT,
        perClientMs,
        startMs,
        giveUpMs: this.giveUpMs,
      },
      world,
      {
        nextCommand: () => commands.next(),
        onTold: (args, reply) => commands.told(args, reply),
        onOffered: () => void (this.bucket.offered += 1),
        onShed: () => void (this.bucket.shed += 1),
        onSent: (args) => {
          this.bucket.sent += 1
          return this.onRequest(args)
        },
        onDone: (outcome, responseMs, serviceMs, answer) => {
          if (outcome === 'ok') this.done(responseMs, serviceMs)
          else this.failed(outcome, answer)
        },
      },
    )
  }

  private failed(outcome: 'error' | 'unknown', answer: string | null): void {
    this.bucket[outcome === 'error' ? 'failed' : 'unknown'] += 1
    const reason = failReasonOf(answer)
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1)
  }

  private done(responseMs: number, serviceMs: number): void {
    this.bucket.acked += 1
    this.responses.add(responseMs)
    if (this.isOpen) this.services.add(serviceMs)
  }

  private sample(): void {
    const nowMs = this.world.nowMs()
    const { clients, bucket } = this
    for (const client of clients) client.expire(nowMs)
    const sum = (of: (client: LoadClient) => number) =>
      clients.reduce((all, one) => all + of(one), 0)
    this.bucket = { ...NOTHING }
    this.tell({
      type: 'loadSampled',
      spanMs: roundMs(nowMs - this.sampleStartMs),
      clients: clients.length,
      ...bucket,
      waiting: sum(({ waiting }) => waiting),
      waitMsMax: roundMs(Math.max(0, ...clients.map((client) => client.waitMs(nowMs)))),
      latency: this.responses.pairs(),
      reasons: [...this.reasons],
      ...(this.isOpen && {
        backlog: sum(({ backlogged }) => backlogged),
        service: this.services.pairs(),
      }),
    })
    this.responses.clear()
    this.services.clear()
    this.reasons.clear()
    this.sampleStartMs = nowMs
  }
}

function samplerOf({ keys, keyChoice, zipfTheta }: LoadOptions): KeySampler {
  if (keyChoice === 'single') return SINGLE
  return keyChoice === 'zipf' ? new ZipfSampler(keys, zipfTheta ?? THETA_DEFAULT) : UNIFORM(keys)
}

function worldOf(targetOf: (node: number) => ClientTarget | null): LoadWorld {
  return {
    nowMs: () => performance.now(),
    after: (ms, act) => {
      const timer = setTimeout(act, ms)
      return () => clearTimeout(timer)
    },
    connect: (node) => {
      const target = targetOf(node)
      return target && RespClient.connect(target.host, target.port, () => {})
    },
  }
}
