/**
 * I10 for a reader that asks all: it may call a value of a slot chosen only if a phase-2 quorum
 * reports votes at one ballot, or somebody who answered has applied the slot. Votes for equal
 * values at different ballots do not add up (reader's note 1; mutant M14).
 */
import type { LabEvent } from '../event'
import { formatBallot } from '../paxos/ballot'
import { addNode } from '../paxos/quorum'
import type { NodeSet, Quorums } from '../paxos/quorum'
import { nodeNames } from './violation'
import type { Report } from './violation'

export class ReadCheck {
  judged = 0

  constructor(private readonly quorums: Quorums) {}

  feed(event: LabEvent, report: Report): void {
    if (event.type !== 'learnerRead' || event.slot === undefined) return
    const { slot, result, node, seq } = event
    if (result.verdict !== 'chosen' || result.replies.length === 0) return
    this.judged += 1
    const voters = new Map<string, NodeSet>()
    for (const reply of result.replies) {
      if (reply.appliedThrough >= slot) return
      for (const vote of reply.votes) {
        if (vote.slot !== slot) continue
        const key = `${vote.id} at ${formatBallot(vote.ballot)}`
        voters.set(key, addNode(voters.get(key) ?? 0, reply.node))
      }
    }
    if ([...voters.values()].some((nodes) => this.quorums.chosen(nodes))) return
    const seen = [...voters].map(([key, nodes]) => `${key} by ${nodeNames(nodes)}`)
    const words =
      `a reader at N${node} said that "${result.value ?? '(nil)'}" is chosen in slot ${slot}, ` +
      `and no ballot had a quorum: ${seen.join('; ') || 'no votes'}`
    report({ invariant: 'I10', words, evidence: [seq] })
  }
}
