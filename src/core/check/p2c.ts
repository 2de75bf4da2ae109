/**
 * I6 and I7: P2c (PMS §2.2), for every proposal when it is issued, and ever after.
 *
 * A proposal (n, v) of a slot rests on its witnesses, the phase-1 quorum that promised n. Case 1:
 * none of them voted below n in that slot. Case 2: v is the value of their highest vote below n.
 * And none of them may vote below n there later (I7).
 *
 * Order:  a proposal waits until each witness was seen to promise: its votes below are then all
 *         told, as facts of one node come in order. Nothing depends on the order between nodes.
 * Holes:  facts of the last moment before a kill, of a disk image or of an overfull queue are never
 *         told. Votes that are missing so lie between the promises before and after; what such a
 *         vote could excuse is not judged, and counted.
 * Bounds: the newest `BALLOTS_MAX` ballots; votes as `Agreement` keeps them. O(1) a slot in steady
 *         state. Ballots without witnesses (phase 2 only, blog variant) are not judged.
 */
import type { LabEvent, NodeEvent } from '../event'
import { compareBallot, formatBallot, ZERO_BALLOT } from '../paxos/ballot'
import type { Ballot, NodeId, Slot } from '../paxos/ballot'
import { MAJORITY, nodesOf, Quorums, toNodeSet, addNode, hasNode } from '../paxos/quorum'
import type { NodeSet, QuorumSystem } from '../paxos/quorum'
import { Agreement } from './agreement'
import type { Violation } from './violation'

export const BALLOTS_MAX = 1000
/** Proposals of one ballot that wait for facts of its witnesses. */
export const WAITING_PROPOSALS_MAX = 10_000
/** Holes of one node; the oldest two become one. */
const HOLES_MAX = 32
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

/** Votes from the one ballot to the other, both included, may be missing. */
interface Hole {
  readonly from: Ballot
  readonly to: Ballot
}

interface NodeState {
  life: number
  /** Highest promise that was seen, in any life. */
  promised: Ballot
  promisedSeq: number
  /** Facts are missing since then. */
  lost: boolean
  holes: Hole[]
}

interface LateVote {
  readonly by: NodeId
  readonly slot: Slot
  readonly ballot: Ballot
  readonly promised: Ballot
  readonly seqs: readonly number[]
}

export class P2c {
  /** Proposals that were judged, or could not be. */
  judged = 0
  unknown = 0
  private readonly ballots = new Map<string, BallotState>()
  private readonly nodes = new Map<NodeId, NodeState>()
  private readonly unripe = new Set<BallotState>()
  private readonly lateVotes: LateVote[] = []

  /** `agreement` has been fed the same events before. */
  constructor(
    private readonly quorums: Quorums,
    private readonly agreement: Agreement,
    private readonly onJudged: (proposal: JudgedProposal) => void = () => {},
  ) {}

  feed(event: LabEvent): readonly Violation[] {
    switch (event.type) {
      case 'promised':
        this.raise(event, event.ballot)
        this.at(event.ballot).promisedBy = addNode(this.at(event.ballot).promisedBy, event.by)
        return this.settleUnripe()
      case 'recovered':
        this.nodeAt(event).lost = true
        this.raise(event, event.promised)
        return this.settleUnripe()
      case 'factsDropped':
        this.nodeAt(event).lost = true
        return []
      case 'voted':
        return [...this.vote(event), ...this.settleUnripe()]
      case 'elected':
        return this.elect(event.ballot, toNodeSet(event.witnesses), event.seq)
      case 'issued':
        return this.issue(event)
      default:
        return []
    }
  }

  /** I7 for this vote. Votes below an own promise are kept: the proposal may be told later. */
  private vote(event: Voted): Violation[] {
    const { by, ballot, slot, count, seq } = event
    const node = this.nodeAt(event)
    const { promised, promisedSeq } = node
    this.raise(event, ballot)
    if (event.life < node.life || compareBallot(ballot, promised) >= 0) return []
    const found: Violation[] = []
    for (let at = slot; at < slot + count; at += 1) {
      const late = { by, slot: at, ballot, promised, seqs: [promisedSeq, seq] }
      if (this.lateVotes.length < LATE_VOTES_MAX) this.lateVotes.push(late)
      for (const { ballot: above, id } of this.agreement.proposalsOf(at)) {
        const state = this.ballots.get(formatBallot(above))
        if (state !== undefined) found.push(...lateVoteFault(state, late, id))
      }
    }
    return found
  }

  private elect(ballot: Ballot, witnesses: NodeSet, seq: number): Violation[] {
    if (witnesses === 0) return []
    this.at(ballot).witnesses = witnesses
    if (this.quorums.promised(witnesses)) return []
    const words = `${formatBallot(ballot)} leads with ${names(witnesses)}, which is no quorum`
    return [{ invariant: 'I6', words, evidence: [seq] }]
  }

  private issue({ ballot, slot, ids, seq }: Issued): Violation[] {
    const state = this.at(ballot)
    if (state.witnesses === 0) return []
    const proposals = ids.map((id, index) => ({ slot: slot + index, id, seq }))
    if (state.isRipe) return proposals.flatMap((proposal) => this.judge(state, proposal))
    const room = WAITING_PROPOSALS_MAX - state.waiting.length
    state.waiting.push(...proposals.slice(0, room))
    this.unknown += Math.max(0, proposals.length - room)
    this.unripe.add(state)
    return this.settle(state)
  }

