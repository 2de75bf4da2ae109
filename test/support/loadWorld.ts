/**
 * Clock, network and nodes for one client of the load, all in memory: time goes when the test says
 * so. The nodes share one store, as nodes of a cluster that always agrees.
 */
import type { LoadConnection } from '../../src/main/lab/loadRoutes'
import type { LoadWorld } from '../../src/main/lab/loadClient'
import type { RespReply } from '../../src/main/lab/respReply'

const SERVICE_MS = 2

/** Answers by number; up to `acked` they were forgotten. */
interface Session {
  readonly answers: Map<number, RespReply>
  acked: number
}

interface Act {
  readonly atMs: number
  readonly act: () => void
  cancelled: boolean
}

export class FakeNodes implements LoadWorld {
  /** Applied commands, with the node that took them. */
  readonly applied: { readonly node: number; readonly args: readonly string[] }[] = []
  /** Nobody takes connections there. */
  readonly down = new Set<number>()
  /** What a node takes before that it answers then. */
  pausedUntilMs = 0
  /** The next so many answers are lost: the connection ends when they are due. */
  answersToLose = 0
  /** The next so many requests are answered by this, and not applied. */
  refusals: string[] = []
  private now = 0
  private acts: Act[] = []
  private counts = new Map<string, number>()
  private sessions = new Map<string, Session>()

  nowMs(): number {
    return this.now
  }

  after(ms: number, act: () => void): () => void {
    const entry = { atMs: this.now + ms, act, cancelled: false }
    this.acts.push(entry)
    return () => {
      entry.cancelled = true
    }
  }

  /** Everything until then happens, in order of time. */
  runTo(endMs: number): void {
    for (;;) {
      this.acts = this.acts.filter(({ cancelled }) => !cancelled)
      const next = this.acts.reduce<Act | null>(
        (first, act) => (first === null || act.atMs < first.atMs ? act : first),
        null,
      )
      if (next === null || next.atMs > endMs) break
      next.cancelled = true
      this.now = Math.max(this.now, next.atMs)
      next.act()
    }
    this.now = endMs
  }

  connect(node: number): LoadConnection | null {
    if (this.down.has(node)) return null
    const waiting = new Set<(reply: RespReply | null) => void>()
    let over = false
    const close = (): void => {
      over = true
      this.after(0, () => {
        for (const onReply of waiting) onReply(null)
        waiting.clear()
      })
    }
    return {
      wasOpen: true,
      get isOver() {
        return over
      },
      request: (args, onReply) => {
        waiting.add(onReply)
        const answerMs = Math.max(this.now, this.pausedUntilMs) + SERVICE_MS
        this.after(answerMs - this.now, () => {
          // What was sent arrives, though nobody may be there any more to hear the answer.
          const reply = this.answer(node, args)
          if (over) return
          if (this.answersToLose > 0 && args[1] !== 'OPEN') {
            this.answersToLose -= 1
            close()
            return
          }
          waiting.delete(onReply)
          onReply(reply)
        })
      },
      close,
    }
  }

  count(key: string): number {
    return this.counts.get(key) ?? 0
  }

  /** Forgets every session, as if others had pushed them out. */
  dropSessions(): void {
    this.sessions.clear()
  }

  private answer(node: number, args: readonly string[]): RespReply {
    const refusal = this.refusals.shift()
    if (refusal !== undefined) return { kind: 'error', text: refusal }
    const [name = '', sub = '', session = ''] = args
    const [number, acked] = [Number(args[3]), Number(args[5])]
    if (name !== 'SESSION') return this.apply(node, args)
    if (sub === 'OPEN') {
      const fresh = `s${this.sessions.size + 1}`
      this.sessions.set(fresh, { answers: new Map(), acked: 0 })
      return { kind: 'bulk', text: fresh }
    }
    const known = this.sessions.get(session)
    if (known === undefined) return { kind: 'error', text: 'NOSESSION it is not open' }
    known.acked = Math.max(known.acked, acked)
    if (number <= known.acked)
      return { kind: 'error', text: 'FORGOTTEN its answer was acknowledged' }
    const reply = known.answers.get(number) ?? this.apply(node, args.slice(6))
    known.answers.set(number, reply)
    return reply
  }

  private apply(node: number, args: readonly string[]): RespReply {
    this.applied.push({ node, args })
    const [name = '', key = ''] = args
    if (name !== 'INCR') return { kind: 'status', text: 'OK' }
    const value = this.count(key) + 1
    this.counts.set(key, value)
    return { kind: 'integer', value }
  }
}
