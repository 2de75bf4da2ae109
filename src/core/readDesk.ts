/**
 * Read desk: every way to read, behind one door. Each names what it assumes (protocol §9).
 *
 * | mode | how | assumes |
 * |---|---|---|
 * | log | the read is a command of the log | nothing |
 * | confirmed | leader's watermark, its ballot confirmed by a quorum, applied so far | no time |
 * | lease | leader's watermark alone, while its lease lasts | bounded clock drift |
 * | learner | ask all (S1); may be undetermined | nothing |
 * | propose | a ballot of this node in the slot, or a command of its own | nothing; it writes |
 * | valueMajority | counts values, not ballots | nothing holds: it is unsafe |
 * | local | from this node's own state, at once | nothing holds: it may be stale, it is unsafe |
 */
import type { LearnerReadResult } from './event'
import { INDEX_READS_MAX, IndexReads, undeterminedRead } from './indexReads'
import type { IndexRead } from './indexReads'
import type { Kv } from './kv/kv'
import { describeValue, parseCommand } from './kv/value'
import { canChange } from './kv/commands'
import { inSnapshot, LearnerReads, READS_MAX } from './learnerRead'
import type { MachineInput, ReadAnswer } from './machineTypes'
import type { NodeId, Slot } from './paxos/ballot'
import { formatBallot } from './paxos/ballot'
import type { ReplicaConfig } from './paxos/config'
import { takeReadIndex } from './paxos/leading'
import type { Held, Message, OpenVote, ReadAt, ReadSubject } from './paxos/message'
import type { ReplicaState } from './paxos/state'

type ReadInput = Extract<MachineInput, { type: 'read' }>

/** Votes that an answer to a query lists at most. */
const HELD_VOTES_MAX = 1000
/** A read asks its timer four times before it gives up. */
const READ_PERIODS = 4

/** A read of a slot that runs a ballot: answered when the slot is chosen or shown to be free. */
interface SlotBallot {
  readonly tag: number
  readonly slot: Slot
  periods: number
}

/** What the desk asks of the machine. */
export interface ReadDeskParts {
  readonly config: ReplicaConfig
  readonly state: ReplicaState
  readonly kv: () => Kv
  readonly answer: (answer: ReadAnswer) => void
  /** Submits a read as a command; its reply comes to `takeReply` with the same tag. */
  readonly submitRead: (tag: number, args: readonly string[]) => boolean
  readonly giveUp: (tag: number) => void
  readonly startElection: () => void
}

export class ReadDesk {
  private readonly learners: LearnerReads
  private readonly indexed: IndexReads
  /** Reads that are commands of the log, with the periods that they have waited. */
  private readonly logged = new Map<number, number>()
  private ballots: SlotBallot[] = []

  constructor(
    private readonly parts: ReadDeskParts,
    life: number,
  ) {
    const { config, state } = parts
    this.learners = new LearnerReads(config.members.length, state.quorums, life)
    this.indexed = new IndexReads(life)
  }

  get size(): number {
    return this.learners.size + this.indexed.size + this.logged.size + this.ballots.length
  }

  start({ tag, subject, mode }: ReadInput): void {
    switch (mode) {
      case 'learner':
      case 'valueMajority':
        return this.askAll(tag, subject, mode === 'valueMajority')
      case 'confirmed':
      case 'lease':
        return this.askLeader(tag, subject, mode === 'lease')
      case 'log':
        if (subject.kind === 'key') return this.readByCommand(tag, subject.key)
        return this.askLeader(tag, subject, false)
      case 'propose':
        if (subject.kind === 'slot') return this.readByBallot(tag, subject.slot)
        this.readByCommand(tag, subject.key)
        if (!this.parts.state.leads) this.parts.startElection()
        return
      case 'local':
        return this.answerLocally(tag, subject)
    }
  }

  /** A vote that a reader counts must not be forgotten: it waits for the flush like any other. */
  answerQuery(from: NodeId, read: number, subject: ReadSubject): void {
    const { outbox } = this.parts.state
    outbox.sendTo(from, this.holds(read, subject), outbox.lastFlushed)
  }

  takeHeld(from: NodeId, held: Held): void {
    const finished = this.learners.take(from, held)
    if (finished !== null) this.parts.answer(finished)
  }

  takeReadAt(message: ReadAt): void {
    this.indexed.take(message)
  }

  /** True if the reply belongs to a read of this desk. */
  takeReply(tag: number, resp: string): boolean {
    if (!this.logged.delete(tag)) return false
    const value = bulkText(resp)
    const result: LearnerReadResult =
      value === undefined
        ? { verdict: 'undetermined', value: null, reason: resp.trim(), replies: [] }
        : { verdict: 'chosen', value, reason: '', replies: [] }
    this.parts.answer({ tag, result })
    return true
  }

  /** Ends a round: answers what became ready. */
  settle(): void {
    const { state } = this.parts
    for (const read of this.indexed.takeReady(state.appliedThrough)) this.finishIndexed(read)
    if (this.ballots.length > 0) this.settleBallots()
  }

  tick(): void {
    for (const finished of this.learners.tick()) this.parts.answer(finished)
    const { again, over } = this.indexed.tick()
    for (const read of over) this.parts.answer({ tag: read.tag, result: undeterminedRead(read) })
    for (const read of again) this.askIndex(read)
    for (const [tag, periods] of this.logged) {
      this.logged.set(tag, periods + 1)
      if (periods + 1 < READ_PERIODS) continue
      this.logged.delete(tag)
      this.parts.giveUp(tag)
      this.refuse(tag, 'the read was not chosen in time')
    }
    for (const ballot of this.ballots) {
      ballot.periods += 1
      if (ballot.periods === READ_PERIODS) this.refuse(ballot.tag, 'the ballot was not won in time')
    }
    this.ballots = this.ballots.filter(({ periods }) => periods < READ_PERIODS)
    if (this.size > 0) this.setTimer()
  }

