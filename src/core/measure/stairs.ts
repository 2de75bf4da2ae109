/**
 * The ballot staircase: one row per ballot, from the facts of the node that owns it.
 *
 * Bound: `STAIRS_MAX` ballots; the oldest are dropped and counted. A fact about a ballot that is
 *        not known (dropped, or its `bid` was lost) adds no row: its beginning would be invented.
 */
import { formatBallot } from '../paxos/ballot'
import type { Ballot } from '../paxos/ballot'
import { STAIRS_MAX } from './series'
import type { Stair } from './series'

type Change = Partial<Omit<Stair, 'ballot' | 'bidAtMs'>>

export class Stairs {
  /** A Map keeps the order of insertion, so the first key is the oldest ballot. */
  #rows = new Map<string, Stair>()
  #dirty = new Set<string>()
  #dropped = 0

  get dropped(): number {
    return this.#dropped
  }

  /** False if this ballot had begun already (a record that was read twice). */
  bid(atMs: number, ballot: Ballot): boolean {
    const key = formatBallot(ballot)
    if (this.#rows.has(key)) return false
    this.#rows.set(key, {
      ballot,
      bidAtMs: atMs,
      electedAtMs: null,
      preemptedAtMs: null,
      preemptedBy: null,
      chosenAtMs: null,
    })
    this.#dirty.add(key)
    if (this.#rows.size > STAIRS_MAX) this.#dropOldest()
    return true
  }

  elected(atMs: number, ballot: Ballot): void {
    this.#change(ballot, (row) => (row.electedAtMs === null ? { electedAtMs: atMs } : null))
  }

  /** False if it was known to be preempted: several acceptors refuse one ballot. */
  preempted(atMs: number, ballot: Ballot, by: Ballot): boolean {
    const row = this.#rows.get(formatBallot(ballot))
    if (row?.preemptedAtMs != null) return false
    this.#change(ballot, () => ({ preemptedAtMs: atMs, preemptedBy: by }))
    return true
  }

  chosen(atMs: number, ballot: Ballot): void {
    this.#change(ballot, (row) => (row.chosenAtMs === null ? { chosenAtMs: atMs } : null))
  }

  take(): Stair[] {
    const fresh = [...this.#dirty].flatMap((key) => this.#rows.get(key) ?? [])
    this.#dirty.clear()
    return fresh
  }

  rows(): Stair[] {
    return [...this.#rows.values()]
  }

  #change(ballot: Ballot, change: (row: Stair) => Change | null): void {
    const key = formatBallot(ballot)
    const row = this.#rows.get(key)
    const next = row && change(row)
    if (!row || !next) return
    this.#rows.set(key, { ...row, ...next })
    this.#dirty.add(key)
  }

  #dropOldest(): void {
    const oldest = this.#rows.keys().next()
    if (oldest.done) return
    this.#rows.delete(oldest.value)
    this.#dirty.delete(oldest.value)
    this.#dropped += 1
  }
}
