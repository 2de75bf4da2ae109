/**
 * I6 and I7: P2c (PMS §2.2), for every proposal when it is issued, and ever after.
 *
 * A proposal (n, v) of a slot rests on its witnesses, the phase-1 quorum that promised n. Case 1:
 * none of them voted below n in that slot. Case 2: v is the value of their highest vote below n.
 * And none of them may vote below n there later (I7).
 *
 * Order:  a proposal waits until each witness was seen to promise: its votes below are then all
 *         told, as facts of one node come in order. Nothing depends on the order between nodes.
 * Search: for a ballot whose proposer names no witnesses any quorum that promised it and fits will
 *         do (`witnessSearch.ts`).
 * Holes:  what a vote that was never told could excuse (`holes.ts`) is not judged, and counted.
 * Bounds: the newest `BALLOTS_MAX` ballots; votes as `Agreement` keeps them. O(1) a slot in steady
 *         state. Ballots without witnesses (phase 2 only, blog variant) are not judged.
 */
import type { LabEvent, NodeEvent } from '../event'
import { compareBallot, formatBallot } from '../paxos/ballot'
import type { Ballot, NodeId, Slot } from '../paxos/ballot'
import { addNode, hasNode, nodesOf, toNodeSet } from '../paxos/quorum'
import type { NodeSet, Quorums } from '../paxos/quorum'
import type { Agreement, SeenProposal } from './agreement'
import type { Holes } from './holes'
import { nodeNames } from './violation'
import type { Report, Violation } from './violation'
import { findWitnesses } from './witnessSearch'

export const BALLOTS_MAX = 1000
/** Proposals of one ballot that wait for facts of its witnesses. */
export const WAITING_PROPOSALS_MAX = 10_000
/** Proposals of ballots that name no witnesses. */
export const UNLED_PROPOSALS_MAX = 1000
/** Votes below an own promise; a sound run has none. */
const LATE_VOTES_MAX = 100

/** One proposal with what it rests on. */
export interface JudgedProposal {
  readonly slot: Slot
  readonly ballot: Ballot
  readonly id: string
  readonly witnesses: readonly NodeId[]
  /** 1: no witness voted below; 2: `below` is their highest vote there. */
  readonly grounds: 1 | 2
  readonly below: { readonly ballot: Ballot; readonly id: string } | null
  /** `unknown`: a vote that was never told could be the ground. */
  readonly verdict: 'holds' | 'violated' | 'unknown'
}

type Issued = Extract<NodeEvent, { type: 'issued' }>
type Voted = Extract<NodeEvent, { type: 'voted' }>

interface Proposal {
  readonly slot: Slot
  readonly id: string
  readonly seq: number
}

interface BallotState {
  readonly ballot: Ballot
  witnesses: NodeSet
  promisedBy: NodeSet
  /** Every witness was seen to promise this ballot, or may have done so in a hole. */
  isRipe: boolean
  waiting: Proposal[]
}

interface LateVote {
  readonly by: NodeId
  readonly slot: Slot
  readonly ballot: Ballot
  readonly promised: Ballot
  readonly seqs: readonly number[]
}

export class P2c {
  /** Proposals that were judged, and those of them that could not be. */
  judged = 0
  unknown = 0
  private readonly ballots = new Map<string, BallotState>()
  private readonly unripe = new Set<BallotState>()
  private readonly unled: { readonly state: BallotState; readonly proposal: Proposal }[] = []
  private readonly lateVotes: LateVote[] = []

  /** `agreement` has been fed the same events before; `holes` is fed here. */
  constructor(
    private readonly quorums: Quorums,
    private readonly agreement: Agreement,
    readonly holes: Holes,
    private readonly onJudged: ((proposal: JudgedProposal) => void) | null = null,
  ) {}

  feed(event: LabEvent, report: Report): void {
    switch (event.type) {
      case 'promised': {
        this.holes.feed(event)
        const state = this.at(event.ballot)
        state.promisedBy = addNode(state.promisedBy, event.by)
        return this.settleUnripe(report)
      }
      case 'recovered':
        this.holes.feed(event)
        return this.settleUnripe(report)
      case 'voted':
        this.vote(event, report)
        return this.settleUnripe(report)
      case 'elected':
        this.holes.feed(event)
        return this.elect(event.ballot, toNodeSet(event.witnesses), event.seq, report)
      case 'issued':
        this.holes.feed(event)
        return this.issue(event, report)
      default:
        return this.holes.feed(event)
    }
  }

