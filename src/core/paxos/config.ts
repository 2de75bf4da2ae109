/**
 * Configuration of one replica. Election policies are data, so that a scenario or a lesson can
 * switch them while a cluster runs. Safety never depends on any of them (PMS §2.4, §3).
 *
 * Units: ticks; a host says how long a tick is (`tickMs`). Bytes count UTF-16 code units of values.
 */
import type { NodeId } from './ballot'
import type { MutantId } from './mutant'
import { MAJORITY } from './quorum'
import type { QuorumSystem } from './quorum'

/** How long a preempted proposer waits before it bids again. */
export type Backoff =
  | { readonly kind: 'fixed'; readonly ticks: number }
  | { readonly kind: 'random'; readonly ticksMin: number; readonly ticksMax: number }
  | { readonly kind: 'exponential'; readonly ticksMin: number; readonly ticksMax: number }

export type ElectionPolicy =
  /** Anyone proposes and retries at once: the duel. */
  | { readonly kind: 'eager' }
  /** Anyone proposes and waits before a retry. */
  | { readonly kind: 'backoff'; readonly backoff: Backoff }
  /** One node proposes, elected by missed heartbeats; others forward to it. */
  | {
      readonly kind: 'leader'
      readonly heartbeatTicks: number
      readonly electionTicksMin: number
      readonly electionTicksMax: number
      /**
       * A node asks before it bids, and does not while a quorum hears a leader; a leader that hears
       * no quorum steps down. Ends the oscillation of a chain A-B-C with A-C cut.
       */
      readonly quorumAware?: boolean
    }
  /** As `leader`, plus the right to answer reads alone while the lease lasts. */
  | {
      readonly kind: 'lease'
      readonly heartbeatTicks: number
      readonly electionTicksMin: number
      readonly electionTicksMax: number
      /** How long an acceptor that answered a heartbeat promises nobody else, by its own clock. */
      readonly leaseTicks: number
      /** Clocks may run apart by this share (0 to 1); the leader counts its lease shorter by it. */
      readonly driftBound: number
      readonly quorumAware?: boolean
    }

/** Policies that elect one proposer by missed heartbeats. */
export type ElectingPolicy = Extract<ElectionPolicy, { kind: 'leader' | 'lease' }>

/** Which algorithm a node runs. Only `lamport` is Paxos. */
export type Variant = 'lamport' | 'blog2014'

/** Which nodes play which role (PMS §2.5); every proposer is a learner too. */
export interface Roles {
  readonly proposers: readonly NodeId[]
  readonly acceptors: readonly NodeId[]
  readonly learners: readonly NodeId[]
}

/** Who is told of a vote: the proposer alone, every learner, or a set of distinguished ones. */
export type LearnerMode =
  | { readonly kind: 'leader' }
  | { readonly kind: 'all' }
  | { readonly kind: 'set'; readonly nodes: readonly NodeId[] }

export interface ReplicaConfig {
  readonly node: NodeId
  readonly members: readonly NodeId[]
  readonly variant: Variant
  readonly quorums: QuorumSystem
  /** Null: every member plays every role. */
  readonly roles: Roles | null
  /** False: it lost its storage. It may learn and serve, but never vote or bid (protocol §12). */
  readonly votes: boolean
  /** `second`: no phase 1; an acceptor accepts its first proposal and no other (PMS §2.2, P1). */
  readonly phases: 'both' | 'second'
  /** What an acceptor does with a stale ballot: a nack is a hint, silence is as safe. */
  readonly refusal: 'nack' | 'silence'
  /** `single`: one slot, chosen once, for ever. `multi`: a log of slots. */
  readonly mode: 'single' | 'multi'
  readonly policy: ElectionPolicy
  readonly learnerMode: LearnerMode
  /** α: with slots 1..i chosen, the leader may propose i+1 .. i+α. */
  readonly windowSlots: number
  /** Unanswered prepares, accepts and forwards are sent again after this many ticks. */
  readonly resendTicks: number
  /** Requests that wait for a place in the window or for a leader; more are refused. */
  readonly waitingRequestsMax: number
  /** A longer command is refused before it is proposed. */
  readonly commandBytesMax: number
  /** Messages are split to carry at most this; JSON prints a control byte as six characters. */
  readonly messageBytesMax: number
  /** Ticks a learner that asks all waits for answers before it says `undetermined`. */
  readonly readTicks: number
  /** A snapshot is taken after this many applied slots; 0: never, and the log keeps growing. */
  readonly snapshotSlots: number
  /** Chosen slots kept in memory below a snapshot, so that a short absence needs no snapshot. */
  readonly tailSlots: number
  /** Null: Paxos as it should be. Else one rule is broken on purpose, and everybody is told. */
  readonly mutant: MutantId | null
}

/** The roles of a configuration, spelled out. */
export function rolesOf({ roles, members }: Pick<ReplicaConfig, 'roles' | 'members'>): Roles {
  return roles ?? { proposers: members, acceptors: members, learners: members }
}

/** Why roles must be refused; null if they may be used. */
export function rolesFault(roles: Roles, members: readonly NodeId[]): string | null {
  for (const [name, nodes] of Object.entries(roles) as [keyof Roles, readonly NodeId[]][]) {
    if (nodes.length === 0) return `there are no ${name}`
    const stranger = nodes.find((node) => !members.includes(node))
    if (stranger !== undefined) return `${name} names node ${stranger}, which is no member`
  }
  const deaf = roles.proposers.find((node) => !roles.learners.includes(node))
  return deaf === undefined ? null : `proposer ${deaf} must be a learner too`
}

export const LEADER_POLICY: Extract<ElectionPolicy, { kind: 'leader' }> = {
  kind: 'leader',
  heartbeatTicks: 10,
  electionTicksMin: 60,
  electionTicksMax: 100,
}

export const LEASE_POLICY: Extract<ElectionPolicy, { kind: 'lease' }> = {
  kind: 'lease',
  heartbeatTicks: 10,
  electionTicksMin: 60,
  electionTicksMax: 100,
  leaseTicks: 50,
  driftBound: 0.1,
}

export const EAGER_POLICY: ElectionPolicy = { kind: 'eager' }

export const EXPONENTIAL_POLICY: ElectionPolicy = {
  kind: 'backoff',
  backoff: { kind: 'exponential', ticksMin: 10, ticksMax: 320 },
}

/** Shipped defaults, for a tick of 5 ms. */
export const DEFAULT_REPLICA = {
  variant: 'lamport',
  quorums: MAJORITY,
  roles: null,
  votes: true,
  phases: 'both',
  refusal: 'nack',
  mode: 'multi',
  policy: LEADER_POLICY,
  learnerMode: { kind: 'leader' },
  windowSlots: 2048,
  resendTicks: 20,
  waitingRequestsMax: 20_000,
  commandBytesMax: 65_536,
  messageBytesMax: 131_072,
  readTicks: 200,
  snapshotSlots: 20_000,
  tailSlots: 4_096,
  mutant: null,
} as const satisfies Omit<ReplicaConfig, 'node' | 'members'>
