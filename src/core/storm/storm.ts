/**
 * Storm: a random schedule of faults as data. Drawn from a seed by `drawStorm.ts`, played on real
 * processes by `main/lab/storm.ts`; every fault that it makes is an ordinary fault of the run.
 *
 * Units: ms since the storm began. Intensity and probabilities: 0 to 1.
 * Rules: the families of `STORM_FAMILIES` keep the assumptions of Paxos (messages may be lost,
 *        late, doubled and out of order; nodes may stop and come back with their disk), so that an
 *        honest cluster must come through without a violation. Those of `BREAKING_FAMILIES` do not,
 *        and are in a storm only when somebody names them. No storm wipes a disk.
 */
import type { FailpointArm, LinkFault, StorageFault } from '../fault'
import type { NodeId } from '../paxos/ballot'

export const STORM_FAMILIES = [
  'partitions',
  'packets',
  'clog',
  'kill',
  'powerLoss',
  'pause',
  'clock',
  'storage',
  'failpoints',
] as const

/** Disks that lie; clocks beyond what leases allow. */
export const BREAKING_FAMILIES = ['lies', 'clockBeyond'] as const

export type StormFamily = (typeof STORM_FAMILIES)[number] | (typeof BREAKING_FAMILIES)[number]
export const ALL_STORM_FAMILIES: readonly StormFamily[] = [...STORM_FAMILIES, ...BREAKING_FAMILIES]
/** Families that need link proxies. */
export const LINK_FAMILIES: readonly StormFamily[] = ['partitions', 'packets', 'clog']

export interface StormOptions {
  readonly seed: number
  readonly families: readonly StormFamily[]
  readonly intensity: number
  /** It ends by itself after so long, and the liveness phase begins; null: when it is told to. */
  readonly forMs: number | null
}

export const DEFAULT_STORM: Omit<StormOptions, 'seed'> = {
  families: STORM_FAMILIES,
  intensity: 0.5,
  forMs: null,
}

/** What the storm blows on. */
export interface StormSetting {
  readonly members: readonly NodeId[]
  /** Rates of two clocks may differ by this share; null: nothing relies on clocks. */
  readonly driftBound: number | null
  /** Names of the points at which a node can be made to crash. */
  readonly failpoints: readonly string[]
}

/** A node by its number, or whoever leads when the act comes. */
export type StormAim = NodeId | 'leader'

type DiskFault<Fault> = Fault extends StorageFault ? Omit<Fault, 'node'> : never

export type StormFault =
  | { readonly kind: 'links'; readonly fault: LinkFault }
  /** Made around who leads when it begins. */
  | { readonly kind: 'aroundLeader'; readonly preset: 'isolateLeader' | 'oneWay' }
  | { readonly kind: 'kill' | 'pause'; readonly nodes: readonly StormAim[] }
  | {
      readonly kind: 'powerLoss'
      readonly nodes: readonly StormAim[]
      readonly tornTail: boolean
    }
  | {
      readonly kind: 'clock'
      readonly node: StormAim
      readonly offsetMs: number
      readonly drift: number
    }
  | {
      readonly kind: 'storage'
      readonly node: StormAim
      readonly fault: DiskFault<StorageFault>
    }
  | { readonly kind: 'failpoint'; readonly node: StormAim; readonly arm: FailpointArm }

export type StormAct =
  | {
      readonly atMs: number
      readonly act: 'start'
      /** From 1 in each family; its end has the same. */
      readonly number: number
      readonly family: StormFamily
      readonly fault: StormFault
    }
  | {
      readonly atMs: number
      readonly act: 'end'
      readonly number: number
      readonly family: StormFamily
    }

/** `safety`: anything may break. `liveness`: all is healed, and the cluster must get going. */
export type StormPhase = 'safety' | 'liveness' | 'over'

/** What the liveness phase found. */
export interface StormEnd {
  readonly converged: boolean
  /** From the end of the last fault; until it gave up, if it did not converge. */
  readonly tookMs: number
  readonly words: string
}

export interface StormView extends StormOptions {
  readonly phase: StormPhase
  readonly startedAtMs: number
  /** Faults started so far, and those that could not strike (no leader, the node was down). */
  readonly started: number
  readonly missed: number
  /** Null until the liveness phase is over. */
  readonly end: StormEnd | null
}

/** `partitions, kill, ...`; all that keep the assumptions are `all`. */
export function familyWords(families: readonly StormFamily[]): string {
  const isAll = STORM_FAMILIES.every((family) => families.includes(family))
  const more = families.filter((family) => !STORM_FAMILIES.some((one) => one === family))
  return isAll ? ['all', ...more].join(',') : families.join(',')
}

export function isStormFamily(name: string): name is StormFamily {
  return ALL_STORM_FAMILIES.some((family) => family === name)
}