  /** Nothing more comes: looks for witnesses of proposals whose proposer named none. */
  finish(report: Report): void {
    for (const { state, proposal } of this.unled.splice(0)) {
      const { witnesses, promisedBy } = state
      if (witnesses !== 0) this.judge(state, proposal, report)
      else this.judgeUnled(state, proposal, promisedBy, report)
    }
  }

  /** I7 for this vote. Votes below an own promise are kept: the proposal may be told later. */
  private vote(event: Voted, report: Report): void {
    const { by, life, ballot, slot, count, seq } = event
    const before = this.holes.promiseOf(by, life)
    const promised = before?.promised ?? ballot
    const promisedSeq = before?.promisedSeq ?? seq
    this.holes.feed(event)
    if (this.holes.order === 'total') this.judgeAgain(event, report)
    if (compareBallot(ballot, promised) >= 0) return
    for (let at = slot; at < slot + count; at += 1) {
      const late = { by, slot: at, ballot, promised, seqs: [promisedSeq, seq] }
      if (this.lateVotes.length < LATE_VOTES_MAX) this.lateVotes.push(late)
      for (const { ballot: above, id } of this.agreement.proposalsOf(at)) {
        const state = this.ballots.get(formatBallot(above))
        if (state !== undefined) tellLateVote(state, late, id, report)
      }
    }
  }

  /** I7 where the order is the true one: this vote comes after every proposal that was told. */
  private judgeAgain({ by, ballot, slot, count, seq }: Voted, report: Report): void {
    for (let at = slot; at < slot + count; at += 1) {
      for (const { ballot: above, id, seqs } of this.agreement.proposalsOf(at)) {
        if (compareBallot(above, ballot) <= 0) continue
        const state = this.ballots.get(formatBallot(above))
        const late = { by, slot: at, ballot, promised: above, seqs: [...seqs.slice(0, 1), seq] }
        if (state !== undefined) tellLateVote(state, late, id, report)
      }
    }
  }

  private elect(ballot: Ballot, witnesses: NodeSet, seq: number, report: Report): void {
    if (witnesses === 0) return
    this.at(ballot).witnesses = witnesses
    if (this.quorums.promised(witnesses)) return
    const words = `${formatBallot(ballot)} leads with ${nodeNames(witnesses)}, which is no quorum`
    report({ invariant: 'I6', words, evidence: [seq] })
  }

  private issue({ ballot, slot, ids, seq }: Issued, report: Report): void {
    const state = this.at(ballot)
    const isLed = state.witnesses !== 0
    for (let index = 0; index < ids.length; index += 1) {
      const proposal = { slot: slot + index, id: ids[index]!, seq }
      if (isLed && state.isRipe) this.judge(state, proposal, report)
      else if (isLed && state.waiting.length < WAITING_PROPOSALS_MAX) state.waiting.push(proposal)
      else if (!isLed && this.unled.length < UNLED_PROPOSALS_MAX) {
        this.unled.push({ state, proposal })
      } else this.unknown += 1
    }
    if (!isLed || state.isRipe) return
    this.unripe.add(state)
    this.settle(state, report)
  }

  private settleUnripe(report: Report): void {
    if (this.unripe.size === 0) return
    for (const state of [...this.unripe]) this.settle(state, report)
  }

  private settle(state: BallotState, report: Report): void {
    const { ballot, witnesses, promisedBy } = state
    for (const by of nodesOf(witnesses & ~promisedBy)) {
      const told = this.holes.promiseOf(by)
      if (told === null || compareBallot(told.promised, ballot) < 0) return
      if (this.holes.hides(by, ballot)) continue
      this.unripe.delete(state)
      const at = formatBallot(ballot)
      const words = `${at} counts N${by} as a witness, which never promised it`
      return report({ invariant: 'I6', words, evidence: [told.promisedSeq] })
    }
    state.isRipe = true
    this.unripe.delete(state)
    const { waiting } = state
    state.waiting = []
    for (const proposal of waiting) this.judge(state, proposal, report)
  }

