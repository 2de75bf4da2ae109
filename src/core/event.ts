/**
 * LabEvent: the one vocabulary of lab, simulator, record and view. Every picture and every check is
 * a fold over these; nothing else may change a picture.
 *
 * Order: `seq` is the order of the record, for reading only. Causality is (node, life, nodeSeq)
 *        within a node and message ids between nodes.
 * Units: `atMs` is lab time, ms since the run started, three decimals at most. Never compared
 *        across machines. `docs/events.md` lists every event.
 */
import type { ActiveFault, Link } from './fault'
import type { ReadMode } from './kv/readMode'
import type { ReasonCounts } from './measure/failReason'
import type { Ballot, NodeId, Slot } from './paxos/ballot'
import type { ElectionPolicy, Roles, Variant } from './paxos/config'
import type { PaxosFact } from './paxos/fact'
import type { MessageType } from './paxos/message'
import type { MutantId } from './paxos/mutant'
import type { QuorumSystem } from './paxos/quorum'

/** Facts of a node's runtime, transport and storage. */
export type NodeFact =
  | {
      readonly type: 'recovered'
      readonly promised: Ballot
      readonly chosenThrough: Slot
      readonly records: number
      readonly bytes: number
      /** Bytes of a torn tail that recovery cut off. */
      readonly tornBytes: number
      /** End of the whole log, cut parts counted, as in `persisted`. Missing in older records. */
      readonly offset?: number
      /** Highest slot with a vote or a chosen value. Missing in older records. */
      readonly votedThrough?: Slot
    }
  /** Records up to `record` are durable; `offset` is the length of the log in bytes. */
  | {
      readonly type: 'persisted'
      readonly record: number
      readonly offset: number
      readonly flushMs: number
    }
  /** The first send after a flush that relied on it, for I4: `after` ≤ the durable record. */
  | {
      readonly type: 'sentAfter'
      readonly message: MessageType
      readonly after: number
      readonly durable: number
    }
  /**
   * A message left for `to`; `after` is the record that it relies on, 0 for none. Simulator,
   * explorer and replay tell of every message, real nodes of none: too many.
   */
  | ({ readonly type: 'sent'; readonly to: NodeId; readonly after: number } & MessageNote)
  | ({ readonly type: 'received'; readonly from: NodeId } & MessageNote)
  | { readonly type: 'peerConnected'; readonly peer: NodeId }
  | { readonly type: 'peerLost'; readonly peer: NodeId; readonly reason: string }
  /** A connection or frame was refused: bad hello, bad proof, garbage, too long. */
  | {
      readonly type: 'connectionRefused'
      readonly port: 'peer' | 'client' | 'control'
      readonly reason: string
    }
  | { readonly type: 'storageFailed'; readonly reason: string }
  | { readonly type: 'nodeFailed'; readonly reason: string }
  /** Facts or frames that a bounded queue lost; checks over the gap say "not enough data". */
  | { readonly type: 'factsDropped'; readonly count: number }

/** What a message says, in short. */
export interface MessageNote {
  /** The same at both ends; a doubled message is received twice under it. */
  readonly id: string
  readonly message: MessageType
  /** Null where the message carries none. */
  readonly ballot: Ballot | null
  /** First slot that it is about, and how many follow one another; 0 where it names none. */
  readonly slot: Slot
  readonly count: number
}

/** Where a run comes from. */
export type RunSource = 'processes' | 'simulator' | 'explorer' | 'replay'

