/**
 * I9: a chosen value was submitted by a client, or is a no-op of a leader.
 *
 * Looks at: values that a quorum voted for, against the requests that nodes said they took
 *         (`submitted`). No-ops are written `-`: only proposers make them.
 * Unknown: requests of a node whose facts were lost, or of a client's own session while facts of
 *         any node were lost; sessions of earlier runs on the same disks.
 * Says nothing if no node tells of requests: records of older versions, the blog variant.
 */
import type { LabEvent } from '../event'
import type { Slot } from '../paxos/ballot'
import type { Holes } from './holes'
import { Pending } from './pending'
import { ownerOf, parseRequest, RequestSets } from './seqSet'
import type { Report } from './violation'

export const UNSUBMITTED_MAX = 20_000

interface Chosen {
  readonly slot: Slot
  readonly id: string
  readonly seq: number
  readonly atMs: number
}

export class ValidityCheck {
  judged = 0
  private unknownNames = 0
  private readonly submitted = new RequestSets()
  private readonly waiting = new Pending<string, Chosen>(UNSUBMITTED_MAX)

  constructor(private readonly holes: Holes) {}

  get unknown(): number {
    return this.unknownNames + this.waiting.unjudged
  }

  feed(event: LabEvent): void {
    if (event.type !== 'submitted') return
    const { session, from, count } = event
    this.submitted.add(session, from, from + count - 1)
    if (this.waiting.size === 0) return
    for (let seq = from; seq < from + count; seq += 1) this.waiting.delete(`${session}:${seq}`)
  }

  /** A quorum has voted for this value. */
  chosen(claim: Chosen, report: Report): void {
    if (claim.id === '-') {
      this.judged += 1
      return
    }
    const name = parseRequest(claim.id)
    if (name !== null && this.submitted.has(name)) this.judged += 1
    else if (this.holes.order === 'total') this.judge(claim, report)
    else this.waiting.add(claim.id, claim)
  }

  settle(settledMs: number, report: Report): void {
    if (this.waiting.size === 0) return
    for (const claim of this.waiting.takeSettled(settledMs)) this.judge(claim, report)
  }

  private judge({ slot, id, seq }: Chosen, report: Report): void {
    if (this.isUnknown(id)) {
      this.unknownNames += 1
      return
    }
    this.judged += 1
    const words = `slot ${slot} holds ${id}, which no client submitted`
    report({ invariant: 'I9', words, evidence: [seq] })
  }

  private isUnknown(id: string): boolean {
    const { submitted, holes } = this
    if (submitted.isEmpty || submitted.isPartial) return true
    const owner = ownerOf(parseRequest(id)?.session ?? '')
    return owner === null ? holes.anyLoss : holes.hasLoss(owner.node, owner.life)
  }
}
