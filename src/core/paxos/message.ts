/**
 * Messages of the peer wire: one closed union, one sentence each on who sends it and why.
 *
 * Source: PMS §2.2 (prepare, promise, accept, accepted), §2.3 (learning), §3 (ranges of slots).
 * Shapes: `docs/wire.md`. A run of values stands for consecutive slots from `slot` on.
 * Units:  slots count from 1.
 */
import type { Ballot, Slot } from './ballot'

/**
 * Opaque to Paxos. The machine writes a command as `session:requestSeq:ackedThrough|netstrings`;
 * NO_OP fills a slot that a new leader found open.
 */
export type Value = string
export const NO_OP: Value = ''

/** Slots from `from` to `to`, both included; `to` null means every slot from `from` on. */
export interface SlotRange {
  readonly from: Slot
  readonly to: Slot | null
}

/** What an acceptor accepted in one slot. */
export interface Vote {
  readonly ballot: Ballot
  readonly value: Value
}

export interface SlotVote extends Vote {
  readonly slot: Slot
}

/** Proposer → acceptors, phase 1(a): asks for promises over ranges of slots, carries no value. */
export interface Prepare {
  readonly type: 'prepare'
  readonly ballot: Ballot
  readonly ranges: readonly SlotRange[]
}

/**
 * Acceptor → proposer, phase 1(b): never to vote below `ballot` again, and every vote in the
 * ranges. Slots up to `chosenThrough` are not listed: they are chosen, and the proposer must
 * catch up on them instead of proposing there. Long promises come in `parts`, counted from 0.
 */
export interface Promised {
  readonly type: 'promise'
  readonly ballot: Ballot
  readonly chosenThrough: Slot
  readonly votes: readonly SlotVote[]
  readonly part: number
  readonly parts: number
}

/** Proposer → acceptors, phase 2(a): asks for votes for a run of slots; tells what is chosen. */
export interface Accept {
  readonly type: 'accept'
  readonly ballot: Ballot
  readonly slot: Slot
  readonly values: readonly Value[]
  readonly chosenThrough: Slot
}

/** Acceptor → learners, phase 2(b): voted at `ballot` in `count` slots from `slot` on. */
export interface Accepted {
  readonly type: 'accepted'
  readonly ballot: Ballot
  readonly slot: Slot
  readonly count: number
}

/** Acceptor → proposer: a hint only; safety does not need it. `promised` is the ballot that won. */
export interface Nack {
  readonly type: 'nack'
  readonly ballot: Ballot
  readonly promised: Ballot
}

/**
 * Leader → all: it lives and leads at `ballot`; slots up to `chosenThrough` are chosen. A `probe`
 * above 0 asks for an `alive`; `leaseTicks` above 0 asks to promise nobody else for so long.
 */
export interface Heartbeat {
  readonly type: 'heartbeat'
  readonly ballot: Ballot
  readonly chosenThrough: Slot
  readonly probe: number
  readonly leaseTicks: number
}

/** Acceptor → leader: when it got `probe`, it had promised nothing above `ballot`. */
export interface Alive {
  readonly type: 'alive'
  readonly ballot: Ballot
  readonly probe: number
}

/** Node → acceptors, before a bid: do you miss the leader too? Changes nothing at the receiver. */
export interface Canvass {
  readonly type: 'canvass'
  readonly ballot: Ballot
}

/**
 * Acceptor → node that asked: it hears no leader and would promise `ballot`; or, with `leader`, it
 * hears that one and offers to pass requests on to it.
 */
export interface Support {
  readonly type: 'support'
  readonly ballot: Ballot
  readonly leader: Ballot | null
  readonly chosenThrough: Slot
}

/** Node → leader: up to which slot must be applied for a read that begins now? */
export interface ReadIndex {
  readonly type: 'readIndex'
  readonly read: number
  /** True: the leader may answer from its lease; false: it confirms its ballot with a quorum. */
  readonly lease: boolean
}

/** Leader → node: read when `slot` is applied; null with the reason when it cannot say. */
export interface ReadAt {
  readonly type: 'readAt'
  readonly read: number
  readonly slot: Slot | null
  readonly reason: string
}

/**
 * Replica → laggard, instead of slots that it no longer holds: one part of the state after slot
 * `through`. `body` is a piece of the snapshot's text.
 */
export interface SnapshotPart {
  readonly type: 'snapshot'
  readonly through: Slot
  readonly digest: string
  readonly part: number
  readonly parts: number
  readonly body: string
}

/** Laggard → replica: send the next part of that snapshot. */
export interface SnapshotAsk {
  readonly type: 'snapshotAsk'
  readonly through: Slot
  readonly part: number
}

