/**
 * Sessions: replicated state that makes a retry harmless: (session, seq) is applied at most once.
 *
 * Answers are kept until the client says that it has them (`ackedThrough`), so that a retry which
 * is chosen in another slot gets the first answer. Which sessions are forgotten is decided by the
 * log alone, never by a clock: the one used longest ago, when there are more than `SESSIONS_MAX`.
 */
export const SESSIONS_MAX = 1000

interface Session {
  /** Every request up to this one was answered, and is never applied again. */
  ackedThrough: number
  readonly answers: Map<number, string>
}

export type Seen =
  { readonly kind: 'new' } | { readonly kind: 'answered'; readonly reply: string | null }

const NEW: Seen = { kind: 'new' }

export class Sessions {
  private readonly table = new Map<string, Session>()

  /** `answered` with null: applied before, and its answer was acknowledged and forgotten. */
  look(id: string, seq: number): Seen {
    const session = this.table.get(id)
    if (session === undefined) return NEW
    if (seq <= session.ackedThrough) return { kind: 'answered', reply: null }
    const reply = session.answers.get(seq)
    return reply === undefined ? NEW : { kind: 'answered', reply }
  }

  /** Keeps the answer, and forgets those that the client has. */
  keep(id: string, seq: number, ackedThrough: number, reply: string): void {
    const session = this.touch(id)
    session.answers.set(seq, reply)
    if (ackedThrough <= session.ackedThrough) return
    session.ackedThrough = ackedThrough
    for (const answered of session.answers.keys()) {
      if (answered <= ackedThrough) session.answers.delete(answered)
      // Answers stand nearly in order: the first few that remain are the end of it.
      else if (answered > ackedThrough + 64) break
    }
  }

  get size(): number {
    return this.table.size
  }

  /** Finds or opens a session and makes it the one used last. */
  private touch(id: string): Session {
    const present = this.table.get(id)
    if (present !== undefined && this.table.size < SESSIONS_MAX) return present
    const session = present ?? { ackedThrough: 0, answers: new Map<number, string>() }
    this.table.delete(id)
    this.table.set(id, session)
    if (this.table.size > SESSIONS_MAX) {
      const oldest = this.table.keys().next()
      if (oldest.done !== true) this.table.delete(oldest.value)
    }
    return session
  }
}
