/**
 * Bounded worlds of whole replicas: what may happen in one, and what a search of it answers.
 *
 * Bounds: everything but the order of deliveries is bounded by a count. A frame that nobody ever
 *         delivers is lost: `losses` adds acts that say so, and no behaviour that was not there.
 */
import type { NodeId } from '../../paxos/ballot'
import type { ReplicaConfig } from '../../paxos/config'
import type { MessageType } from '../../paxos/message'
import type { MutantId } from '../../paxos/mutant'
import type { Schedule } from '../../schedule'

/** A client's command, handed to one node once. */
export interface WorldRequest {
  readonly node: NodeId
  readonly args: readonly string[]
}

export interface ReplicasOptions {
  readonly nodes: number
  /** A number: that many commands that set one key, at nodes 1, 2, … in turn. */
  readonly requests: number | readonly WorldRequest[]
  readonly mutant: MutantId | null
  /** Most deliveries of a run (flushes by hand count as such); missing: no bound. */
  readonly deliveries?: number
  /** Frames that are dropped. */
  readonly losses?: number
  /** Frames that are delivered and wait again. */
  readonly duplicates?: number
  /** Crashes, each with its restart: what was not flushed is lost. */
  readonly crashes?: number
  /** Crashes that lose what was flushed as well; the node never votes again. */
  readonly wipes?: number
  /** Timers that fire, of those that run, at any time. */
  readonly timers?: number
  /** Elections by hand, at any node. */
  readonly elections?: number
  /** `byHand`: a flush is an act of its own, so that a crash can come before it. */
  readonly flush?: 'auto' | 'byHand'
  /** Frames of these types are never delivered: a smaller world. */
  readonly withhold?: readonly MessageType[]
  /** Other than `WORLD_CONFIG`. */
  readonly config?: Partial<Omit<ReplicaConfig, 'node' | 'members' | 'mutant'>>
  /** The search ends at the first state that violates one of these; missing: any. */
  readonly invariants?: readonly string[]
  /** True: the search goes on after a violation and counts all states that violate. */
  readonly exhaustive?: boolean
  /** The search gives up after so many states; missing: 2,000,000. */
  readonly statesMax?: number
  /** Called now and then. */
  readonly onProgress?: (states: number, depth: number) => void
}

export interface Counterexample {
  readonly schedule: Schedule
  readonly invariant: string
  readonly words: string
}

export interface ReplicasResult {
  readonly states: number
  readonly transitions: number
  /** Acts on the longest of all shortest ways to a state. */
  readonly depth: number
  /** States in which an invariant is violated. */
  readonly violations: number
  /** True if every state within the bounds was seen. */
  readonly complete: boolean
  /** True if a value was chosen in some state: an empty world proves nothing. */
  readonly sometimesChosen: boolean
  /** Distinct states of single nodes, over all of them. */
  readonly localStates: number
  /** A shortest one; null if nothing is violated. */
  readonly counterexample: Counterexample | null
}
