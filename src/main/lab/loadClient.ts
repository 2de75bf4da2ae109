/**
 * One client of the workload. Closed loop: a request, its answer, the next request. Open loop:
 * requests become due by the clock, whatever became of those before; they are sent at once, up to
 * `inFlightMax` on their way, wait in the backlog, or are shed.
 *
 * Units:  ms. Service time runs from when a request was first sent, response time from when it was
 *         due; in a closed loop that is one.
 * Errors: an answer `-UNKNOWN` or none at all is unknown. With retries in a session the request is
 *         repeated until its outcome is known, for at most RETRY_FOR_MS: one operation. Plain
 *         retries are operations of their own.
 */
import type { Arrivals } from '../../core/load/arrivals'
import type { RetryKind } from '../../shared/load'
import type { OnHistoryReply } from './historyBook'
import { LoadRoutes } from './loadRoutes'
import type { LoadConnection } from './loadRoutes'
import { LoadSession, OPEN_SESSION, tryEndOf } from './loadSession'
import type { TryEnd } from './loadSession'
import type { Outcome, RespReply } from './respReply'
import { outcomeOf } from './respReply'

/** Rest after no node was reached or one did not answer, so that a dead cluster is not hammered. */
const RETRY_MS = 100
/** How long one request is repeated. */
export const RETRY_FOR_MS = 30_000

/** Clock and network as a client sees them. */
export interface LoadWorld {
  nowMs(): number
  /** Answers how to cancel. */
  after(ms: number, act: () => void): () => void
  /** Null: that node does not run. */
  connect(node: number): LoadConnection | null
}

export interface LoadClientOptions {
  readonly nodes: readonly number[]
  readonly index: number
  readonly roam: 'error' | number | null
  readonly retry: RetryKind
  /** Open loop: when requests become due; null: closed loop. */
  readonly arrivals: Arrivals | null
  readonly inFlightMax: number
  readonly backlogMax: number
  /** Closed loop: time from one request to the next at least; 0: none. */
  readonly perClientMs: number
  /** Closed loop: delay of the first request, so that clients do not march in step. */
  readonly startMs: number
  /** An answer that has not come by then will not come. */
  readonly giveUpMs: number
}

export interface LoadHooks {
  nextCommand(): readonly string[]
  /** A command was answered. */
  onTold(args: readonly string[], reply: RespReply): void
  /** A request became due. */
  onOffered(): void
  /** It was never sent: too many waited, or the load was stopped first. */
  onShed(): void
  /** An operation begins; answers whom to tell of its end. */
  onSent(args: readonly string[]): OnHistoryReply
  /** `answer`: the words of an error; null: none came. */
  onDone(outcome: Outcome, responseMs: number, serviceMs: number, answer: string | null): void
}

interface Request {
  readonly args: readonly string[]
  readonly dueMs: number
  /** First try, and the last one. */
  firstMs: number
  triedMs: number
  told: OnHistoryReply | null
  /** A try left, and nobody knows whether it ran. */
  mayHaveRun: boolean
  readonly place: { readonly session: LoadSession; readonly number: number } | null
}

interface Opening {
  readonly connection: LoadConnection
  readonly sinceMs: number
}

export class LoadClient {
  private readonly routes: LoadRoutes
  private readonly inFlight = new Map<Request, LoadConnection>()
  /** At most `inFlightMax` together with those in flight. */
  private readonly retries: Request[] = []
  /** When the requests that wait were due. */
  private readonly backlog: number[] = []
  private session: LoadSession | null = null
  private opening: Opening | null = null
  private cancel: (() => void) | null = null
  /** What the timer waits for; Infinity: there is none. */
  private wakeMs = Infinity
  /** Nothing is sent before. */
  private restUntilMs = 0
  /** Closed loop: the next request is not sent before. */
  private readyMs: number
  private sinceRoam = 0
  private stopped = false
  private closed = false

  constructor(
    private readonly options: LoadClientOptions,
    private readonly world: LoadWorld,
    private readonly hooks: LoadHooks,
  ) {
    const { nodes, index } = options
    this.routes = new LoadRoutes(nodes, index, (node) => world.connect(node))
    this.readyMs = world.nowMs() + options.startMs
    this.wake()
  }

