/**
 * Flags for the options of a cluster, shared by `up` and `run`: in `run` they replace what the
 * scenario says.
 *
 * Errors: UsageError that names the flag and what it can be.
 */
import { READ_MODE_NAMES, readModeOf } from '../../core/kv/readMode'
import type { ElectionPolicy, LearnerMode, Roles } from '../../core/paxos/config'
import { MUTANT_IDS } from '../../core/paxos/mutant'
import { MAJORITY } from '../../core/paxos/quorum'
import type { QuorumSystem } from '../../core/paxos/quorum'
import type { ClusterOptions } from '../../shared/api'
import { BLOG_HAS_NO_POLICY, clusterFault, startClockOf } from '../../shared/clusterOptions'
import type { NodeClock } from '../../shared/clusterOptions'
import { POLICY_NAMES, toPolicy } from '../../shared/policyVerb'
import { UsageError, wholeFlag } from './usage'

const SNAPSHOT_SLOTS_MAX = 100_000_000
const STALL_MS_MAX = 600_000
const MODES = ['multi', 'single'] as const
const VARIANTS = ['lamport', 'blog2014'] as const
const PHASES = ['both', 'second'] as const
const REFUSALS = ['nack', 'silence'] as const
const REJOINS = ['refuse', 'learner'] as const
const SWITCH = ['on', 'off'] as const

export const CLUSTER_FLAGS = {
  mode: { type: 'string', valueHint: MODES.join('|'), description: 'A log of slots, or one value' },
  policy: {
    type: 'string',
    valueHint: POLICY_NAMES.join('|'),
    description: 'When nodes start a ballot',
  },
  'quorum-aware': {
    type: 'boolean',
    description: 'A node that hears no quorum does not bid, and steps down',
  },
  variant: {
    type: 'string',
    valueHint: VARIANTS.join('|'),
    description: 'Which algorithm the nodes run; only lamport is Paxos',
  },
  mutant: {
    type: 'string',
    valueHint: 'M1..M21',
    description: 'Breaks one rule of Paxos on purpose (docs/mutants.md)',
  },
  quorums: {
    type: 'string',
    valueHint: 'majority|Q1,Q2|SETS/SETS',
    description: 'Who may promise and choose: counts, or sets such as 12,34/13,24',
  },
  roles: {
    type: 'string',
    valueHint: 'P/A/L',
    description: 'Proposers, acceptors and learners, such as 1,2/1,2,3/1,2,3,4,5',
  },
  'learner-mode': {
    type: 'string',
    valueHint: 'leader|all|NODES',
    description: 'Whom acceptors tell of their votes',
  },
  phases: {
    type: 'string',
    valueHint: PHASES.join('|'),
    description: 'second: no phase 1, which is not safe',
  },
  refusal: {
    type: 'string',
    valueHint: REFUSALS.join('|'),
    description: 'What an acceptor does with a stale ballot',
  },
  'read-mode': {
    type: 'string',
    valueHint: READ_MODE_NAMES.join('|'),
    description: 'How plain reads find their value',
  },
  'snapshot-slots': {
    type: 'string',
    valueHint: 'N',
    description: 'Snapshot after so many slots; 0: never, the log keeps growing',
  },
  flush: {
    type: 'string',
    valueHint: SWITCH.join('|'),
    description: 'off: nothing is flushed, a node that loses power forgets',
  },
  rejoin: {
    type: 'string',
    valueHint: REJOINS.join('|'),
    description: 'What a node without its log does when it is started again',
  },
  clock: {
    type: 'string',
    valueHint: 'NODE:OFFSET_MS[:DRIFT],...',
    description: 'Clocks that are wrong from the start on',
  },
  'stall-ms': {
    type: 'string',
    valueHint: 'MS',
    description: 'I15: longest wait for a newly chosen slot while a quorum works; 0: not judged',
  },
  freeze: {
    type: 'string',
    valueHint: 'on|off',
    description: 'Whether every frame waits at the gate after a violation',
  },
  'record-inputs': {
    type: 'boolean',
    description: 'Nodes record their inputs, so that the run can be replayed',
  },
  messages: {
    type: 'boolean',
    description: 'Single messages go into the record (docs/views/timeline.md)',
  },
} as const

type Switch = 'quorum-aware' | 'record-inputs' | 'messages'
type FlagName = Exclude<keyof typeof CLUSTER_FLAGS, Switch>

export type ClusterFlags = {
  readonly [Name in FlagName]?: string | undefined
} & { readonly [Name in Switch]?: boolean | undefined }

/** `base` with what the flags say. */
export function withFlags(base: ClusterOptions, flags: ClusterFlags): ClusterOptions {
  const { variant, phases, refusal, rejoin, mode, flush } = flags
  const options: ClusterOptions = {
    ...base,
    mode: oneOf('mode', mode, MODES) ?? base.mode,
    policy: policyOf(base, flags),
    variant: oneOf('variant', variant, VARIANTS) ?? base.variant,
    mutant: oneOf('mutant', flags.mutant, MUTANT_IDS) ?? base.mutant,
    quorums: flags.quorums === undefined ? base.quorums : quorumsOf(flags.quorums),
    roles: flags.roles === undefined ? base.roles : rolesOf(flags.roles),
    learnerMode: learnersOf(flags['learner-mode']) ?? base.learnerMode,
    phases: oneOf('phases', phases, PHASES) ?? base.phases,
    refusal: oneOf('refusal', refusal, REFUSALS) ?? base.refusal,
    readMode: readModeFlag(flags['read-mode']) ?? base.readMode,
    snapshotSlots: slotsOf(flags['snapshot-slots']) ?? base.snapshotSlots,
    rejoin: oneOf('rejoin', rejoin, REJOINS) ?? base.rejoin,
    flush: isOn('flush', flush) ?? base.flush,
    clocks: flags.clock === undefined ? base.clocks : flags.clock.split(',').map(clockOf),
    stallMsMax: stallOf(flags['stall-ms']) ?? base.stallMsMax,
    freezeOnViolation: isOn('freeze', flags.freeze) ?? base.freezeOnViolation,
    recordInputs: flags['record-inputs'] === true || base.recordInputs,
    recordMessages: flags.messages === true || base.recordMessages,
  }
  if (flags.policy !== undefined && options.variant === 'blog2014') {
    throw new UsageError(`--policy: ${BLOG_HAS_NO_POLICY}`)
  }
  const fault = clusterFault(options)
  if (fault !== null) throw new UsageError(fault)
  return options
}

