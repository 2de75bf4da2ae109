/**
 * What was recorded of single slots: proposals, votes, choices, who learned, who was told.
 *
 * A value is chosen when a phase-2 quorum voted for it at one ballot (PMS §2.2); that is counted
 * from `voted` facts alone, whatever a learner says. A client is told by `acknowledged`, or by an
 * `answered` that names the command of the slot.
 *
 * Bound: the slots asked for. Units: lab time in ms.
 */
import type { LabEvent, NodeEvent } from '../../../../core/event'
import { compareBallot, formatBallot } from '../../../../core/paxos/ballot'
import type { Ballot, NodeId, Slot } from '../../../../core/paxos/ballot'
import { addNode, MAJORITY, Quorums } from '../../../../core/paxos/quorum'
import type { NodeSet } from '../../../../core/paxos/quorum'
import type { ClusterOptions } from '../../../../shared/api'
import type { EventSequence } from '../../stores/eventLog'

export interface SlotRange {
  readonly from: Slot
  readonly count: number
}

/**
 * Every event up to this place of the record, and so to this lab time, was read. Above it are
 * pushed events alone, which leave votes and answers out and tell of runs of slots as of one.
 */
export interface ReadTo {
  readonly through: number
  readonly ms: number
}

export const NOT_READ: ReadTo = { through: 0, ms: 0 }

/** Something that happened, and where the record says so. */
export interface Mark {
  readonly atMs: number
  readonly seq: number
  readonly node: NodeId
}

export interface Votes {
  readonly ballot: Ballot
  readonly id: string
  readonly voters: NodeSet
}

export interface SlotFacts {
  readonly slot: Slot
  /** First proposal of this slot. */
  issued: Mark | null
  /** Ballot of the last proposal. */
  ballot: Ballot | null
  /** Value of the last proposal, or of the votes; `-` is a no-op, null: nobody named one. */
  id: string | null
  /** The proposal with the highest ballot that has votes. */
  votes: Votes | null
  chosen: Mark | null
  chosenId: string | null
  learned: Mark | null
  /** Who knows that the slot is chosen, or has executed it. */
  readonly knownBy: Map<NodeId, Mark>
  told: (Mark & { readonly at: 'promiseQuorum' | 'chosen' | 'answered' }) | null
}

/** Quorums of the run: as it began, else as its options say. */
export function quorumsOf(
  started: Extract<LabEvent, { type: 'clusterStarted' }> | null,
  options: ClusterOptions | null,
  members: readonly NodeId[],
): Quorums {
  const roles = started?.roles ?? options?.roles ?? null
  const system = started?.quorums ?? options?.quorums ?? MAJORITY
  return new Quorums(system, roles?.acceptors ?? started?.members ?? members)
}

export class SlotBook {
  readonly #slots: SlotFacts[]
  readonly #ids = new Map<string, Slot>()
  readonly #tallies = new Map<string, { ballot: Ballot; id: string; voters: NodeSet }>()
  /** Facts that a node lost: votes may be missing. */
  lost = false