/** Learner → learners: values of chosen slots, a run from `slot` on. */
export interface Chosen {
  readonly type: 'chosen'
  readonly slot: Slot
  readonly values: readonly Value[]
}

/** Replica → replica: asks for chosen slots from `from` to `to`. */
export interface CatchUp {
  readonly type: 'catchUp'
  readonly from: Slot
  readonly to: Slot
}

/** Node → leader: values that its clients want chosen. */
export interface Forward {
  readonly type: 'forward'
  readonly values: readonly Value[]
}

/** Result of one request: `id` is the command id `session:requestSeq`. */
export interface ForwardedResult {
  readonly id: string
  readonly reply: string
}

/** Leader → the node that forwarded: what the applied commands returned. */
export interface Forwarded {
  readonly type: 'forwarded'
  readonly results: readonly ForwardedResult[]
}

/** Reader → acceptors: what do you hold for this slot, or for this key? */
export interface Query {
  readonly type: 'query'
  readonly read: number
  readonly subject: ReadSubject
}

export type ReadSubject =
  { readonly kind: 'slot'; readonly slot: Slot } | { readonly kind: 'key'; readonly key: string }

/** One vote above `appliedThrough`, with whether its command can change the key that is read. */
export interface OpenVote extends Vote {
  readonly slot: Slot
  readonly touches: boolean
}

/**
 * Acceptor → reader. For a key: its value (null: absent) after slot `appliedThrough`, and the votes
 * above. For a slot: the vote there in `open`, or its chosen value when `appliedThrough` covers it.
 * `more` says that votes were left out because the answer would be too long.
 */
export interface Held {
  readonly type: 'held'
  readonly read: number
  readonly appliedThrough: Slot
  readonly value: string | null
  readonly open: readonly OpenVote[]
  readonly more: boolean
}

/**
 * The variant "Blog 2014 (as published)" has messages of its own: a `number` instead of a ballot.
 * Writer → others: asks for promises and already carries the value.
 */
export interface BlogPrepare {
  readonly type: 'blogPrepare'
  readonly number: number
  readonly value: Value
}

/** Blog 2014, member → writer: the promise, with the value it holds but not that value's number. */
export interface BlogPromise {
  readonly type: 'blogPromise'
  readonly number: number
  readonly value: Value | null
}

/** Blog 2014, member → writer: kills the attempt. `promised` is for pictures; no rule reads it. */
export interface BlogReject {
  readonly type: 'blogReject'
  readonly number: number
  readonly promised: number
}

/** Blog 2014, writer → others, when its client has been told success. Nobody answers it. */
export interface BlogAccept {
  readonly type: 'blogAccept'
  readonly number: number
  readonly value: Value
}

/** Blog 2014, reader → others: what do you hold? */
export interface BlogQuery {
  readonly type: 'blogQuery'
  readonly read: number
}

/** Blog 2014, member → reader: the value it holds, or none; without its number. */
export interface BlogHeld {
  readonly type: 'blogHeld'
  readonly read: number
  readonly value: Value | null
}

export type BlogMessage = BlogPrepare | BlogPromise | BlogReject | BlogAccept | BlogQuery | BlogHeld

export type Message =
  | Prepare
  | Promised
  | Accept
  | Accepted
  | Nack
  | Heartbeat
  | Alive
  | Canvass
  | Support
  | ReadIndex
  | ReadAt
  | SnapshotPart
  | SnapshotAsk
  | Chosen
  | CatchUp
  | Forward
  | Forwarded
  | Query
  | Held
  | BlogMessage

export type MessageType = Message['type']

/** Families share a colour in every picture. */
export type MessageFamily = 'phase1' | 'phase2' | 'learn' | 'refuse' | 'heartbeat' | 'client'

export const FAMILY_OF: Readonly<Record<MessageType, MessageFamily>> = {
  prepare: 'phase1',
  promise: 'phase1',
  accept: 'phase2',
  accepted: 'phase2',
  nack: 'refuse',
  heartbeat: 'heartbeat',
  alive: 'heartbeat',
  canvass: 'phase1',
  support: 'phase1',
  readIndex: 'learn',
  readAt: 'learn',
  snapshot: 'learn',
  snapshotAsk: 'learn',
  chosen: 'learn',
  catchUp: 'learn',
  query: 'learn',
  held: 'learn',
  forward: 'client',
  forwarded: 'client',
  blogPrepare: 'phase1',
  blogPromise: 'phase1',
  blogReject: 'refuse',
  blogAccept: 'phase2',
  blogQuery: 'learn',
  blogHeld: 'learn',
}
