/**
 * Partitions: what each preset cuts, worked out from members and leader when it starts.
 *
 * | preset           | groups                                                             |
 * | isolateLeader    | the leader alone, all others together                              |
 * | majorityMinority | the leader in the smaller half, so that the larger one must elect  |
 * | bridge           | two halves that share one node, which alone reaches everybody      |
 * | oneWay           | the leader hears all others; nothing that it sends arrives         |
 * | custom           | as named; a node in no group is alone, one in two groups a bridge  |
 */
import { linksAcross } from '../../core/fault'
import type { Link, LinkFault } from '../../core/fault'
import type { PartitionRequest } from '../../shared/api'
import { LabCallError } from '../../shared/api'

type Groups = readonly (readonly number[])[]
export type PartitionFault = LinkFault & { readonly kind: 'partition' }

/** Throws LabCallError: `wrongState` when the leader is needed and unknown, else `badArgument`. */
export function partitionFault(
  request: PartitionRequest,
  members: readonly number[],
  leader: number | null,
): PartitionFault {
  const { preset } = request
  const groups = request.preset === 'custom' ? checked(request.groups, members) : null
  switch (preset) {
    case 'isolateLeader':
      return across(preset, members, apart(members, [known(leader)]))
    case 'oneWay': {
      const from = known(leader)
      const links = others(members, [from]).map((to): Link => ({ from, to }))
      return { kind: 'partition', preset, groups: apart(members, [from]), links }
    }
    case 'majorityMinority':
      return across(preset, members, apart(members, minority(members, leader)))
    case 'bridge':
      return across(preset, members, bridge(members))
    case 'custom':
      return across(preset, members, groups ?? [])
  }
}

function across(
  preset: PartitionFault['preset'],
  members: readonly number[],
  groups: Groups,
): PartitionFault {
  const links = linksAcross(members, groups)
  if (links.length === 0) throw bad('this partition cuts no link')
  return { kind: 'partition', preset, groups, links }
}

/** A custom partition with every node that was not named in a group of its own. */
function checked(groups: Groups, members: readonly number[]): Groups {
  for (const node of groups.flat()) {
    if (!members.includes(node)) throw bad(`there is no node ${node} to partition`)
  }
  const named = groups.filter((group) => group.length > 0).map((group) => [...new Set(group)])
  const alone = others(members, named.flat()).map((node) => [node])
  return [...named, ...alone]
}

function minority(members: readonly number[], leader: number | null): number[] {
  const size = Math.floor((members.length - 1) / 2)
  const first = leader === null ? [] : [leader]
  return [...first, ...others(members, first)].slice(0, size).sort((a, b) => a - b)
}

function bridge(members: readonly number[]): Groups {
  const middle = Math.floor(members.length / 2)
  return [members.slice(0, middle + 1), members.slice(middle)]
}

function apart(members: readonly number[], group: readonly number[]): Groups {
  return [group, others(members, group)]
}

function others(members: readonly number[], without: readonly number[]): number[] {
  return members.filter((node) => !without.includes(node))
}

function known(leader: number | null): number {
  if (leader !== null) return leader
  throw new LabCallError('wrongState', 'no leader is known: this partition is made around one')
}

function bad(words: string): LabCallError {
  return new LabCallError('badArgument', words)
}