  constructor(
    private readonly range: SlotRange,
    private readonly quorums: Quorums,
  ) {
    this.#slots = Array.from({ length: range.count }, (_, index) => ({
      ...{ slot: range.from + index, issued: null, ballot: null, id: null, votes: null },
      ...{ chosen: null, chosenId: null, learned: null, knownBy: new Map(), told: null },
    }))
  }

  get slots(): readonly SlotFacts[] {
    return this.#slots
  }

  at(slot: Slot): SlotFacts | null {
    return this.#slots[slot - this.range.from] ?? null
  }

  feed(event: LabEvent): void {
    if (event.by === 'lab') return
    switch (event.type) {
      case 'issued':
        return this.#run(event, (facts, id) => this.#issue(facts, event, id))
      case 'voted':
        return this.#run(event, (facts, id) => this.#vote(facts, event, event.ballot, id))
      case 'chosen':
      case 'learned':
        return this.#run(event, (facts, id) => this.#learn(facts, event, id))
      case 'applied':
        return this.#apply(event, event.through)
      case 'acknowledged': {
        const facts = this.at(event.slot)
        if (facts) facts.told ??= { ...markOf(event), at: event.at }
        return
      }
      case 'answered':
        return this.#answer(event)
      case 'factsDropped':
        this.lost = true
    }
  }

  #run(
    { slot, count, ids }: { readonly slot: Slot; readonly count: number } & Ids,
    take: (facts: SlotFacts, id: string | null) => void,
  ): void {
    const { from } = this.range
    const last = Math.min(slot + count, from + this.range.count)
    for (let at = Math.max(slot, from); at < last; at += 1) {
      const facts = this.at(at)
      const id = ids[at - slot] ?? null
      if (facts === null) continue
      if (id !== null && id !== '-') this.#ids.set(id, at)
      take(facts, id)
    }
  }

  #issue(facts: SlotFacts, event: Extract<NodeEvent, { type: 'issued' }>, id: string | null): void {
    facts.issued ??= markOf(event)
    facts.ballot = event.ballot
    facts.id = id ?? facts.id
  }

  #vote(facts: SlotFacts, event: NodeEvent, ballot: Ballot, id: string | null): void {
    if (id === null) return
    const key = `${facts.slot} ${formatBallot(ballot)} ${id}`
    const known = this.#tallies.get(key) ?? { ballot, id, voters: 0 }
    const tally = { ...known, voters: addNode(known.voters, event.by) }
    this.#tallies.set(key, tally)
    if (facts.votes === null || compareBallot(ballot, facts.votes.ballot) >= 0) facts.votes = tally
    facts.id ??= id
    if (facts.chosen !== null || !this.quorums.chosen(tally.voters)) return
    facts.chosen = markOf(event)
    facts.chosenId = id
  }

  #learn(facts: SlotFacts, event: NodeEvent, id: string | null): void {
    facts.learned ??= markOf(event)
    if (!facts.knownBy.has(event.by)) facts.knownBy.set(event.by, markOf(event))
    facts.id ??= id
  }

  #apply(event: NodeEvent, through: Slot): void {
    for (const facts of this.#slots) {
      if (facts.slot > through) return
      if (!facts.knownBy.has(event.by)) facts.knownBy.set(event.by, markOf(event))
    }
  }

  #answer(event: Extract<NodeEvent, { type: 'answered' }>): void {
    for (let at = 0; at < event.count; at += 1) {
      const slot = this.#ids.get(`${event.session}:${event.from + at}`)
      const facts = slot === undefined ? null : this.at(slot)
      if (facts) facts.told ??= { ...markOf(event), at: 'answered' }
    }
  }
}

interface Ids {
  readonly ids: readonly string[]
}

function markOf({ atMs, seq, by }: NodeEvent): Mark {
  return { atMs, seq, node: by }
}

/** What an event says about slots: their run, or null. */
export function slotRunOf(event: LabEvent): SlotRange | null {
  switch (event.type) {
    case 'issued':
    case 'voted':
    case 'chosen':
    case 'learned':
      return { from: event.slot, count: event.count }
    case 'acknowledged':
      return { from: event.slot, count: 1 }
    default:
      return null
  }
}

/** The highest slot that the first `until` events speak of, of these the last `lookBack`. */
export function topSlotOf(events: EventSequence, until: number, lookBack = 4000): Slot {
  let top = 0
  for (let at = until - 1; at >= Math.max(0, until - lookBack); at -= 1) {
    const run = slotRunOf(events.at(at)!)
    if (run) top = Math.max(top, run.from + run.count - 1)
  }
  return top
}

/** Whoever waits longer for an answer than this after the last word about a slot is not shown. */
export const ANSWER_MS = 10_000

/** Where in the record these slots are spoken of, in the first `until` events; null: nowhere. */
export function seqRangeOf(
  events: EventSequence,
  until: number,
  slots: SlotRange,
): { readonly from: number; readonly to: number } | null {
  let first = -1
  let last = -1
  const end = slots.from + slots.count
  for (let at = until - 1; at >= 0; at -= 1) {
    const run = slotRunOf(events.at(at)!)
    if (!run || run.from >= end || run.from + run.count <= slots.from) continue
    if (last < 0) last = at
    first = at
  }
  if (first < 0) return null
  // Details between this event and the one before it were not pushed.
  const from = (first > 0 ? events.at(first - 1)!.seq : events.at(first)!.seq - 1) + 1
  const answeredMs = events.at(last)!.atMs + ANSWER_MS
  while (last + 1 < until && events.at(last + 1)!.atMs <= answeredMs) last += 1
  return { from, to: events.at(last)!.seq }
}
