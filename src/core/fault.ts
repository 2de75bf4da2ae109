/**
 * Faults as data: what a person or a scenario breaks, with units and ranges.
 *
 * Every fault has an id, a start and an end, is an event (`faultStarted`, `faultEnded`) and is
 * drawn on every chart. A link is directed. "Dropped" means that a frame never leaves its link
 * proxy: TCP itself would turn loss into latency.
 */
import type { Ballot, NodeId, Slot } from './paxos/ballot'
import type { MessageType, SlotRange } from './paxos/message'

export interface Link {
  readonly from: NodeId
  readonly to: NodeId
}

/** Partitions with a name; `partition.ts` says what each cuts. */
export const NAMED_PRESETS = [
  'isolateLeader',
  'majorityMinority',
  'bridge',
  'ring',
  'majoritiesRing',
  'chained',
  'quorumLoss',
  'constrained',
  'oneWay',
] as const
export type NamedPreset = (typeof NAMED_PRESETS)[number]
export type PartitionPreset = NamedPreset | 'custom'

/** How a delay varies; `delayShape.ts` draws it. */
export const DELAY_SHAPES = ['constant', 'uniform', 'normal', 'exponential', 'pareto'] as const
export type DelayShape = (typeof DELAY_SHAPES)[number]

/**
 * Which frames a fault means: those that fit every field that is given. `{}` means all. A range of
 * slots fits when a run of the frame overlaps it; a frame without slots fits no filter on slots,
 * and one without a ballot none on ballots.
 */
export interface FrameMatch {
  readonly types?: readonly MessageType[] | undefined
  readonly slotFrom?: Slot | undefined
  readonly slotTo?: Slot | undefined
  readonly ballotNode?: NodeId | undefined
  readonly ballotRound?: number | undefined
}

/** What a match looks at in a frame. */
export interface FrameHead {
  /** Null for a type that this version does not know. */
  readonly type: MessageType | null
  readonly ballot: Ballot | null
  readonly runs: readonly SlotRange[]
}

interface Matching {
  /** Only these frames meet the fault, which then stacks with others of its kind. */
  readonly match?: FrameMatch | undefined
}

/**
 * Faults of links, made by the switchboard. `delay`, `reorder`, `drop`, `burst`, `bandwidth` and
 * `duplicate` without a match replace their like.
 */
export type LinkFault =
  /** Frames of these links are dropped until it ends. */
  | { readonly kind: 'cut'; readonly links: readonly Link[] }
  /** A named set of cuts. `groups` are what is still connected; bridge nodes are in two groups. */
  | {
      readonly kind: 'partition'
      readonly preset: PartitionPreset
      readonly groups: readonly (readonly NodeId[])[]
      readonly links: readonly Link[]
    }
  /** Each frame waits as `delayShape.ts` draws it, at most DELAY_MS_MAX; order per link kept. */
  | ({
      readonly kind: 'delay'
      readonly links: readonly Link[]
      readonly delayMs: number
      readonly jitterMs: number
      /** Left out: uniform. */
      readonly shape?: DelayShape | undefined
    } & Matching)
  /** A link carries so many bytes a second; what its full queue cannot take is dropped. */
  | {
      readonly kind: 'bandwidth'
      readonly links: readonly Link[]
      readonly bytesPerSecond: number
      readonly queueBytes: number
    }
  /** Each frame waits uniform(0, windowMs) with `probability` (0 to 1); later ones overtake it. */
  | ({
      readonly kind: 'reorder'
      readonly links: readonly Link[]
      readonly probability: number
      readonly windowMs: number
    } & Matching)
  /** Each frame is dropped with `probability` (0 to 1). */
  | ({
      readonly kind: 'drop'
      readonly links: readonly Link[]
      readonly probability: number
    } & Matching)
  /** A burst begins at a frame with `probability` (0 to 1) and drops `meanFrames` on average. */
  | ({
      readonly kind: 'burst'
      readonly links: readonly Link[]
      readonly probability: number
      readonly meanFrames: number
    } & Matching)
  /** The next `count` frames of each link are dropped; it ends by itself. */
  | ({
      readonly kind: 'dropNext'
      readonly links: readonly Link[]
      readonly count: number
    } & Matching)
  /** Each frame is sent twice with `probability` (0 to 1). */
  | ({
      readonly kind: 'duplicate'
      readonly links: readonly Link[]
      readonly probability: number
    } & Matching)
  /** The connections break now, with RST: what is in flight is lost. It ends by itself. */
  | { readonly kind: 'reset'; readonly links: readonly Link[] }
  /** The receiver's end is closed; the sender's stays up and swallows everything until it ends. */
  | { readonly kind: 'halfOpen'; readonly links: readonly Link[] }
  /** Frames that match wait at the gate until they are released, or dropped, or it ends. */
  | {
      readonly kind: 'hold'
      readonly links: readonly Link[]
      readonly match: FrameMatch
      /** What becomes of frames that still wait when it ends; released ones keep their order. */
      readonly atEnd: 'release' | 'drop'
      /** Set when an adversary, not a person or a scenario, decides what is released. */
      readonly adversary?: AdversaryKind | undefined
      /** Set when step mode works with it (docs/stepping.md). */
      readonly stepping?: true | undefined
    }

/** Who may order the frames: `flp` keeps every ballot from a quorum of votes, without any loss. */
export type AdversaryKind = 'flp'

