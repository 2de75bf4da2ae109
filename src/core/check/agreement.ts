/**
 * I5 and I8: one value per (slot, ballot), and at most one value chosen per slot.
 *
 * A slot's votes are tallied by ballot; a majority of distinct voters at one ballot is chosen.
 * Claims of nodes (`chosen`, `learned`) must agree with each other and with the tallies.
 */
import type { LabEvent } from '../event'
import { compareBallot, formatBallot, sameBallot } from '../paxos/ballot'
import type { Ballot, NodeId, Slot } from '../paxos/ballot'
import { addNode, nodesOf } from '../paxos/quorum'
import type { NodeSet, Quorums } from '../paxos/quorum'
import type { Violation } from './violation'

export const TALLY_SLOTS_MAX = 50_000

interface Tally {
  readonly ballot: Ballot
  readonly id: string
  voters: NodeSet
  readonly seqs: number[]
}

interface SlotState {
  tallies: Tally[]
  /** Chosen by count, or claimed to be. */
  chosen: { readonly id: string; readonly seqs: readonly number[]; readonly how: string } | null
}

/** Votes for one proposal, or none yet. */
export type SeenProposal = Pick<Tally, 'ballot' | 'id' | 'seqs'>

/** Evidence of a tally: the votes that made it, a few are enough to show. */
const SEQS_MAX = 10

export class Agreement {
  chosenSlots = 0
  private readonly slots = new Map<Slot, SlotState>()

  constructor(private readonly quorums: Quorums) {}

  feed(event: LabEvent): readonly Violation[] {
    switch (event.type) {
      case 'voted':
        return event.ids.flatMap((id, index) =>
          this.vote(event.slot + index, event.ballot, id, event.by, event.seq),
        )
      case 'issued':
        return event.ids.flatMap(
          (id, index) => this.tally(event.slot + index, event.ballot, id, event.seq).violations,
        )
      case 'chosen':
      case 'learned':
        return event.ids.flatMap((id, index) =>
          this.choose(event.slot + index, id, [event.seq], `N${event.by} says so`),
        )
      default:
        return []
    }
  }

  /** The highest vote below `ballot` of any of these acceptors, as far as the facts tell. */
  highestBelow(slot: Slot, ballot: Ballot, among: NodeSet): SeenProposal | null {
    let highest: Tally | null = null
    for (const tally of this.slots.get(slot)?.tallies ?? []) {
      if ((tally.voters & among) === 0 || compareBallot(tally.ballot, ballot) >= 0) continue
      if (highest === null || compareBallot(tally.ballot, highest.ballot) > 0) highest = tally
    }
    return highest
  }

  /** What was proposed or voted for in a slot. */
  proposalsOf(slot: Slot): readonly SeenProposal[] {
    return this.slots.get(slot)?.tallies ?? []
  }

  private vote(
    slot: Slot,
    ballot: Ballot,
    id: string,
    by: NodeId,
    seq: number,
  ): readonly Violation[] {
    const { tally, violations } = this.tally(slot, ballot, id, seq)
    if (tally === null) return violations
    const before = this.quorums.chosen(tally.voters)
    tally.voters = addNode(tally.voters, by)
    if (tally.seqs.length < SEQS_MAX) tally.seqs.push(seq)
    if (before || !this.quorums.chosen(tally.voters)) return violations
    const voters = nodesOf(tally.voters).map((node) => `N${node}`)
    const how = `voted by ${voters.join(', ')} at ${formatBallot(ballot)}`
    return [...violations, ...this.choose(slot, id, tally.seqs, how)]
  }

  private tally(
    slot: Slot,
    ballot: Ballot,
    id: string,
    seq: number,
  ): { readonly tally: Tally | null; readonly violations: readonly Violation[] } {
    const state = this.at(slot)
    const present = state.tallies.find((tally) => sameBallot(tally.ballot, ballot))
    if (present === undefined) {
      const tally = { ballot, id, voters: 0, seqs: [seq] }
      state.tallies.push(tally)
      return { tally, violations: [] }
    }
    if (present.id === id) return { tally: present, violations: [] }
    const name = formatBallot(ballot)
    const words = `slot ${slot} has two values at ballot ${name}: ${present.id} and ${id}`
    const evidence = [...present.seqs.slice(0, 1), seq]
    return { tally: null, violations: [{ invariant: 'I5', words, evidence }] }
  }

  private choose(
    slot: Slot,
    id: string,
    seqs: readonly number[],
    how: string,
  ): readonly Violation[] {
    const state = this.at(slot)
    if (state.chosen === null) {
      state.chosen = { id, seqs, how }
      this.chosenSlots += 1
      return []
    }
    if (state.chosen.id === id) return []
    const words =
      `slot ${slot} has two chosen values: ${state.chosen.id} (${state.chosen.how}) ` +
      `and ${id} (${how})`
    return [{ invariant: 'I8', words, evidence: [...state.chosen.seqs, ...seqs] }]
  }

  private at(slot: Slot): SlotState {
    const present = this.slots.get(slot)
    if (present !== undefined) return present
    const state: SlotState = { tallies: [], chosen: null }
    this.slots.set(slot, state)
    if (this.slots.size > TALLY_SLOTS_MAX) {
      const oldest = this.slots.keys().next()
      if (oldest.done !== true) this.slots.delete(oldest.value)
    }
    return state
  }
}
