/** What a check found: words for people, and the events (`seq`) that show it. */
import { nodesOf } from '../paxos/quorum'
import type { NodeSet } from '../paxos/quorum'

export interface Violation {
  readonly invariant: string
  readonly words: string
  readonly evidence: readonly number[]
}

/** Where a check hands in what it found. */
export type Report = (violation: Violation) => void

/** `total`: the record's order is the true one; `causal`: only facts of one node are in order. */
export type EventOrder = 'total' | 'causal'

/** Evidence of one proposal: the votes that made it, a few are enough to show. */
export const EVIDENCE_MAX = 10

/** `N1, N3`; `nobody` for none. */
export function nodeNames(nodes: NodeSet): string {
  const names = nodesOf(nodes).map((node) => `N${node}`)
  return names.length === 0 ? 'nobody' : names.join(', ')
}
