/**
 * The least that one slot costs in a mode, without batching: the floor under the cost ledger.
 *
 * Source: PMS §2.2 for the phases, §2.3 for learners, §3 for the leader that runs phase 1 once. It
 *         is what this lab sends when nothing is lost and nobody else bids: every acceptor is
 *         asked, not a quorum alone, and answers the learners of the mode. Heartbeats, forwarded
 *         requests and what is sent again are what a run pays beyond it; batches are how it pays
 *         less.
 * Counts: messages between different nodes; flushes over all acceptors, one for each promise and
 *         one for each vote.
 */
import type { NodeId } from '../paxos/ballot'
import { rolesOf } from '../paxos/config'
import type { LearnerMode, Roles } from '../paxos/config'
import type { MessageType } from '../paxos/message'

export interface CostMode {
  readonly mode: 'single' | 'multi'
  readonly members: readonly NodeId[]
  readonly roles: Roles | null
  readonly learnerMode: LearnerMode
  /** `second`: there is no phase 1. */
  readonly phases: 'both' | 'second'
}

export interface LeastCost {
  readonly messages: number
  readonly flushes: number
  /** The messages by type. */
  readonly byType: Readonly<Partial<Record<MessageType, number>>>
  readonly words: string
}

export function leastCost(mode: CostMode): LeastCost {
  const roles = rolesOf(mode)
  const { acceptors } = roles
  const leader = leaderOf(roles)
  const asked = acceptors.filter((node) => node !== leader).length
  const accepted = acceptedOf(mode.learnerMode, roles, leader)
  const told = toldOf(mode.learnerMode, roles, leader)
  const hasPhase1 = mode.mode === 'single' && mode.phases === 'both'
  const prepares = hasPhase1 ? asked : 0
  const parts = [
    ...(hasPhase1 ? [`${prepares} prepare`, `${prepares} promise`] : []),
    `${asked} accept`,
    `${accepted} accepted`,
    ...(told > 0 ? [`${told} chosen`] : []),
  ]
  const flushesEach = hasPhase1 ? 2 : 1
  const what = hasPhase1 ? 'its promise and its vote' : 'its vote'
  return {
    messages: 2 * prepares + asked + accepted + told,
    flushes: flushesEach * acceptors.length,
    byType: { prepare: prepares, promise: prepares, accept: asked, accepted, chosen: told },
    words:
      `${modeWords(mode)}: ${parts.join(' + ')}; ` +
      `each of ${acceptors.length} acceptors flushes ${what}`,
  }
}

/** A leader that is an acceptor too says less over the network. */
function leaderOf({ proposers, acceptors }: Roles): NodeId | undefined {
  return proposers.find((node) => acceptors.includes(node)) ?? proposers[0]
}

/** Votes that are told to other nodes. */
function acceptedOf(mode: LearnerMode, roles: Roles, leader: NodeId | undefined): number {
  const { acceptors, learners } = roles
  const toldBy = (acceptor: NodeId): number => {
    const others = (nodes: readonly NodeId[]) => nodes.filter((node) => node !== acceptor).length
    if (mode.kind === 'all') return others(learners)
    if (mode.kind === 'leader') return acceptor === leader ? 0 : 1
    return others(learners.filter((node) => node === leader || mode.nodes.includes(node)))
  }
  return acceptors.reduce((sum, acceptor) => sum + toldBy(acceptor), 0)
}

/** Each learner of a set tells the rest what it counted. */
function toldOf(mode: LearnerMode, { learners }: Roles, leader: NodeId | undefined): number {
  if (mode.kind !== 'set') return 0
  const counting = learners.filter((node) => mode.nodes.includes(node))
  const rest = learners.filter((node) => node !== leader && !mode.nodes.includes(node))
  return counting.length * rest.length
}

function modeWords({ mode, learnerMode }: CostMode): string {
  const learning = {
    leader: 'the leader counts the votes',
    all: 'every learner counts the votes',
    set: 'a set of learners counts the votes',
  }[learnerMode.kind]
  return `${mode === 'single' ? 'Single decree' : 'Stable leader'}, ${learning}`
}
