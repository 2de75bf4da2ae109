/**
 * I5 and I8: one value per (slot, ballot), and at most one value chosen per slot.
 *
 * A slot's votes are tallied by ballot; a phase-2 quorum of distinct voters at one ballot is
 * chosen: that alone is "chosen" here. Claims of nodes (`chosen`, `learned`) must agree with each
 * other and with the tallies (I8); whether they are sound is I10's question.
 *
 * Bounds: the newest `TALLY_SLOTS_MAX` slots; what is older is final, and passed over.
 */
import type { LabEvent, NodeEvent } from '../event'
import { compareBallot, formatBallot } from '../paxos/ballot'
import type { Ballot, NodeId, Slot } from '../paxos/ballot'
import { addNode } from '../paxos/quorum'
import type { NodeSet, Quorums } from '../paxos/quorum'
import { Recent } from './recent'
import { EVIDENCE_MAX, nodeNames } from './violation'
import type { Report, Violation } from './violation'

export const TALLY_SLOTS_MAX = 50_000

type Voted = Extract<NodeEvent, { type: 'voted' }>

interface Tally {
  readonly ballot: Ballot
  readonly id: string
  voters: NodeSet
  /** First the event that told of it first. */
  seqs: readonly number[]
}

interface Claim {
  readonly id: string
  readonly by: NodeId
  readonly seqs: readonly number[]
}

interface SlotState {
  tallies: readonly Tally[]
  /** The first that a quorum voted for. */
  chosen: Tally | null
  /** The first that somebody said to be chosen. */
  claimed: Claim | null
}

/** Votes for one proposal, or none yet. */
export type SeenProposal = Readonly<Tally>

const NO_TALLIES: readonly Tally[] = []

/** Called when a quorum has voted in a slot for the first time. */
export type OnChosen = (slot: Slot, id: string, seq: number, atMs: number) => void

export class Agreement {
  /** Slots in which a phase-2 quorum voted, as far as the facts show. */
  chosenSlots = 0
  /** Highest slot that was let go. */
  private forgotten: Slot = 0
  private readonly slots = new Recent<Slot, SlotState>(TALLY_SLOTS_MAX, (slot) => {
    if (slot > this.forgotten) this.forgotten = slot
  })

  constructor(
    private readonly quorums: Quorums,
    private readonly onChosen: OnChosen = () => {},
  ) {}

  feed(event: LabEvent, report: Report): void {
    switch (event.type) {
      case 'voted': {
        const { ids, slot } = event
        for (let index = 0; index < ids.length; index += 1) {
          this.vote(slot + index, ids[index]!, event, report)
        }
        return
      }
      case 'issued': {
        const { ids, slot, ballot, seq } = event
        for (let index = 0; index < ids.length; index += 1) {
          const state = this.at(slot + index)
          if (state !== null) tallyOf(state, slot + index, ballot, ids[index]!, seq, report)
        }
        return
      }
      case 'chosen':
      case 'learned': {
        const { ids, slot, by, seq } = event
        for (let index = 0; index < ids.length; index += 1) {
          this.claim(slot + index, ids[index]!, by, seq, report)
        }
      }
    }
  }

  /** The value that a quorum voted for; null: none is known. */
  chosenAt(slot: Slot): string | null {
    return this.slots.get(slot)?.chosen?.id ?? null
  }

  /** The value that a quorum voted for, or that somebody says was chosen. */
  knownAt(slot: Slot): string | null {
    const state = this.slots.get(slot)
    return state?.chosen?.id ?? state?.claimed?.id ?? null
  }

  /** The slot is so old that its votes were let go. */
  isForgotten(slot: Slot): boolean {
    return slot <= this.forgotten && !this.slots.has(slot)
  }

  /** Slots in which this value was proposed or voted for; looks at all, for rare use. */
  slotsOf(id: string): readonly Slot[] {
    const found: Slot[] = []
    for (const [slot, { tallies }] of this.slots.entries()) {
      if (tallies.some((tally) => tally.id === id)) found.push(slot)
    }
    return found
  }

  /** The highest vote below `ballot` of any of these acceptors, as far as the facts tell. */
  highestBelow(slot: Slot, ballot: Ballot, among: NodeSet): SeenProposal | null {
    const tallies = this.slots.get(slot)?.tallies
    if (tallies === undefined) return null
    let highest: Tally | null = null
    for (const tally of tallies) {
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
    id: string,
    { ballot, by, seq, atMs }: Pick<Voted, 'ballot' | 'by' | 'seq' | 'atMs'>,
    report: Report,
  ): void {
    const state = this.at(slot)
    if (state === null) return
    const tally = tallyOf(state, slot, ballot, id, seq, report)
    tally.voters = addNode(tally.voters, by)
    const { seqs } = tally
    // A list that is pushed to is made for seventeen, and there are as many lists as slots.
    if (seqs.length < EVIDENCE_MAX && seqs[seqs.length - 1] !== seq) tally.seqs = seqs.concat(seq)
    // One more vote for what is chosen changes nothing.
    if (state.chosen?.id === id || !this.quorums.chosen(tally.voters)) return
    const rival = state.chosen ?? (state.claimed?.id === id ? null : state.claimed)
    if (rival !== null) report(twoValues(slot, rival, tally))
    if (state.chosen !== null) return
    state.chosen = tally
    this.chosenSlots += 1
    this.onChosen(slot, id, seq, atMs)
  }

  private claim(slot: Slot, id: string, by: NodeId, seq: number, report: Report): void {
    const state = this.at(slot)
    if (state === null) return
    const known = state.chosen ?? state.claimed
    if (known !== null && known.id === id) return
    const claim = { id, by, seqs: [seq] }
    if (known !== null) report(twoValues(slot, known, claim))
    state.claimed ??= claim
  }

  private at(slot: Slot): SlotState | null {
    const present = this.slots.get(slot)
    if (present !== undefined) return present
    if (slot <= this.forgotten) return null
    const state: SlotState = { tallies: NO_TALLIES, chosen: null, claimed: null }
    this.slots.set(slot, state)
    return state
  }
}

/** The tally of this proposal; it is told if the ballot carries another value, too. */
function tallyOf(
  state: SlotState,
  slot: Slot,
  ballot: Ballot,
  id: string,
  seq: number,
  report: Report,
): Tally {
  let rival: Tally | null = null
  for (const tally of state.tallies) {
    if (tally.ballot.round !== ballot.round || tally.ballot.node !== ballot.node) continue
    if (tally.id === id) return tally
    rival ??= tally
  }
  const tally: Tally = { ballot, id, voters: 0, seqs: [seq] }
  state.tallies = state.tallies.length === 0 ? [tally] : state.tallies.concat(tally)
  if (rival === null) return tally
  const name = formatBallot(ballot)
  const words = `slot ${slot} has two values at ballot ${name}: ${rival.id} and ${id}`
  report({ invariant: 'I5', words, evidence: [...rival.seqs.slice(0, 1), seq] })
  return tally
}

function twoValues(slot: Slot, first: Tally | Claim, second: Tally | Claim): Violation {
  const words =
    `slot ${slot} has two chosen values: ${first.id} (${howOf(first)}) ` +
    `and ${second.id} (${howOf(second)})`
  return { invariant: 'I8', words, evidence: [...first.seqs, ...second.seqs] }
}

function howOf(choice: Tally | Claim): string {
  if ('by' in choice) return `N${choice.by} says so`
  return `voted by ${nodeNames(choice.voters)} at ${formatBallot(choice.ballot)}`
}
