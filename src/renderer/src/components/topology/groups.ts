/**
 * Partition groups as the picture shows them: who can still talk to whom, and whether enough of
 * them answer. Pure.
 *
 * Source: Lamport, "Paxos Made Simple" §2.2: a value needs a majority of all acceptors, not of
 *         those that can be reached.
 */
import { majorityOf } from '../../../../core/paxos/quorum'
import type { ActiveFault, PartitionPreset } from '../../../../core/fault'
import type { NodeView } from '../../../../shared/api'
import { answers } from './nodeModel'

export interface GroupModel {
  /** A, B, C … in the order of the fault. */
  readonly letter: string
  readonly nodes: readonly number[]
  /** Members of the group that answer: they run and are not paused. With `via`: what it reaches. */
  readonly answering: number
  /** Members of the cluster: a quorum is counted from these, whoever is down. */
  readonly members: number
  readonly quorum: boolean
  /** Only this bridge node, which is in other groups too, reaches a quorum; null: no such case. */
  readonly via: number | null
  /** "quorum 3/5", "no quorum 2/5" or "quorum 3/5 via N3". */
  readonly words: string
}

/** Groups of the partitions that are active, or of hand-made cuts that divide the cluster. */
export function groupModels(
  nodes: readonly NodeView[],
  faults: readonly ActiveFault[],
): GroupModel[] {
  const members = nodes.map((view) => view.node)
  const up = new Set(nodes.filter(answers).map((view) => view.node))
  const groups = partitionGroups(members, faults)
  const need = majorityOf(members.length)
  return groups.map((group, index) => {
    const answering = group.filter((node) => up.has(node)).length
    const base = { letter: String.fromCharCode(65 + index), nodes: group, members: members.length }
    if (answering < need) {
      const bridge = bridgeWithQuorum(group, groups, up, need)
      if (bridge) {
        const words = `quorum ${bridge.reach}/${members.length} via N${bridge.node}`
        return { ...base, answering: bridge.reach, quorum: true, via: bridge.node, words }
      }
    }
    const quorum = answering >= need
    const words = `${quorum ? 'quorum' : 'no quorum'} ${answering}/${members.length}`
    return { ...base, answering, quorum, via: null, words }
  })
}

/** A node in several groups reaches the members of all: it may have what none of them has. */
function bridgeWithQuorum(
  group: readonly number[],
  groups: readonly (readonly number[])[],
  up: ReadonlySet<number>,
  need: number,
): { node: number; reach: number } | null {
  for (const node of group) {
    const own = groups.filter((other) => other.includes(node))
    if (!up.has(node) || own.length < 2) continue
    const reach = [...new Set(own.flat())].filter((other) => up.has(other)).length
    if (reach >= need) return { node, reach }
  }
  return null
}

/** Their groups are links, of which a hull says nothing. */
const WOVEN: readonly PartitionPreset[] = [
  'ring',
  'majoritiesRing',
  'chained',
  'quorumLoss',
  'constrained',
]

/** Empty: everybody can talk to everybody else, through others at least. */
export function partitionGroups(
  members: readonly number[],
  faults: readonly ActiveFault[],
): number[][] {
  const active = faults.filter((fault) => fault.endedAtMs === null).map(({ fault }) => fault)
  const named = active
    .filter((fault) => fault.kind === 'partition')
    .filter(({ preset }) => !WOVEN.includes(preset))
    .map((fault) => withLoners(members, fault.groups))
    // One-way cuts leave one group of all: the links show it, a hull would say nothing.
    .filter((groups) => groups.length > 1)
  const first = named[0]
  if (first) return named.slice(1).reduce(intersect, first)
  const cut = new Set(
    active
      .filter((fault) => fault.kind === 'cut' || fault.kind === 'partition')
      .flatMap((fault) => fault.links)
      .map(({ from, to }) => pairKey(from, to)),
  )
  const parts = components(members, cut)
  return parts.length > 1 ? parts : []
}

/** A node that no group names is alone. */
function withLoners(
  members: readonly number[],
  groups: readonly (readonly number[])[],
): number[][] {
  const inGroups = groups
    .map((group) => members.filter((node) => group.includes(node)))
    .filter((group) => group.length > 0)
  const loners = members.filter((node) => !inGroups.some((group) => group.includes(node)))
  return [...inGroups, ...loners.map((node) => [node])]
}

/** Two partitions at once: who shares a group in both. Parts of larger groups are left out. */
function intersect(left: number[][], right: number[][]): number[][] {
  const all = left.flatMap((a) => right.map((b) => a.filter((node) => b.includes(node))))
  const within = (a: number[], b: number[]): boolean => a.every((node) => b.includes(node))
  return all.filter(
    (group, index) =>
      group.length > 0 &&
      !all.some(
        (other, at) =>
          at !== index && within(group, other) && (other.length > group.length || at < index),
      ),
  )
}

const pairKey = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`

/** Paxos asks and hears back, so a pair with one direction cut does not count as connected. */
function components(members: readonly number[], cut: ReadonlySet<string>): number[][] {
  const left = new Set(members)
  const parts: number[][] = []
  for (const start of members) {
    if (!left.delete(start)) continue
    const part = [start]
    for (const node of part) {
      for (const other of [...left]) {
        if (cut.has(pairKey(node, other))) continue
        left.delete(other)
        part.push(other)
      }
    }
    parts.push(part.sort((a, b) => a - b))
  }
  // Largest first: it gets the letter A, as the group most likely to go on.
  return parts.sort((a, b) => b.length - a.length)
}
