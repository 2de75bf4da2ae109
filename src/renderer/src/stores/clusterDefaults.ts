/** What a new cluster begins with, as the settings keep it. Pure. */
import { LEADER_POLICY } from '../../../core/paxos/config'
import { DEFAULT_CLUSTER } from '../../../shared/api'
import type { ClusterOptions, NodeCount } from '../../../shared/api'

/** Those options that a person sets once for all clusters. */
export type ClusterDefaults = Pick<
  ClusterOptions,
  | 'nodes'
  | 'mode'
  | 'direct'
  | 'seed'
  | 'flush'
  | 'freezeOnViolation'
  | 'recordInputs'
  | 'recordMessages'
>

export const SEED_MAX = 0xffff_ffff
export const NODE_COUNTS: readonly NodeCount[] = [3, 5, 7, 9]

export const CLUSTER_DEFAULTS: ClusterDefaults = {
  nodes: DEFAULT_CLUSTER.nodes,
  mode: DEFAULT_CLUSTER.mode,
  direct: DEFAULT_CLUSTER.direct,
  seed: DEFAULT_CLUSTER.seed,
  flush: DEFAULT_CLUSTER.flush,
  // Whoever watches wants to see what went wrong, and not what came after it.
  freezeOnViolation: true,
  recordInputs: DEFAULT_CLUSTER.recordInputs,
  recordMessages: DEFAULT_CLUSTER.recordMessages,
}

/** The options with which a new cluster is offered. */
export function clusterPlan(defaults: ClusterDefaults): ClusterOptions {
  return { ...DEFAULT_CLUSTER, policy: LEADER_POLICY, ...sound(defaults) }
}

/** Nobody sees single messages in direct mode. */
function sound(defaults: ClusterDefaults): ClusterDefaults {
  return { ...defaults, recordMessages: defaults.recordMessages && !defaults.direct }
}

export function parseClusterDefaults(raw: unknown): ClusterDefaults {
  if (typeof raw !== 'object' || raw === null) return CLUSTER_DEFAULTS
  const entry = new Map<string, unknown>(Object.entries(raw))
  type Flag = 'direct' | 'flush' | 'freezeOnViolation' | 'recordInputs' | 'recordMessages'
  const flag = (name: Flag): boolean => {
    const value = entry.get(name)
    return typeof value === 'boolean' ? value : CLUSTER_DEFAULTS[name]
  }
  const seed = entry.get('seed')
  const isSeed = typeof seed === 'number' && Number.isInteger(seed) && seed >= 0
  return {
    nodes: NODE_COUNTS.find((count) => count === entry.get('nodes')) ?? CLUSTER_DEFAULTS.nodes,
    mode: entry.get('mode') === 'single' ? 'single' : 'multi',
    seed: isSeed && seed <= SEED_MAX ? seed : CLUSTER_DEFAULTS.seed,
    direct: flag('direct'),
    flush: flag('flush'),
    freezeOnViolation: flag('freezeOnViolation'),
    recordInputs: flag('recordInputs'),
    recordMessages: flag('recordMessages'),
  }
}
