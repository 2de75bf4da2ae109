/**
 * The policy as a verb names it, with times in ms, and what it means in ticks of a cluster.
 *
 * Errors: `parsePolicyRef` throws VerbError; `toPolicy` LabCallError `badArgument` for times that
 *         contradict each other.
 */
import { EXPONENTIAL_POLICY, LEADER_POLICY, LEASE_POLICY } from '../core/paxos/config'
import type { ElectingPolicy, ElectionPolicy } from '../core/paxos/config'
import { LabCallError } from './api'
import type { VerbArgs } from './verbArgs'

type Times = readonly [heartbeat: number, min: number, max: number]

/** A policy with its times in ms; null: the shipped ones. */
export type PolicyRef =
  | { readonly kind: 'eager' }
  | { readonly kind: 'fixed'; readonly ms: number | null }
  | { readonly kind: 'random' | 'exponential'; readonly ms: readonly [number, number] | null }
  | { readonly kind: 'leader'; readonly ms: Times | null; readonly quorumAware?: true }
  | {
      readonly kind: 'lease'
      readonly ms: Times | null
      readonly leaseMs: number | null
      /** 0 to 1; null: the shipped one. */
      readonly driftBound: number | null
      readonly quorumAware?: true
    }

export const POLICY_NAMES = ['leader', 'lease', 'eager', 'fixed', 'random', 'exponential'] as const

export type PolicyName = (typeof POLICY_NAMES)[number]

/** As a verb names it, without its times. */
export function policyNameOf(policy: ElectionPolicy): PolicyName {
  return policy.kind === 'backoff' ? policy.backoff.kind : policy.kind
}

export const POLICY_USAGE =
  'policy eager | fixed [MS] | random [MIN MAX] | exponential [MIN MAX]' +
  ' | leader [HEARTBEAT MIN MAX] [quorum-aware]' +
  ' | lease [HEARTBEAT MIN MAX LEASE [DRIFT]] [quorum-aware]'

/** Times of back-off that are given by nobody. */
const FIXED_TICKS = 20
const RANDOM_TICKS = { ticksMin: 10, ticksMax: 100 }

export function parsePolicyRef(args: VerbArgs): PolicyRef {
  const kind = args.word('the policy')
  const range = (): readonly [number, number] => [args.ms('MIN'), args.ms('MAX')]
  switch (kind) {
    case 'eager':
      return { kind }
    case 'fixed':
      return { kind, ms: args.isEmpty ? null : args.ms('the wait') }
    case 'random':
    case 'exponential':
      return { kind, ms: args.isEmpty ? null : range() }
    case 'leader': {
      const isPlain = args.isEmpty || args.isNext('quorum-aware')
      const ms = isPlain ? null : ([args.ms('HEARTBEAT'), ...range()] as const)
      return { kind, ms, ...parseAware(args) }
    }
    case 'lease':
      return parseLease(args)
    default:
      return args.fail(`"${kind}" is not a policy`)
  }
}

function parseLease(args: VerbArgs): PolicyRef {
  const isAtEnd = (): boolean => args.isEmpty || args.isNext('quorum-aware')
  if (isAtEnd())
    return { kind: 'lease', ms: null, leaseMs: null, driftBound: null, ...parseAware(args) }
  const ms = [args.ms('HEARTBEAT'), args.ms('MIN'), args.ms('MAX')] as const
  const leaseMs = args.ms('LEASE')
  const driftBound = isAtEnd() ? null : args.probability()
  return { kind: 'lease', ms, leaseMs, driftBound, ...parseAware(args) }
}

function parseAware(args: VerbArgs): { quorumAware?: true } {
  return args.takes('quorum-aware') ? { quorumAware: true } : {}
}

/** Ms to ticks of the cluster. */
export function toPolicy(ref: PolicyRef, tickMs: number): ElectionPolicy {
  const ticks = (ms: number): number => Math.max(1, Math.round(ms / tickMs))
  switch (ref.kind) {
    case 'eager':
      return { kind: 'eager' }
    case 'fixed': {
      const wait = ref.ms === null ? FIXED_TICKS : ticks(ref.ms)
      return { kind: 'backoff', backoff: { kind: 'fixed', ticks: wait } }
    }
    case 'random':
    case 'exponential': {
      if (ref.ms === null) {
        if (ref.kind === 'exponential') return EXPONENTIAL_POLICY
        return { kind: 'backoff', backoff: { kind: 'random', ...RANDOM_TICKS } }
      }
      const [min, max] = ref.ms
      if (min > max) throw new LabCallError('badArgument', `MIN ${min} is above MAX ${max}`)
      const backoff = { kind: ref.kind, ticksMin: ticks(min), ticksMax: ticks(max) }
      return { kind: 'backoff', backoff }
    }
    case 'leader':
    case 'lease':
      return toElecting(ref, tickMs)
  }
}

type ElectingRef = Extract<PolicyRef, { kind: 'leader' | 'lease' }>

function toElecting(ref: ElectingRef, tickMs: number): ElectingPolicy {
  const ticks = (ms: number): number => Math.max(1, Math.round(ms / tickMs))
  const aware = ref.quorumAware === true ? { quorumAware: true } : {}
  const { heartbeatTicks, electionTicksMin, electionTicksMax } = LEADER_POLICY
  const [heartbeat, min, max] =
    ref.ms === null
      ? [heartbeatTicks, electionTicksMin, electionTicksMax]
      : [ticks(ref.ms[0]), ticks(ref.ms[1]), ticks(ref.ms[2])]
  if (heartbeat >= min || min > max) {
    const order = `${heartbeat}, ${min}, ${max}`
    const words = `${ref.kind} needs HEARTBEAT < MIN <= MAX; in ticks of ${tickMs} ms it is ${order}`
    throw new LabCallError('badArgument', words)
  }
  const times = { heartbeatTicks: heartbeat, electionTicksMin: min, electionTicksMax: max }
  if (ref.kind === 'leader') return { kind: 'leader', ...times, ...aware }
  const leaseTicks = ref.leaseMs === null ? LEASE_POLICY.leaseTicks : ticks(ref.leaseMs)
  if (leaseTicks > min) {
    const words = `lease needs LEASE <= MIN; in ticks of ${tickMs} ms it is ${leaseTicks}, ${min}`
    throw new LabCallError('badArgument', words)
  }
  const driftBound = ref.driftBound ?? LEASE_POLICY.driftBound
  return { kind: 'lease', ...times, leaseTicks, driftBound, ...aware }
}
