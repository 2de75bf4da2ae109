/**
 * Election policies as questions about data: when may a node bid, and how long does it wait?
 *
 * Source: PMS §2.4: progress needs a distinguished proposer, and electing one needs randomness or
 *         real time (FLP). Safety depends on none of this.
 * Units:  ticks. A range is drawn from by the host.
 */
import type { ElectingPolicy, ElectionPolicy } from './config'

export interface TickRange {
  readonly ticksMin: number
  readonly ticksMax: number
}

/** Heartbeats of a leader under policies that do not name their own. */
const HEARTBEAT_TICKS = 10

/** True if a node may propose for its own clients without being elected first. */
export function anyoneProposes(policy: ElectionPolicy): boolean {
  return !elects(policy)
}

/** True if one proposer is elected and the others forward to it. */
export function elects(policy: ElectionPolicy): policy is ElectingPolicy {
  return policy.kind === 'leader' || policy.kind === 'lease'
}

/** How long acceptors bind themselves to a leader that they answered; 0: not at all. */
export function leaseTicks(policy: ElectionPolicy): number {
  return policy.kind === 'lease' ? policy.leaseTicks : 0
}

export function heartbeatTicks(policy: ElectionPolicy): number {
  return elects(policy) ? policy.heartbeatTicks : HEARTBEAT_TICKS
}

/** How long a follower waits for a heartbeat; null: it does not watch. */
export function electionWait(policy: ElectionPolicy): TickRange | null {
  if (!elects(policy)) return null
  return { ticksMin: policy.electionTicksMin, ticksMax: policy.electionTicksMax }
}

/**
 * How long a proposer that was preempted `times` times in a row waits before it bids again; null:
 * it bids at once. The exponential range doubles with each preemption, up to its maximum.
 */
export function backoffWait(policy: ElectionPolicy, times: number): TickRange | null {
  if (policy.kind === 'eager') return null
  if (elects(policy)) {
    return { ticksMin: policy.electionTicksMin, ticksMax: policy.electionTicksMax }
  }
  const { backoff } = policy
  switch (backoff.kind) {
    case 'fixed':
      return { ticksMin: backoff.ticks, ticksMax: backoff.ticks }
    case 'random':
      return { ticksMin: backoff.ticksMin, ticksMax: backoff.ticksMax }
    case 'exponential': {
      const doublings = Math.min(times, 20)
      const ticksMax = Math.min(backoff.ticksMax, backoff.ticksMin * 2 ** doublings)
      return { ticksMin: backoff.ticksMin, ticksMax: Math.max(ticksMax, backoff.ticksMin) }
    }
  }
}
