/**
 * Quorums: which sets of acceptors may promise (phase 1) and choose (phase 2).
 *
 * Source: PMS §2.2: any two majorities have a member in common. A majority of an even N is N/2+1.
 * Shape:  sets of acceptors are bit masks, bit `node` standing for that node (nodes 1 to 30).
 */
import { assert } from '../assert'
import type { NodeId } from './ballot'

/** A set of nodes as a bit mask. */
export type NodeSet = number

/** Bits of a positive 32-bit integer, less bit 0. */
export const NODE_ID_MAX = 30

export function addNode(set: NodeSet, node: NodeId): NodeSet {
  assert(node >= 1 && node <= NODE_ID_MAX, `node id ${node} is not between 1 and ${NODE_ID_MAX}`)
  return set | (1 << node)
}

export function hasNode(set: NodeSet, node: NodeId): boolean {
  return (set & (1 << node)) !== 0
}

export function countNodes(set: NodeSet): number {
  let count = 0
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1
  return count
}

export function nodesOf(set: NodeSet): NodeId[] {
  const nodes: NodeId[] = []
  for (let node = 1; node <= NODE_ID_MAX; node += 1) if (hasNode(set, node)) nodes.push(node)
  return nodes
}

/** The smallest count such that any two sets of that size among `members` share a member. */
export function majorityOf(members: number): number {
  return Math.floor(members / 2) + 1
}

/** True when the distinct members of `set` are a majority of `members`. */
export function isQuorum(set: NodeSet, members: number): boolean {
  return countNodes(set) >= majorityOf(members)
}
