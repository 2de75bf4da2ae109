/**
 * Log: one entry a slot, holding this acceptor's vote and, once known, the chosen value.
 *
 * Source: PMS §3: "the value chosen by the ith instance being the ith state machine command".
 * Invariants: every slot up to `chosenThrough` is chosen, `chosenThrough` + 1 is not known to be;
 *         slots above may be chosen too (a gap lies below them). Slots up to `base` are chosen and
 *         cut: a snapshot holds their effect, `base` <= `chosenThrough`.
 */
import { assert } from '../assert'
import { sameBallot } from './ballot'
import type { Ballot, Slot } from './ballot'
import type { SlotRange, SlotVote, Value } from './message'

export interface Entry {
  voteBallot: Ballot | null
  voteValue: Value
  chosen: boolean
  /** Meaningful only when `chosen`. */
  chosenValue: Value
}

export class SlotLog {
  /** Entry of slot s at index s - base; index 0 is not used. */
  private entries: (Entry | undefined)[] = [undefined]
  base: Slot = 0
  chosenThrough: Slot = 0
  /** Highest slot with a vote or a chosen value. */
  through: Slot = 0

  /** Undefined: neither voted nor known to be chosen, or cut. */
  at(slot: Slot): Entry | undefined {
    return slot > this.base ? this.entries[slot - this.base] : undefined
  }

  /** Records the newest vote of this acceptor in a slot. */
  vote(slot: Slot, ballot: Ballot, value: Value): void {
    if (slot <= this.base) return
    const entry = this.ensure(slot)
    entry.voteBallot = ballot
    entry.voteValue = value
  }

  /** True if that is new. Throws when another value is already known to be chosen (agreement). */
  choose(slot: Slot, value: Value): boolean {
    if (slot <= this.base) return false
    const entry = this.ensure(slot)
    if (entry.chosen) {
      assert(entry.chosenValue === value, `slot ${slot} was chosen with two values`)
      return false
    }
    entry.chosen = true
    entry.chosenValue = value
    this.advance()
    return true
  }

  isChosen(slot: Slot): boolean {
    return slot <= this.chosenThrough || this.entries[slot - this.base]?.chosen === true
  }

  /** Forgets slots up to `through`, which are chosen and covered by a durable snapshot. */
  cut(through: Slot): void {
    if (through <= this.base) return
    assert(through <= this.chosenThrough, `slot ${through} is not known to be chosen`)
    this.entries = [undefined, ...this.entries.slice(through - this.base + 1)]
    this.base = through
  }

  /** A snapshot covers every slot up to `through`: they are chosen, whatever was known before. */
  cover(through: Slot): void {
    if (through <= this.chosenThrough) return
    this.chosenThrough = through
    if (through > this.through) this.through = through
    this.cut(through)
    this.advance()
  }

  /** The vote at exactly this ballot, or undefined. */
  votedAt(slot: Slot, ballot: Ballot): Entry | undefined {
    const entry = this.at(slot)
    if (entry === undefined || entry.voteBallot === null) return undefined
    return entry.voteBallot === ballot || sameBallot(entry.voteBallot, ballot) ? entry : undefined
  }

  /** The values of chosen slots from `from` to `to`; stops at the first one that is not known. */
  chosenValues(from: Slot, to: Slot, bytesMax: number): Value[] {
    const values: Value[] = []
    let bytes = 0
    for (let slot = from; slot <= to; slot += 1) {
      const entry = this.at(slot)
      if (entry === undefined || !entry.chosen) break
      bytes += entry.chosenValue.length + 8
      if (bytes > bytesMax && values.length > 0) break
      values.push(entry.chosenValue)
    }
    return values
  }

  /** Votes in the ranges, above what is chosen without a gap. */
  votesIn(ranges: readonly SlotRange[]): SlotVote[] {
    const votes: SlotVote[] = []
    for (const range of ranges) {
      const to = Math.min(range.to ?? this.through, this.through)
      for (let slot = Math.max(range.from, this.chosenThrough + 1); slot <= to; slot += 1) {
        const entry = this.at(slot)
        if (entry === undefined || entry.voteBallot === null) continue
        votes.push({ slot, ballot: entry.voteBallot, value: entry.voteValue })
      }
    }
    return votes
  }

  /**
   * Every slot not known to be chosen, as closed ranges and one open end (PMS §3: 135-137, >139).
   * `gaps` false leaves out those below `through` of which nothing is known (M16).
   */
  openRanges(gaps = true): SlotRange[] {
    const ranges: SlotRange[] = []
    let from: Slot | null = null
    for (let slot = this.chosenThrough + 1; slot <= this.through; slot += 1) {
      const asked = gaps || this.at(slot) !== undefined
      if (!this.isChosen(slot) && asked) from ??= slot
      else if (from !== null) {
        ranges.push({ from, to: slot - 1 })
        from = null
      }
    }
    ranges.push({ from: from ?? this.through + 1, to: null })
    return ranges
  }

  private advance(): void {
    while (this.entries[this.chosenThrough + 1 - this.base]?.chosen === true) {
      this.chosenThrough += 1
    }
  }

  private ensure(slot: Slot): Entry {
    const index = slot - this.base
    const present = this.entries[index]
    if (present !== undefined) return present
    // Filled up to the slot: an array with holes would become a slow dictionary.
    for (let next = this.entries.length; next < index; next += 1) this.entries.push(undefined)
    const entry: Entry = { voteBallot: null, voteValue: '', chosen: false, chosenValue: '' }
    this.entries[index] = entry
    if (slot > this.through) this.through = slot
    return entry
  }
}