/** What `up --json` says of the options; clocks that are right are left out. */
export function optionsToTell(options: ClusterOptions): object {
  const { policy, mode, variant, mutant, quorums, roles, learnerMode, phases } = options
  const { refusal, readMode, snapshotSlots, flush, rejoin, clocks, recordInputs } = options
  return {
    ...{ policy, mode, variant, mutant, quorums, roles, learnerMode, phases },
    ...{ refusal, readMode, snapshotSlots, flush, rejoin, recordInputs },
    clocks: clocks.map(({ node }) => ({ node, ...startClockOf(options, node) })),
  }
}

function policyOf(base: ClusterOptions, flags: ClusterFlags): ElectionPolicy {
  const name = oneOf('policy', flags.policy, POLICY_NAMES)
  const policy = name === null ? base.policy : shipped(name, base.tickMs)
  if (flags['quorum-aware'] !== true) return policy
  if (policy.kind === 'leader' || policy.kind === 'lease') return { ...policy, quorumAware: true }
  throw new UsageError('--quorum-aware needs --policy leader or lease')
}

/** A policy with the times it ships with. */
export function shipped(name: (typeof POLICY_NAMES)[number], tickMs: number): ElectionPolicy {
  if (name === 'eager') return toPolicy({ kind: name }, tickMs)
  if (name !== 'lease') return toPolicy({ kind: name, ms: null }, tickMs)
  return toPolicy({ kind: name, ms: null, leaseMs: null, driftBound: null }, tickMs)
}

function quorumsOf(text: string): QuorumSystem {
  if (text === 'majority') return MAJORITY
  const [, first, second] = /^(\d{1,2}),(\d{1,2})$/.exec(text) ?? []
  if (first !== undefined) return { kind: 'counts', phase1: Number(first), phase2: Number(second) }
  const sides = text.split('/')
  const [phase1 = [], phase2 = []] = sides.map((side) =>
    side.split(',').map((set) => [...set].map(Number)),
  )
  if (sides.length === 2 && /^[1-9,/]+$/.test(text)) return { kind: 'sets', phase1, phase2 }
  throw new UsageError(
    `--quorums ${text} is none of majority, two counts such as 2,4, or sets such as 12,34/13,24`,
  )
}

function rolesOf(text: string): Roles {
  const [proposers, acceptors, learners, more] = text.split('/').map((part) => nodesOf(part))
  if (!proposers || !acceptors || !learners || more !== undefined) {
    throw new UsageError(`--roles ${text} is not proposers/acceptors/learners such as 1/1,2,3/1,2`)
  }
  return { proposers, acceptors, learners }
}

function learnersOf(text: string | undefined): LearnerMode | null {
  if (text === undefined) return null
  if (text === 'leader' || text === 'all') return { kind: text }
  const nodes = nodesOf(text)
  if (nodes !== null) return { kind: 'set', nodes }
  throw new UsageError(`--learner-mode ${text} is none of leader, all, or nodes such as 2,3`)
}

/** Null unless it is a list such as `1,2`. */
function nodesOf(text: string): number[] | null {
  return /^[1-9](,[1-9])*$/.test(text) ? [...new Set(text.split(',').map(Number))] : null
}

function readModeFlag(text: string | undefined): ClusterOptions['readMode'] | null {
  if (text === undefined) return null
  const mode = readModeOf(text)
  if (mode !== null) return mode
  throw new UsageError(`--read-mode ${text} is none of ${READ_MODE_NAMES.join(', ')}`)
}

function slotsOf(text: string | undefined): number | null {
  return text === undefined ? null : wholeFlag(text, 'snapshot-slots', 0, SNAPSHOT_SLOTS_MAX)
}

function stallOf(text: string | undefined): number | null {
  return text === undefined ? null : wholeFlag(text, 'stall-ms', 0, STALL_MS_MAX)
}

function clockOf(text: string): NodeClock {
  const [, node, offset, drift] =
    /^([1-9]):(-?\d{1,9})(?::(-?\d{1,2}(?:\.\d+)?))?$/.exec(text) ?? []
  const clock = { node: Number(node), offsetMs: Number(offset), drift: Number(drift ?? 0) }
  if (node !== undefined && clock.drift > -1 && clock.drift <= 10) return clock
  throw new UsageError(`--clock ${text} is not NODE:OFFSET_MS or NODE:OFFSET_MS:DRIFT`)
}

function isOn(name: FlagName, text: string | undefined): boolean | null {
  const found = oneOf(name, text, SWITCH)
  return found === null ? null : found === 'on'
}

function oneOf<T extends string>(
  name: FlagName,
  text: string | undefined,
  options: readonly T[],
): T | null {
  if (text === undefined) return null
  const found = options.find((option) => option === text)
  if (found !== undefined) return found
  throw new UsageError(`--${name} ${text} is none of ${options.join(', ')}`)
}
