/**
 * Facts: what happened inside a replica, past tense, for checks and pictures. Never read back.
 *
 * Facts are per batch: they name a ballot, a run of consecutive slots (`slot`, `count`) and the ids
 * of the commands, one for each slot, so that observing costs by batch and not by command.
 */
import type { Ballot, NodeId, Slot } from './ballot'
import type { ElectionPolicy } from './config'
import type { SlotRange, Value } from './message'

/** Why a proposer started a ballot. */
export type BidReason = 'request' | 'election' | 'preempted' | 'manual'

export type PaxosFact =
  /** Acceptor promised a ballot of `ballot.node`; the record is durable. */
  | { readonly type: 'promised'; readonly ballot: Ballot }
  /** Acceptor voted, and the record is durable; `ids` are the command ids of the values, `-` for a no-op. */
  | {
      readonly type: 'voted'
      readonly ballot: Ballot
      readonly slot: Slot
      readonly count: number
      readonly ids: readonly string[]
    }
  /** Acceptor refused `ballot` because it had promised `promised`. */
  | {
      readonly type: 'refused'
      readonly ballot: Ballot
      readonly promised: Ballot
      readonly phase: 1 | 2
    }
  /** Proposer started phase 1 of an own ballot. */
  | {
      readonly type: 'bid'
      readonly ballot: Ballot
      readonly ranges: readonly SlotRange[]
      readonly reason: BidReason
    }
  /** Proposer holds promises of a phase-1 quorum, the `witnesses`: it leads, as far as it knows. */
  | {
      readonly type: 'elected'
      readonly ballot: Ballot
      readonly witnesses: readonly NodeId[]
      /** Slots whose value phase 1 forced, and open slots below that are filled with a no-op. */
      readonly forced: number
      readonly noops: number
    }
  /** Proposer issued proposals (phase 2a). */
  | {
      readonly type: 'issued'
      readonly ballot: Ballot
      readonly slot: Slot
      readonly count: number
      readonly ids: readonly string[]
      readonly cause: 'free' | 'forced' | 'noop'
    }
  /** Proposer met a higher ballot, `rival` (`by` names the node of an event). */
  | {
      readonly type: 'preempted'
      readonly ballot: Ballot
      readonly rival: Ballot
      readonly phase: 1 | 2
    }
  /** Leader gave up its ballot. */
  | {
      readonly type: 'steppedDown'
      readonly ballot: Ballot
      readonly reason: 'preempted' | 'manual' | 'policy'
    }
  /** Node follows `ballot.node` as leader from now on. */
  | { readonly type: 'followed'; readonly ballot: Ballot }
  /** Learner counted a phase-2 quorum of votes at `ballot`. */
  | {
      readonly type: 'chosen'
      readonly ballot: Ballot
      readonly slot: Slot
      readonly count: number
      readonly ids: readonly string[]
    }
  /** Node was told that slots are chosen: by the leader's watermark, or by values of a peer. */
  | {
      readonly type: 'learned'
      readonly slot: Slot
      readonly count: number
      readonly ids: readonly string[]
      readonly via: 'watermark' | 'catchUp'
    }
  /** The state after slot `through` is durable beside the log; what lies below may be cut. */
  | { readonly type: 'snapshotTaken'; readonly through: Slot; readonly digest: string }
  /** Node took over the state after slot `through` from `from`: it lagged too far behind. */
  | {
      readonly type: 'snapshotInstalled'
      readonly through: Slot
      readonly digest: string
      readonly from: NodeId
    }
  /** Acceptor kept silent to `ballot`, because it granted a lease to `holder`. */
  | {
      readonly type: 'leaseKept'
      readonly ballot: Ballot
      readonly holder: NodeId
      readonly ticksLeft: number
    }
  /** Leader may answer reads alone for `ticks`: a quorum answered its heartbeat. */
  | { readonly type: 'leaseHeld'; readonly ballot: Ballot; readonly ticks: number }
  /** Node asks whether a quorum misses the leader too, before it bids. */
  | { readonly type: 'canvassed'; readonly ballot: Ballot }
  /** Node told a client that its write succeeded, and on what ground. Blog 2014 only, so far. */
  | {
      readonly type: 'acknowledged'
      readonly slot: Slot
      readonly ids: readonly string[]
      /** `promiseQuorum`: before any acceptance; `chosen`: after a phase-2 quorum voted. */
      readonly at: 'promiseQuorum' | 'chosen'
    }
  /**
   * Node took requests `from` to `from + count - 1` of `session` from its clients, to have them
   * chosen: command ids are `session:seq`.
   */
  | {
      readonly type: 'submitted'
      readonly session: string
      readonly from: number
      readonly count: number
    }
  /** Node told its clients that these requests are done. */
  | {
      readonly type: 'answered'
      readonly session: string
      readonly from: number
      readonly count: number
    }
  /** Node executed every slot up to `through`; `digest` is that of its KV and sessions. */
  | { readonly type: 'applied'; readonly through: Slot; readonly digest: string }
  | { readonly type: 'policySet'; readonly policy: ElectionPolicy }
  /** A bounded queue was full. */
  | { readonly type: 'limitReached'; readonly limit: string; readonly dropped: number }

/** Command id of a value: the part before its second colon, `-` for a no-op. */
export function valueId(value: Value): string {
  if (value === '') return '-'
  const first = value.indexOf(':')
  const second = value.indexOf(':', first + 1)
  return second < 0 ? value.slice(0, 40) : value.slice(0, second)
}

export function valueIds(values: readonly Value[]): string[] {
  return values.map(valueId)
}
