/** The fault with which a fork begins, from the fields of its dialog. Pure. */
import { linksAcross } from '../../../../core/fault'
import type { NodeId } from '../../../../core/paxos/ballot'
import type { SimFault } from '../../../../core/sim/plan'

export const FORK_FAULTS = {
  kill: 'Kill a node',
  powerLoss: 'Power loss at a node',
  pause: 'Pause a node',
  isolate: 'Cut a node off',
  cut: 'Cut one link, both ways',
  cutOneWay: 'Cut one link, one way',
  isolateLeader: 'Cut the leader off',
  elect: 'Start an election at a node',
  stepDown: 'A leader steps down',
} as const

export type ForkFault = keyof typeof FORK_FAULTS

export interface ForkFaultFields {
  readonly kind: ForkFault
  readonly node: NodeId
  /** The other end of a link. */
  readonly to: NodeId
}

export function needsNode(kind: ForkFault): boolean {
  return kind !== 'isolateLeader'
}

export function needsLink(kind: ForkFault): boolean {
  return kind === 'cut' || kind === 'cutOneWay'
}

/** False: it is over at once. */
export function lasts(kind: ForkFault): boolean {
  return kind !== 'elect' && kind !== 'stepDown'
}

export function forkFault(fields: ForkFaultFields, members: readonly NodeId[]): SimFault {
  const { kind, node, to } = fields
  switch (kind) {
    case 'kill':
    case 'elect':
    case 'stepDown':
      return { kind, node }
    case 'powerLoss':
      return { kind, node, tornTail: true }
    case 'pause':
      return { kind, node, cooperative: false }
    case 'isolate':
      return { kind: 'cut', links: linksAcross(members, [members.filter((one) => one !== node)]) }
    case 'cut':
      return {
        kind: 'cut',
        links: [
          { from: node, to },
          { from: to, to: node },
        ],
      }
    case 'cutOneWay':
      return { kind: 'cut', links: [{ from: node, to }] }
    case 'isolateLeader':
      return { kind: 'partition', preset: 'isolateLeader', groups: [], links: [] }
  }
}
