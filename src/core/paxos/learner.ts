/**
 * Learner: counts votes of distinct acceptors at one ballot; a phase-2 quorum means chosen.
 *
 * Source: PMS §2.3. Counting values instead of (ballot, value) is the notes' read rule and unsafe:
 *         see `docs/protocol.md`, the value-majority trap. Duplicates from one acceptor count once.
 * Bound:  slots above `chosenThrough` only; the replica forgets a slot when it is chosen.
 */
import { sameBallot } from './ballot'
import type { Ballot, NodeId, Slot } from './ballot'
import { SOUND } from './flaws'
import type { Flaws } from './flaws'
import type { Value } from './message'
import { addNode } from './quorum'
import type { NodeSet, Quorums } from './quorum'

interface Tally {
  readonly ballot: Ballot
  voters: NodeSet
  /** Votes of the same slot at another ballot: they never add up. */
  readonly other: Tally | null
}

/** What was proposed at a ballot, for a learner that counts values (M14). */
interface Proposed {
  readonly ballot: Ballot
  readonly value: Value
}

/** A slot has few ballots at a time; the oldest tallies are forgotten, which only delays. */
const TALLIES_MAX = 8

export class Learner {
  private readonly tallies = new Map<Slot, Tally>()
  /** Empty unless the learner counts values (M14). */
  private readonly proposed = new Map<Slot, Proposed[]>()

  constructor(
    private readonly quorums: Quorums,
    private readonly flaws: Flaws = SOUND,
  ) {}

  /** Counts one vote; true when it is new and its ballot now has a quorum. */
  count(slot: Slot, ballot: Ballot, voter: NodeId): boolean {
    const first = this.tallies.get(slot) ?? null
    let depth = 0
    for (let tally = first; tally !== null && depth < TALLIES_MAX; tally = tally.other) {
      if (tally.ballot === ballot || sameBallot(tally.ballot, ballot)) {
        const before = tally.voters
        tally.voters = addNode(before, voter)
        if (tally.voters === before && this.flaws.countsDuplicates) this.countTwice(tally)
        return tally.voters !== before && this.isChosen(slot, tally)
      }
      depth += 1
    }
    const other = depth < TALLIES_MAX ? first : null
    const tally: Tally = { ballot, voters: addNode(0, voter), other }
    this.tallies.set(slot, tally)
    return this.isChosen(slot, tally)
  }

  /** M14: what a vote at this ballot is for. */
  note(slot: Slot, ballot: Ballot, value: Value): void {
    const known = this.proposed.get(slot) ?? []
    if (known.some((one) => sameBallot(one.ballot, ballot))) return
    this.proposed.set(slot, [{ ballot, value }, ...known.slice(0, TALLIES_MAX - 1)])
  }

  /** Who voted at this ballot, as far as this learner was told. */
  votersOf(slot: Slot, ballot: Ballot): NodeSet {
    for (let tally = this.tallies.get(slot) ?? null; tally !== null; tally = tally.other) {
      if (sameBallot(tally.ballot, ballot)) return tally.voters
    }
    return 0
  }

  forget(slot: Slot): void {
    this.tallies.delete(slot)
    if (this.flaws.countsValues) this.proposed.delete(slot)
  }

  /** Forgets every slot up to `through`. */
  forgetThrough(through: Slot): void {
    for (const slot of this.tallies.keys()) if (slot <= through) this.tallies.delete(slot)
    for (const slot of this.proposed.keys()) if (slot <= through) this.proposed.delete(slot)
  }

  private isChosen(slot: Slot, tally: Tally): boolean {
    const voters = this.flaws.countsValues ? this.votersOfValue(slot, tally) : tally.voters
    return this.quorums.chosen(voters)
  }

  /** M14: whoever voted for the value of this tally, at whatever ballot. */
  private votersOfValue(slot: Slot, { ballot, voters }: Tally): NodeSet {
    const known = this.proposed.get(slot) ?? []
    const value = known.find((one) => sameBallot(one.ballot, ballot))?.value
    return known
      .filter((one) => one.value === value)
      .reduce((all, one) => all | this.votersOf(slot, one.ballot), voters)
  }

  /** M15: a vote told twice stands for one of an acceptor that has not voted. */
  private countTwice(tally: Tally): void {
    const missing = this.quorums.acceptors & ~tally.voters
    tally.voters |= missing & -missing
  }
}