/** Events of the lab itself. */
export type LabFact =
  | {
      readonly type: 'clusterStarted'
      readonly cluster: string
      readonly members: readonly NodeId[]
      readonly mode: 'single' | 'multi'
      readonly direct: boolean
      readonly seed: number
      readonly policy: ElectionPolicy
      readonly scenario: string | null
      /** Missing in records of older versions: majorities of all members, Lamport's Paxos. */
      readonly quorums?: QuorumSystem
      readonly roles?: Roles | null
      readonly variant?: Variant
      /** Missing: none, and real processes. */
      readonly mutant?: MutantId | null
      /** The letter that pictures show in place of the mutant; missing: its name. */
      readonly unnamed?: 'A' | 'B' | 'C'
      readonly source?: RunSource
      /** I15 is judged by this bound, ms (`LivenessBounds`); missing: it is not. */
      readonly stallMsMax?: number
    }
  | { readonly type: 'clusterStopped' }
  | { readonly type: 'nodeStarted'; readonly node: NodeId; readonly pid: number }
  | {
      readonly type: 'nodeReady'
      readonly node: NodeId
      readonly clientPort: number
      readonly life: number
    }
  | {
      readonly type: 'nodeExited'
      readonly node: NodeId
      readonly code: number | null
      readonly signal: string | null
      /**
       * True when the lab asked for it: kill, stop, or an injected fault that struck. False is a
       * failure of the product.
       */
      readonly injected: boolean
      /** Last lines of stderr. */
      readonly tail: readonly string[]
    }
  | { readonly type: 'faultStarted'; readonly fault: ActiveFault }
  | { readonly type: 'faultEnded'; readonly fault: ActiveFault }
  /** A frame waits at the gate. */
  | { readonly type: 'frameHeld'; readonly frame: GateFrame }
  /** It goes on; one that finds no connection is lost then, and counted as dropped. */
  | { readonly type: 'frameReleased'; readonly frame: GateFrame; readonly how: GateEnd }
  /** It never leaves the gate. */
  | { readonly type: 'frameDropped'; readonly frame: GateFrame; readonly how: GateEnd }
  /** It stands directly before the frame of this id now, in the order of the gate; null: last. */
  | { readonly type: 'frameMoved'; readonly frame: GateFrame; readonly before: number | null }
  /**
   * A step of a scenario, or an act of a person: policy switch, propose, elect, step down, load.
   * Of a lesson: a mark, in the words of `shared/lessonMark.ts`.
   */
  | {
      readonly type: 'acted'
      readonly act: string
      readonly actor: 'person' | 'scenario' | 'lesson'
    }
  | {
      readonly type: 'clientReplied'
      readonly node: NodeId
      readonly command: string
      readonly reply: string
      readonly outcome: 'ok' | 'error' | 'unknown'
      readonly latencyMs: number
    }
  | {
      readonly type: 'learnerRead'
      readonly node: NodeId
      /** Empty for a read of a slot. */
      readonly key: string
      readonly slot?: Slot
      /** Missing: `learner`. */
      readonly mode?: ReadMode
      readonly result: LearnerReadResult
      readonly latencyMs: number
    }
  /** Status lines of the nodes, at most four a second: pictures of progress change on these. */
  | { readonly type: 'statusSampled'; readonly nodes: readonly NodeStatus[] }
  /** Frames per directed link since the last one. Empty in direct mode. */
  | { readonly type: 'trafficSampled'; readonly links: readonly LinkTraffic[] }
  /**
   * Messages that the switchboard saw end, at most 256; only while somebody watches or the run
   * records them. `missed` more were not told: over the bound of what is told a second.
   */
  | {
      readonly type: 'messagesSeen'
      readonly missed: number
      readonly messages: readonly SeenMessage[]
    }
  /** From here messages are told (`messagesSeen`), or are not: nobody looks at them. */
  | { readonly type: 'messagesWatched'; readonly on: boolean }
  /** What the load generator saw in one bucket of `spanMs` that ends at `atMs`. */
  | {
      readonly type: 'loadSampled'
      readonly spanMs: number
      readonly clients: number
      readonly sent: number
      readonly acked: number
      readonly failed: number
      readonly unknown: number
      /** Requests that wait now, and the longest such wait. */
      readonly waiting: number
      readonly waitMsMax: number
      /**
       * Log-bucket histogram of response times, from when a request was due: [bucket index, count]
       * pairs, see core/measure.
       */
      readonly latency: readonly (readonly [number, number])[]
      /** Requests that became due. Missing in older records: those that were sent. */
      readonly offered?: number
      /** Of these, never sent: too many waited already, or the load was stopped first. */
      readonly shed?: number
      /** Open loop: requests that are due and were not sent yet. */
      readonly backlog?: number
      /** Open loop: service times, from when a request was sent. Missing: as `latency`. */
      readonly service?: readonly (readonly [number, number])[]
      /** Why requests failed or stayed unknown: [reason, count] pairs. Missing in older records. */
      readonly reasons?: ReasonCounts
    }
  | {
      readonly type: 'violated'
      readonly invariant: string
      readonly words: string
      readonly evidence: readonly number[]
    }
  | { readonly type: 'labNote'; readonly level: 'info' | 'warn' | 'error'; readonly words: string }

