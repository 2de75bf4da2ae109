/**
 * Learner: counts votes of distinct acceptors at one ballot; a phase-2 quorum means chosen.
 *
 * Source: PMS §2.3. Counting values instead of (ballot, value) is the notes' read rule and unsafe:
 *         see `docs/protocol.md`, the value-majority trap. Duplicates from one acceptor count once.
 * Bound:  slots above `chosenThrough` only; the replica forgets a slot when it is chosen.
 */
import { sameBallot } from './ballot'
import type { Ballot, NodeId, Slot } from './ballot'
import { addNode } from './quorum'
import type { NodeSet, Quorums } from './quorum'

interface Tally {
  readonly ballot: Ballot
  voters: NodeSet
  /** Votes of the same slot at another ballot: they never add up. */
  readonly other: Tally | null
}

/** A slot has few ballots at a time; the oldest tallies are forgotten, which only delays. */
const TALLIES_MAX = 8

export class Learner {
  private readonly tallies = new Map<Slot, Tally>()

  constructor(private readonly quorums: Quorums) {}

  /** Counts one vote; true when it is new and its ballot now has a quorum. */
  count(slot: Slot, ballot: Ballot, voter: NodeId): boolean {
    const first = this.tallies.get(slot) ?? null
    let depth = 0
    for (let tally = first; tally !== null && depth < TALLIES_MAX; tally = tally.other) {
      if (tally.ballot === ballot || sameBallot(tally.ballot, ballot)) {
        const before = tally.voters
        tally.voters = addNode(before, voter)
        return tally.voters !== before && this.quorums.chosen(tally.voters)
      }
      depth += 1
    }
    const other = depth < TALLIES_MAX ? first : null
    const tally: Tally = { ballot, voters: addNode(0, voter), other }
    this.tallies.set(slot, tally)
    return this.quorums.chosen(tally.voters)
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
  }

  /** Forgets every slot up to `through`. */
  forgetThrough(through: Slot): void {
    for (const slot of this.tallies.keys()) if (slot <= through) this.tallies.delete(slot)
  }
}
