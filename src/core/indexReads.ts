/**
 * Index reads: the leader says up to which slot must be applied, then this node answers from its
 * own state. The leader confirms its ballot with a quorum first, or relies on its lease.
 *
 * Source: PMS §3 leaves reads open; protocol §9. A node that does not know answers
 *         "undetermined"; it never guesses.
 * Bounds: `INDEX_READS_MAX` open reads, `PERIODS_MAX` periods of the read timer each.
 */
import type { LearnerReadResult } from './event'
import type { Slot } from './paxos/ballot'
import type { ReadAt, ReadSubject } from './paxos/message'

export const INDEX_READS_MAX = 10_000
const PERIODS_MAX = 4
/** Reads are numbered anew in each life: an answer to a former life must not be taken. */
const READS_PER_LIFE = 1_000_000_000

export interface IndexRead {
  readonly read: number
  readonly tag: number
  readonly subject: ReadSubject
  readonly lease: boolean
  /** Null until the leader said; then the slot that must be applied. */
  at: Slot | null
  reason: string
  periods: number
}

export class IndexReads {
  private readonly waiting = new Map<number, IndexRead>()
  /** Reads whose slot is known, in the order of the answers. */
  private ready: IndexRead[] = []
  private count: number

  constructor(life: number) {
    this.count = life * READS_PER_LIFE
  }

  get size(): number {
    return this.waiting.size + this.ready.length
  }

  open(tag: number, subject: ReadSubject, lease: boolean): IndexRead {
    this.count += 1
    const reason = 'no leader is known'
    const read = { read: this.count, tag, subject, lease, at: null, reason, periods: 0 }
    this.waiting.set(read.read, read)
    return read
  }

  take({ read, slot, reason }: ReadAt): void {
    const found = this.waiting.get(read)
    if (found === undefined) return
    if (slot === null) {
      found.reason = reason
      return
    }
    found.at = slot
    this.waiting.delete(read)
    this.ready.push(found)
  }

  /** Reads that may be answered now. */
  takeReady(appliedThrough: Slot): IndexRead[] {
    if (this.ready.length === 0) return []
    const done = this.ready.filter(({ at }) => at !== null && at <= appliedThrough)
    if (done.length > 0) this.ready = this.ready.filter((read) => !done.includes(read))
    return done
  }

  /** A period has passed: who must ask again, and who waited long enough. */
  tick(): { readonly again: IndexRead[]; readonly over: IndexRead[] } {
    const again: IndexRead[] = []
    const over: IndexRead[] = []
    for (const read of [...this.waiting.values(), ...this.ready]) {
      read.periods += 1
      if (read.periods >= PERIODS_MAX) over.push(read)
      else if (read.at === null) again.push(read)
    }
    for (const read of over) this.waiting.delete(read.read)
    if (over.length > 0) this.ready = this.ready.filter((read) => !over.includes(read))
    return { again, over }
  }
}

export function undeterminedRead({ at, reason }: IndexRead): LearnerReadResult {
  const words = at === null ? reason : `slot ${at} was not applied here in time`
  return { verdict: 'undetermined', value: null, reason: words, replies: [] }
}
