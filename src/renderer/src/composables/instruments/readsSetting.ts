/** Who votes in a run and what counts as a quorum: from its start event, else its options. */
import type { LabEvent, RunSource } from '../../../../core/event'
import type { MutantId } from '../../../../core/paxos/mutant'
import { MAJORITY, Quorums } from '../../../../core/paxos/quorum'
import type { Variant } from '../../../../core/paxos/config'
import type { ClusterOptions } from '../../../../shared/api'

export interface RunSetting {
  readonly acceptors: readonly number[]
  readonly quorums: Quorums
  readonly variant: Variant
  readonly mutant: MutantId | null
  readonly source: RunSource
  /** `total`: the order of the record is the true one. */
  readonly order: 'total' | 'causal'
}

export function settingOf(
  facts: readonly LabEvent[],
  options: ClusterOptions | null,
  members: readonly number[],
): RunSetting {
  const started = facts.find((fact) => fact.type === 'clusterStarted')
  const rules = started ?? options
  const all = started?.members ?? members
  const acceptors = rules?.roles?.acceptors ?? all
  const source = started?.source ?? 'processes'
  return {
    acceptors,
    quorums: new Quorums(rules?.quorums ?? MAJORITY, acceptors),
    variant: rules?.variant ?? 'lamport',
    mutant: rules?.mutant ?? null,
    source,
    order: source === 'simulator' || source === 'explorer' ? 'total' : 'causal',
  }
}
