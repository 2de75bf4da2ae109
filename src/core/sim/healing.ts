/** Which policy the nodes get when the faults are over, so that requests get through (PMS §2.4). */
import { DEFAULT_REPLICA, LEADER_POLICY } from '../paxos/config'
import type { ElectionPolicy } from '../paxos/config'
import type { SimPlan } from './plan'

/** Null: they keep the one they have. */
export function policyAfterFaults({ config, faults, forks = [] }: SimPlan): ElectionPolicy | null {
  const own = config.policy ?? DEFAULT_REPLICA.policy
  // A slot that was chosen once is news to nobody without a leader who says so.
  const single = config.mode === 'single' && own.kind === 'backoff'
  const policy = endsDuels(own) && !single ? own : LEADER_POLICY
  const struck = [...faults, ...forks.flatMap(({ fault }) => fault ?? [])]
  const isChanged = struck.some(({ fault }) => fault.kind === 'policy')
  return policy === own && !isChanged ? null : policy
}

/** True if requests get through for certain once the network is well. */
function endsDuels(policy: ElectionPolicy): boolean {
  if (policy.kind === 'eager') return false
  return policy.kind !== 'backoff' || policy.backoff.kind === 'exponential'
}
