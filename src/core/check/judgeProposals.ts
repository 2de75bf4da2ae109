/** Every proposal of a run with its grounds, and what I6 and I7 find. */
import type { LabEvent } from '../event'
import type { NodeId } from '../paxos/ballot'
import { MAJORITY, Quorums } from '../paxos/quorum'
import type { QuorumSystem } from '../paxos/quorum'
import { Agreement } from './agreement'
import { Holes } from './holes'
import { P2c } from './p2c'
import type { JudgedProposal } from './p2c'
import type { Violation } from './violation'

export function judgeProposals(
  events: readonly LabEvent[],
  acceptors: readonly NodeId[],
  system: QuorumSystem = MAJORITY,
): { readonly proposals: readonly JudgedProposal[]; readonly violations: readonly Violation[] } {
  const quorums = new Quorums(system, acceptors)
  const agreement = new Agreement(quorums)
  const proposals: JudgedProposal[] = []
  const violations: Violation[] = []
  const check = new P2c(quorums, agreement, new Holes('causal', acceptors), (proposal) => {
    proposals.push(proposal)
  })
  for (const event of events) {
    agreement.feed(event, () => {})
    check.feed(event, (violation) => void violations.push(violation))
  }
  return { proposals, violations }
}
