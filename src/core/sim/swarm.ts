/**
 * Swarm: draws the plan of a run from its seed. Each seed uses some fault kinds and leaves out the
 * rest: a run in which everything happens hides what one fault alone would show.
 *
 * Safe by themselves: every plan drawn here must leave an honest cluster without a violation. A
 * minority of nodes at most loses its disk; clocks keep the bound of leases where leases are read.
 */
import type { ReadMode } from '../kv/readMode'
import {
  DEFAULT_REPLICA,
  EAGER_POLICY,
  EXPONENTIAL_POLICY,
  LEADER_POLICY,
  LEASE_POLICY,
} from '../paxos/config'
import type { ElectionPolicy, LearnerMode, ReplicaConfig, Roles } from '../paxos/config'
import type { MutantId } from '../paxos/mutant'
import { majorityOf } from '../paxos/quorum'
import type { QuorumSystem } from '../paxos/quorum'
import { drawFaults } from './drawFaults'
import { FAULT_KINDS } from './plan'
import type { ClientPlan, SimFaultKind, SimPlan } from './plan'
import { createPrng } from './prng'
import type { Prng } from './prng'

export interface SwarmOptions {
  readonly seed: number
  readonly nodes?: number | undefined
  /** Only these kinds, all of them; empty: none. Missing: the seed chooses. */
  readonly faults?: readonly SimFaultKind[] | undefined
  readonly mutant?: MutantId | null | undefined
  /** Length of the safety phase. */
  readonly safetyTicks?: number | undefined
  readonly stepsMax?: number | undefined
  /** Laid over what the seed draws. */
  readonly config?: SimPlan['config'] | undefined
}

type SimConfig = Partial<Omit<ReplicaConfig, 'node' | 'members'>>

const SAFETY_TICKS = [1000, 3000] as const
/** Operations of all clients: 20 a second of short runs, 10 of those that a person made longer. */
const OPS_PER_TICK = 0.1
const OPS_PER_TICK_LONG = 0.05
const KIND_SHARE = 0.4
/** A run that ends after so many events gets its faults in the ticks that these take about. */
const EVENTS_PER_TICK = 4

export function drawPlan(options: SwarmOptions): SimPlan {
  const { seed } = options
  const prng = createPrng(seed, 1)
  const nodes = options.nodes ?? oneOf(prng, [3, 3, 3, 5, 5, 7])
  const config = { ...drawConfig(createPrng(seed, 2), nodes), ...options.config }
  const mutant = options.mutant ?? null
  const drawnTicks = prng.between(...SAFETY_TICKS)
  const stepsMax = options.stepsMax ?? null
  const busyTicks = options.safetyTicks ?? Math.ceil((stepsMax ?? 0) / EVENTS_PER_TICK)
  const ticks = busyTicks > 0 ? busyTicks : drawnTicks
  const kinds = options.faults ?? FAULT_KINDS.filter(() => prng.unit() < KIND_SHARE)
  const readModes = drawReadModes(prng, config)
  const clients = drawClients(createPrng(seed, 3), ticks, readModes, config)
  const setting = { nodes, safetyTicks: ticks, config, leases: readModes.includes('lease') }
  return {
    version: 1,
    seed,
    nodes,
    config: mutant === null ? config : { ...config, mutant },
    // Steps may come more slowly than thought; then time does not end the run.
    safetyTicks: stepsMax === null ? ticks : ticks * 100,
    stepsMax,
    ...drawPatience(config),
    delayGrains: oneOf(prng, [
      [2, 10],
      [20, 100],
      [50, 400],
    ]),
    flushGrains: oneOf(prng, [
      [1, 2],
      [5, 40],
      [100, 400],
    ]),
    roundGrains: oneOf(prng, [0, 0, 2, 20]),
    clients,
    faults: drawFaults(createPrng(seed, 4), kinds, setting),
  }
}

/**
 * A well cluster with the shipped settings, and a steady load: what speed is measured on.
 * `rate`: operations a second of virtual time.
 */
export function steadyPlan(seed: number, nodes: number, seconds: number, rate: number): SimPlan {
  const clients = 10
  const thinkMax = Math.round((2 * clients * TICKS_PER_SECOND) / rate)
  return {
    ...drawPlan({ seed, nodes, faults: [], safetyTicks: seconds * TICKS_PER_SECOND }),
    config: {},
    ...drawPatience({}),
    delayGrains: [2, 10],
    flushGrains: [5, 40],
    roundGrains: 2,
    clients: {
      ...{ clients, keys: 6, opsMax: seconds * rate, sessions: 0, answerLoss: 0 },
      ...{ thinkMin: 0, thinkMax, deadline: 400, reads: 0.5, readModes: ['log'] },
    },
  }
}

function oneOf<T>(prng: Prng, from: readonly T[]): T {
  const found = from[prng.between(0, from.length - 1)]
  if (found === undefined) throw new Error('nothing to draw from')
  return found
}