export type ProcessFault =
  /** SIGKILL; ends with the restart. */
  | { readonly kind: 'kill'; readonly node: NodeId }
  /** Orderly exit on request; ends with the restart. */
  | { readonly kind: 'stop'; readonly node: NodeId }
  /** SIGSTOP where the system has it, else the node stops consuming; ends with resume. */
  | { readonly kind: 'pause'; readonly node: NodeId; readonly cooperative: boolean }

/** What a node's own disk does wrong, from now on until the fault ends. */
export type StorageFault =
  /** Counts as durable at once; nothing is flushed. */
  | { readonly kind: 'flushOff'; readonly node: NodeId }
  /** Written and said to be flushed, but a power loss takes it away. */
  | { readonly kind: 'flushLies'; readonly node: NodeId }
  /** Each flush ends delayMs + uniform(0, jitterMs) later. */
  | {
      readonly kind: 'slowFlush'
      readonly node: NodeId
      readonly delayMs: number
      readonly jitterMs: number
    }
  /** The next write fails: the node ends. */
  | { readonly kind: 'writeError'; readonly node: NodeId }
  /** The next flush fails: the node ends. */
  | { readonly kind: 'flushError'; readonly node: NodeId }
  /** After so many further bytes of records the disk is full: the node ends. */
  | { readonly kind: 'diskFull'; readonly node: NodeId; readonly bytesLeft: number }
  /** The next batch reaches the disk in part, garbled, and the node dies there. */
  | { readonly kind: 'tornTail'; readonly node: NodeId }

/** Faults of a dead node's directory. Both kill it; they end with the restart. */
export type DirectoryFault =
  /** SIGKILL, and every file is cut to what was last flushed; a torn tail may stay. */
  | { readonly kind: 'powerLoss'; readonly node: NodeId; readonly tornTail: boolean }
  /** SIGKILL, and the directory is emptied: the node has forgotten its promises. */
  | { readonly kind: 'wipe'; readonly node: NodeId }

/** Arms one point in a node: `failpoints.ts` of the node lists the names. */
export interface FailpointArm {
  readonly name: string
  /** `crash` is SIGKILL, `delay` stops the whole node for delayMs, `error` fails the step. */
  readonly action: 'crash' | 'delay' | 'error'
  /** Hits to let pass before. */
  readonly skip: number
  readonly delayMs: number
}

/** Faults of a running node that are told to it, and that a restart does not end. */
export type NodeFault =
  | StorageFault
  /** The node's own clock: off by offsetMs, and fast (positive) or slow by the share `drift`. */
  | {
      readonly kind: 'clock'
      readonly node: NodeId
      readonly offsetMs: number
      readonly drift: number
    }
  | { readonly kind: 'failpoint'; readonly node: NodeId; readonly arm: FailpointArm }
  | ({ readonly kind: 'slow'; readonly node: NodeId } & SlowSetting)

/** Before each round the whole node stands still for delayMs + uniform(-jitterMs, jitterMs). */
export interface SlowSetting {
  readonly delayMs: number
  readonly jitterMs: number
}

export type Fault = LinkFault | ProcessFault | DirectoryFault | NodeFault
export type FaultKind = Fault['kind']

/** A fault that was started, as the lab tracks it. */
export interface ActiveFault {
  /** Unique in a run: `f1`, `f2`, … */
  readonly id: string
  readonly fault: Fault
  readonly startedAtMs: number
  readonly endedAtMs: number | null
}

export const DELAY_MS_MAX = 60_000
/** Delay and jitter of a slow node, each: more is a pause, and its calls would time out. */
export const SLOW_MS_MAX = 1000
export const BANDWIDTH_MAX = 1_000_000_000
export const QUEUE_BYTES_MAX = 16_777_216
/** Frames that `dropNext` takes, and mean length of a burst. */
export const FRAMES_MAX = 1_000_000

export function linkKey(link: Link): string {
  return `${link.from}>${link.to}`
}

export function frameMatches(match: FrameMatch, head: FrameHead): boolean {
  const { types, slotFrom = 1, slotTo = Infinity, ballotNode, ballotRound } = match
  if (types !== undefined && (head.type === null || !types.includes(head.type))) return false
  if (ballotNode !== undefined && head.ballot?.node !== ballotNode) return false
  if (ballotRound !== undefined && head.ballot?.round !== ballotRound) return false
  if (match.slotFrom === undefined && match.slotTo === undefined) return true
  return head.runs.some(({ from, to }) => from <= slotTo && (to ?? Infinity) >= slotFrom)
}

/** Both directions between every node of `left` and every node of `right`. */
export function linksBetween(left: readonly NodeId[], right: readonly NodeId[]): Link[] {
  return left.flatMap((from) =>
    right
      .filter((to) => to !== from)
      .flatMap((to) => [
        { from, to },
        { from: to, to: from },
      ]),
  )
}

/** Every directed link among `members`. */
export function allLinks(members: readonly NodeId[]): Link[] {
  return members.flatMap((from) => members.filter((to) => to !== from).map((to) => ({ from, to })))
}

/** Links cut when only nodes that share a group may talk. A node in no group is alone. */
export function linksAcross(
  members: readonly NodeId[],
  groups: readonly (readonly NodeId[])[],
): Link[] {
  return allLinks(members).filter(
    ({ from, to }) => !groups.some((group) => group.includes(from) && group.includes(to)),
  )
}
