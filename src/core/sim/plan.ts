/**
 * SimPlan: all that a simulated run depends on, as data: the same plan gives the same run, byte for
 * byte. `swarm.ts` draws one from a seed; a minimiser makes it smaller; a file keeps it.
 *
 * Units: ticks of 5 ms unless a name says otherwise; probabilities from 0 to 1.
 */
import type { Fault, FaultKind } from '../fault'
import type { ReadMode } from '../kv/readMode'
import type { ReplicaConfig } from '../paxos/config'
import type { ElectionPolicy } from '../paxos/config'
import type { NodeId } from '../paxos/ballot'

/** Faults of sockets, threads and places in the code: there are none of these here. */
type RealOnly = 'hold' | 'failpoint' | 'slow' | 'bandwidth' | 'halfOpen' | 'burst'

/** What strikes a simulated cluster. The shapes are those of the lab, and a few acts of its own. */
export type SimFault =
  | Exclude<Fault, { kind: RealOnly }>
  /** A person's acts, which may come at the worst moment. */
  | { readonly kind: 'elect'; readonly node: NodeId }
  | { readonly kind: 'stepDown'; readonly node: NodeId }
  | { readonly kind: 'policy'; readonly policy: ElectionPolicy }

export type SimFaultKind = SimFault['kind']

/** Struck by an honest cluster without harm: a swarm draws from these. */
export const FAULT_KINDS = [
  'cut',
  'partition',
  'delay',
  'reorder',
  'drop',
  'dropNext',
  'duplicate',
  'reset',
  'kill',
  'stop',
  'pause',
  'powerLoss',
  'wipe',
  'slowFlush',
  'writeError',
  'flushError',
  'diskFull',
  'tornTail',
  'clock',
  'elect',
  'stepDown',
  'policy',
] as const satisfies readonly SimFaultKind[]

/** Disks that lie: they break what the proof assumes (PMS §2.5), so that only a person asks. */
export const BREAKING_KINDS = ['flushOff', 'flushLies'] as const satisfies readonly FaultKind[]

/** One fault, from `at` on; null: until the safety phase ends, or it is over at once. */
export interface PlannedFault {
  readonly at: number
  readonly until: number | null
  readonly fault: SimFault
}

/** From here on the run is another one: equal up to this moment, then with what stands here. */
export interface SimFork {
  /** The moment in grains: what happens at it or before it is as it was. */
  readonly atGrains: number
  /** Chance after it; missing: as it was. */
  readonly seed?: number
  /** Strikes at once, for so many ticks; null: until the faults end. */
  readonly fault?: { readonly fault: SimFault; readonly ticks: number | null }
  /** True: planned faults that have not begun never strike. */
  readonly quiet?: boolean
  /** What happens next, in this order, each by its `Due.order`; then what is due. */
  readonly next?: readonly number[]
  /** True: the run waits after that, for somebody to choose how it goes on. */
  readonly hold?: boolean
}

export interface ClientPlan {
  readonly clients: number
  readonly keys: number
  /** Pause between two operations of a client. */
  readonly thinkMin: number
  readonly thinkMax: number
  /** A client gives up an answer, or asks again elsewhere, after so long. */
  readonly deadline: number
  /** Operations of all clients together; then they rest. */
  readonly opsMax: number
  /** Share of clients that have a session, and so repeat what got no answer. */
  readonly sessions: number
  /** Share of answers that get lost on the way to the client. */
  readonly answerLoss: number
  /** Share of operations that read. */
  readonly reads: number
  readonly readModes: readonly ReadMode[]
}

export interface SimPlan {
  readonly version: 1
  readonly seed: number
  readonly nodes: number
  /** What is other than the shipped defaults, mutant included. */
  readonly config: Partial<Omit<ReplicaConfig, 'node' | 'members'>>
  /** How long faults strike. */
  readonly safetyTicks: number
  /** The safety phase ends earlier after so many events; null: it does not. */
  readonly stepsMax: number | null
  /** Within so long after the faults every pending request is answered (S31, I15). */
  readonly livenessTicks: number
  /** Within so long after that all replicas are equal. */
  readonly convergeTicks: number
  /** A message takes from `min` to `max` grains, 100 of which are a tick. */
  readonly delayGrains: readonly [min: number, max: number]
  readonly flushGrains: readonly [min: number, max: number]
  /** A node gathers what comes within so many grains into one round. */
  readonly roundGrains: number
  readonly clients: ClientPlan
  readonly faults: readonly PlannedFault[]
  /** Earliest first; missing: none. */
  readonly forks?: readonly SimFork[]
}
