/**
 * One schedule, three algorithms: the same seed, clients and faults in Blog 2014, in Lamport 2001
 * and in a mutant of it. Source: docs/protocol.md, row S10 and "The blog and the paper".
 *
 * Same: nodes, network, disks, clients, faults, and every setting that is not the algorithm. One
 *       value is chosen (`single`), since the blog has no log.
 * Runs: to their end, whatever is violated, so that all three requirements are judged.
 */
import type { InvariantView } from '../../../../core/check/oracle'
import type { LabEvent } from '../../../../core/event'
import { mutantLabel } from '../../../../core/mutants'
import { DEFAULT_REPLICA, EXPONENTIAL_POLICY } from '../../../../core/paxos/config'
import { MUTANT_IDS } from '../../../../core/paxos/mutant'
import type { MutantId } from '../../../../core/paxos/mutant'
import type { SimFaultKind, SimPlan } from '../../../../core/sim/plan'
import { drawPlan } from '../../../../core/sim/swarm'
import { runTrial } from '../../../../core/trial/trial'
import type { TrialResult } from '../../../../core/trial/trial'
import { DEFAULT_CLUSTER } from '../../../../shared/api'
import type { ClusterOptions } from '../../../../shared/api'
import { RecordView } from '../../../../shared/recordView'
import type { Simulated } from '../../sources/simulation'

export type ColumnName = 'blog' | 'paper' | 'mutant'
export const COLUMNS: readonly ColumnName[] = ['blog', 'paper', 'mutant']
export type FaultSet = 'none' | 'network' | 'crashes' | 'all'
/** More nodes would not be read, side by side. */
export const NODES = [3, 5, 7] as const
export const HUNT_SEEDS_MAX = 300

export interface VariantWish {
  readonly seed: number
  readonly nodes: (typeof NODES)[number]
  readonly mutant: MutantId
  readonly faults: FaultSet
  /** Simulated seconds in which clients work and faults strike. */
  readonly seconds: number
  /** True: from this seed on, until the mutant breaks what the paper keeps. */
  readonly hunt: boolean
}

/** One of the three safety requirements of the notes (PMS §2.1). */
export interface Requirement {
  readonly title: string
  readonly state: 'kept' | 'broken' | 'unknown'
  readonly words: string
}

export interface VariantColumn {
  readonly name: ColumnName
  readonly title: string
  readonly run: Simulated
  readonly ribbon: readonly Requirement[]
  /** Every invariant that was violated, in their order. */
  readonly violated: readonly string[]
}

/** Gaps and execution order need a log of many slots. */
const NEED_A_LOG: ReadonlySet<MutantId> = new Set(['M16', 'M17'] as const)
export const VARIANT_MUTANTS = MUTANT_IDS.filter((id) => !NEED_A_LOG.has(id))

const TICKS_PER_SECOND = 200
/** Fewer reads than a swarm has: two kinds of write are what is compared. */
const READ_SHARE = 0.25

const KINDS: Readonly<Record<FaultSet, readonly SimFaultKind[]>> = {
  none: [],
  network: ['cut', 'partition', 'delay', 'reorder', 'drop', 'duplicate'],
  crashes: ['kill', 'stop', 'pause', 'powerLoss'],
  all: ['cut', 'partition', 'delay', 'reorder', 'drop', 'duplicate', 'kill', 'pause', 'powerLoss'],
}

const RIBBON: readonly { readonly title: string; readonly ids: readonly string[] }[] = [
  { title: 'Only proposed values are chosen', ids: ['I9'] },
  { title: 'Only one value is chosen', ids: ['I8'] },
  { title: 'Learned only if chosen', ids: ['I10', 'I11'] },
]

export function titleOf(name: ColumnName, mutant: MutantId): string {
  if (name === 'blog') return 'Blog 2014 (as published)'
  return name === 'paper' ? 'Lamport 2001' : `M${mutantLabel(mutant).slice(1)}`
}