function drawConfig(prng: Prng, nodes: number): SimConfig {
  const mode = prng.unit() < 0.08 ? 'single' : 'multi'
  const roles = prng.unit() < 0.1 && nodes >= 5 ? drawRoles(nodes) : null
  const policy = drawPolicy(prng)
  const silent = prng.unit() < 0.25
  return {
    mode,
    roles,
    policy,
    quorums: roles === null ? drawQuorums(prng, nodes) : DEFAULT_REPLICA.quorums,
    learnerMode: drawLearners(prng, nodes),
    refusal: silent ? 'silence' : 'nack',
    windowSlots: oneOf(prng, [1, 3, 10, 2048]),
    snapshotSlots: oneOf(prng, [0, 3, 8, 20]),
    tailSlots: oneOf(prng, [0, 2, 6]),
    messageBytesMax: oneOf(prng, [120, 1000, DEFAULT_REPLICA.messageBytesMax]),
  }
}

const POLICIES: readonly ElectionPolicy[] = [
  LEADER_POLICY,
  LEADER_POLICY,
  LEASE_POLICY,
  { ...LEADER_POLICY, quorumAware: true },
  { ...LEASE_POLICY, quorumAware: true },
  EAGER_POLICY,
  EXPONENTIAL_POLICY,
  { kind: 'backoff', backoff: { kind: 'random', ticksMin: 5, ticksMax: 60 } },
  { kind: 'backoff', backoff: { kind: 'fixed', ticks: 30 } },
]

function drawPolicy(prng: Prng): ElectionPolicy {
  return oneOf(prng, POLICIES)
}

/** Three acceptors, the others propose and learn. */
function drawRoles(nodes: number): Roles {
  const members = Array.from({ length: nodes }, (_, index) => index + 1)
  return { proposers: members.slice(2), acceptors: members.slice(0, 3), learners: members }
}

function drawQuorums(prng: Prng, nodes: number): QuorumSystem {
  const dice = prng.unit()
  if (dice < 0.7) return { kind: 'majority' }
  if (dice < 0.85) {
    const phase2 = prng.between(1, majorityOf(nodes))
    return { kind: 'counts', phase1: nodes + 1 - phase2, phase2 }
  }
  return wheel(nodes)
}

/** The hub with any other node, or all others: each two such sets meet. */
function wheel(nodes: number): QuorumSystem {
  const others = Array.from({ length: nodes - 1 }, (_, index) => index + 2)
  const sets = [...others.map((node) => [1, node]), others]
  return { kind: 'sets', phase1: sets, phase2: sets }
}

function drawLearners(prng: Prng, nodes: number): LearnerMode {
  const dice = prng.unit()
  if (dice < 0.6) return { kind: 'leader' }
  if (dice < 0.8) return { kind: 'all' }
  const first = prng.between(1, nodes)
  return { kind: 'set', nodes: [first, (first % nodes) + 1].sort((a, b) => a - b) }
}

function drawReadModes(prng: Prng, { mode, policy }: SimConfig): ReadMode[] {
  if (mode === 'single') return ['log']
  const modes: ReadMode[] = ['log', 'confirmed', 'learner', 'propose']
  if (policy?.kind === 'lease') modes.push('lease')
  return modes.filter((each) => each === 'log' || prng.unit() < 0.6)
}

function drawClients(
  prng: Prng,
  safetyTicks: number,
  readModes: readonly ReadMode[],
  { mode }: SimConfig,
): ClientPlan {
  const isLong = safetyTicks > SAFETY_TICKS[1]
  const drawnMax = oneOf(prng, [10, 40, 150])
  const clients = prng.between(2, 6)
  const rate = isLong ? OPS_PER_TICK_LONG : OPS_PER_TICK
  // A long run is not over for its clients long before it ends.
  const thinkMax = isLong ? Math.round((2 * clients) / rate) : drawnMax
  return {
    clients,
    keys: mode === 'single' ? 1 : prng.between(2, 6),
    thinkMin: 0,
    thinkMax,
    deadline: oneOf(prng, [60, 200, 400]),
    opsMax: Math.max(10, Math.round(safetyTicks * rate)),
    sessions: mode === 'single' ? 0 : oneOf(prng, [0, 0.5, 1]),
    answerLoss: oneOf(prng, [0, 0, 0.1]),
    reads: mode === 'single' ? 0.5 : oneOf(prng, [0.3, 0.5]),
    readModes,
  }
}

/** Five election timeouts; without an election, as many of the longest back-off. */
function drawPatience({ policy, messageBytesMax }: SimConfig) {
  const { electionTicksMax } = LEADER_POLICY
  const longest = policy?.kind === 'backoff' ? 320 : electionTicksMax
  // Laggards ask for part after part where messages are small.
  const parts = (messageBytesMax ?? Infinity) < 1000 ? 5 : 1
  return { livenessTicks: 5 * longest * parts, convergeTicks: 1000 * parts }
}

export const TICKS_PER_SECOND = 200
