/**
 * Proposer: phase 1 over all open slots at once, adoption of forced values, phase 2 per slot.
 *
 * Source: PMS §2.2 phase 2(a), P2c; §3: a new leader runs phase 1 for infinitely many instances,
 *         then proposes what was forced and fills the gaps below with a no-op.
 * Invariant: a promise counts only for the ballot of the present attempt, once an acceptor (M4).
 */
import { compareBallot, sameBallot, ZERO_BALLOT } from './ballot'
import type { Ballot, NodeId, Slot } from './ballot'
import { SOUND } from './flaws'
import type { Flaws } from './flaws'
import type { SlotLog } from './log'
import { NO_OP } from './message'
import type { Promised, SlotRange, SlotVote, Value } from './message'
import { addNode } from './quorum'
import type { NodeSet, Quorums } from './quorum'
import { chooseValue, supersedes } from './rules'

export type ProposerPhase = 'idle' | 'preparing' | 'leading'

/** A proposal that phase 1 fixed. */
export interface ForcedSlot {
  readonly slot: Slot
  readonly value: Value
  readonly cause: 'forced' | 'noop'
}

/** Parts of one promise of one acceptor. */
interface Answer {
  readonly chosenThrough: Slot
  readonly parts: number
  readonly seen: Set<number>
  /** They count when the answer is whole: only then is its acceptor a witness. */
  readonly votes: SlotVote[]
}

/** Long promises come in parts; more than this is not a promise of ours. */
const PARTS_MAX = 10_000

export class Proposer {
  phase: ProposerPhase = 'idle'
  ballot: Ballot = ZERO_BALLOT
  ranges: readonly SlotRange[] = []
  promises: NodeSet = 0
  nextSlot: Slot = 1
  /** Highest slot that phase 1 fixed: a leader that has not applied it may have missed writes. */
  fixedThrough: Slot = 0
  /**
   * Slots up to this are chosen according to an acceptor: catch up on them, never propose there.
   */
  chosenElsewhere: Slot = 0
  /** The acceptor that knows them. */
  chosenAt: NodeId = 0
  /** Issued at the present ballot and not known to be chosen. */
  readonly open = new Map<Slot, Value>()
  private readonly votes = new Map<Slot, SlotVote>()
  private readonly answers = new Map<NodeId, Answer>()

  constructor(
    private readonly quorums: Quorums,
    private readonly flaws: Flaws = SOUND,
  ) {}

  begin(ballot: Ballot, ranges: readonly SlotRange[]): void {
    this.reset('preparing')
    this.ballot = ballot
    this.ranges = ranges
  }

  /** Slots up to `through` are chosen with values that this node will not see. */
  forgetThrough(through: Slot): boolean {
    let issued = false
    for (const slot of this.open.keys()) {
      if (slot > through) continue
      this.open.delete(slot)
      issued = true
    }
    return issued
  }

  /** Gives up the ballot; what was issued may still be chosen. */
  stop(): void {
    this.reset('idle')
  }

  /** Takes a promise; true when it completes a phase-1 quorum. */
  takePromise(from: NodeId, promise: Promised): boolean {
    if (this.phase !== 'preparing' || !this.isPresent(promise.ballot)) return false
    if (promise.parts > PARTS_MAX || promise.part >= promise.parts) return false
    if (promise.chosenThrough > this.chosenElsewhere) {
      this.chosenElsewhere = promise.chosenThrough
      this.chosenAt = from
    }
    const answer = this.answerOf(from, promise)
    if (!answer.seen.has(promise.part)) answer.votes.push(...promise.votes)
    answer.seen.add(promise.part)
    if (answer.seen.size < answer.parts) return false
    for (const vote of answer.votes) this.keep(vote)
    this.promises = addNode(this.promises, from)
    return this.quorums.promised(this.promises)
  }

  /**
   * Ends phase 1: the proposals it forces, in slot order. Slots known to be chosen are left alone;
   * open ones below the highest forced slot get a no-op (PMS §3, instances 136 and 137).
   */
  lead(log: SlotLog): ForcedSlot[] {
    this.phase = 'leading'
    const floor = Math.max(log.chosenThrough, this.chosenElsewhere)
    let top = Math.max(floor, log.through)
    for (const slot of this.votes.keys()) if (slot > top) top = slot
    while (top > floor && !this.votes.has(top) && !log.isChosen(top)) top -= 1
    const forced: ForcedSlot[] = []
    for (let slot = floor + 1; slot <= top; slot += 1) {
      if (log.isChosen(slot)) continue
      const vote = this.votes.get(slot)
      const value = vote === undefined ? null : chooseValue([vote], this.flaws.adoption)
      forced.push({
        slot,
        value: value ?? NO_OP,
        cause: value === null ? 'noop' : 'forced',
      })
    }
    this.nextSlot = top + 1
    this.fixedThrough = top
    this.votes.clear()
    this.answers.clear()
    return forced
  }

  /**
   * The answer that this part belongs to; a part of another one begins anew. An acceptor that has
   * promised votes no more below the ballot, so that `chosenThrough` alone fixes what an answer
   * lists and how it is split. Parts of different answers must not add up: votes would be missed.
   */
  private answerOf(from: NodeId, { chosenThrough, parts }: Promised): Answer {
    const present = this.answers.get(from)
    if (present?.chosenThrough === chosenThrough && present.parts === parts) return present
    const answer = { chosenThrough, parts, seen: new Set<number>(), votes: [] }
    this.answers.set(from, answer)
    return answer
  }

  private keep(vote: SlotVote): void {
    const kept = this.votes.get(vote.slot) ?? null
    if (supersedes(vote, kept, this.flaws.adoption)) this.votes.set(vote.slot, vote)
  }

  private isPresent(ballot: Ballot): boolean {
    if (sameBallot(ballot, this.ballot)) return true
    if (!this.flaws.countsStalePromises || ballot.node !== this.ballot.node) return false
    return compareBallot(ballot, this.ballot) < 0
  }

  private reset(phase: ProposerPhase): void {
    this.phase = phase
    this.promises = 0
    this.chosenElsewhere = 0
    this.chosenAt = 0
    this.votes.clear()
    this.answers.clear()
    this.open.clear()
  }
}
