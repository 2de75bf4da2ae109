/**
 * I11: a client is told success only after its request was chosen, and could be applied.
 *
 * Looks at: `answered` (requests that a node answered with success) and `acknowledged`, against the
 *         requests in slots that some node knows to be chosen without a gap. An acknowledgement on
 *         a promise quorum says itself that nobody had voted: it is judged at once.
 * Unknown: where votes that were never told could have chosen it, or whoever knew the slots below
 *         can tell no more; while a slot that was reached has no name, because its facts were lost
 *         or older than the run (any request may stand there); answers to sessions of clients from
 *         the table of sessions; single-decree runs, where an answer tells of another value.
 * Bounds: `UNNAMED_SLOTS_MAX` slots without a name, then nothing missing is judged any more.
 */
import type { LabEvent, NodeEvent } from '../event'
import type { Slot } from '../paxos/ballot'
import type { Agreement } from './agreement'
import type { HiddenVotes } from './hiddenVotes'
import type { Holes } from './holes'
import { Pending } from './pending'
import { ownerOf, parseRequest, RequestSets } from './seqSet'
import type { RequestName } from './seqSet'
import type { Report } from './violation'

export const UNCHOSEN_ANSWERS_MAX = 50_000
export const UNNAMED_SLOTS_MAX = 10_000

interface Answer extends RequestName {
  readonly by: number
  readonly eventSeq: number
  readonly atMs: number
  readonly words: string
}

export class AckCheck {
  judged = 0
  /** Requests in slots that some node knows without a gap. */
  readonly done = new RequestSets()
  private unknownAnswers = 0
  private isSingle = false
  private reached: Slot = 0
  private readonly unnamed = new Set<Slot>()
  private isUnnamedFull = false
  private readonly waiting = new Pending<string, Answer>(UNCHOSEN_ANSWERS_MAX)

  constructor(
    private readonly agreement: Agreement,
    private readonly holes: Holes,
    private readonly hidden: HiddenVotes,
  ) {}

  get unknown(): number {
    return this.unknownAnswers + this.waiting.unjudged
  }

  feed(event: LabEvent, report: Report): void {
    if (event.type === 'clusterStarted') this.isSingle = event.mode === 'single'
    else if (event.type === 'answered') this.answered(event, report)
    else if (event.type === 'acknowledged') this.acknowledged(event, report)
  }

  /** Some node knows these slots, and all below. */
  slotsReached(from: Slot, to: Slot): void {
    this.reached = to
    if (to - from >= UNNAMED_SLOTS_MAX) this.isUnnamedFull = true
    for (let slot = Math.max(from, to - UNNAMED_SLOTS_MAX + 1); slot <= to; slot += 1) {
      const id = this.agreement.knownAt(slot)
      if (id !== null) this.finish(id)
      else if (this.unnamed.size < UNNAMED_SLOTS_MAX) this.unnamed.add(slot)
      else this.isUnnamedFull = true
    }
  }

  /** A quorum has voted for this value. */
  chosen(slot: Slot, id: string): void {
    if (slot > this.reached) return
    this.unnamed.delete(slot)
    this.finish(id)
  }

  settle(settledMs: number, report: Report): void {
    if (this.waiting.size === 0) return
    for (const answer of this.waiting.takeSettled(settledMs)) this.judge(answer, report)
  }

  private finish(id: string): void {
    const name = parseRequest(id)
    if (name === null) return
    this.done.add(name.session, name.seq, name.seq)
    if (this.waiting.size > 0) this.waiting.delete(id)
  }

  private answered(event: Extract<NodeEvent, { type: 'answered' }>, report: Report): void {
    const { session, from, count, by, seq: eventSeq, atMs } = event
    const done = this.done.of(session)
    for (let seq = from; seq < from + count; seq += 1) {
      if (done?.has(seq) === true) this.judged += 1
      else {
        const words = `N${by} told a client that ${session}:${seq} is done, which nobody had chosen`
        this.open({ session, seq, by, eventSeq, atMs, words }, report)
      }
    }
  }

  private acknowledged(event: Extract<NodeEvent, { type: 'acknowledged' }>, report: Report): void {
    const { ids, slot, at, by, seq: eventSeq, atMs } = event
    ids.forEach((id, index) => {
      const isChosen = this.agreement.chosenAt(slot + index) === id
      const name = parseRequest(id)
      if (isChosen || name === null) {
        this.judged += 1
        return
      }
      const words =
        at === 'promiseQuorum'
          ? `N${by} told a client that ${id} is done on promises alone, before any vote counted`
          : `N${by} told a client that ${id} is chosen, and no quorum had voted for it`
      const answer = { ...name, by, eventSeq, atMs, words }
      if (at === 'promiseQuorum') this.tell(answer, report)
      else this.open(answer, report)
    })
  }

  private open(answer: Answer, report: Report): void {
    if (this.holes.order === 'total') this.judge(answer, report)
    else this.waiting.add(`${answer.session}:${answer.seq}`, answer)
  }

  private judge(answer: Answer, report: Report): void {
    if (this.isUnknown(answer)) this.unknownAnswers += 1
    else this.tell(answer, report)
  }

  private tell({ words, eventSeq }: Answer, report: Report): void {
    this.judged += 1
    report({ invariant: 'I11', words, evidence: [eventSeq] })
  }

  private isUnknown({ session, seq }: Answer): boolean {
    if (this.isSingle && this.reached > 0) return true
    if (this.isUnnamedFull || this.unnamed.size > 0 || this.done.isPartial) return true
    if (this.hidden.mayBeDone(`${session}:${seq}`)) return true
    // A client's own session: an answer may be given again long after it was forgotten.
    return ownerOf(session) === null && (this.done.of(session)?.highest ?? -1) > seq
  }
}
