/**
 * Effects: what a step asks its host to do, as plain data. Effect order is durability order.
 *
 * Contract of the host, for one round of effects:
 *  1. append every `persist` in order; if any has `flush`, flush once after the last;
 *  2. a `send` with `after` = 0 may leave at once; one with `after` = n leaves only when the record
 *     with number n is durable (PMS §2.5: write before answering);
 *  3. when records up to n are durable, step the input `persisted` with `through` = n.
 */
import type { Ballot, NodeId, Slot } from './ballot'
import type { Message, Value } from './message'
import type { PaxosFact } from './fact'
import type { Snapshot } from './snapshot'

/**
 * A record of stable storage. `recover` takes them back in the order in which they were written.
 */
export type StableRecord =
  /** The acceptor promised `ballot` for every slot. */
  | { readonly kind: 'promise'; readonly ballot: Ballot }
  /** The acceptor voted in consecutive slots from `slot` on; implies a promise of `ballot`. */
  | {
      readonly kind: 'vote'
      readonly ballot: Ballot
      readonly slot: Slot
      readonly values: readonly Value[]
    }
  /** Slots up to `through` are chosen and hold what was voted or learned before this record. */
  | { readonly kind: 'chosen'; readonly through: Slot }
  /** Values learned without a vote of this acceptor's own, consecutive from `slot` on. */
  | { readonly kind: 'learned'; readonly slot: Slot; readonly values: readonly Value[] }

/** Timers the replica owns; setting one that runs replaces it. */
export type TimerName = 'election' | 'heartbeat' | 'bid' | 'resend' | 'read' | 'catchUp' | 'gather'

export interface Persist {
  readonly type: 'persist'
  /** Counts from 1 in each life of the node. */
  readonly number: number
  readonly record: StableRecord
  /** False for what can be learned again: it may ride along with the next flush. */
  readonly flush: boolean
}

export interface Send {
  readonly type: 'send'
  readonly to: readonly NodeId[]
  readonly message: Message
  /** Number of the `persist` this message relies on; 0 relies on none. */
  readonly after: number
}

/** The host draws uniformly from the range: core has no randomness (PMS §2.4 needs it, or time). */
export interface SetTimer {
  readonly type: 'setTimer'
  readonly timer: TimerName
  readonly ticksMin: number
  readonly ticksMax: number
}

export interface ClearTimer {
  readonly type: 'clearTimer'
  readonly timer: TimerName
}

export interface Emit {
  readonly type: 'emit'
  readonly fact: PaxosFact
}

/**
 * Make the state after `snapshot.through` durable beside the log, then cut the log: `retained`
 * restates all that is still needed. The host answers with the input `snapshotSaved`.
 */
export interface SaveSnapshot {
  readonly type: 'saveSnapshot'
  readonly snapshot: Snapshot
  readonly retained: readonly StableRecord[]
}

export type Effect = Persist | Send | SetTimer | ClearTimer | Emit | SaveSnapshot
