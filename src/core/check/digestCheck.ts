/**
 * I12: two nodes that applied the log up to the same slot have the same digest, snapshots included.
 *
 * The digest covers every value in its order and every answer, so that equal digests mean that the
 * one log is a prefix of the other.
 */
import type { LabEvent } from '../event'
import type { NodeId, Slot } from '../paxos/ballot'
import { Recent } from './recent'
import type { Report } from './violation'

export const DIGESTS_MAX = 20_000

interface Seen {
  readonly digest: string
  readonly node: NodeId
  readonly seq: number
}

export class DigestCheck {
  judged = 0
  private digests = new Recent<Slot, Seen>(DIGESTS_MAX)

  feed(event: LabEvent, report: Report): void {
    switch (event.type) {
      case 'clusterStarted':
        this.digests = new Recent(DIGESTS_MAX)
        return
      case 'applied':
      case 'snapshotTaken':
      case 'snapshotInstalled':
        return this.compare(event.through, event.digest, event.by, event.seq, report)
      case 'statusSampled':
        for (const { node, appliedThrough, digest } of event.nodes) {
          // A model that applies nothing has no digest to compare.
          if (digest !== '') this.compare(appliedThrough, digest, node, event.seq, report)
        }
    }
  }

  private compare(through: Slot, digest: string, node: NodeId, seq: number, report: Report): void {
    this.judged += 1
    const before = this.digests.get(through)
    if (before === undefined) return this.digests.set(through, { digest, node, seq })
    if (before.digest === digest) return
    const words =
      `N${before.node} and N${node} applied through slot ${through} ` +
      `with different digests ${before.digest} and ${digest}`
    report({ invariant: 'I12', words, evidence: [before.seq, seq] })
  }
}
