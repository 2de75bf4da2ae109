/**
 * Learner reads: ask all acceptors, and answer `chosen` only when a majority reports the same
 * (ballot, value); otherwise `undetermined`, which does not mean "not chosen".
 *
 * Source: PMS §2.3; protocol rows S1, S2 and reader's notes 1, 2, 6. Counting values alone is
 *         unsafe.
 *
 * For a key: the answer that applied most, up to slot A, gives the value at A. A write that was
 * acknowledged later is chosen in a slot above A, and at least one of any majority voted for it. So
 * if a majority answered and no vote above A can change the key, the value is current; if one can,
 * nothing is guessed.
 */
import type { LearnerReadResult } from './event'
import { formatBallot, sameBallot } from './paxos/ballot'
import type { NodeId, Slot } from './paxos/ballot'
import { valueId } from './paxos/fact'
import type { Held, OpenVote, ReadSubject } from './paxos/message'
import { describeValue } from './kv/value'
import { addNode, countNodes, toNodeSet } from './paxos/quorum'
import type { NodeSet, Quorums } from './paxos/quorum'

/** A read waits this many periods of the read timer before it gives up. */
const PERIODS_MAX = 4

export const READS_MAX = 100

/** More than any life has; life times this stays a safe integer for nine million lives. */
const READS_PER_LIFE = 1_000_000_000

interface OpenRead {
  readonly tag: number
  readonly subject: ReadSubject
  readonly byValue: boolean
  readonly replies: Map<NodeId, Held>
  periods: number
}

export interface FinishedRead {
  readonly tag: number
  readonly result: LearnerReadResult
}

export class LearnerReads {
  private readonly reads = new Map<number, OpenRead>()
  private count: number

  /** Reads are numbered anew in each life: an answer to a former life must not be taken. */
  constructor(
    private readonly members: number,
    private readonly quorums: Quorums,
    life: number,
  ) {
    this.count = life * READS_PER_LIFE
  }

  get size(): number {
    return this.reads.size
  }

  /** Opens a read and answers its number. */
  open(tag: number, subject: ReadSubject, byValue: boolean): number {
    this.count += 1
    this.reads.set(this.count, { tag, subject, byValue, replies: new Map(), periods: 0 })
    return this.count
  }

  /** Takes an answer; the read is finished when every member has answered. */
  take(from: NodeId, held: Held): FinishedRead | null {
    const read = this.reads.get(held.read)
    if (read === undefined) return null
    read.replies.set(from, held)
    return read.replies.size === this.members ? this.finish(held.read, read) : null
  }

  /** A period has passed: reads that can be answered are, and those that waited long enough. */
  tick(): FinishedRead[] {
    const finished: FinishedRead[] = []
    for (const [number, read] of this.reads) {
      read.periods += 1
      const decided = this.judge(read).verdict === 'chosen'
      if (decided || read.periods >= PERIODS_MAX) finished.push(this.finish(number, read))
    }
    return finished
  }

  private finish(number: number, read: OpenRead): FinishedRead {
    this.reads.delete(number)
    return { tag: read.tag, result: this.judge(read) }
  }

  private judge({ subject, byValue, replies }: OpenRead): LearnerReadResult {
    return byValue
      ? judgeByValue(subject, replies, this.quorums)
      : judgeRead(subject, replies, this.quorums)
  }
}

/** The verdict over the answers so far. */
export function judgeRead(
  subject: ReadSubject,
  replies: ReadonlyMap<NodeId, Held>,
  quorums: Quorums,
): LearnerReadResult {
  const judged =
    subject.kind === 'slot' ? judgeSlot(subject.slot, replies, quorums) : judgeKey(replies, quorums)
  return { ...judged, replies: shownReplies(replies) }
}

/**
 * The notes' rule, unsafe: counts equal values and forgets their ballots. Shown beside the right
 * one in the value-majority trap, and never used for anything else.
 */
export function judgeByValue(
  subject: ReadSubject,
  replies: ReadonlyMap<NodeId, Held>,
  quorums: Quorums,
): LearnerReadResult {
  const counts = new Map<string, NodeSet>()
  for (const [node, held] of replies) {
    const vote = held.open.find((open) => subject.kind === 'slot' && open.slot === subject.slot)
    const value = held.value ?? (vote === undefined ? null : describeValue(vote.value))
    if (value !== null) counts.set(value, addNode(counts.get(value) ?? 0, node))
  }
  for (const [value, nodes] of counts) {
    if (!quorums.chosen(nodes)) continue
    return { verdict: 'chosen', value, reason: '', replies: shownReplies(replies) }
  }
  const reason = `no value is held by a majority of ${replies.size} answers`
  return { verdict: 'undetermined', value: null, reason, replies: shownReplies(replies) }
}

type Judged = Omit<LearnerReadResult, 'replies'>

function undetermined(reason: string): Judged {
  return { verdict: 'undetermined', value: null, reason }
}

function shownReplies(replies: ReadonlyMap<NodeId, Held>): LearnerReadResult['replies'] {
  return [...replies].map(([node, held]) => ({
    node,
    appliedThrough: held.appliedThrough,
    value: held.value,
    votes: held.open.map(({ slot, ballot, value }) => ({ slot, ballot, id: valueId(value) })),
  }))
}

function judgeKey(replies: ReadonlyMap<NodeId, Held>, quorums: Quorums): Judged {
  // A phase-1 quorum meets every set that can have chosen: one of it voted for every such write.
  if (!quorums.promised(toNodeSet(replies.keys()))) {
    const acceptors = countNodes(quorums.acceptors)
    return undetermined(`${replies.size} of ${acceptors} nodes answered, which is no quorum`)
  }
  let newest: Held | null = null
  for (const held of replies.values()) {
    if (newest === null || held.appliedThrough > newest.appliedThrough) newest = held
  }
  const from = newest?.appliedThrough ?? 0
  for (const held of replies.values()) {
    if (held.more) return undetermined('more votes are open than an answer can carry')
    const open = held.open.find((vote) => vote.slot > from && vote.touches)
    if (open !== undefined) return undetermined(describeOpen(open))
  }
  return { verdict: 'chosen', value: newest?.value ?? null, reason: '' }
}

function judgeSlot(slot: Slot, replies: ReadonlyMap<NodeId, Held>, quorums: Quorums): Judged {
  const votes: { readonly node: NodeId; readonly vote: OpenVote }[] = []
  let isApplied = false
  for (const [node, held] of replies) {
    if (held.appliedThrough >= slot) {
      if (held.value !== null) return { verdict: 'chosen', value: held.value, reason: '' }
      isApplied = true
    }
    for (const vote of held.open) if (vote.slot === slot) votes.push({ node, vote })
  }
  for (const { vote } of votes) {
    const same = votes.filter((other) => sameBallot(other.vote.ballot, vote.ballot))
    if (quorums.chosen(toNodeSet(same.map(({ node }) => node)))) {
      return { verdict: 'chosen', value: describeValue(vote.value), reason: '' }
    }
  }
  if (isApplied) return { verdict: 'chosen', value: null, reason: inSnapshot(slot) }
  return undetermined(`no ballot has a quorum of votes among ${replies.size} answers`)
}

/** A slot below a snapshot: chosen and applied, but nobody who answered keeps its value. */
export function inSnapshot(slot: Slot): string {
  return `slot ${slot} is chosen; its value is no longer kept, it went into a snapshot`
}

function describeOpen(vote: OpenVote): string {
  const what = describeValue(vote.value, 40)
  return `slot ${vote.slot} holds a vote at ${formatBallot(vote.ballot)} for "${what}", not known to be chosen`
}
