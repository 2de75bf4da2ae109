/**
 * I10 for replicas: whoever says that a value is chosen says so after a quorum voted for it.
 *
 * Looks at: `chosen` (a learner counted votes) and `learned` (it was told) against the votes that
 *         were told. In a true order a claim is judged at once. Else it waits for the votes, and is
 *         judged when they can come no more.
 * Unknown: nodes whose facts were lost may have cast the votes that are missing.
 */
import type { LabEvent } from '../event'
import { formatBallot } from '../paxos/ballot'
import type { Ballot, NodeId, Slot } from '../paxos/ballot'
import type { Agreement } from './agreement'
import type { HiddenVotes } from './hiddenVotes'
import type { Holes } from './holes'
import { Pending } from './pending'
import { nodeNames } from './violation'
import type { Report } from './violation'

export const UNSUPPORTED_CLAIMS_MAX = 50_000

interface Claim {
  readonly slot: Slot
  readonly id: string
  /** Null: whoever told the node did not say. */
  readonly ballot: Ballot | null
  readonly by: NodeId
  readonly seq: number
  readonly atMs: number
}

export class LearnCheck {
  judged = 0
  private unknownClaims = 0
  private readonly waiting = new Pending<Slot, Claim>(UNSUPPORTED_CLAIMS_MAX)

  constructor(
    private readonly agreement: Agreement,
    private readonly holes: Holes,
    private readonly hidden: HiddenVotes,
  ) {}

  get unknown(): number {
    return this.unknownClaims + this.waiting.unjudged
  }

  feed(event: LabEvent, report: Report): void {
    if (event.type !== 'chosen' && event.type !== 'learned') return
    const { ids, slot, by, seq, atMs } = event
    for (let index = 0; index < ids.length; index += 1) {
      const at = slot + index
      const id = ids[index]!
      if (this.agreement.chosenAt(at) === id) this.judged += 1
      else {
        const ballot = event.type === 'chosen' ? event.ballot : null
        this.open({ slot: at, id, ballot, by, seq, atMs }, report)
      }
    }
  }

  /** A quorum has voted for this value: who said so before is right. */
  chosen(slot: Slot, id: string): void {
    if (this.waiting.size === 0 || this.waiting.get(slot)?.id !== id) return
    this.waiting.delete(slot)
    this.judged += 1
  }

  settle(settledMs: number, report: Report): void {
    if (this.waiting.size === 0) return
    for (const claim of this.waiting.takeSettled(settledMs)) this.judge(claim, report)
  }

  private open(claim: Claim, report: Report): void {
    if (this.agreement.isForgotten(claim.slot)) this.unknownClaims += 1
    else if (this.holes.order === 'total') this.judge(claim, report)
    else this.waiting.add(claim.slot, claim)
  }

  private judge(claim: Claim, report: Report): void {
    const { slot, id, ballot, by, seq } = claim
    if (this.agreement.isForgotten(slot) || this.hidden.mayChoose(slot, id, ballot)) {
      this.unknownClaims += 1
      return
    }
    this.judged += 1
    const votes = this.agreement.proposalsOf(slot).filter((proposal) => proposal.id === id)
    const voters = votes
      .filter((vote) => vote.voters !== 0)
      .map((vote) => `${nodeNames(vote.voters)} at ${formatBallot(vote.ballot)}`)
    const at = ballot === null ? '' : ` at ${formatBallot(ballot)}`
    const words =
      `N${by} says that ${id} is chosen in slot ${slot}${at}, and no quorum voted for it: ` +
      (voters.join('; ') || 'nobody did')
    const evidence = [...votes.flatMap(({ seqs }) => seqs), seq]
    report({ invariant: 'I10', words, evidence })
  }
}
