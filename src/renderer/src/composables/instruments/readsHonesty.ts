/**
 * Three readers of one slot at one instant: who counts equal values, who counts equal votes (ballot
 * and value), and who runs a ballot. Source: PMS §2.3; docs/protocol.md, rows S1, S2 and S2b.
 *
 * Verdicts: `wrong` is a value called chosen for which no quorum had voted at one ballot, judged
 *           from the votes of the record; `undetermined` is an answer, not a fault.
 */
import type { LabEvent } from '../../../../core/event'
import type { ReadMode } from '../../../../core/kv/readMode'
import { compareBallot, formatBallot } from '../../../../core/paxos/ballot'
import type { Slot } from '../../../../core/paxos/ballot'
import { addNode, hasNode, nodesOf } from '../../../../core/paxos/quorum'
import type { NodeSet, Quorums } from '../../../../core/paxos/quorum'
import { choicesOf, heldBy, votesOf } from './readsVotes'
import type { Choice, HeldVote, LearnerRead, SlotVote } from './readsVotes'

export type ReaderName = 'valueMajority' | 'learner' | 'propose'
export const READERS: readonly ReaderName[] = ['valueMajority', 'learner', 'propose']
export type Verdict = 'chosen' | 'undetermined' | 'wrong'

/** What a reader says of these votes. */
export interface Saying {
  /** Null: it says nothing. */
  readonly id: string | null
  /** Whose votes it goes by. */
  readonly voters: readonly number[]
  readonly words: string
}

export interface ReaderView extends Saying {
  readonly reader: ReaderName
  readonly verdict: Verdict
  /** Why the verdict is what it is; empty where the answer says it all. */
  readonly why: string
}

export interface JudgedRead {
  readonly seq: number
  readonly atMs: number
  readonly node: number
  readonly mode: ReadMode
  readonly slot: Slot | null
  readonly key: string
  readonly value: string | null
  readonly latencyMs: number
  readonly replies: number
  readonly verdict: Verdict
  readonly why: string
}

export interface Honesty {
  readonly slot: Slot
  readonly held: readonly HeldVote[]
  readonly readers: readonly ReaderView[]
  /** What a quorum had voted for by then; null: nothing. */
  readonly chosen: Choice | null
  /** What was chosen afterwards; null: nothing, or it was chosen before. */
  readonly later: Choice | null
}

/** More nodes than that have no more quorums than a person wants to read. */
const SEARCHED_NODES_MAX = 9
/** Facts of real nodes reach the record up to so much later than the answer to a read. */
const TELLING_MS = 500

/** `told`: votes that nodes were just asked for; no fact tells of those of a disk image. */
export function honestyAt(
  facts: readonly LabEvent[],
  slot: Slot,
  atMs: number,
  quorums: Quorums,
  told: readonly SlotVote[] = [],
): Honesty {
  const votes = [...votesOf(facts, slot), ...told]
  const past = votes.filter((vote) => vote.atMs <= atMs)
  const held = heldBy(past, nodesOf(quorums.acceptors))
  const choices = choicesOf(votes, quorums)
  const chosen = choices.find((choice) => choice.atMs <= atMs) ?? null
  const later = chosen === null ? (choices[0] ?? null) : null
  const truth = { chosen, later }
  const readers = READERS.map((reader): ReaderView => {
    const saying = SAY[reader](held, quorums)
    return { reader, ...saying, ...judge(saying.id, truth) }
  })
  return { slot, held, readers, chosen, later }
}

