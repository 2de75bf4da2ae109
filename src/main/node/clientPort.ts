/**
 * Client port: a RESP2 server. KV commands become requests of the machine; local ones are answered
 * here. Replies keep the order of the pipeline, and those of one round are one write a client.
 *
 * Limits: `clientsMax` connections, `IN_FLIGHT_MAX` requests and `PARTIAL_BYTES_MAX` of unfinished
 *         ones of all clients together, and a deadline for each: what is not answered by then is
 *         `-UNKNOWN` or `-NOLEADER`.
 * Cost:  no promise, closure or timer a command; the map of requests is the deadline wheel, because
 *        all deadlines are equally far away and a map keeps the order of insertion.
 */
import type { ReadMode } from '../../core/kv/readMode'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { Histogram } from '../../core/measure/histogram'
import type {
  ClientSessionRef,
  MachineInput,
  MachineReply,
  ReadAnswer,
} from '../../core/machineTypes'
import { ClientReads } from './clientReads'
import { Deadlines } from './deadlines'
import { routeOf } from './clientRoutes'
import { ClientSession } from './clientSession'
import type { Pending, SessionListener } from './clientSession'
import type { LocalCommands } from './localCommands'
import { listenOn } from './peerPort'
import type { Refusals } from './refusals'

/** Below `waitingRequestsMax` of the machine, which refuses; here clients only wait. */
export const IN_FLIGHT_MAX = 16_384
/** An incomplete request is given this long; an idle connection may stay. */
export const PARTIAL_WAIT_MS = 30_000
/** Unfinished requests of all clients together; beyond it the largest are closed. */
export const PARTIAL_BYTES_MAX = 64 * 1024 * 1024
/** Refused clients that are still told why; more are closed without a word. */
export const REFUSED_MAX = 64
/** A closed connection is given this long to read its last reply. */
const LINGER_MS = 1000
const SWEEP_MS_MIN = 20
const SWEEP_MS_MAX = 250

export interface ClientPortOptions {
  readonly clientsMax: number
  readonly requestDeadlineMs: number
  readonly readMode?: ReadMode
  readonly refusals: Refusals
  readonly local: LocalCommands
  readonly newTag: () => number
  readonly push: (input: MachineInput) => void
}

export class ClientPort implements SessionListener {
  /** Answered by the machine with a result; closed without one; commands in all. */
  acked = 0
  unanswered = 0
  commands = 0
  connectionsTaken = 0
  /** From the arrival of a request to its reply. */
  readonly latency = new Histogram()
  private readonly server: Server
  private readonly sessions = new Set<ClientSession>()
  private readonly refused = new Set<Socket>()
  private readonly waiting = new Map<number, Pending>()
  private readonly reads: ClientReads
  private readonly answered = new Set<ClientSession>()
  private readonly stalledSessions = new Set<ClientSession>()
  private sweepTimer: NodeJS.Timeout | null = null
  private paused = false
  private readonly deadlines = new Deadlines()

  constructor(private readonly options: ClientPortOptions) {
    this.reads = new ClientReads(options)
    const settings = { noDelay: true, allowHalfOpen: true }
    this.server = createServer(settings, (socket) => this.accept(socket))
    this.server.on('error', (error) => this.onAcceptFailed(error))
  }

  /** Answers the port. Rejects if it cannot be opened. */
  async listen(host: string, port: number): Promise<number> {
    const spanMs = this.options.requestDeadlineMs / 10
    const sweepMs = Math.max(SWEEP_MS_MIN, Math.min(SWEEP_MS_MAX, spanMs))
    this.sweepTimer = setInterval(() => this.sweep(performance.now()), sweepMs)
    return listenOn(this.server, host, port)
  }

  get clients(): number {
    return this.sessions.size
  }

  get inFlight(): number {
    return this.waiting.size + this.reads.size
  }

  get list(): IterableIterator<ClientSession> {
    return this.sessions.values()
  }

  onRequest(session: ClientSession, args: readonly string[], pending: Pending): string | null {
    this.commands += 1
    const name = args[0]!.toLowerCase()
    if (name === 'post' || name.startsWith('host:')) return this.refuseBrowser(session)
    const local = this.options.local.run(name, args, session)
    if (local !== null) return local
    const route = routeOf(name, args, session.readMode)
    switch (route.kind) {
      case 'reply':
        return route.reply
      case 'read':
        this.reads.start(pending, route)
        return null
      case 'request':
        return this.request(pending, route.args, route.session)
    }
  }

  isFull(): boolean {
    return this.inFlight >= IN_FLIGHT_MAX
  }

  onStalled(session: ClientSession): void {
    this.stalledSessions.add(session)
  }

  onRefused(reason: string): void {
    this.options.refusals.refuse('client', reason)
  }

  /**
   * Without a free file descriptor the loop may try to accept again and again, and nothing else,
   * until one is freed: the newest client goes, so that the older ones are served.
   */
  private onAcceptFailed(error: Error): void {
    this.onRefused(error.message)
    if (!('code' in error) || (error.code !== 'EMFILE' && error.code !== 'ENFILE')) return
    const newest = [...this.sessions].at(-1)
    newest?.abort()
  }

  onClosed(session: ClientSession): void {
    this.sessions.delete(session)
    this.stalledSessions.delete(session)
  }

