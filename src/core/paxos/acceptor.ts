/**
 * Acceptor: the memory that keeps a chosen value chosen. One promise for the whole log, one vote a
 * slot; promising more than was asked is safe.
 *
 * Source: PMS §2.2: rule P1a, phases 1(b) and 2(b); §2.5: write before answering. Accepting raises
 *         `promised` too (protocol I3), or an older vote could replace a newer one.
 * Errors: none for peer input; the codec has refused malformed input.
 */
import { compareBallot, ZERO_BALLOT } from './ballot'
import type { Ballot } from './ballot'
import { SOUND } from './flaws'
import type { Flaws } from './flaws'
import type { SlotLog } from './log'
import type { Accept, Prepare } from './message'
import { mayPromise, mayVote } from './rules'

/** `fresh`: the state changed and must be made durable before the answer leaves. */
export type AcceptorAnswer =
  | { readonly kind: 'granted'; readonly fresh: boolean; readonly raised: boolean }
  | { readonly kind: 'refused'; readonly promised: Ballot }

export class Acceptor {
  promised: Ballot = ZERO_BALLOT

  constructor(
    private readonly log: SlotLog,
    /** Phase 2 only: the first proposal of a slot is accepted and no other (PMS §2.2, P1). */
    private readonly firstOnly = false,
    private readonly flaws: Flaws = SOUND,
  ) {}

  prepare({ ballot }: Pick<Prepare, 'ballot'>): AcceptorAnswer {
    if (!mayPromise(this.promised, ballot)) return { kind: 'refused', promised: this.promised }
    const raised = this.raise(ballot)
    return { kind: 'granted', fresh: raised, raised }
  }

  /** Votes in every slot of the run, or in none. */
  accept({ ballot, slot, values }: Pick<Accept, 'ballot' | 'slot' | 'values'>): AcceptorAnswer {
    if (this.firstOnly) {
      const held = this.log.at(slot)?.voteBallot ?? null
      if (held !== null && compareBallot(held, ballot) !== 0) {
        return { kind: 'refused', promised: held }
      }
    } else if (!mayVote(this.promised, ballot, this.flaws.voteRule)) {
      return { kind: 'refused', promised: this.promised }
    }
    const raised = !this.flaws.voteKeepsPromise && this.raise(ballot)
    let fresh = raised
    for (let index = 0; index < values.length; index += 1) {
      // A slot that was cut is chosen, with this very value (P2b): there is nothing to remember.
      if (slot + index <= this.log.base) continue
      if (this.log.votedAt(slot + index, ballot) !== undefined) continue
      this.log.vote(slot + index, ballot, values[index] ?? '')
      fresh = true
    }
    return { kind: 'granted', fresh, raised }
  }

  /** True if the promise went up. */
  raise(ballot: Ballot): boolean {
    if (compareBallot(ballot, this.promised) <= 0) return false
    this.promised = ballot
    return true
  }
}
