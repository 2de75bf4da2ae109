/** The options of a new cluster while they are being chosen. Pure. */
import { LEADER_POLICY } from '../../../../core/paxos/config'
import type { Roles } from '../../../../core/paxos/config'
import { DEFAULT_CLUSTER } from '../../../../shared/api'
import type { ClusterOptions, NodeCount } from '../../../../shared/api'
import { clusterFault, membersOf } from '../../../../shared/clusterOptions'

export const DRAFT_DEFAULTS: ClusterOptions = {
  ...DEFAULT_CLUSTER,
  policy: LEADER_POLICY,
  freezeOnViolation: true,
}

/** What the disclosure hides. */
const ADVANCED = [
  ...(['variant', 'roles', 'learnerMode', 'quorums', 'phases', 'refusal', 'readMode'] as const),
  ...(['rejoin', 'windowSlots', 'snapshotSlots', 'tickMs', 'requestDeadlineMs'] as const),
  ...(['stallMsMax', 'recordInputs', 'recordMessages', 'freezeOnViolation'] as const),
] as const

/** How many of the hidden options are other than the defaults. */
export function advancedChanges(draft: ClusterOptions): number {
  const differs = (name: (typeof ADVANCED)[number]): boolean =>
    JSON.stringify(draft[name]) !== JSON.stringify(DRAFT_DEFAULTS[name])
  return ADVANCED.filter(differs).length
}

/** Why the options are refused, at the field that it is about; empty where nothing is wrong. */
interface DraftFault {
  readonly roles: string
  readonly quorums: string
  readonly learnerMode: string
  /** What belongs to no field here. */
  readonly other: string
}

const FIELDS = ['roles', 'quorums', 'learnerMode'] as const

export function faultOf(draft: ClusterOptions): DraftFault {
  const none = { roles: '', quorums: '', learnerMode: '', other: '' }
  const words = clusterFault(draft)
  if (words === null) return none
  const field = FIELDS.find((name) => words.startsWith(`${name}: `))
  if (field === undefined) return { ...none, other: words }
  return { ...none, [field]: sentence(words.slice(field.length + 2)) }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

/** Fewer nodes take their roles with them: what is not shown could not be taken back. */
export function withNodes(draft: ClusterOptions, nodes: NodeCount): Partial<ClusterOptions> {
  const members = membersOf(nodes)
  const those = (list: readonly number[]): number[] => list.filter((one) => members.includes(one))
  const { roles, learnerMode } = draft
  return {
    nodes,
    roles: roles && keptRoles(roles, those),
    learnerMode:
      learnerMode.kind === 'set'
        ? { ...learnerMode, nodes: those(learnerMode.nodes) }
        : learnerMode,
  }
}

function keptRoles(roles: Roles, those: (list: readonly number[]) => number[]): Roles {
  const { proposers, acceptors, learners } = roles
  return {
    proposers: those(proposers),
    acceptors: those(acceptors),
    learners: those(learners),
  }
}
