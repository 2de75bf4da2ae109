/**
 * Configuration of one replica. Election policies are data, so that a scenario or a lesson can
 * switch them while a cluster runs. Safety never depends on any of them (PMS §2.4, §3).
 *
 * Units: ticks; a host says how long a tick is (`tickMs`). Bytes count UTF-16 code units of values.
 */
import type { NodeId } from './ballot'

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
    }

/** Who is told of a vote: the proposer alone, every learner, or a set of distinguished ones. */
export type LearnerMode =
  | { readonly kind: 'leader' }
  | { readonly kind: 'all' }
  | { readonly kind: 'set'; readonly nodes: readonly NodeId[] }

export interface ReplicaConfig {
  readonly node: NodeId
  readonly members: readonly NodeId[]
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
}

export const LEADER_POLICY: ElectionPolicy = {
  kind: 'leader',
  heartbeatTicks: 10,
  electionTicksMin: 60,
  electionTicksMax: 100,
}

export const EAGER_POLICY: ElectionPolicy = { kind: 'eager' }

export const EXPONENTIAL_POLICY: ElectionPolicy = {
  kind: 'backoff',
  backoff: { kind: 'exponential', ticksMin: 10, ticksMax: 320 },
}

/** Shipped defaults, for a tick of 5 ms. */
export const DEFAULT_REPLICA = {
  mode: 'multi',
  policy: LEADER_POLICY,
  learnerMode: { kind: 'leader' },
  windowSlots: 2048,
  resendTicks: 60,
  waitingRequestsMax: 20_000,
  commandBytesMax: 65_536,
  messageBytesMax: 131_072,
  readTicks: 200,
} as const satisfies Omit<ReplicaConfig, 'node' | 'members'>