const SAY: Readonly<Record<ReaderName, (held: readonly HeldVote[], quorums: Quorums) => Saying>> = {
  valueMajority: (held, quorums) => {
    const found = majorityOf(held, quorums, ({ id }) => id ?? '')
    if (found === null) return nothing('no value has a majority')
    const { id, nodes } = found
    const ballots = new Set(held.flatMap((vote) => ballotIn(vote, nodes)))
    const at = ballots.size === 1 ? 'one ballot' : `${ballots.size} ballots`
    return { id, voters: nodesOf(nodes), words: `${nodesOf(nodes).length} equal values, at ${at}` }
  },
  learner: (held, quorums) => {
    const key = ({ ballot, id }: HeldVote) => `${ballot ? formatBallot(ballot) : ''} ${id}`
    const found = majorityOf(held, quorums, key)
    if (found === null) return nothing('no ballot has a majority of votes')
    const { id, nodes } = found
    const [ballot] = held.flatMap((vote) => ballotIn(vote, nodes))
    const words = `${nodesOf(nodes).length} votes at ballot ${ballot ?? ''}`
    return { id, voters: nodesOf(nodes), words }
  },
  propose: (held, quorums) => {
    const outcomes = forcedValues(held, quorums)
    const [first] = outcomes
    if (first === undefined) return nothing('nothing is held: it would propose what it likes')
    if (outcomes.length > 1) {
      return nothing(`its ballot is forced to ${outcomes.join(' or ')}, by who promises`)
    }
    const { words } = SAY.learner(held, quorums)
    if (SAY.learner(held, quorums).id !== null) return { id: first, voters: [], words }
    return nothing(`its ballot is forced to ${first}; then it is chosen`)
  },
}

function nothing(words: string): Saying {
  return { id: null, voters: [], words }
}

function ballotIn({ node, ballot }: HeldVote, nodes: NodeSet): string[] {
  return ballot !== null && hasNode(nodes, node) ? [formatBallot(ballot)] : []
}

function majorityOf(
  held: readonly HeldVote[],
  quorums: Quorums,
  keyOf: (vote: HeldVote) => string,
): { id: string; nodes: NodeSet } | null {
  const counts = new Map<string, NodeSet>()
  for (const vote of held) {
    if (vote.id === null) continue
    const key = keyOf(vote)
    const nodes = addNode(counts.get(key) ?? 0, vote.node)
    counts.set(key, nodes)
    if (quorums.chosen(nodes)) return { id: vote.id, nodes }
  }
  return null
}

/** What phase 1 could force, over all quorums that could promise (PMS §2.2, P2c). */
export function forcedValues(held: readonly HeldVote[], quorums: Quorums): string[] {
  const found = new Set<string>()
  const free = new Set<string>()
  const voters = held.slice(0, SEARCHED_NODES_MAX)
  for (let mask = 1; mask < 1 << voters.length; mask += 1) {
    const members = voters.filter((_vote, index) => (mask & (1 << index)) !== 0)
    const set = members.reduce((nodes, { node }) => addNode(nodes, node), 0)
    if (!quorums.promised(set)) continue
    let highest: HeldVote | null = null
    for (const vote of members) {
      if (vote.ballot === null) continue
      const isHigher = !highest?.ballot || compareBallot(vote.ballot, highest.ballot) > 0
      if (isHigher) highest = vote
    }
    if (highest?.id) found.add(highest.id)
    else free.add('its own value')
  }
  if (found.size === 0) return []
  return [...found].sort().concat(...free)
}

interface Truth {
  readonly chosen: Choice | null
  readonly later: Choice | null
}

function judge(id: string | null, { chosen, later }: Truth): { verdict: Verdict; why: string } {
  if (id === null) {
    const why = chosen === null ? '' : `${chosen.id} is chosen; the votes held now do not show it`
    return { verdict: 'undetermined', why }
  }
  if (chosen?.id === id) return { verdict: 'chosen', why: '' }
  const other = chosen ?? later
  if (other !== null && other.id !== id) {
    const when = chosen === null ? 'is chosen later' : 'is chosen'
    return { verdict: 'wrong', why: `${other.id} ${when}, at ballot ${formatBallot(other.ballot)}` }
  }
  return { verdict: 'wrong', why: 'no quorum had voted for it at one ballot' }
}

