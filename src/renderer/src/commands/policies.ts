/** Policies one click switches to; the policy menu changes their numbers. Units: ticks. */
import type { ElectionPolicy } from '../../../core/paxos/config'
import {
  EAGER_POLICY,
  EXPONENTIAL_POLICY,
  LEADER_POLICY,
  LEASE_POLICY,
} from '../../../core/paxos/config'

export type PolicyName = 'leader' | 'lease' | 'eager' | 'fixed' | 'random' | 'exponential'

export const POLICY_PRESETS: Readonly<Record<PolicyName, ElectionPolicy>> = {
  leader: LEADER_POLICY,
  lease: LEASE_POLICY,
  eager: EAGER_POLICY,
  fixed: { kind: 'backoff', backoff: { kind: 'fixed', ticks: 40 } },
  random: { kind: 'backoff', backoff: { kind: 'random', ticksMin: 10, ticksMax: 80 } },
  exponential: EXPONENTIAL_POLICY,
}

export const POLICY_TEXTS: Readonly<Record<PolicyName, { title: string; why: string }>> = {
  leader: {
    title: 'Leader',
    why: 'One node proposes; missed heartbeats elect the next. Others forward to it.',
  },
  lease: {
    title: 'Lease',
    why: 'A leader that may also answer reads alone, as long as clocks do not drift too far apart.',
  },
  eager: {
    title: 'Eager, no back-off',
    why: 'Anyone proposes and bids again at once: two of them can duel for ever.',
  },
  fixed: {
    title: 'Back-off, fixed',
    why: 'The loser waits the same time each round; equal waits keep the duel going.',
  },
  random: {
    title: 'Back-off, random',
    why: 'The loser waits a random time: one of them gets through.',
  },
  exponential: {
    title: 'Back-off, exponential random',
    why: 'The random wait doubles with each loss, up to the maximum.',
  },
}

export function policyName(policy: ElectionPolicy): PolicyName {
  return policy.kind === 'backoff' ? policy.backoff.kind : policy.kind
}
