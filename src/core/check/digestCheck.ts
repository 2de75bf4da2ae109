/** I12: two nodes that applied the log up to the same slot have the same digest. */
import type { LabEvent } from '../event'
import type { Violation } from './violation'

export const DIGESTS_MAX = 20_000

interface Seen {
  readonly digest: string
  readonly node: number
  readonly seq: number
}

export class DigestCheck {
  private readonly digests = new Map<number, Seen>()

  feed(event: LabEvent): readonly Violation[] {
    if (event.type === 'clusterStarted') this.digests.clear()
    if (event.type === 'applied') {
      return this.compare(event.through, { digest: event.digest, node: event.by, seq: event.seq })
    }
    if (event.type !== 'statusSampled') return []
    return event.nodes.flatMap(({ node, appliedThrough, digest }) =>
      this.compare(appliedThrough, { digest, node, seq: event.seq }),
    )
  }

  private compare(through: number, seen: Seen): readonly Violation[] {
    const before = this.digests.get(through)
    if (before === undefined) {
      this.digests.set(through, seen)
      const oldest = this.digests.keys().next()
      if (this.digests.size > DIGESTS_MAX && oldest.done !== true) this.digests.delete(oldest.value)
      return []
    }
    if (before.digest === seen.digest) return []
    const words =
      `N${before.node} and N${seen.node} applied through slot ${through} ` +
      `with different digests ${before.digest} and ${seen.digest}`
    return [{ invariant: 'I12', words, evidence: [before.seq, seen.seq] }]
  }
}
