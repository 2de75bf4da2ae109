/**
 * Looks for witnesses of a proposal whose proposer names none: any phase-1 quorum among those who
 * promised its ballot on which P2c would let it rest (PMS §2.2).
 */
import { nodesOf } from '../paxos/quorum'
import type { NodeSet, Quorums } from '../paxos/quorum'

/** More nodes than that are not searched subset by subset, but as one set. */
const SEARCHED_NODES_MAX = 10

/** The smallest (or largest) such quorum; null: none fits. */
export function findWitnesses(
  quorums: Quorums,
  among: NodeSet,
  fits: (witnesses: NodeSet) => boolean,
  which: 'smallest' | 'largest' = 'smallest',
): NodeSet | null {
  if (!quorums.promised(among)) return null
  const nodes = nodesOf(among & quorums.acceptors)
  if (nodes.length > SEARCHED_NODES_MAX) return fits(among) ? among : null
  const sign = which === 'smallest' ? 1 : -1
  const subsets = subsetsOf(nodes).sort((left, right) => sign * (left.length - right.length))
  for (const subset of subsets) {
    const witnesses = subset.reduce((set, node) => set | (1 << node), 0)
    if (quorums.promised(witnesses) && fits(witnesses)) return witnesses
  }
  return null
}

function subsetsOf(nodes: readonly number[]): number[][] {
  return nodes.reduce<number[][]>(
    (subsets, node) => [...subsets, ...subsets.map((subset) => [...subset, node])],
    [[]],
  )
}