  private askAll(tag: number, subject: ReadSubject, byValue: boolean): void {
    if (this.learners.size >= READS_MAX) {
      return this.refuse(tag, `${READS_MAX} reads are open at this node`)
    }
    const { state, config } = this.parts
    const read = this.learners.open(tag, subject, byValue)
    state.outbox.sendOthers({ type: 'query', read, subject }, 0)
    this.setTimer()
    // Its own answer is that of an acceptor like any other, and waits for the flush.
    this.answerQuery(config.node, read, subject)
  }

  private askLeader(tag: number, subject: ReadSubject, lease: boolean): void {
    if (this.indexed.size >= INDEX_READS_MAX) {
      return this.refuse(tag, `${INDEX_READS_MAX} reads are open at this node`)
    }
    if (this.indexed.size === 0) this.setTimer()
    this.askIndex(this.indexed.open(tag, subject, lease))
  }

  private askIndex({ read, lease }: IndexRead): void {
    const { state } = this.parts
    const question = { type: 'readIndex', read, lease } as const
    if (state.leads) takeReadIndex(state, state.self, question)
    else if (state.leader !== null) state.outbox.sendTo(state.leader.node, question, 0)
  }

  private finishIndexed(read: IndexRead): void {
    const { tag, subject, at } = read
    const { state } = this.parts
    if (subject.kind === 'key') return this.answerKey(tag, subject.key)
    if (subject.slot <= state.appliedThrough) return this.answerSlot(tag, subject.slot)
    this.refuse(tag, `slot ${subject.slot} lies above slot ${at ?? 0}, the last that is chosen`)
  }

  /** Asks nobody: what was chosen since may be missing. */
  private answerLocally(tag: number, subject: ReadSubject): void {
    if (subject.kind === 'key') return this.answerKey(tag, subject.key)
    const { slot } = subject
    if (this.parts.state.log.isChosen(slot)) return this.answerSlot(tag, slot)
    this.refuse(tag, `this node does not know slot ${slot} to be chosen`)
  }

  /** From the state of this node as it is. */
  private answerKey(tag: number, key: string): void {
    const value = this.parts.kv().map.get(key) ?? null
    this.parts.answer({ tag, result: { verdict: 'chosen', value, reason: '', replies: [] } })
  }

  /** A slot that this node knows to be chosen. */
  private answerSlot(tag: number, slot: Slot): void {
    const value = this.slotText(slot)
    const reason = value === null ? inSnapshot(slot) : ''
    this.parts.answer({ tag, result: { verdict: 'chosen', value, reason, replies: [] } })
  }

  private readByCommand(tag: number, key: string): void {
    this.logged.set(tag, 0)
    this.setTimer()
    if (!this.parts.submitRead(tag, ['GET', key])) this.logged.delete(tag)
  }

  private readByBallot(tag: number, slot: Slot): void {
    this.ballots.push({ tag, slot, periods: 0 })
    this.setTimer()
    if (!this.parts.state.log.isChosen(slot)) this.parts.startElection()
  }

  private settleBallots(): void {
    const { state } = this.parts
    const { log, proposer } = state
    this.ballots = this.ballots.filter(({ tag, slot }) => {
      if (log.isChosen(slot)) {
        this.answerSlot(tag, slot)
        return false
      }
      if (!state.leads || slot < proposer.nextSlot) return true
      const won = formatBallot(proposer.ballot)
      this.refuse(tag, `no promise to ballot ${won} held a vote in slot ${slot}: it is free`)
      return false
    })
  }

  /** Null: a snapshot took the place of the slot. */
  private slotText(slot: Slot): string | null {
    const entry = this.parts.state.log.at(slot)
    return entry === undefined ? null : describeValue(entry.chosenValue)
  }

  private refuse(tag: number, reason: string): void {
    const result = { verdict: 'undetermined', value: null, reason, replies: [] } as const
    this.parts.answer({ tag, result })
  }

  private setTimer(): void {
    const ticks = Math.max(1, Math.floor(this.parts.config.readTicks / READ_PERIODS))
    this.parts.state.outbox.setTimer('read', ticks, ticks)
  }

  private holds(read: number, subject: ReadSubject): Message {
    const { log, appliedThrough } = this.parts.state
    const open: OpenVote[] = []
    const push = (slot: Slot, key: string | null): void => {
      const entry = log.at(slot)
      if (entry === undefined || entry.voteBallot === null) return
      const args = key === null ? [] : (parseCommand(entry.voteValue)?.args ?? [])
      const touches = key !== null && canChange(args, key)
      open.push({ slot, ballot: entry.voteBallot, value: entry.voteValue, touches })
    }
    if (subject.kind === 'slot') {
      push(subject.slot, null)
      const known = log.isChosen(subject.slot)
      const value = known ? this.slotText(subject.slot) : null
      return { type: 'held', read, appliedThrough, value, open, more: false }
    }
    const last = Math.min(log.through, appliedThrough + HELD_VOTES_MAX)
    for (let slot = appliedThrough + 1; slot <= last; slot += 1) push(slot, subject.key)
    const value = this.parts.kv().map.get(subject.key) ?? null
    return { type: 'held', read, appliedThrough, value, open, more: last < log.through }
  }
}

/** The text of a RESP bulk reply, null for nil; undefined for anything else. */
function bulkText(resp: string): string | null | undefined {
  if (!resp.startsWith('$')) return undefined
  if (resp.startsWith('$-1')) return null
  const start = resp.indexOf('\r\n') + 2
  return resp.slice(start, -2)
}
