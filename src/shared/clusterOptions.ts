/**
 * Options of a cluster: what a person, a scenario or the command line can choose before it starts.
 *
 * Errors: `clusterFault` says in words why options must be refused; what the types cannot say (that
 *         phases meet, that nodes exist) is looked at there, for every way into the lab.
 */
import type { FlushMode } from '../core/handHost'
import type { ReadMode } from '../core/kv/readMode'
import { rolesFault } from '../core/paxos/config'
import type { ElectionPolicy, LearnerMode, Roles, Variant } from '../core/paxos/config'
import type { MutantId } from '../core/paxos/mutant'
import { MAJORITY, quorumFault } from '../core/paxos/quorum'
import type { QuorumSystem } from '../core/paxos/quorum'
import type { Schedule } from '../core/schedule'
import { TRUE_CLOCK } from './control'
import type { ClockSetting } from './control'
import { imageFault } from './diskImage'
import type { DiskImage } from './diskImage'
import { shownMutant } from './unnamed'
import type { MaybeUnnamed, UnnamedLetter } from './unnamed'

export type NodeCount = 3 | 5 | 7 | 9

/** A node whose clock goes wrong from the start on. */
export interface NodeClock extends ClockSetting {
  readonly node: number
}

/** How nodes are driven that re-enact a schedule. */
export interface HandOptions {
  readonly flush: FlushMode
  /** What is other than the shipped defaults, beyond what a cluster can otherwise be asked for. */
  readonly config: Schedule['config']
}

export interface ClusterOptions {
  readonly nodes: NodeCount
  readonly mode: 'single' | 'multi'
  readonly policy: ElectionPolicy
  /** Only `lamport` is Paxos; `blog2014` runs the blog's algorithm as published. */
  readonly variant: Variant
  /** One rule of Paxos broken on purpose, and labelled so; null: none. */
  readonly mutant: MutantId | null
  /** The letter that pictures show in place of the mutant, until it is named. */
  readonly unnamed?: UnnamedLetter
  readonly quorums: QuorumSystem
  /** Null: every node plays every role. */
  readonly roles: Roles | null
  readonly learnerMode: LearnerMode
  /** `second`: no phase 1 (PMS §2.2, P1); not safe, and labelled so. */
  readonly phases: 'both' | 'second'
  /** What an acceptor does with a stale ballot. */
  readonly refusal: 'nack' | 'silence'
  /** How plain reads are made unless a connection says otherwise. */
  readonly readMode: ReadMode
  /** A node takes a snapshot after so many applied slots; 0: never. */
  readonly snapshotSlots: number
  /** What the disks of new nodes begin with; empty: nothing. */
  readonly image: readonly DiskImage[]
  readonly clocks: readonly NodeClock[]
  /** What a node without its log does: it must never vote under its old identity. */
  readonly rejoin: 'refuse' | 'learner'
  /** True: nodes dial each other, no switchboard, no link faults. */
  readonly direct: boolean
  /** Seed of the switchboard's randomness, of power cuts and of the load generator. */
  readonly seed: number
  /** 0: ports chosen by the system; else node i listens for clients at base + i - 1. */
  readonly clientPortBase: number
  /** Directory that keeps the nodes' logs; null: a new one in the run directory. */
  readonly dataDir: string | null
  readonly requestDeadlineMs: number
  readonly windowSlots: number
  readonly tickMs: number
  readonly flush: boolean
  /** What nodes report; `off` is for benchmarks. */
  readonly telemetry: 'off' | 'facts'
  /** I15: longest wait for a newly chosen slot while a quorum works, ms; 0: not judged. */
  readonly stallMsMax: number
  /** At the first violation every frame waits at the gate. Not in direct mode, nor for the blog. */
  readonly freezeOnViolation: boolean
  /** Nodes write down what their machines are given, so that the run can be replayed. */
  readonly recordInputs: boolean
  /** Single messages go into the record, whoever watches. Not in direct mode. */
  readonly recordMessages: boolean
  /** Given: no time passes for the nodes, and the lab drives them by hand; see `HandOptions`. */
  readonly hand?: HandOptions
  /** A node of another make takes this one's place, by a join card; the lab starts the rest. */
  readonly join?: number
}

export const DEFAULT_CLUSTER: Omit<ClusterOptions, 'policy'> = {
  nodes: 5,
  mode: 'multi',
  variant: 'lamport',
  mutant: null,
  quorums: MAJORITY,
  roles: null,
  learnerMode: { kind: 'leader' },
  phases: 'both',
  refusal: 'nack',
  readMode: 'log',
  snapshotSlots: 20_000,
  image: [],
  clocks: [],
  rejoin: 'refuse',
  direct: false,
  seed: 1,
  clientPortBase: 0,
  dataDir: null,
  requestDeadlineMs: 5000,
  windowSlots: 2048,
  tickMs: 5,
  flush: true,
  telemetry: 'facts',
  stallMsMax: 0,
  freezeOnViolation: false,
  recordInputs: false,
  recordMessages: false,
}

/** What a cluster on one data directory must keep from start to start. */
export type ClusterRules = Pick<ClusterOptions, 'variant' | 'mutant' | 'quorums' | 'roles'>

export const LAMPORT_RULES: ClusterRules = {
  variant: DEFAULT_CLUSTER.variant,
  mutant: DEFAULT_CLUSTER.mutant,
  quorums: DEFAULT_CLUSTER.quorums,
  roles: DEFAULT_CLUSTER.roles,
}

export function membersOf(nodes: number): number[] {
  return Array.from({ length: nodes }, (_, index) => index + 1)
}

export function acceptorsOf({ nodes, roles }: Pick<ClusterOptions, 'nodes' | 'roles'>) {
  return roles?.acceptors ?? membersOf(nodes)
}

