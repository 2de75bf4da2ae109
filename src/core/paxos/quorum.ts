/**
 * Quorums: which sets of acceptors may promise (phase 1) and choose (phase 2).
 *
 * Source: PMS §2.2: any two majorities have a member in common. A majority of an even N is N/2+1.
 *         What the proof needs is less: every phase-1 quorum meets every phase-2 quorum.
 * Shape:  sets of acceptors are bit masks, bit `node` standing for that node (nodes 1 to 30).
 * Errors: `quorumFault` says in words why a system must be refused.
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

/** Which sets of acceptors count, for each phase. */
export type QuorumSystem =
  | { readonly kind: 'majority' }
  /** Any `phase1` acceptors promise, any `phase2` choose; their sum exceeds the acceptors. */
  | { readonly kind: 'counts'; readonly phase1: number; readonly phase2: number }
  /** Listed sets, such as the rows and columns of a grid; a superset of one counts too. */
  | {
      readonly kind: 'sets'
      readonly phase1: readonly (readonly NodeId[])[]
      readonly phase2: readonly (readonly NodeId[])[]
    }

export const MAJORITY: QuorumSystem = { kind: 'majority' }

export function toNodeSet(nodes: Iterable<NodeId>): NodeSet {
  let set = 0
  for (const node of nodes) set = addNode(set, node)
  return set
}

/** A quorum system over given acceptors: answers whether a set is a quorum of a phase. */
export class Quorums {
  readonly acceptors: NodeSet
  private readonly counts: { readonly phase1: number; readonly phase2: number } | null
  private readonly sets1: readonly NodeSet[] = []
  private readonly sets2: readonly NodeSet[] = []

  constructor(
    readonly system: QuorumSystem,
    acceptors: readonly NodeId[],
  ) {
    this.acceptors = toNodeSet(acceptors)
    if (system.kind === 'sets') {
      this.counts = null
      this.sets1 = system.phase1.map(toNodeSet)
      this.sets2 = system.phase2.map(toNodeSet)
    } else {
      const majority = majorityOf(acceptors.length)
      this.counts = system.kind === 'counts' ? system : { phase1: majority, phase2: majority }
    }
  }

  /** True if these acceptors may start a ballot. */
  promised(set: NodeSet): boolean {
    const among = set & this.acceptors
    if (this.counts !== null) return countNodes(among) >= this.counts.phase1
    return this.sets1.some((quorum) => (quorum & among) === quorum)
  }

  /** True if these acceptors' votes at one ballot choose its value. */
  chosen(set: NodeSet): boolean {
    const among = set & this.acceptors
    if (this.counts !== null) return countNodes(among) >= this.counts.phase2
    return this.sets2.some((quorum) => (quorum & among) === quorum)
  }

  /** The fewest acceptors that can choose. */
  get smallestPhase2(): number {
    if (this.counts !== null) return this.counts.phase2
    return Math.min(...this.sets2.map(countNodes))
  }
}

/** Why a system must not be used with these acceptors; null if it may. */
export function quorumFault(system: QuorumSystem, acceptors: readonly NodeId[]): string | null {
  const count = acceptors.length
  if (system.kind === 'majority') return null
  if (system.kind === 'counts') {
    const { phase1, phase2 } = system
    if (phase1 < 1 || phase2 < 1 || phase1 > count || phase2 > count) {
      return `quorum counts must be from 1 to ${count}, the number of acceptors`
    }
    if (phase1 + phase2 > count) return null
    return (
      `phase-1 quorums of ${phase1} and phase-2 quorums of ${phase2} among ${count} acceptors ` +
      `need not meet: ${phase1} + ${phase2} must exceed ${count}`
    )
  }
  return setsFault(system, acceptors)
}

function setsFault(
  { phase1, phase2 }: Extract<QuorumSystem, { kind: 'sets' }>,
  acceptors: readonly NodeId[],
): string | null {
  if (phase1.length === 0 || phase2.length === 0) return 'each phase needs at least one quorum'
  for (const quorum of [...phase1, ...phase2]) {
    const stranger = quorum.find((node) => !acceptors.includes(node))
    if (quorum.length === 0) return 'a quorum is empty'
    if (stranger !== undefined) return `quorum {${quorum.join(', ')}}: ${stranger} is no acceptor`
  }
  for (const first of phase1) {
    const apart = phase2.find((second) => !second.some((node) => first.includes(node)))
    if (apart === undefined) continue
    const names = `{${first.join(', ')}} and phase-2 quorum {${apart.join(', ')}}`
    return `phase-1 quorum ${names} do not meet: two values could be chosen`
  }
  return null
}
