/**
 * The liveness verdict: one word for whether anything gets chosen, with its rule.
 *
 * In this order: no quorum, idle, dueling, progressing. Nothing here judges safety.
 * Units: lab time in ms.
 */
import type { Ballot, NodeId, Slot } from '../paxos/ballot'
import { compareBallot, ZERO_BALLOT } from '../paxos/ballot'
import type { LivenessView } from './series'

const DUEL_BALLOTS_MIN = 3
const DUEL_PROPOSERS_MIN = 2
/** A ballot or a choice this long ago still counts as work going on. */
export const RECENT_MS = 2000
const RATE_CELLS = 10
const RATE_CELL_MS = 100

/** The rule of each verdict, for the tooltip of the chip. */
export const LIVENESS_RULES: Readonly<Record<LivenessView['verdict'], string>> = {
  noQuorum:
    'No quorum: no node that answers reaches a majority with both directions of its links open. ' +
    'Computed from killed, paused and cut, not from what came of it.',
  idle:
    `Idle: no request waits, and in the last ${RECENT_MS / 1000} s no ballot was begun ` +
    'and no value chosen.',
  dueling:
    `Dueling: since a value was last chosen, ${DUEL_BALLOTS_MIN} or more ballots of ` +
    `${DUEL_PROPOSERS_MIN} or more proposers were begun and one or more was preempted, ` +
    'while work waits and a quorum is possible.',
  progressing: 'Progressing: work is there, a quorum is possible, and no duel holds it up.',
}

export interface LivenessFacts {
  readonly quorumPossible: boolean
  /** A request waits, or a ballot or a choice was there within `RECENT_MS`. */
  readonly working: boolean
  /** Since a value was last chosen: ballots begun, by how many proposers, how many preempted. */
  readonly ballots: number
  readonly proposers: number
  readonly preemptions: number
}

/** The rule itself: the fold below and views of past moments share it. */
export function verdictOf(facts: LivenessFacts): LivenessView['verdict'] {
  if (!facts.quorumPossible) return 'noQuorum'
  if (!facts.working) return 'idle'
  const duel =
    facts.ballots >= DUEL_BALLOTS_MIN &&
    facts.proposers >= DUEL_PROPOSERS_MIN &&
    facts.preemptions > 0
  return duel ? 'dueling' : 'progressing'
}

export class Liveness {
  #nowMs = 0
  #undecided = 0
  #undecidedMax = 0
  #undecidedPreemptions = 0
  #undecidedSinceMs: number | null = null
  #proposers = new Set<NodeId>()
  #preemptions = 0
  #bids = 0
  #bidAtMs = -Infinity
  #chosenAtMs: number | null = null
  #chosenBallot = ZERO_BALLOT
  #chosenSlots = 0
  #highestSlot: Slot = 0
  #waitingAtNodes = 0
  #waitingAtLoad = 0
  #loadToldAtMs = -Infinity
  #rate = new Array<{ cell: number; count: number }>(RATE_CELLS)

  advance(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs)
  }

  bid(atMs: number, ballot: Ballot): void {
    this.#bids += 1
    this.#bidAtMs = atMs
    this.#undecided += 1
    this.#undecidedMax = Math.max(this.#undecidedMax, this.#undecided)
    this.#undecidedSinceMs ??= atMs
    this.#proposers.add(ballot.node)
  }

  preempted(): void {
    this.#preemptions += 1
    this.#undecidedPreemptions += 1
  }

  /** Slots `slot` to `slot + count - 1` at `ballot`. Several learners may tell of one choice. */
  chosen(atMs: number, ballot: Ballot, slot: Slot, count: number): void {
    const end = slot + count - 1
    const fresh = Math.max(0, end - Math.max(this.#highestSlot, slot - 1))
    const newer = compareBallot(ballot, this.#chosenBallot) > 0
    if (fresh === 0 && !newer) return
    this.#highestSlot = Math.max(this.#highestSlot, end)
    this.#chosenSlots += fresh
    if (newer) this.#chosenBallot = ballot
    this.#chosenAtMs = atMs
    this.#undecided = 0
    this.#undecidedPreemptions = 0
    this.#undecidedSinceMs = null
    this.#proposers.clear()
    this.#count(atMs, fresh)
  }

  /** Requests that wait or are in flight, summed over the nodes. */
  waitingAtNodes(requests: number): void {
    this.#waitingAtNodes = requests
  }

  waitingAtLoad(requests: number): void {
    this.#waitingAtLoad = requests
    this.#loadToldAtMs = this.#nowMs
  }

  view(quorumPossible: boolean): LivenessView {
    return {
      verdict: this.#verdict(quorumPossible),
      undecidedBallots: this.#undecided,
      undecidedBallotsMax: this.#undecidedMax,
      undecidedPreemptions: this.#undecidedPreemptions,
      preemptions: this.#preemptions,
      undecidedSinceMs: this.#undecidedSinceMs,
      chosenAtMs: this.#chosenAtMs,
      chosenSlots: this.#chosenSlots,
      chosenPerSecond: this.#chosenPerSecond(),
      bids: this.#bids,
    }
  }

  #verdict(quorumPossible: boolean): LivenessView['verdict'] {
    const recentMs = this.#nowMs - RECENT_MS
    const bidding = this.#undecided > 0 && this.#bidAtMs > recentMs
    const choosing = this.#chosenAtMs !== null && this.#chosenAtMs > recentMs
    // A load that ended says nothing any more, nor that its last requests do not wait.
    const atLoad = this.#loadToldAtMs > recentMs ? this.#waitingAtLoad : 0
    const waiting = this.#waitingAtNodes + atLoad > 0
    return verdictOf({
      quorumPossible,
      working: waiting || bidding || choosing,
      ballots: this.#undecided,
      proposers: this.#proposers.size,
      preemptions: this.#undecidedPreemptions,
    })
  }

  #count(atMs: number, slots: number): void {
    const cell = Math.floor(atMs / RATE_CELL_MS)
    const at = cell % RATE_CELLS
    const kept = this.#rate[at]
    this.#rate[at] = { cell, count: (kept?.cell === cell ? kept.count : 0) + slots }
  }

  #chosenPerSecond(): number {
    const oldest = Math.floor(this.#nowMs / RATE_CELL_MS) - RATE_CELLS
    return this.#rate.reduce((sum, kept) => sum + (kept.cell > oldest ? kept.count : 0), 0)
  }
}
