/**
 * The world of the test double `SyntheticLab`: nodes, who reaches whom, who leads. A believable
 * shadow of Paxos for pictures, not an implementation; nothing in the product imports it.
 */
import type { ActiveFault, Link } from '../../src/core/fault'
import type { Ballot } from '../../src/core/paxos/ballot'
import { nextBallot, ZERO_BALLOT } from '../../src/core/paxos/ballot'
import type { NodeStatus } from '../../src/core/event'
import type { ElectionPolicy } from '../../src/core/paxos/config'
import type { NodeLifeState } from '../../src/shared/api'

export interface SyntheticNode {
  readonly node: number
  state: NodeLifeState
  life: number
  role: NodeStatus['role']
  ballot: Ballot
  promised: Ballot
  leader: Ballot | null
  chosen: number
  applied: number
  acked: number
  bids: number
  preemptions: number
}

export function makeNodes(count: number): SyntheticNode[] {
  return Array.from({ length: count }, (_, index) => ({
    node: index + 1,
    state: 'starting',
    life: 1,
    role: 'idle',
    ballot: ZERO_BALLOT,
    promised: ZERO_BALLOT,
    leader: null,
    chosen: 0,
    applied: 0,
    acked: 0,
    bids: 0,
    preemptions: 0,
  }))
}

/** Repeatable, so that pictures of the double are the same each time. */
export function makeRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

export function isCut(faults: readonly ActiveFault[], link: Link): boolean {
  return faults.some(
    ({ fault, endedAtMs }) =>
      endedAtMs === null &&
      (fault.kind === 'cut' || fault.kind === 'partition') &&
      fault.links.some((other) => other.from === link.from && other.to === link.to),
  )
}

export function reaches(
  faults: readonly ActiveFault[],
  from: SyntheticNode,
  to: SyntheticNode,
): boolean {
  if (from.state !== 'running' || to.state !== 'running') return false
  if (from === to) return true
  const there = { from: from.node, to: to.node }
  const back = { from: to.node, to: from.node }
  return !isCut(faults, there) && !isCut(faults, back)
}

export function followersOf(
  nodes: readonly SyntheticNode[],
  faults: readonly ActiveFault[],
  leader: SyntheticNode,
): SyntheticNode[] {
  return nodes.filter((other) => reaches(faults, leader, other))
}

export function hasQuorum(nodes: readonly SyntheticNode[], reached: number): boolean {
  return reached > nodes.length / 2
}

export function nextOwnBallot(node: SyntheticNode): Ballot {
  return nextBallot(node.promised, node.node)
}

export function statusOf(node: SyntheticNode, policy: ElectionPolicy): NodeStatus {
  return {
    node: node.node,
    life: node.life,
    role: node.role,
    ballot: node.ballot,
    promised: node.promised,
    leader: node.leader,
    votedThrough: node.chosen + (node.role === 'leading' ? 1 : 0),
    chosenThrough: node.chosen,
    appliedThrough: node.applied,
    digest: (0x9c4107be + node.applied * 2654435761).toString(16).slice(-8),
    policy,
    waiting: 0,
    inFlight: node.role === 'leading' ? 2 : 0,
    acked: node.acked,
    clients: 1,
    logBytes: 4096 + node.chosen * 86,
    flushMsP95: 1.4 + node.node / 10,
    lagMsP95: 0.6,
    rssBytes: 52_000_000 + node.node * 100_000,
    bids: node.bids,
    preemptions: node.preemptions,
    dropped: 0,
  }
}