/** What the oracle judges I15 by; nothing: it does not. */
export function livenessOf({ stallMsMax }: Pick<ClusterOptions, 'stallMsMax'>) {
  return stallMsMax > 0 ? { liveness: { stallMsMax } } : {}
}

/** The clock that a node starts with. */
export function startClockOf({ clocks }: Pick<ClusterOptions, 'clocks'>, node: number) {
  const own = clocks.find((clock) => clock.node === node)
  return own ? { offsetMs: own.offsetMs, drift: own.drift } : TRUE_CLOCK
}

/** Why these options must be refused; null if they may be used. */
export function clusterFault(options: ClusterOptions): string | null {
  const { nodes, roles, quorums } = options
  const members = membersOf(nodes)
  const rolesWords = roles === null ? null : rolesFault(roles, members)
  if (rolesWords !== null) return `roles: ${rolesWords}`
  const quorumWords = quorumFault(quorums, acceptorsOf(options))
  if (quorumWords !== null) return `quorums: ${quorumWords}`
  if (options.recordMessages && options.direct) {
    return 'recordMessages: nobody sees single messages in direct mode'
  }
  return (
    learnersFault(options, members) ??
    strangerFault('clocks', options.clocks, members) ??
    strangerFault('image', options.image, members) ??
    options.image.map(imageFault).find((words) => words !== null) ??
    mutantFault(options) ??
    blogFault(options) ??
    leaseFault(options)
  )
}

function learnersFault({ learnerMode, roles }: ClusterOptions, members: readonly number[]) {
  if (learnerMode.kind !== 'set') return null
  if (learnerMode.nodes.length === 0) return 'learnerMode: the set of learners is empty'
  const learners = roles?.learners ?? members
  const other = learnerMode.nodes.find((node) => !learners.includes(node))
  return other === undefined ? null : `learnerMode: node ${other} is no learner`
}

function strangerFault(
  name: string,
  list: readonly { readonly node: number }[],
  members: readonly number[],
): string | null {
  const stranger = list.find(({ node }) => !members.includes(node))
  if (stranger !== undefined) return `${name}: there is no node ${stranger.node}`
  const twice = list.find(({ node }, at) => list.findIndex((one) => one.node === node) !== at)
  return twice === undefined ? null : `${name}: node ${twice.node} is named twice`
}

/** A mutant changes one rule of the whole of Paxos, so that it is known which one broke. */
function mutantFault({ mutant, unnamed, variant, phases }: ClusterOptions): string | null {
  if (mutant === null) return unnamed === undefined ? null : 'unnamed: there is no mutant to hide'
  if (variant !== 'lamport') return 'mutant: mutants are of Lamport Paxos, not of another variant'
  return phases === 'both' ? null : 'mutant: phase 2 only is broken already, it takes no mutant'
}

/** The blog knows neither roles nor other quorums: its arithmetic is its own. */
function blogFault({ variant, roles, quorums, image, policy }: ClusterOptions): string | null {
  if (variant === 'lamport') return null
  if (roles !== null) return 'roles: the blog variant has none, every node plays every role'
  if (quorums.kind !== 'majority') return 'quorums: the blog variant has its own arithmetic'
  if (image.length > 0) return 'image: the blog variant keeps nothing on disk'
  // It bids at once for what a client asks, which is `eager`; `leader` is what nobody chose.
  const isSilent = policy.kind === 'eager' || (policy.kind === 'leader' && !policy.quorumAware)
  return isSilent ? null : `policy: ${BLOG_HAS_NO_POLICY}`
}

export const BLOG_HAS_NO_POLICY =
  'the blog variant has no elections: a node bids as soon as a client asks'

/** No other policy grants leases: every read would end undetermined. */
function leaseFault({ readMode, policy }: ClusterOptions): string | null {
  if (readMode !== 'lease' || policy.kind === 'lease') return null
  return `readMode: lease reads need the policy "lease"; the policy "${policy.kind}" grants none`
}

/** False for another algorithm, and for one whose rules are broken on purpose. */
export function isPaxos({ variant, mutant }: Pick<ClusterOptions, 'variant' | 'mutant'>): boolean {
  return variant === 'lamport' && mutant === null
}

/** What sets a cluster apart from Paxos as it should be run; empty for a sound one. */
export function clusterLabels(
  options: Pick<ClusterOptions, 'variant' | 'flush' | 'phases'> & MaybeUnnamed,
): string[] {
  const mutant = shownMutant(options)
  return [
    ...(options.variant === 'blog2014' ? [VARIANT_NAMES.blog2014] : []),
    ...(mutant === null ? [] : [mutant]),
    ...(options.flush ? [] : ['flush off']),
    ...(options.phases === 'both' ? [] : ['phase 2 only']),
  ]
}

export const VARIANT_NAMES: Readonly<Record<Variant, string>> = {
  lamport: 'Lamport 2001',
  blog2014: 'Blog 2014 (as published)',
}

export function quorumWords(system: QuorumSystem): string {
  switch (system.kind) {
    case 'majority':
      return 'majority'
    case 'counts':
      return `phase 1: ${system.phase1}, phase 2: ${system.phase2}`
    case 'sets':
      return `sets ${setWords(system.phase1)} / ${setWords(system.phase2)}`
  }
}

export function rolesWords(roles: Roles | null): string {
  if (roles === null) return 'every node plays every role'
  const { proposers, acceptors, learners } = roles
  const names = { proposers, acceptors, learners }
  return Object.entries(names)
    .map(([name, nodes]) => `${name} ${nodes.join(',')}`)
    .join(', ')
}

function setWords(sets: readonly (readonly number[])[]): string {
  return sets.map((set) => set.join(',')).join(' | ')
}
