/**
 * Whether votes that were never told could make a quorum of those that were: then a claim that
 * lacks support is not judged. What can be missing, `holes.ts` knows.
 */
import type { Ballot, Slot } from '../paxos/ballot'
import { addNode, nodesOf } from '../paxos/quorum'
import type { NodeSet, Quorums } from '../paxos/quorum'
import type { Agreement } from './agreement'
import type { Holes } from './holes'

export class HiddenVotes {
  constructor(
    private readonly quorums: Quorums,
    private readonly agreement: Agreement,
    private readonly holes: Holes,
  ) {}

  /** This value may be chosen in this slot; `ballot` null: at any. */
  mayChoose(slot: Slot, id: string, ballot: Ballot | null): boolean {
    let isKnown = false
    for (const proposal of this.agreement.proposalsOf(slot)) {
      if (proposal.id !== id) continue
      isKnown = true
      const hidden = this.hiddenAt(proposal.ballot, proposal.seqs[0] ?? 0)
      if (this.quorums.chosen(proposal.voters | hidden)) return true
    }
    // In a true order a proposal is told of before anybody votes for it.
    if (isKnown && this.holes.order === 'total') return false
    return this.quorums.chosen(this.hiddenAt(ballot, 0))
  }

  /** This value may be chosen in some slot, and known to somebody without a gap. */
  mayBeDone(id: string): boolean {
    const slots = this.agreement.slotsOf(id)
    // It is chosen: what is missing is somebody who knew all below.
    if (slots.some((slot) => this.agreement.chosenAt(slot) === id)) {
      return this.holes.order === 'causal' && this.hiddenAt(null, 0) !== 0
    }
    if (slots.some((slot) => this.mayChoose(slot, id, null))) return true
    return this.quorums.chosen(this.hiddenAt(null, 0))
  }

  private hiddenAt(ballot: Ballot | null, sinceSeq: number): NodeSet {
    let hidden: NodeSet = 0
    for (const node of nodesOf(this.quorums.acceptors)) {
      if (this.holes.hides(node, ballot, sinceSeq)) hidden = addNode(hidden, node)
    }
    return hidden
  }
}
