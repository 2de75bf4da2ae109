/**
 * The gate as data: what can be asked of the frames that a `hold` keeps back, and what is answered.
 * Lab, switchboard and viewers share it.
 *
 * Units: times are ms. Frames are named by their id at the gate; `docs/events.md`, `docs/wire.md`.
 */
import type { GateEnd, GateFrame } from '../core/event'
import type { AdversaryKind, FrameMatch, Link } from '../core/fault'
import type { MessageType } from '../core/paxos/message'
import { FAMILY_OF } from '../core/paxos/message'

export const MESSAGE_TYPES = Object.keys(FAMILY_OF) as readonly MessageType[]

/** Frames that one answer lists, the oldest; `total` counts them all. */
export const GATE_LIST_MAX = 500
/** Frames that one call can name by id. */
export const GATE_IDS_MAX = 10_000
export const GATE_COUNT_MAX = 1_000_000
/** Frames that one question can wait for, and how long. */
export const GATE_WAIT_COUNT_MAX = 10_000
export const GATE_WAIT_MS_MAX = 600_000

/** Which held frames, and in which order they are let go. */
export type GateSelect =
  /** Oldest first. */
  | { readonly kind: 'all' }
  /** In the order of the list: reordering by hand. */
  | {
      readonly kind: 'ids'
      readonly ids: readonly number[]
      /** Those that wait no longer are left out; without it, one such id refuses the whole call. */
      readonly skipGone?: boolean | undefined
    }
  /** The oldest of a link. */
  | { readonly kind: 'link'; readonly link: Link; readonly count: number }
  /** The oldest that match. */
  | { readonly kind: 'match'; readonly match: FrameMatch; readonly count: number }

export type GatePlace = 'before' | 'after'

/** Lab → switchboard. */
export type GateCall =
  | { readonly action: 'list'; readonly match: FrameMatch }
  | { readonly action: 'inspect'; readonly id: number }
  /** Which links have a connection up to the receiver now, and what came over each. */
  | { readonly action: 'links' }
  /** Another place in the order of the gate: directly before or after a frame that waits, too. */
  | {
      readonly action: 'move'
      readonly id: number
      readonly place: GatePlace
      readonly other: number
    }
  | { readonly action: 'release' | 'drop' | 'duplicate'; readonly select: GateSelect }
  | {
      readonly action: 'wait'
      readonly match: FrameMatch
      readonly count: number
      readonly timeoutMs: number
    }

/** A frame that waits, with how long it has. */
export interface HeldReport extends GateFrame {
  readonly heldMs: number
}

/** Switchboard → lab: the answer to one call. */
export interface GateAnswer {
  readonly error: string | null
  /** Frames that it is about: listed, let go, or new copies. */
  readonly total: number
  readonly frames: readonly HeldReport[]
  /** The frame as text, for `inspect`. */
  readonly text: string | null
  /** A `wait` that ran out of time. */
  readonly isLate: boolean
  /** For `links`. */
  readonly open?: readonly Link[]
  /** For `links`: frames that came over each open connection. Whatever was held is told before. */
  readonly came?: readonly LinkCount[]
}

export interface LinkCount extends Link {
  readonly frames: number
}

/** Switchboard → lab: what happened at the gate, in order. */
export type GateAct =
  | { readonly act: 'held'; readonly frame: GateFrame }
  | { readonly act: 'released' | 'dropped'; readonly frame: GateFrame; readonly how: GateEnd }
  /** It stands directly before the frame of this id now; null: at the end. */
  | { readonly act: 'moved'; readonly frame: GateFrame; readonly before: number | null }

/** A frame that waits, as viewers see it. */
export interface HeldFrame extends GateFrame {
  /** Lab time. */
  readonly heldAtMs: number
}

export interface GateView {
  readonly frames: readonly HeldFrame[]
  /** All that wait, also those that are not listed. */
  readonly total: number
}

/** What an adversary is asked to do. */
export interface AdversaryOptions {
  readonly kind: AdversaryKind
  /** Longest time that it holds any frame; null: without bound, as an asynchronous network may. */
  readonly holdMsMax: number | null
}

export interface AdversaryView extends AdversaryOptions {
  /** The hold that it works with. */
  readonly fault: string
  readonly startedAtMs: number
  /** Frames of phase 1 and 2 that it let go, all of them undamaged; heartbeats do not count. */
  readonly deliveries: number
  /** Accepts that it let go when they could no longer win. */
  readonly staleAccepts: number
  /** Frames that it had to let go because their time was over. */
  readonly overdue: number
  readonly held: number
  /** Ballots begun since a value was last chosen. */
  readonly undecidedBallots: number
}

export const ADVERSARY_HOLD_MS_MIN = 10
