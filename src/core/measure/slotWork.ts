/**
 * Slot work: how long each slot took from its first proposal to its choice, and how many ballots.
 *
 * Open:    a slot is open from its first proposal (`issued`), or from when the slot before it was
 *          chosen, whichever came first.
 * Ballots: those begun while the slot was open, and the one that first proposed its value if that
 *          is older. A leader that goes on has 1 in every slot; a duel of ninety ballots has 90.
 * Time:    from the first proposal, or the first bid for a request while the slot was the next one,
 *          to the first `chosen` that any learner tells. Null: its beginning was not told.
 * Bound:   `OPEN_SLOTS_MAX` slots and `BALLOTS_KEPT_MAX` ballots; the oldest go.
 */
import { formatBallot } from '../paxos/ballot'
import type { Ballot, Slot } from '../paxos/ballot'
import type { BidReason } from '../paxos/fact'

export const OPEN_SLOTS_MAX = 4096
export const BALLOTS_KEPT_MAX = 4096

interface OpenSlot {
  readonly atMs: number
  /** Ballots begun before it was proposed. */
  readonly bids: number
  /** Count of the ballot that proposed it first; 0: not known, so an old one. */
  readonly issuer: number
}

export interface SlotResult {
  readonly ms: number | null
  readonly ballots: number
}

export class SlotWork {
  readonly #open = new Map<Slot, OpenSlot>()
  /** What number of ballot it was, from 1. */
  readonly #numbers = new Map<string, number>()
  #bids = 0
  #top: Slot = 0
  /** Ballots begun, when the highest slot was chosen. */
  #topBids = 0
  /** First bid for a request since then. */
  #wantedAtMs: number | null = null

  bid(atMs: number, ballot: Ballot, reason: BidReason): void {
    this.#bids += 1
    this.#numbers.set(formatBallot(ballot), this.#bids)
    dropOldest(this.#numbers, BALLOTS_KEPT_MAX)
    if (reason === 'request') this.#wantedAtMs ??= atMs
  }

  issued(atMs: number, ballot: Ballot, slot: Slot, count: number): void {
    const issuer = this.#numbers.get(formatBallot(ballot)) ?? 0
    const last = slot + count - 1
    for (let at = Math.max(slot, last - OPEN_SLOTS_MAX + 1); at <= last; at += 1) {
      if (!this.#open.has(at)) this.#open.set(at, { atMs, bids: this.#bids, issuer })
    }
    dropOldest(this.#open, OPEN_SLOTS_MAX)
  }

  /** One result for each slot that was not known to be chosen. */
  chosen(atMs: number, ballot: Ballot, slot: Slot, count: number): SlotResult[] {
    const results: SlotResult[] = []
    const last = slot + count - 1
    for (let at = Math.max(slot, last - OPEN_SLOTS_MAX + 1); at <= last; at += 1) {
      const result = this.#one(atMs, ballot, at)
      if (result !== null) results.push(result)
    }
    return results
  }

  #one(atMs: number, ballot: Ballot, slot: Slot): SlotResult | null {
    const open = this.#open.get(slot)
    // Known to be chosen: another learner tells of it too.
    if (open === undefined && slot <= this.#top) return null
    const isNext = slot === this.#top + 1
    const before = isNext ? this.#topBids : (open?.bids ?? this.#bids)
    const issuer = open?.issuer ?? this.#numbers.get(formatBallot(ballot)) ?? 0
    const ballots = this.#bids - before + (issuer <= before ? 1 : 0)
    const wantedAtMs = isNext ? this.#wantedAtMs : null
    const fromMs = Math.min(open?.atMs ?? Infinity, wantedAtMs ?? Infinity)
    this.#open.delete(slot)
    if (slot > this.#top) {
      this.#top = slot
      this.#topBids = this.#bids
      this.#wantedAtMs = null
    }
    return { ms: Number.isFinite(fromMs) ? Math.max(0, atMs - fromMs) : null, ballots }
  }
}

function dropOldest<Key>(map: Map<Key, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}