export function planOf(wish: VariantWish, seed: number, name: ColumnName): SimPlan {
  const { mode, roles, quorums, learnerMode, refusal, windowSlots, messageBytesMax } = {
    ...DEFAULT_REPLICA,
    mode: 'single' as const,
  }
  const config = { mode, roles, quorums, learnerMode, refusal, windowSlots, messageBytesMax }
  const drawn = drawPlan({
    ...{ seed, nodes: wish.nodes, faults: KINDS[wish.faults] },
    safetyTicks: wish.seconds * TICKS_PER_SECOND,
    config: { ...config, policy: EXPONENTIAL_POLICY, snapshotSlots: 0 },
  })
  const variant = name === 'blog' ? 'blog2014' : 'lamport'
  const mutant = name === 'mutant' ? wish.mutant : null
  return {
    ...drawn,
    config: { ...drawn.config, variant, mutant },
    clients: { ...drawn.clients, reads: READ_SHARE },
  }
}

/** The three runs of one seed. */
export function runVariants(wish: VariantWish, seed: number): VariantColumn[] {
  return COLUMNS.map((name) => runColumn(wish, seed, name))
}

function runColumn(wish: VariantWish, seed: number, name: ColumnName): VariantColumn {
  const plan = planOf(wish, seed, name)
  const fold = new RecordView()
  const onEvent = (event: LabEvent): void => fold.feed(event)
  const trial = runTrial({ plan, onEvent, messages: true, goOn: true })
  const { verdict, violations, checks, hash, ticks, operations } = trial
  const frame = { options: optionsOf(plan), checks, scenario: null, runDir: null }
  const run: Simulated = {
    ...{ seed, nodes: plan.nodes, verdict, hash, operations },
    words: violations[0]?.words ?? trial.words,
    view: fold.view(frame),
    seconds: ticks / TICKS_PER_SECOND,
  }
  const title = titleOf(name, wish.mutant)
  return { name, title, run, ribbon: ribbonOf(checks), violated: violatedIn(trial) }
}

function optionsOf({ config, nodes, seed }: SimPlan): ClusterOptions | null {
  const { variant, mutant, policy } = { ...DEFAULT_REPLICA, ...config }
  const count = NODES.find((one) => one === nodes)
  if (count === undefined) return null
  return { ...DEFAULT_CLUSTER, mode: 'single', policy, variant, mutant, nodes: count, seed }
}

export function ribbonOf(checks: readonly InvariantView[]): Requirement[] {
  return RIBBON.map(({ title, ids }): Requirement => {
    const own = checks.filter(({ id }) => ids.includes(id))
    const broken = own.filter(({ state }) => state === 'violated')
    if (broken.length > 0) {
      const words = broken.map(({ id, words: why }) => `${id}: ${why}`).join('. ')
      return { title, state: 'broken', words }
    }
    const isKept = own.some(({ state }) => state === 'holds')
    const words = own.map(({ id, words: why }) => `${id}: ${why}`).join('. ')
    return { title, state: isKept ? 'kept' : 'unknown', words }
  })
}

function violatedIn({ checks, violations }: TrialResult): string[] {
  const found = new Set(violations.map(({ invariant }) => invariant))
  for (const { id, state } of checks) if (state === 'violated') found.add(id)
  const order = (id: string): number => Number(/\d+/.exec(id)?.[0] ?? Infinity)
  return [...found].sort((a, b) => order(a) - order(b))
}

/** The first seed from this one on in which the mutant breaks what the paper keeps; null: none. */
export function huntSeed(wish: VariantWish, onSeed: (seed: number) => void): number | null {
  for (let seed = wish.seed; seed < wish.seed + HUNT_SEEDS_MAX; seed += 1) {
    onSeed(seed)
    const mutant = runTrial({ plan: planOf(wish, seed, 'mutant'), goOn: true })
    if (mutant.verdict !== 'violated') continue
    const paper = new Set(violatedIn(runTrial({ plan: planOf(wish, seed, 'paper'), goOn: true })))
    if (violatedIn(mutant).some((id) => !paper.has(id))) return seed
  }
  return null
}
