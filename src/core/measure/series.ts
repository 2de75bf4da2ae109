/**
 * Series: what charts draw, folded from events in one place for lab, simulator and saved run.
 *
 * Units:  `atMs` is lab time. Buckets end at multiples of `spanMs`. No series has more than
 *         `POINTS_MAX` points: when it would, buckets are merged two by two and `spanMs` doubles.
 * Levels: so the whole of a run of hours is coarse. Its newest part is kept in finer buckets, too:
 *         the last minute as it was measured, and longer parts that are coarser in proportion.
 */
import type { Ballot, NodeId } from '../paxos/ballot'
import type { MessageFamily } from '../paxos/message'
import type { ReasonCounts } from './failReason'
import type { BucketCounts } from './histogram'

export const BUCKET_MS = 100
export const POINTS_MAX = 600
/** How many times coarser than measured the buckets of a level are. */
export const LEVEL_FACTORS = [1, 8, 64] as const
/** What the finest level keeps; the others so many times more. None has more than `POINTS_MAX`. */
export const LEVEL_KEEP_MS = BUCKET_MS * POINTS_MAX
export const STAIRS_MAX = 4000
/** Two spans a ballot, preparing and leading. */
export const LEADERS_MAX = 8000
export const PREEMPTION_BIN_MS = 250
/** Five samples of traffic: one that is late is no saw. */
export const TALLY_MS = 500
export const REACH_MAX = 4000

/** One bucket of client traffic, as load generator and client commands saw it. */
export interface LoadPoint {
  readonly atMs: number
  readonly ackedPerSecond: number
  readonly sentPerSecond: number
  readonly failedPerSecond: number
  /** Neither acknowledged nor refused by its deadline: it may still be chosen. */
  readonly unknownPerSecond: number
  /** Null where nothing was acknowledged: the line breaks, it never shows 0. */
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
  /** Requests of the load that wait at the end of the bucket, and the longest such wait so far. */
  readonly waiting: number
  readonly waitMsMax: number
  /** Requests that became due; in a closed loop those that were sent. */
  readonly offeredPerSecond: number
  /** Of these, never sent. */
  readonly shedPerSecond: number
  /** Open loop: from sending to answer, while `p50Ms` and so on run from when it was due. */
  readonly serviceP50Ms: number | null
  readonly serviceP99Ms: number | null
}

/** Progress of one node at a status sample. */
export interface ProgressPoint {
  readonly atMs: number
  readonly node: NodeId
  readonly chosenThrough: number
  readonly appliedThrough: number
}

/** One ballot on the staircase. */
export interface Stair {
  readonly ballot: Ballot
  readonly bidAtMs: number
  /** When a phase-1 quorum had promised; null: it never reached phase 2. */
  readonly electedAtMs: number | null
  readonly preemptedAtMs: number | null
  readonly preemptedBy: Ballot | null
  /** When a first value was chosen at it. */
  readonly chosenAtMs: number | null
}

/** A span in which a node was preparing or leading, or was down. `toMs` null: still so. */
export interface LeaderSpan {
  readonly node: NodeId
  readonly kind: 'preparing' | 'leading' | 'down' | 'paused'
  readonly ballot: Ballot | null
  readonly fromMs: number
  readonly toMs: number | null
}

/** Preempted ballots per proposer in a bin of `binMs` (250 at first) that starts at `atMs`. */
export interface PreemptionPoint {
  readonly atMs: number
  readonly node: NodeId
  readonly count: number
}

/** What was counted in a bucket of `tallySpanMs` that ends at `atMs`. */
export interface TallyPoint {
  readonly atMs: number
  /** Messages between different nodes, by family. Empty: none, or nobody counts them. */
  readonly messages: readonly (readonly [MessageFamily, number])[]
  /** Requests that failed or whose outcome is not known, by reason. */
  readonly failed: ReasonCounts
  /** Times from first proposal to choice of the slots chosen in it; ms, as of `Histogram`. */
  readonly choose: BucketCounts
  /** Slots that were chosen with 1, 2, 3, 4, and 5 or more ballots. */
  readonly ballots: readonly number[]
  /** 95th percentile of flushes per node, ms. */
  readonly flush: readonly (readonly [NodeId, number])[]
  /** Highest 95th percentile of the event loop's lag that a status line told, per node, ms. */
  readonly lag: readonly (readonly [NodeId, number])[]
}