/** The reads that were recorded up to a moment, newest first. */
export function judgedReads(
  facts: readonly LabEvent[],
  atMs: number,
  quorums: Quorums,
  limit: number,
): JudgedRead[] {
  const reads: JudgedRead[] = []
  for (let at = facts.length - 1; at >= 0 && reads.length < limit; at -= 1) {
    const fact = facts[at]!
    if (fact.type !== 'learnerRead' || fact.atMs > atMs) continue
    reads.push(judgedRead(fact, facts, quorums))
  }
  return reads
}

function judgedRead(read: LearnerRead, facts: readonly LabEvent[], quorums: Quorums): JudgedRead {
  const { seq, atMs, node, key, slot = null, mode = 'learner', result, latencyMs } = read
  const said = result.verdict === 'chosen' ? result.value : null
  const base = { seq, atMs, node, key, slot, mode, latencyMs, value: said }
  const replies = result.replies.length
  if (result.verdict !== 'chosen') {
    return { ...base, replies, verdict: 'undetermined', why: result.reason }
  }
  const fault = slot === null ? keyFault(read) : slotFault(read, slot, facts, quorums)
  return { ...base, replies, verdict: fault === '' ? 'chosen' : 'wrong', why: fault }
}

/**
 * Only a reader that counts values can call a slot chosen without a quorum at one ballot. What it
 * says is a text and votes name ids, so that its own replies tell which votes it counted.
 */
function slotFault(
  read: LearnerRead,
  slot: Slot,
  facts: readonly LabEvent[],
  quorums: Quorums,
): string {
  const { replies } = read.result
  if (read.mode !== 'valueMajority' || replies.some(({ appliedThrough: at }) => at >= slot))
    return ''
  const own: SlotVote[] = replies.flatMap(({ node, votes }) =>
    votes
      .filter((vote) => vote.slot === slot)
      .map(({ ballot, id }) => ({ node, ballot, id, seq: read.seq, atMs: read.atMs })),
  )
  const counted = majorityOf(heldBy(own, nodesOf(quorums.acceptors)), quorums, (v) => v.id ?? '')
  const choices = choicesOf(votesOf(facts, slot), quorums)
  const right = choices.find(({ id }) => id === counted?.id)
  if (right !== undefined && right.atMs <= read.atMs + TELLING_MS) return ''
  const other = choices.find(({ id }) => id !== counted?.id)
  if (other === undefined) return 'no quorum had voted for it at one ballot'
  const when = other.atMs > read.atMs ? 'is chosen later' : 'is chosen'
  return `${other.id} ${when}, at ballot ${formatBallot(other.ballot)}`
}

/** A value that most replies give may be one that a newer reply has overwritten. */
function keyFault({ result, mode }: LearnerRead): string {
  if (mode !== 'valueMajority') return ''
  const newest = result.replies.reduce<(typeof result.replies)[number] | null>(
    (best, reply) => (best === null || reply.appliedThrough > best.appliedThrough ? reply : best),
    null,
  )
  if (newest === null || newest.value === result.value) return ''
  const { node, appliedThrough, value } = newest
  return `N${node} has applied slot ${appliedThrough}, where it is ${value ?? '(nil)'}`
}

/** Slots that somebody read, newest first; then the newest slot with a vote. */
export function readSlots(facts: readonly LabEvent[], limit: number): number[] {
  const slots: number[] = []
  let voted = 0
  for (let at = facts.length - 1; at >= 0 && slots.length < limit; at -= 1) {
    const fact = facts[at]!
    if (fact.type === 'voted') voted = Math.max(voted, fact.slot + fact.count - 1)
    else if (fact.type === 'learnerRead' && fact.slot !== undefined) {
      if (!slots.includes(fact.slot)) slots.push(fact.slot)
    }
  }
  return slots.length > 0 || voted === 0 ? slots : [voted]
}