  /** Requests that are due and have no outcome yet. */
  get waiting(): number {
    return this.closed ? 0 : this.busy + this.backlog.length
  }

  get backlogged(): number {
    return this.backlog.length
  }

  /** The longest wait by now; 0: none waits. */
  waitMs(nowMs: number): number {
    if (this.waiting === 0) return 0
    const dues = [...this.inFlight.keys(), ...this.retries].map(({ dueMs }) => dueMs)
    return nowMs - Math.min(...dues, this.backlog[0] ?? nowMs)
  }

  /** Gives up what waits for too long: a paused node answers nothing, not even an error. */
  expire(nowMs: number): void {
    const beforeMs = nowMs - this.options.giveUpMs
    for (const [{ triedMs }, connection] of this.inFlight) {
      if (triedMs < beforeMs) connection.close()
    }
    if (this.opening !== null && this.opening.sinceMs < beforeMs) this.opening.connection.close()
  }

  /** Nothing new is sent; what is on its way may still be answered, or repeated. */
  stop(): void {
    if (this.stopped) return
    this.stopped = true
    for (const _due of this.backlog.splice(0)) this.hooks.onShed()
    this.wake()
  }

  /** Ends at once: requests without an answer are left to their fate. */
  close(): void {
    this.stop()
    this.closed = true
    this.cancel?.()
    for (const request of this.retries.splice(0)) request.told?.(null, request.mayHaveRun)
    this.routes.close()
  }

  private get busy(): number {
    return this.inFlight.size + this.retries.length
  }

  /** When there is something to do that waits for no answer; Infinity: never. */
  private nextMs(): number {
    const { arrivals, inFlightMax } = this.options
    const mayBegin = !this.stopped && this.busy < inFlightMax && this.opening === null
    let nextMs = Infinity
    if (arrivals !== null && !this.stopped) nextMs = arrivals.nextMs
    else if (mayBegin) nextMs = Math.max(this.readyMs, this.restUntilMs)
    const isHeld = this.retries.length > 0 || (mayBegin && this.backlog.length > 0)
    return isHeld ? Math.min(nextMs, this.restUntilMs) : nextMs
  }

  /** Answers come far more often than this moment changes: a timer that is right is left alone. */
  private wake(): void {
    const nextMs = this.nextMs()
    if (nextMs === this.wakeMs) return
    this.cancel?.()
    this.cancel = null
    this.wakeMs = nextMs
    if (nextMs === Infinity) return
    this.cancel = this.world.after(Math.max(0, nextMs - this.world.nowMs()), () => {
      this.wakeMs = Infinity
      this.pump()
    })
  }

  private pump(): void {
    if (this.closed) return
    const nowMs = this.world.nowMs()
    this.admit(nowMs)
    while (nowMs >= this.restUntilMs && this.sendOne(nowMs));
    this.wake()
  }

  /** Open loop: what has become due waits for its turn, or is shed. */
  private admit(nowMs: number): void {
    const { arrivals, backlogMax, inFlightMax } = this.options
    if (arrivals === null || this.stopped) return
    // What can leave at once needs no place in the backlog.
    const most = backlogMax + Math.max(0, inFlightMax - this.busy)
    for (let due = arrivals.take(nowMs); due !== null; due = arrivals.take(nowMs)) {
      this.hooks.onOffered()
      if (this.backlog.length < most) this.backlog.push(due)
      else this.hooks.onShed()
    }
  }

  /** False: there is nothing to send now, or nobody to send it to. */
  private sendOne(nowMs: number): boolean {
    const again = this.retries[0]
    if (again === undefined && !this.isNextDue(nowMs)) return false
    const connection = this.routes.pick()
    if (connection === null) {
      this.restUntilMs = nowMs + RETRY_MS
      return false
    }
    if (again !== undefined) {
      this.retries.shift()
      this.send(again, connection, nowMs)
      return true
    }
    if (this.options.retry === 'session' && this.session === null) {
      this.openSession(connection, nowMs)
      return false
    }
    this.send(this.fresh(nowMs), connection, nowMs)
    return true
  }

  private isNextDue(nowMs: number): boolean {
    if (this.stopped || this.opening !== null) return false
    if (this.busy >= this.options.inFlightMax) return false
    return this.options.arrivals === null ? nowMs >= this.readyMs : this.backlog.length > 0
  }