/** `starting`: no quorum was there yet; `minority`: it answers, and reaches no quorum. */
export type ReachState = 'starting' | 'quorum' | 'minority' | 'down' | 'paused' | 'none'

/** A span in which a node could reach so many; node 0: whether any quorum was possible. */
export interface ReachSpan {
  readonly node: NodeId
  readonly state: ReachState
  /** Nodes that it reaches both ways, itself included; of node 0 the most that any reaches. */
  readonly reaches: number
  readonly fromMs: number
  readonly toMs: number | null
}

/** Rule of the verdict chip over the staircase; see `liveness.ts`. */
export interface LivenessView {
  /** Of a past moment whose ballots are not kept: the verdict says less than was. */
  readonly unknown?: boolean
  readonly verdict: 'progressing' | 'dueling' | 'noQuorum' | 'idle'
  /** Ballots begun since a value was last chosen, and the most in this run. */
  readonly undecidedBallots: number
  readonly undecidedBallotsMax: number
  /** Ballots preempted since a value was last chosen, and in this run. */
  readonly undecidedPreemptions: number
  readonly preemptions: number
  /** Lab time of the first ballot since a value was last chosen; null: none. */
  readonly undecidedSinceMs: number | null
  /** Lab time when a value was last chosen; null: never. */
  readonly chosenAtMs: number | null
  readonly chosenSlots: number
  /** Slots chosen in the last second. */
  readonly chosenPerSecond: number
  readonly bids: number
}

/**
 * The newest part of a run, finer than the whole. `sinceMs`: it has all that came later; in a
 * frame, points to append, and those up to `sinceMs` go.
 */
export interface SeriesLevel {
  readonly factor: number
  readonly sinceMs: number
  readonly spanMs: number
  readonly binMs: number
  readonly tallySpanMs: number
  readonly load: readonly LoadPoint[]
  readonly progress: readonly ProgressPoint[]
  readonly preemptions: readonly PreemptionPoint[]
  readonly tallies: readonly TallyPoint[]
}

export interface SeriesSnapshot {
  readonly spanMs: number
  readonly binMs: number
  readonly load: readonly LoadPoint[]
  readonly progress: readonly ProgressPoint[]
  readonly stairs: readonly Stair[]
  readonly leaders: readonly LeaderSpan[]
  readonly preemptions: readonly PreemptionPoint[]
  readonly tallySpanMs: number
  readonly tallies: readonly TallyPoint[]
  readonly reach: readonly ReachSpan[]
  /** Finest first; those that are no finer than the whole are left out. */
  readonly levels: readonly SeriesLevel[]
  readonly liveness: LivenessView
  /** Oldest stairs and spans that the bounds pushed out; 0: the picture is whole. */
  readonly dropped: number
}

/**
 * What changed since the last frame. `load`, `progress`, `tallies`: points to append. `stairs`,
 * `leaders`, `preemptions`, `reach`: rows to insert or replace (by ballot; by node, kind and
 * `fromMs`; by node and `atMs`; by node and `fromMs`). `levels`: what each of them gained. `whole`
 * is there when buckets were merged or the run began anew: it replaces everything.
 */
export interface SeriesFrame {
  readonly load: readonly LoadPoint[]
  readonly progress: readonly ProgressPoint[]
  readonly stairs: readonly Stair[]
  readonly leaders: readonly LeaderSpan[]
  readonly preemptions: readonly PreemptionPoint[]
  readonly tallies: readonly TallyPoint[]
  readonly reach: readonly ReachSpan[]
  readonly levels: readonly SeriesLevel[]
  readonly liveness: LivenessView
  readonly dropped: number
  readonly whole: SeriesSnapshot | null
}

export const EMPTY_LIVENESS: LivenessView = {
  verdict: 'idle',
  undecidedBallots: 0,
  undecidedBallotsMax: 0,
  undecidedPreemptions: 0,
  preemptions: 0,
  undecidedSinceMs: null,
  chosenAtMs: null,
  chosenSlots: 0,
  chosenPerSecond: 0,
  bids: 0,
}

export const EMPTY_SERIES: SeriesSnapshot = {
  spanMs: BUCKET_MS,
  binMs: PREEMPTION_BIN_MS,
  load: [],
  progress: [],
  stairs: [],
  leaders: [],
  preemptions: [],
  tallySpanMs: TALLY_MS,
  tallies: [],
  reach: [],
  levels: [],
  liveness: EMPTY_LIVENESS,
  dropped: 0,
}
