/**
 * Partitions with a name: which nodes can still talk, worked out from members and leader. Pure.
 *
 * | preset           | who can talk to whom                                                       |
 * | isolateLeader    | the leader alone, all others together                                      |
 * | majorityMinority | the leader in the smaller half, so that the larger one must elect          |
 * | bridge           | two halves that share one node, which alone reaches everybody              |
 * | ring             | each node with the next one and the one before, in a ring                  |
 * | majoritiesRing   | each node with a majority in a ring, no two with the same one              |
 * | chained          | each node with its neighbours in a line, whose first is the leader         |
 * | quorumLoss       | all with one follower and with nobody else: of five, only it has a quorum  |
 * | constrained      | as quorumLoss, and the leader is cut off from that follower too            |
 * | oneWay           | the leader hears all others; nothing that it sends arrives                 |
 * | custom           | as named; a node in no group is alone, one in two groups a bridge          |
 *
 * Groups: nodes that share a group can talk; a node may be in several.
 */
import type { Link, NamedPreset } from './fault'
import { linkKey, linksAcross } from './fault'
import type { NodeId } from './paxos/ballot'
import { majorityOf } from './paxos/quorum'

export interface PartitionPlan {
  readonly groups: readonly (readonly NodeId[])[]
  /** Links to cut; empty: this preset means nothing for so few nodes. */
  readonly links: readonly Link[]
}

/** Null: it is made around the leader, and none is known. */
export function planPartition(
  preset: NamedPreset,
  members: readonly NodeId[],
  leader: NodeId | null,
): PartitionPlan | null {
  if (preset === 'oneWay') return leader === null ? null : oneWay(members, leader)
  const groups = groupsOf(preset, members, leader)
  return groups && { groups, links: linksAcross(members, groups) }
}

/** Nodes that can ask a majority and hear back, itself counted (PMS §2.2). */
export function nodesWithQuorum(members: readonly NodeId[], cut: readonly Link[]): NodeId[] {
  const keys = new Set(cut.map(linkKey))
  const talks = (from: NodeId, to: NodeId): boolean =>
    from === to || !(keys.has(linkKey({ from, to })) || keys.has(linkKey({ from: to, to: from })))
  const need = majorityOf(members.length)
  return members.filter((node) => members.filter((other) => talks(node, other)).length >= need)
}

function groupsOf(
  preset: Exclude<NamedPreset, 'oneWay'>,
  members: readonly NodeId[],
  leader: NodeId | null,
): PartitionPlan['groups'] | null {
  switch (preset) {
    case 'isolateLeader':
      return leader === null ? null : [[leader], others(members, [leader])]
    case 'majorityMinority': {
      const small = minority(members, leader)
      return [small, others(members, small)]
    }
    case 'bridge': {
      const middle = Math.floor(members.length / 2)
      return [members.slice(0, middle + 1), members.slice(middle)]
    }
    case 'ring':
      return windows(members, 2)
    case 'majoritiesRing':
      return windows(members, Math.ceil((majorityOf(members.length) - 1) / 2) + 1)
    case 'chained': {
      const line = leader === null ? members : [leader, ...others(members, [leader])]
      return line.slice(1).map((node, index) => [line[index] ?? node, node])
    }
    case 'quorumLoss':
    case 'constrained':
      return leader === null ? null : star(members, leader, preset === 'constrained')
  }
}

function oneWay(members: readonly NodeId[], from: NodeId): PartitionPlan {
  const rest = others(members, [from])
  return { groups: [[from], rest], links: rest.map((to) => ({ from, to })) }
}

/** The lowest follower keeps contact with everybody, or with everybody but the leader. */
function star(
  members: readonly NodeId[],
  leader: NodeId,
  leaderIsOut: boolean,
): PartitionPlan['groups'] {
  const [hub = leader, ...rest] = others(members, [leader])
  const arms = [...(leaderIsOut ? [] : [leader]), ...rest].map((node) => [hub, node])
  return leaderIsOut ? [...arms, [leader]] : arms
}

/** Every run of `size` nodes round the ring of members. */
function windows(members: readonly NodeId[], size: number): PartitionPlan['groups'] {
  return members.map((_, start) =>
    Array.from({ length: size }, (_, at) => members[(start + at) % members.length] ?? 0),
  )
}

function minority(members: readonly NodeId[], leader: NodeId | null): NodeId[] {
  const size = Math.floor((members.length - 1) / 2)
  const first = leader === null ? [] : [leader]
  return [...first, ...others(members, first)].slice(0, size).sort((a, b) => a - b)
}

function others(members: readonly NodeId[], without: readonly NodeId[]): NodeId[] {
  return members.filter((node) => !without.includes(node))
}