  private judge(state: BallotState, proposal: Proposal, report: Report): void {
    const { ballot, witnesses } = state
    const { slot, id } = proposal
    const below = this.agreement.highestBelow(slot, ballot, witnesses)
    const isSame = below === null || below.id === id
    const verdict = isSame ? 'holds' : this.isExcused(state, below.ballot) ? 'unknown' : 'violated'
    this.note(state, proposal, witnesses, below, verdict)
    for (const late of this.lateVotes) {
      if (late.slot !== slot) continue
      tellLateVote(state, { ...late, seqs: [...late.seqs, proposal.seq] }, id, report)
    }
    if (verdict === 'violated' && below !== null) report(fault(state, proposal, witnesses, below))
  }

  /** Any quorum that promised this ballot, and on which the proposal may rest, will do. */
  private judgeUnled(state: BallotState, proposal: Proposal, among: NodeSet, report: Report): void {
    const { ballot } = state
    const { slot, id } = proposal
    const fits = (witnesses: NodeSet): boolean => {
      const below = this.agreement.highestBelow(slot, ballot, witnesses)
      return below === null || below.id === id
    }
    const found = findWitnesses(this.quorums, among, fits)
    const witnesses = found ?? among
    const below = this.agreement.highestBelow(slot, ballot, witnesses)
    if (found !== null) return this.note(state, proposal, found, below, 'holds')
    const others = nodesOf(this.quorums.acceptors & ~among)
    // Whoever promised may be missing from the facts: then this is no quorum, or another one fits.
    const isKnown =
      this.quorums.promised(among) && !others.some((by) => this.holes.hides(by, ballot))
    const isSure = isKnown && below !== null && !this.isExcused(state, below.ballot, among)
    this.note(state, proposal, witnesses, below, isSure ? 'violated' : 'unknown')
    if (isSure) report(fault(state, proposal, among, below))
  }

  private note(
    { ballot }: BallotState,
    { slot, id }: Proposal,
    witnesses: NodeSet,
    below: SeenProposal | null,
    verdict: JudgedProposal['verdict'],
  ): void {
    this.judged += 1
    if (verdict === 'unknown') this.unknown += 1
    if (this.onJudged === null) return
    const grounds = below === null ? 1 : 2
    this.onJudged({ slot, ballot, id, witnesses: nodesOf(witnesses), grounds, below, verdict })
  }

  /** A witness may have voted above `below` without our being told. */
  private isExcused(state: BallotState, below: Ballot, among = state.witnesses): boolean {
    return nodesOf(among).some((by) => this.holes.hidesBetween(by, below, state.ballot))
  }

  private at(ballot: Ballot): BallotState {
    const key = formatBallot(ballot)
    const present = this.ballots.get(key)
    if (present !== undefined) return present
    const state = { ballot, witnesses: 0, promisedBy: 0, isRipe: false, waiting: [] }
    this.ballots.set(key, state)
    const [oldest] = this.ballots
    if (this.ballots.size > BALLOTS_MAX && oldest !== undefined) {
      this.ballots.delete(oldest[0])
      this.unripe.delete(oldest[1])
    }
    return state
  }
}

function fault(
  { ballot }: BallotState,
  { slot, id, seq }: Proposal,
  witnesses: NodeSet,
  below: SeenProposal,
): Violation {
  const words =
    `${formatBallot(ballot)} proposed ${id} in slot ${slot}, where the highest vote of its ` +
    `witnesses ${nodeNames(witnesses)} below is ${below.id} at ${formatBallot(below.ballot)}`
  return { invariant: 'I6', words, evidence: [...below.seqs, seq] }
}

/** I7: the node had promised the ballot of this proposal, and is a witness of it. */
function tellLateVote(
  { ballot, witnesses }: BallotState,
  { by, slot, promised, seqs, ...vote }: LateVote,
  id: string,
  report: Report,
): void {
  if (!hasNode(witnesses, by) || compareBallot(ballot, promised) > 0) return
  if (compareBallot(vote.ballot, ballot) >= 0) return
  const words =
    `N${by} is a witness of ${id} at ${formatBallot(ballot)} in slot ${slot}, and voted there ` +
    `at ${formatBallot(vote.ballot)} afterwards`
  report({ invariant: 'I7', words, evidence: seqs })
}