/** `byHand`: a person, a scenario or an adversary asked; `holdEnded`: nobody holds it any more. */
export type GateEnd = 'byHand' | 'holdEnded'

/** How a message ended: `doubled` is told of each copy, under one id. */
export const MESSAGE_FATES = ['passed', 'dropped', 'doubled'] as const
export type MessageFate = (typeof MESSAGE_FATES)[number]

/** One message on its way over a link, from when the switchboard got it to when it let it go. */
export interface SeenMessage {
  /** Unique in a life of the switchboard. */
  readonly id: number
  readonly from: NodeId
  readonly to: NodeId
  /** Null for a type that this version does not know. */
  readonly message: MessageType | null
  readonly ballot: Ballot | null
  /** First slot that it is about, and how many follow one another; 0 where it names none. */
  readonly slot: Slot
  readonly count: number
  readonly bytes: number
  /** Lab time, ms. */
  readonly sentAtMs: number
  readonly endedAtMs: number
  readonly fate: MessageFate
}

/** A frame at the gate, named by what it says. */
export interface GateFrame {
  /** Unique in a life of the switchboard, in the order of arrival. */
  readonly id: number
  readonly link: Link
  /** Null for a type that this version does not know. */
  readonly message: MessageType | null
  readonly ballot: Ballot | null
  /** First slot that it is about, and how many follow one another; 0 where it names none. */
  readonly slot: Slot
  readonly count: number
  readonly bytes: number
  /** The hold that it waits for. */
  readonly fault: string
}

/** A learner's answer: `chosen` needs a majority that reports the same (ballot, value). */
export interface LearnerReadResult {
  readonly verdict: 'chosen' | 'undetermined'
  readonly value: string | null
  /** Why it is undetermined, or why the value of a chosen slot is not kept; else empty. */
  readonly reason: string
  readonly replies: readonly {
    readonly node: NodeId
    readonly appliedThrough: Slot
    readonly value: string | null
    readonly votes: readonly { readonly slot: Slot; readonly ballot: Ballot; readonly id: string }[]
  }[]
}

/** What a node says of itself, several times a second. */
export interface NodeStatus {
  readonly node: NodeId
  readonly life: number
  readonly role: 'idle' | 'preparing' | 'leading'
  /** Own ballot of the last bid; 0.0 before the first. */
  readonly ballot: Ballot
  readonly promised: Ballot
  /** Ballot of the leader this node follows or is; null if it knows none. */
  readonly leader: Ballot | null
  readonly votedThrough: Slot
  readonly chosenThrough: Slot
  readonly appliedThrough: Slot
  readonly digest: string
  readonly policy: ElectionPolicy
  /** Requests that wait here for a leader, a ballot or a place in the window. */
  readonly waiting: number
  readonly inFlight: number
  readonly acked: number
  readonly clients: number
  readonly logBytes: number
  readonly flushMsP95: number
  readonly lagMsP95: number
  readonly rssBytes: number
  readonly bids: number
  readonly preemptions: number
  readonly dropped: number
}

/** Frames of one directed link in a span of time. */
export interface LinkTraffic {
  readonly from: NodeId
  readonly to: NodeId
  readonly frames: number
  readonly bytes: number
  readonly dropped: number
  readonly duplicated: number
  /** Frames by message type. */
  readonly types: Readonly<Partial<Record<MessageType, number>>>
  /** A few frames, for moving pictures: [type, ballot as text or '', slot or 0, fate]. */
  readonly samples: readonly (readonly [
    MessageType,
    string,
    Slot,
    'passed' | 'dropped' | 'doubled',
  ])[]
}

export interface EventStamp {
  /** Position in the record, from 1, no gap. */
  readonly seq: number
  readonly atMs: number
}

/** Which node, in which life (start of the process), and its own count of facts. */
export interface NodeStamp {
  readonly by: NodeId
  readonly life: number
  readonly nodeSeq: number
}

export type NodeEvent = EventStamp & NodeStamp & (PaxosFact | NodeFact)
export type LabOwnEvent = EventStamp & { readonly by: 'lab' } & LabFact
export type LabEvent = NodeEvent | LabOwnEvent
export type LabEventType = LabEvent['type']

/** A fact as it leaves a node, before the lab gives it its place in the record. */
export type NodeReport = Omit<NodeStamp, 'by'> & { readonly nodeAtMs: number } & (
    PaxosFact | NodeFact
  )