  private settleUnripe(): Violation[] {
    if (this.unripe.size === 0) return []
    return [...this.unripe].flatMap((state) => this.settle(state))
  }

  private settle(state: BallotState): Violation[] {
    const { ballot, witnesses, promisedBy } = state
    for (const by of nodesOf(witnesses & ~promisedBy)) {
      const node = this.nodes.get(by)
      if (node === undefined || compareBallot(node.promised, ballot) < 0) return []
      if (node.holes.some(({ from, to }) => within(ballot, from, to))) continue
      this.unripe.delete(state)
      const at = formatBallot(ballot)
      const words = `${at} counts N${by} as a witness, which never promised it`
      return [{ invariant: 'I6', words, evidence: [node.promisedSeq] }]
    }
    state.isRipe = true
    this.unripe.delete(state)
    const { waiting } = state
    state.waiting = []
    return waiting.flatMap((proposal) => this.judge(state, proposal))
  }

  private judge(state: BallotState, { slot, id, seq }: Proposal): Violation[] {
    const { ballot, witnesses } = state
    const below = this.agreement.highestBelow(slot, ballot, witnesses)
    const isSame = below === null || below.id === id
    const verdict = isSame ? 'holds' : this.isExcused(state, below.ballot) ? 'unknown' : 'violated'
    const grounds = below === null ? 1 : 2
    this.onJudged({ slot, ballot, id, witnesses: nodesOf(witnesses), grounds, below, verdict })
    this.judged += 1
    if (verdict === 'unknown') this.unknown += 1
    const found = this.lateVotes.flatMap((late) => {
      return late.slot === slot
        ? lateVoteFault(state, { ...late, seqs: [...late.seqs, seq] }, id)
        : []
    })
    if (verdict !== 'violated' || below === null) return found
    const words =
      `${formatBallot(ballot)} proposed ${id} in slot ${slot}, where the highest vote of its ` +
      `witnesses ${names(witnesses)} below is ${below.id} at ${formatBallot(below.ballot)}`
    return [...found, { invariant: 'I6', words, evidence: [...below.seqs, seq] }]
  }

  /** A witness may have voted above `below` without our being told. */
  private isExcused({ ballot, witnesses }: BallotState, below: Ballot): boolean {
    return nodesOf(witnesses).some((by) =>
      this.nodes.get(by)?.holes.some(({ from, to }) => {
        return compareBallot(to, below) > 0 && compareBallot(from, ballot) < 0
      }),
    )
  }

  /** The promise of a node is seen to be at least this high. */
  private raise(event: NodeEvent, ballot: Ballot): void {
    const node = this.nodeAt(event)
    if (event.life < node.life) return
    if (node.lost) {
      node.lost = false
      const ends = [node.promised, ballot].sort(compareBallot)
      addHole(node.holes, { from: ends[0] ?? ballot, to: ends[1] ?? ballot })
    }
    if (compareBallot(ballot, node.promised) <= 0) return
    node.promised = ballot
    node.promisedSeq = event.seq
  }

  private nodeAt({ by, life, seq }: NodeEvent): NodeState {
    const present = this.nodes.get(by)
    if (present !== undefined) {
      // The end of the former life may not have been told.
      if (life > present.life) Object.assign(present, { life, lost: true })
      return present
    }
    const node = { life, promised: ZERO_BALLOT, promisedSeq: seq, lost: false, holes: [] }
    this.nodes.set(by, node)
    return node
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

/** Every proposal of a run with its grounds, and what I6 and I7 find. */
export function judgeRun(
  events: readonly LabEvent[],
  acceptors: readonly NodeId[],
  system: QuorumSystem = MAJORITY,
): { readonly proposals: readonly JudgedProposal[]; readonly violations: readonly Violation[] } {
  const quorums = new Quorums(system, acceptors)
  const agreement = new Agreement(quorums)
  const proposals: JudgedProposal[] = []
  const check = new P2c(quorums, agreement, (proposal) => void proposals.push(proposal))
  const violations = events.flatMap((event) => {
    agreement.feed(event)
    return check.feed(event)
  })
  return { proposals, violations }
}

/** I7: the node had promised the ballot of this proposal, and is a witness of it. */
function lateVoteFault(
  { ballot, witnesses }: BallotState,
  { by, slot, promised, seqs, ...vote }: LateVote,
  id: string,
): Violation[] {
  if (!hasNode(witnesses, by) || compareBallot(ballot, promised) > 0) return []
  if (compareBallot(vote.ballot, ballot) >= 0) return []
  const words =
    `N${by} is a witness of ${id} at ${formatBallot(ballot)} in slot ${slot}, and voted there ` +
    `at ${formatBallot(vote.ballot)} afterwards`
  return [{ invariant: 'I7', words, evidence: seqs }]
}

function addHole(holes: Hole[], hole: Hole): void {
  if (hole.to.round === 0) return
  holes.push(hole)
  if (holes.length <= HOLES_MAX) return
  const [first, second] = holes.splice(0, 2)
  if (first === undefined || second === undefined) return
  const to = compareBallot(first.to, second.to) >= 0 ? first.to : second.to
  const from = compareBallot(first.from, second.from) <= 0 ? first.from : second.from
  holes.unshift({ from, to })
}

function within(ballot: Ballot, from: Ballot, to: Ballot): boolean {
  return compareBallot(ballot, from) >= 0 && compareBallot(ballot, to) <= 0
}

function names(nodes: NodeSet): string {
  return nodesOf(nodes)
    .map((node) => `N${node}`)
    .join(', ')
}