  /** Takes the replies of a round; those to others than clients are left alone. */
  onReplies(replies: readonly MachineReply[]): void {
    const nowMs = performance.now()
    for (const reply of replies) {
      const pending = this.waiting.get(reply.tag)
      if (!pending) continue
      this.waiting.delete(reply.tag)
      pending.reply = printReply(reply)
      if (reply.outcome === 'done') this.acked += 1
      else this.unanswered += 1
      this.latency.add(nowMs - pending.atMs)
      this.answered.add(pending.session)
    }
    this.flushAnswered()
  }

  /** Takes the reads that ended in a round; those of others than clients are left alone. */
  onReads(answers: readonly ReadAnswer[]): void {
    if (this.reads.size > 0) this.takeRead(this.reads.onReads(answers), performance.now())
  }

  setPaused(paused: boolean): void {
    this.paused = paused
    for (const session of this.sessions) session.setPaused(paused)
  }

  /** While they are held no deadline passes; afterwards each is given its whole time again. */
  holdDeadlines(held: boolean): void {
    this.deadlines.hold(held)
  }

  /** Closes at once; outstanding requests stay unanswered, which a client must take as unknown. */
  close(): void {
    if (this.sweepTimer) clearInterval(this.sweepTimer)
    this.server.close()
    for (const session of this.sessions) session.abort()
    for (const socket of this.refused) socket.destroy()
  }

  /** Abandons requests past their deadline and closes clients that never finish one. */
  sweep(nowMs: number): void {
    if (this.paused) return
    if (this.deadlines.canPass(nowMs, this.options.requestDeadlineMs)) this.abandonLate(nowMs)
    for (const session of this.sessions) {
      const { partialSinceMs, endedAtMs } = session
      if (endedAtMs !== null && nowMs - endedAtMs > LINGER_MS) session.abort()
      if (partialSinceMs === null || nowMs - partialSinceMs < PARTIAL_WAIT_MS) continue
      this.onRefused(`request not finished in ${PARTIAL_WAIT_MS} ms`)
      session.abort()
    }
    this.boundPartial()
    this.wakeStalled()
  }

  private abandonLate(nowMs: number): void {
    const tags: number[] = []
    const before = nowMs - this.options.requestDeadlineMs
    for (const [tag, pending] of this.waiting) {
      if (pending.atMs > before) break
      if (!pending.abandoned) tags.push(tag)
      pending.abandoned = true
    }
    if (tags.length > 0) this.options.push({ type: 'abandon', tags })
    this.takeRead(this.reads.sweep(nowMs), nowMs)
  }

  private boundPartial(): void {
    let bytes = 0
    for (const { heldBytes } of this.sessions) bytes += heldBytes
    if (bytes <= PARTIAL_BYTES_MAX) return
    for (const session of [...this.sessions].sort((a, b) => b.heldBytes - a.heldBytes)) {
      if (bytes <= PARTIAL_BYTES_MAX) return
      bytes -= session.heldBytes
      this.onRefused(`unfinished requests hold more than ${PARTIAL_BYTES_MAX} bytes`)
      session.abort()
    }
  }

  private request(
    pending: Pending,
    args: readonly string[],
    session: ClientSessionRef | null,
  ): null {
    const tag = this.options.newTag()
    this.waiting.set(tag, pending)
    this.options.push({ type: 'request', tag, args, ...(session && { session }) })
    return null
  }

  private takeRead(done: readonly Pending[], nowMs: number): void {
    for (const { session, reply, atMs } of done) {
      if (reply?.startsWith('-UNDETERMINED') === true) this.unanswered += 1
      else this.acked += 1
      this.latency.add(nowMs - atMs)
      this.answered.add(session)
    }
    this.flushAnswered()
  }

  private flushAnswered(): void {
    for (const session of this.answered) {
      session.flush()
      session.continue()
    }
    this.answered.clear()
    if (this.stalledSessions.size > 0 && !this.isFull()) this.wakeStalled()
  }

  private accept(socket: Socket): void {
    this.connectionsTaken += 1
    if (this.sessions.size >= this.options.clientsMax) {
      this.onRefused(`more than ${this.options.clientsMax} clients`)
      return this.turnAway(socket)
    }
    const session = new ClientSession(this.connectionsTaken, socket, this, this.options.readMode)
    this.sessions.add(session)
    if (this.paused) session.setPaused(true)
  }

  /** It gets a moment to read why, whatever it sends meanwhile. */
  private turnAway(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    if (this.refused.size >= REFUSED_MAX) return void socket.destroy()
    this.refused.add(socket)
    socket.end('-ERR max number of clients reached\r\n')
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.on('close', () => {
      clearTimeout(timer)
      this.refused.delete(socket)
    })
  }

  /** A page in a browser can POST to a loopback port: such a request never reaches the KV. */
  private refuseBrowser(session: ClientSession): string {
    this.onRefused('HTTP request on the client port')
    session.abort()
    return ''
  }

  private wakeStalled(): void {
    for (const session of this.stalledSessions) {
      if (this.isFull()) return
      session.continue()
      if (!session.isStalled) this.stalledSessions.delete(session)
    }
  }
}

function printReply(reply: MachineReply): string {
  switch (reply.outcome) {
    case 'done':
      return reply.resp
    case 'unknown':
      return `-UNKNOWN ${oneLine(reply.words)}\r\n`
    case 'notSent':
      return `-NOLEADER ${oneLine(reply.words)}\r\n`
  }
}

/** An error reply ends at its first line end. */
function oneLine(words: string): string {
  return words.replace(/[\r\n]+/g, ' ')
}
