/** Partitions that a viewer asks for, made around who leads now (`core/partition.ts`). */
import { linksAcross } from '../../core/fault'
import type { LinkFault } from '../../core/fault'
import { planPartition } from '../../core/partition'
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
  if (request.preset === 'custom') {
    const groups = checked(request.groups, members)
    const links = linksAcross(members, groups)
    if (links.length === 0) throw bad('this partition cuts no link')
    return { kind: 'partition', preset, groups, links }
  }
  const plan = planPartition(request.preset, members, leader)
  if (plan === null) {
    throw new LabCallError('wrongState', 'no leader is known: this partition is made around one')
  }
  if (plan.links.length === 0) {
    throw bad(`this partition cuts no link among ${members.length} nodes: it needs more of them`)
  }
  return { kind: 'partition', preset, ...plan }
}

/** A custom partition with every node that was not named in a group of its own. */
function checked(groups: Groups, members: readonly number[]): Groups {
  for (const node of groups.flat()) {
    if (!members.includes(node)) throw bad(`there is no node ${node} to partition`)
  }
  const named = groups.filter((group) => group.length > 0).map((group) => [...new Set(group)])
  const alone = members.filter((node) => !named.flat().includes(node)).map((node) => [node])
  return [...named, ...alone]
}

function bad(words: string): LabCallError {
  return new LabCallError('badArgument', words)
}