  private fresh(nowMs: number): Request {
    const dueMs = this.backlog.shift() ?? nowMs
    if (this.options.arrivals === null) {
      this.hooks.onOffered()
      // A client that fell behind does not make up for it with a burst.
      this.readyMs = Math.max(nowMs, this.readyMs) + this.options.perClientMs
    }
    const { session } = this
    return {
      args: this.hooks.nextCommand(),
      dueMs,
      firstMs: nowMs,
      triedMs: nowMs,
      told: null,
      mayHaveRun: false,
      place: session && { session, number: session.number() },
    }
  }

  private send(request: Request, connection: LoadConnection, nowMs: number): void {
    const { args, place } = request
    request.triedMs = nowMs
    // One operation over all its tries; a plain retry was ended and begins anew.
    request.told ??= this.hooks.onSent(args)
    this.inFlight.set(request, connection)
    const wire = place === null ? args : place.session.wire(place.number, args)
    connection.request(wire, (reply) => this.answered(request, connection, reply))
    this.roamAfter()
  }

  private roamAfter(): void {
    const { roam } = this.options
    this.sinceRoam += 1
    if (typeof roam !== 'number' || this.sinceRoam < roam) return
    this.sinceRoam = 0
    this.routes.goOn()
  }

  private answered(request: Request, connection: LoadConnection, reply: RespReply | null): void {
    this.inFlight.delete(request)
    const end = tryEndOf(reply, reply !== null || connection.wasOpen)
    request.mayHaveRun ||= end === 'unknown'
    if (this.closed) {
      if (end === 'final') request.told?.(reply, true)
      else request.told?.(null, request.mayHaveRun)
      return
    }
    const outcome = end === 'refused' && reply === null ? 'error' : outcomeOf(reply)
    if (this.options.roam !== null && outcome !== 'ok') this.routes.leave(connection)
    const nowMs = this.world.nowMs()
    if (reply === null) this.restUntilMs = nowMs + RETRY_MS
    if (this.options.retry === 'none') this.finish(request, reply, outcome)
    else this.again(request, reply, outcome, end)
    this.pump()
  }

  /** Repeats what can be repeated, or ends it. */
  private again(request: Request, reply: RespReply | null, outcome: Outcome, end: TryEnd): void {
    const nowMs = this.world.nowMs()
    const { place, mayHaveRun } = request
    if (end === 'noSession' && place?.session === this.session) this.session = null
    const isOpen = end === 'unknown' || end === 'refused'
    const isRepeated = isOpen && nowMs - request.firstMs < RETRY_FOR_MS
    if (!isRepeated && place !== null) place.session.end(place.number)
    if (isRepeated) {
      this.restUntilMs = nowMs + RETRY_MS
      this.retries.push(request)
      if (place !== null) return
    }
    // An earlier try may have run, whatever this one says of itself; when it is over, one did.
    const isLost = place !== null && (end === 'over' || (mayHaveRun && end !== 'final'))
    this.finish(request, reply, isLost ? 'unknown' : outcome)
  }

  private finish(request: Request, reply: RespReply | null, outcome: Outcome): void {
    const { args, dueMs, firstMs, told } = request
    request.told = null
    // The end of a try that is unknown says nothing, whatever its words.
    if (outcome === 'unknown') told?.(null, true)
    else told?.(reply, reply !== null)
    if (reply !== null && outcome === 'ok') this.hooks.onTold(args, reply)
    const nowMs = this.world.nowMs()
    const serviceMs = nowMs - firstMs
    this.hooks.onDone(
      outcome,
      this.options.arrivals === null ? serviceMs : nowMs - dueMs,
      serviceMs,
      reply?.kind === 'error' ? reply.text : null,
    )
  }

  private openSession(connection: LoadConnection, nowMs: number): void {
    this.opening = { connection, sinceMs: nowMs }
    connection.request(OPEN_SESSION, (reply) => {
      this.opening = null
      if (this.stopped) return
      if (reply?.kind === 'bulk' || reply?.kind === 'status') {
        this.session = new LoadSession(reply.text)
      } else {
        this.restUntilMs = this.world.nowMs() + RETRY_MS
        if (this.options.roam !== null) this.routes.leave(connection)
      }
      this.pump()
    })
  }
}
