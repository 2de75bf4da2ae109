/**
 * Schedule: acts in an order, which simulator, explorer and gate can all perform. A counterexample
 * is one, whoever found it: what broke in the explorer can be driven on real processes.
 *
 * Order:  one act at a time; nothing else moves between two of them, no timer fires unless an act
 *         says so.
 * Shapes: JSON, versioned: `schedule.json` of a run directory. `docs/schedules.md`.
 */
import type { MessageType } from './paxos/message'
import type { Ballot, NodeId, Slot } from './paxos/ballot'
import type { ReplicaConfig } from './paxos/config'
import type { TimerName } from './paxos/effect'

/** Names a frame that waits on a directed link, by what it says. */
export interface FrameName {
  readonly from: NodeId
  readonly to: NodeId
  readonly message: MessageType
  /** Null where the message carries none. */
  readonly ballot: Ballot | null
  /** First slot that it is about; 0 where it names none. */
  readonly slot: Slot
  /** Among the waiting frames of this very name, in the order in which they were sent, from 0. */
  readonly nth: number
}

export type ScheduleAct =
  /** A client hands a command to a node. */
  | { readonly act: 'request'; readonly node: NodeId; readonly args: readonly string[] }
  /** The same, and the node bids at once, whoever leads. */
  | { readonly act: 'propose'; readonly node: NodeId; readonly args: readonly string[] }
  | { readonly act: 'startElection'; readonly node: NodeId }
  | { readonly act: 'timer'; readonly node: NodeId; readonly timer: TimerName }
  | { readonly act: 'deliver'; readonly frame: FrameName }
  | { readonly act: 'drop'; readonly frame: FrameName }
  /** Delivers it, and a copy of it waits in its place. */
  | { readonly act: 'duplicate'; readonly frame: FrameName }
  /** All that the node has written becomes durable, and what waited for that leaves. */
  | { readonly act: 'flush'; readonly node: NodeId }
  /**
   * The process ends; what was written and not flushed is lost. `wiped`: so is all that was
   * durable, and the node never votes again.
   */
  | { readonly act: 'crash'; readonly node: NodeId; readonly wiped?: true }
  | { readonly act: 'restart'; readonly node: NodeId }

/** What a schedule is expected to end in. */
export interface ScheduleEnd {
  /** Id of an invariant, such as `I8`; null: nothing is violated. */
  readonly invariant: string | null
  readonly words: string
}

export interface Schedule {
  readonly version: 1
  readonly title: string
  readonly nodes: number
  /** What is other than the shipped defaults, mutant included. */
  readonly config: Partial<Omit<ReplicaConfig, 'node' | 'members'>>
  /**
   * `auto`, and missing: a node flushes at the end of each act whenever a real one would. `byHand`:
   * records stay written until an act `flush`.
   */
  readonly flush?: 'auto' | 'byHand'
  readonly acts: readonly ScheduleAct[]
  readonly end: ScheduleEnd
}
