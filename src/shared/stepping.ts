/**
 * Step mode as data: what may happen next in a cluster in which nothing moves by itself, what a
 * person chose, and what came of it. Lab, nodes and viewers share it; docs/stepping.md.
 *
 * Units: times are ms. `leftMs` is time of the lab that stands still while nobody fires a timer.
 */
import type { LabEvent } from '../core/event'
import type { FrameMatch, Link } from '../core/fault'
import type { NodeId } from '../core/paxos/ballot'
import type { TimerName } from '../core/paxos/effect'
import type { GatePlace, GateView, HeldFrame } from './gate'

/** Requests of clients that the view of a node lists, the oldest. */
export const STEP_REQUESTS_LISTED_MAX = 50
/** Events that one report lists, and deliveries that one line asks for. */
export const STEP_EVENTS_MAX = 200
export const STEP_COUNT_MAX = 1000
/** Steps that `step script` remembers, the newest. */
export const STEP_SCRIPT_MAX = 10_000

/** A timer that runs, and how much of it is left. */
export interface HeldTimer {
  readonly timer: TimerName
  readonly leftMs: number
}

/** A request of a client that the node has read and not taken. */
export interface HeldRequest {
  /** Unique in a life of the node, in the order of arrival. */
  readonly id: number
  readonly words: string
}

/** What one node keeps back, and how far it is. */
export interface NodeStepView {
  /** Inputs that were given to its machine in this life. */
  readonly taken: number
  /** Nothing is under way: all inputs are taken, and all that must be durable is. */
  readonly idle: boolean
  readonly timers: readonly HeldTimer[]
  readonly requests: readonly HeldRequest[]
  /** All that wait, also those that are not listed. */
  readonly requestsTotal: number
  /** Frames handed to each connection that stands now. */
  readonly sent: readonly { readonly to: NodeId; readonly frames: number }[]
}

/** Lab → node. */
export type StepAct =
  | { readonly kind: 'on' | 'off' | 'look' }
  /** So much time is over, for all nodes alike; no timer fires by it. */
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | { readonly kind: 'request'; readonly id: number }

/** One node in the status of the lab. */
export interface SteppedNode {
  readonly node: NodeId
  readonly timers: readonly HeldTimer[]
  readonly requests: readonly HeldRequest[]
  readonly requestsTotal: number
}

/** Step mode in the status of the lab. */
export interface SteppingView {
  /** The hold that it works with. */
  readonly fault: string
  readonly startedAtMs: number
  /** Performed so far. */
  readonly steps: number
  readonly nodes: readonly SteppedNode[]
}

/** Which one thing happens. */
export type StepChoice =
  /** The frame that stands first at the gate. */
  | { readonly kind: 'next' }
  | { readonly kind: 'frame' | 'drop'; readonly id: number }
  /** The first frame of this link that matches; waited for, a bounded time. */
  | { readonly kind: 'deliver' | 'lose'; readonly link: Link; readonly match: FrameMatch }
  | { readonly kind: 'timer'; readonly node: NodeId; readonly timer: TimerName }
  /** A request that waits at the node; null: the oldest. */
  | { readonly kind: 'request'; readonly node: NodeId; readonly id: number | null }
  /** A command of the lab's own client, sent and let in; nobody waits for its answer. */
  | { readonly kind: 'command'; readonly node: NodeId; readonly args: readonly string[] }
  /** Proposed at this very node, whoever leads. */
  | { readonly kind: 'propose'; readonly node: NodeId; readonly args: readonly string[] }
  | { readonly kind: 'elect'; readonly node: NodeId }

/** All that may happen next. */
export interface StepChoices {
  readonly steps: number
  /** In the order of the gate, bounded; `framesTotal` counts them all. */
  readonly frames: readonly HeldFrame[]
  readonly framesTotal: number
  readonly nodes: readonly SteppedNode[]
}

/** What one step did. */
export interface StepReport {
  /** Of the steps since step mode was switched on, from 1. */
  readonly number: number
  /** The step, as the record names it. */
  readonly step: string
  /** Why what was chosen reached nobody; null: it did. */
  readonly lost: string | null
  /** What it caused, in the order of the record, samples left out; at most STEP_EVENTS_MAX. */
  readonly events: readonly LabEvent[]
  readonly eventsTotal: number
  /** Frames that wait at the gate now. */
  readonly framesTotal: number
}

/** The part of LabApi that is about steps. */
export interface StepApi {
  /**
   * From now on every frame waits at the gate, and every timer, clock and client request at its
   * node. The load stops.
   */
  startStepping(): Promise<void>
  /** Frames go on in the order of the gate, timers run on, requests are taken. */
  stopStepping(): Promise<void>
  stepChoices(): Promise<StepChoices>
  /** One thing happens; resolves when all that it caused has happened and is in the record. */
  stepPerform(choice: StepChoice): Promise<StepReport>
  /** What was done since step mode was switched on, as verbs of a scenario. */
  stepScript(): Promise<readonly string[]>
  /** A held frame takes another place in the order of the gate; answers it. */
  gateMove(id: number, place: GatePlace, other: number): Promise<GateView>
}
