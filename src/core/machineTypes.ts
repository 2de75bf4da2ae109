/**
 * Inputs and output of `Machine.step`: replica and KV in one pure step, the one thing a host
 * drives.
 *
 * The host drains all inputs that are there, steps each, then calls `settle` once and carries out
 * the output (paxos/effect.ts states the contract). `settle` forms batches: the batch grows with
 * load by itself and there is no batching timer.
 */
import type { LearnerReadResult, NodeStatus } from './event'
import type { ReadMode } from './kv/readMode'
import type { Ballot, NodeId, Slot } from './paxos/ballot'
import type { ElectionPolicy } from './paxos/config'
import type { Effect, TimerName } from './paxos/effect'
import type { Message, ReadSubject } from './paxos/message'

export type MachineInput =
  /** First input after `recover`. */
  | { readonly type: 'start' }
  /** Begins a round: ticks of this node's own clock, which only leases and elections look at. */
  | { readonly type: 'clock'; readonly ticks: number }
  /** The snapshot that the last `saveSnapshot` of this number asked for is durable. */
  | { readonly type: 'snapshotSaved'; readonly through: Slot }
  | { readonly type: 'message'; readonly from: NodeId; readonly message: Message }
  | { readonly type: 'timer'; readonly timer: TimerName }
  /** Records up to `through` are durable. */
  | { readonly type: 'persisted'; readonly through: number }
  /** A client's command; `tag` names it in replies. Arguments hold one byte per code unit. */
  | {
      readonly type: 'request'
      readonly tag: number
      readonly args: readonly string[]
      /** A session that the client named itself, so that a retry at any node is applied once. */
      readonly session?: ClientSessionRef
    }
  /** The deadlines of these requests passed: each is answered `unknown` or `notSent`. */
  | { readonly type: 'abandon'; readonly tags: readonly number[] }
  /** Propose at this node now, whoever leads (a person's act). */
  | { readonly type: 'propose'; readonly tag: number; readonly args: readonly string[] }
  | { readonly type: 'startElection' }
  | { readonly type: 'stepDown' }
  | { readonly type: 'setPolicy'; readonly policy: ElectionPolicy }
  /** A read of a key or slot, made as `mode` says. */
  | {
      readonly type: 'read'
      readonly tag: number
      readonly subject: ReadSubject
      readonly mode: ReadMode
    }

/** One request of a client's own session. */
export interface ClientSessionRef {
  readonly id: string
  readonly seq: number
  readonly ackedThrough: number
}

/** Answer to a request. `resp` is RESP2, one byte per code unit. */
export type MachineReply =
  | { readonly tag: number; readonly outcome: 'done'; readonly resp: string }
  /** It may or may not be chosen, now or later. */
  | { readonly tag: number; readonly outcome: 'unknown'; readonly words: string }
  /** It was not proposed and never will be. */
  | { readonly tag: number; readonly outcome: 'notSent'; readonly words: string }

export interface ReadAnswer {
  readonly tag: number
  readonly result: LearnerReadResult
}

/** What a round of steps asks for. The host empties it after carrying it out. */
export interface MachineOutput {
  readonly effects: Effect[]
  readonly replies: MachineReply[]
  readonly reads: ReadAnswer[]
}

/** One slot as the acceptor table and the log grid show it. */
export interface SlotView {
  readonly slot: Slot
  readonly state: 'open' | 'voted' | 'chosen' | 'applied'
  readonly vote: { readonly ballot: Ballot; readonly id: string; readonly text: string } | null
  readonly chosen: { readonly id: string; readonly text: string } | null
}

/** The part of a node's status that the protocol knows. */
export type MachineStatus = Pick<
  NodeStatus,
  | 'node'
  | 'life'
  | 'role'
  | 'ballot'
  | 'promised'
  | 'leader'
  | 'votedThrough'
  | 'chosenThrough'
  | 'appliedThrough'
  | 'digest'
  | 'policy'
  | 'waiting'
  | 'inFlight'
  | 'bids'
  | 'preemptions'
>
