/**
 * The votes of one slot, as a record tells of them: who held what at a moment, and which value a
 * quorum had voted for by then. Claims of nodes do not count.
 */
import type { LabEvent, NodeEvent } from '../../../../core/event'
import { compareBallot, formatBallot } from '../../../../core/paxos/ballot'
import type { Ballot, NodeId, Slot } from '../../../../core/paxos/ballot'
import { addNode } from '../../../../core/paxos/quorum'
import type { NodeSet, Quorums } from '../../../../core/paxos/quorum'

/** Told by the fact `voted`, or by a node that was asked. */
export interface SlotVote {
  readonly node: NodeId
  readonly ballot: Ballot
  readonly id: string
  readonly seq: number
  readonly atMs: number
}

/** What a node holds; null: nothing, as far as is known. */
export interface HeldVote {
  readonly node: NodeId
  readonly ballot: Ballot | null
  readonly id: string | null
}

export interface Choice {
  readonly id: string
  readonly ballot: Ballot
  readonly voters: NodeSet
  /** The event that completed the quorum. */
  readonly seq: number
  readonly atMs: number
}

export type LearnerRead = Extract<LabEvent, { type: 'learnerRead' }>
type Voted = Extract<NodeEvent, { type: 'voted' }>

export function idIn(event: Pick<Voted, 'slot' | 'ids'>, slot: Slot): string | null {
  return event.ids[slot - event.slot] ?? null
}

/** In the order of the record; the answers to reads tell of votes that no fact told of. */
export function votesOf(facts: readonly LabEvent[], slot: Slot): SlotVote[] {
  const votes: SlotVote[] = []
  const known = new Set<string>()
  const add = (vote: SlotVote): void => {
    const key = `${vote.node} ${formatBallot(vote.ballot)} ${vote.id}`
    if (known.has(key)) return
    known.add(key)
    votes.push(vote)
  }
  for (const fact of facts) {
    const { seq, atMs } = fact
    if (fact.type === 'voted') {
      const id = idIn(fact, slot)
      if (id !== null) add({ node: fact.by, ballot: fact.ballot, id, seq, atMs })
    } else if (fact.type === 'learnerRead') {
      for (const { node, votes: open } of fact.result.replies) {
        for (const { slot: at, ballot, id } of open) {
          if (at === slot) add({ node, ballot, id, seq, atMs })
        }
      }
    }
  }
  return votes
}

/** The highest vote of each acceptor. */
export function heldBy(votes: readonly SlotVote[], acceptors: readonly NodeId[]): HeldVote[] {
  return acceptors.map((node) => {
    let highest: SlotVote | null = null
    for (const vote of votes) {
      if (vote.node !== node) continue
      if (highest === null || compareBallot(vote.ballot, highest.ballot) >= 0) highest = vote
    }
    return { node, ballot: highest?.ballot ?? null, id: highest?.id ?? null }
  })
}

/** Every proposal that a phase-2 quorum voted for, in the order in which that came true. */
export function choicesOf(votes: readonly SlotVote[], quorums: Quorums): Choice[] {
  const tallies = new Map<string, NodeSet>()
  const choices: Choice[] = []
  const done = new Set<string>()
  for (const { node, ballot, id, seq, atMs } of votes) {
    const key = `${formatBallot(ballot)} ${id}`
    const voters = addNode(tallies.get(key) ?? 0, node)
    tallies.set(key, voters)
    if (done.has(key) || !quorums.chosen(voters)) continue
    done.add(key)
    choices.push({ id, ballot, voters, seq, atMs })
  }
  return choices
}
