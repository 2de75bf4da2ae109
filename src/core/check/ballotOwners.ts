/**
 * I5, the other half: a ballot has one owner, in one life. Only the node whose id it carries may
 * use it, and not again once it may have left the node (PMS §2.5: disjoint sets of numbers, the
 * highest one on stable storage).
 *
 * Order: a ballot has left for certain when its owner told its own promise to it, won it or issued
 *        with it; promises of others count only where the order of events is the true one. One that
 *        a crash took before it was durable may be used again: nobody heard of it.
 */
import type { LabEvent, NodeEvent } from '../event'
import { formatBallot } from '../paxos/ballot'
import type { Ballot } from '../paxos/ballot'
import type { EventOrder, Report } from './violation'

export const OWNED_BALLOTS_MAX = 1000

interface Use {
  readonly life: number
  readonly seq: number
  hasLeft: boolean
}

export class BallotOwners {
  /** Bids that were looked at. */
  judged = 0
  private readonly uses = new Map<string, Use>()

  constructor(private readonly order: EventOrder) {}

  feed(event: LabEvent, report: Report): void {
    switch (event.type) {
      case 'bid':
        if (this.isOwner(event, event.ballot, report)) this.bid(event, report)
        return
      case 'elected':
      case 'issued':
        if (this.isOwner(event, event.ballot, report)) this.left(event.ballot)
        return
      case 'promised':
      case 'voted':
        if (event.by === event.ballot.node || this.order === 'total') this.left(event.ballot)
    }
  }

  private bid(
    { by, life, ballot, seq }: Extract<NodeEvent, { type: 'bid' }>,
    report: Report,
  ): void {
    this.judged += 1
    const key = formatBallot(ballot)
    const before = this.uses.get(key)
    if (before !== undefined && life >= before.life && (before.hasLeft || before.life === life)) {
      const when = before.life === life ? 'twice' : 'again after a restart'
      const words = `N${by} bids with ballot ${key} ${when}`
      report({ invariant: 'I5', words, evidence: [before.seq, seq] })
    }
    this.uses.delete(key)
    this.uses.set(key, { life, seq, hasLeft: false })
    if (this.uses.size <= OWNED_BALLOTS_MAX) return
    for (const oldest of this.uses.keys()) {
      this.uses.delete(oldest)
      return
    }
  }

  private isOwner(
    { by, seq, type }: Extract<NodeEvent, { type: 'bid' | 'elected' | 'issued' }>,
    ballot: Ballot,
    report: Report,
  ): boolean {
    if (by === ballot.node) return true
    const how = type === 'bid' ? 'bids with' : type === 'elected' ? 'won' : 'issued at'
    const words = `N${by} ${how} ballot ${formatBallot(ballot)}, which belongs to N${ballot.node}`
    report({ invariant: 'I5', words, evidence: [seq] })
    return false
  }

  private left(ballot: Ballot): void {
    if (this.uses.size === 0) return
    const use = this.uses.get(formatBallot(ballot))
    if (use !== undefined) use.hasLeft = true
  }
}
