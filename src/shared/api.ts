/**
 * LabApi: what a lab offers to every viewer, whatever the host. The only thing renderer, browser
 * host, Electron shell and command line know of it.
 *
 * Errors: a call that cannot be carried out rejects with a LabCallError (code, words); it then
 *         changed nothing. Arguments are parsed by `apiSchemas.ts` at the host's edge.
 * Time:   `…AtMs` is lab time: ms since the run started.
 */
import type { InvariantView } from '../core/check/oracle'
import type { LabEvent, LearnerReadResult, NodeStatus } from '../core/event'
import type {
  ActiveFault,
  FailpointArm,
  FrameMatch,
  Link,
  LinkFault,
  NamedPreset,
  SlowSetting,
  StorageFault,
} from '../core/fault'
import type { ReadMode } from '../core/kv/readMode'
import type { SlotView } from '../core/machineTypes'
import type { ElectionPolicy } from '../core/paxos/config'
import type { SeriesFrame, SeriesSnapshot } from '../core/measure/series'
import type { StormEnd, StormOptions, StormView } from '../core/storm/storm'
import type { AdversaryOptions, AdversaryView, GateSelect, GateView } from './gate'
import type { ReadSubject } from '../core/paxos/message'
import type { ClusterOptions } from './clusterOptions'
import type { ClockSetting, RecordView } from './control'
import type { StepApi, SteppingView } from './stepping'
import type { LogPart } from './logLine'
import type { LoadOptions } from './load'

export { DEFAULT_CLUSTER } from './clusterOptions'
export type { ClusterOptions, NodeCount } from './clusterOptions'
export { DEFAULT_LOAD } from './load'
export type { LoadOptions } from './load'

export type NodeLifeState =
  | 'starting'
  | 'running'
  | 'paused'
  /** SIGKILL, or a fault that somebody injected ended it: `failure` says which. */
  | 'killed'
  | 'stopped'
  /** It ended although nobody asked: a failure of the product, shown as such. */
  | 'failed'

export interface NodeView {
  readonly node: number
  readonly state: NodeLifeState
  readonly pid: number | null
  readonly life: number
  readonly clientHost: string
  /** 0 while it is not known. */
  readonly clientPort: number
  /** Last status line; null before the first. */
  readonly status: NodeStatus | null
  readonly statusAtMs: number
  /** Why it ended by itself, with the last lines of stderr; empty otherwise. */
  readonly failure: readonly string[]
}

export type LabState = 'idle' | 'starting' | 'running' | 'stopping'

/** State of one invariant, as the checks panel and the status bar show it. */
export type CheckView = InvariantView

/** The lab now, whole: sent on attach, and four times a second while something changes. */
export interface LabStatus {
  readonly state: LabState
  /** Lab time now. */
  readonly atMs: number
  readonly cluster: string | null
  readonly options: ClusterOptions | null
  readonly nodes: readonly NodeView[]
  /** Faults that have not ended. */
  readonly faults: readonly ActiveFault[]
  readonly load: LoadOptions | null
  readonly scenario: { readonly name: string; readonly step: string; readonly done: boolean } | null
  /** Null: nobody orders the frames. */
  readonly adversary: AdversaryView | null
  /** Step mode; missing or null: time passes. */
  readonly stepping?: SteppingView | null
  /** The storm that blows, or the last one; missing or null: there was none. */
  readonly storm?: StormView | null
  readonly runDir: string | null
  readonly events: number
  readonly dropped: number
  readonly checks: readonly CheckView[]
  /** True where SIGSTOP exists; else pause is cooperative. */
  readonly realPause: boolean
}

/** A bundled experiment, as the start page shows it. */
export interface ScenarioCard {
  readonly name: string
  readonly title: string
  /** What you will see, one sentence. */
  readonly summary: string
  readonly seconds: number
  readonly level: 'first' | 'basic' | 'advanced'
}

/** A past run, newest first. */
export interface RunCard {
  readonly id: string
  readonly title: string
  readonly startedAt: string
  readonly events: number
  readonly verdict: 'valid' | 'violated' | 'unknown'
  /** True: it is being recorded now, here or by another process: no end and no verdict yet. */
  readonly recording?: boolean
}

/** A run of the past, as a window shows it; its milestones are asked for in parts. */
export interface SavedRun {
  readonly card: RunCard
  readonly status: LabStatus
  readonly series: SeriesSnapshot
  readonly milestones: number
  /** Events of the record that are no milestones. */
  readonly left: number
  /** What is wrong with the record, such as a torn last line; empty: nothing. */
  readonly notes: readonly string[]
  /** Null: all of it is read and judged. */
  readonly reading: RunReading | null
}

/** How far a long record is read, or what else of its run is on its way to the window. */
export interface RunReading {
  /** `events`: all is read, the list of events still comes. */
  readonly what: 'record' | 'checks' | 'events'
  readonly events: number
  /** The moment of the last event that is read; the run itself goes on to `status.atMs`. */
  readonly atMs: number
  /** 0 to 1, by bytes. */
  readonly share: number
}

/** A piece of a record, as text. */
export interface RecordText {
  /** A list in JSON: its events, of some kinds only (`recordText.ts`). */
  readonly text: string
  /** Where the next piece begins, in bytes; null: this was the last. */
  readonly next: number | null
  readonly bytes: number
}

export interface LabSnapshot {
  readonly status: LabStatus
  /** The last milestones (at most 5,000), oldest first. */
  readonly events: readonly LabEvent[]
  /** What happened before these and is drawn over all of the run: faults, acts (at most 2,000). */
  readonly earlier: readonly LabEvent[]
  readonly series: SeriesSnapshot
  readonly scenarios: readonly ScenarioCard[]
  readonly runs: readonly RunCard[]
}

type WithoutLinks<Change> = Change extends unknown ? Omit<Change, 'links'> : never

/** A link fault without its links; `linkFaults.ts` has units and ranges. */
export type LinkChange =
  | WithoutLinks<Exclude<LinkFault, { kind: 'partition' | 'hold' }>>
  | { readonly kind: 'hold'; readonly match: FrameMatch; readonly atEnd: 'release' | 'drop' }

export type PartitionRequest =
  | { readonly preset: NamedPreset }
  /** Nodes of different groups cannot talk; a node named in no group is alone. */
  | { readonly preset: 'custom'; readonly groups: readonly (readonly number[])[] }

export interface WriteResult {
  readonly node: number
  readonly outcome: 'ok' | 'error' | 'unknown'
  /** The reply as text, as redis-cli would print it. */
  readonly reply: string
  readonly latencyMs: number
}

export interface LabApi extends StepApi {
  snapshot(): Promise<LabSnapshot>
  startCluster(options: ClusterOptions): Promise<void>
  stopCluster(): Promise<void>
  killNode(node: number): Promise<void>
  stopNode(node: number): Promise<void>
  restartNode(node: number): Promise<void>
  pauseNode(node: number): Promise<void>
  resumeNode(node: number): Promise<void>
  /**
   * SIGKILL to all of them at once, then their files are cut to what was flushed; with a torn tail
   * a garbled part of the rest may stay. Answers the ids of the faults, which end with the restart.
   */
  powerLoss(nodes: readonly number[], tornTail: boolean): Promise<readonly string[]>
  /** SIGKILL, then the directory is emptied. What it does when restarted: option `rejoin`. */
  wipeNode(node: number): Promise<string>
  /** Holds until it is ended, restarts included; what strikes once ends with the restart. */
  storageFault(fault: StorageFault): Promise<string>
  /** The node's own clock, by which elections and leases go, from now on. */
  clockFault(node: number, clock: ClockSetting): Promise<string>
  /** The node stands still before each round from now on; holds until it is ended. */
  slowNode(node: number, slow: SlowSetting): Promise<string>
  /** Arms one point in a node; `docs/storage.md` lists their names. */
  failpoint(node: number, arm: FailpointArm): Promise<string>
  /** Starts one fault on these links and answers its id. */
  changeLinks(links: readonly Link[], change: LinkChange): Promise<string>
  partition(request: PartitionRequest): Promise<string>
  /** Frames that wait at the gate, oldest first, bounded. */
  gateList(match: FrameMatch): Promise<GateView>
  /** The text of one held frame. */
  gateInspect(id: number): Promise<string>
  /** Lets frames go on, in the order of the selection; answers what was let go. */
  gateRelease(select: GateSelect): Promise<GateView>
  gateDrop(select: GateSelect): Promise<GateView>
  /** One more copy of each waits at the gate; answers the copies. */
  gateDuplicate(select: GateSelect): Promise<GateView>
  /** Resolves with them when `count` matching frames wait; rejects with `timedOut`. */
  gateWait(match: FrameMatch, count: number, timeoutMs: number): Promise<GateView>
  /** From now on the adversary orders the frames of every link; answers the id of its hold. */
  startAdversary(options: AdversaryOptions): Promise<string>
  stopAdversary(): Promise<void>
  /** Random faults on the running cluster, until `stopStorm` or the time is over. */
  startStorm(options: StormOptions): Promise<void>
  /** Heals all, restarts all, and answers whether the cluster got going within a minute. */
  stopStorm(): Promise<StormEnd>
  /** Ends one fault: heals a partition or link, restarts a killed node, resumes a paused one. */
  endFault(id: string): Promise<void>
  /**
   * Ends every link fault; with `processes`, also faults of disks and clocks and armed failpoints,
   * and restarts and resumes nodes.
   */
  healAll(processes: boolean): Promise<void>
  /** Runs a KV command through the client port of `node`, as any client would. */
  command(node: number, args: readonly string[]): Promise<WriteResult>
  /** Learner read: node `node` asks all. Null: any node that runs. */
  learnerRead(node: number | null, key: string): Promise<LearnerReadResult>
  /** A read at `node`, made in this way. Null: any node that runs. */
  read(node: number | null, subject: ReadSubject, mode: ReadMode): Promise<LearnerReadResult>
  /** Proposes at this very node, whoever leads. */
  propose(node: number, args: readonly string[]): Promise<WriteResult>
  startElection(node: number): Promise<void>
  stepDown(node: number): Promise<void>
  setPolicy(policy: ElectionPolicy): Promise<void>
  /** Null stops the load. */
  setLoad(load: LoadOptions | null): Promise<void>
  slots(node: number, from: number, count: number): Promise<readonly SlotView[]>
  /** At most 200 durable records of a node from this offset of its log on, as text. */
  records(node: number, fromOffset: number, count: number): Promise<readonly RecordView[]>
  runScenario(name: string, seed: number | null): Promise<void>
  stopScenario(): Promise<void>
  /** Writes a mark of a lesson into the record (`lessonMark.ts`), so that a file can be judged. */
  markLesson(words: string): Promise<void>
  /**
   * Whether this viewer wants to see single messages (`messagesSeen`); counted per viewer, and over
   * when it leaves.
   */
  watchMessages(on: boolean): Promise<void>
  /** Events `from` to `to` of the record of this run, at most 10,000. */
  events(from: number, to: number): Promise<readonly LabEvent[]>
  /** Lines that the processes wrote, from line `from` on; null: the run now, or the last one. */
  logs(run: string | null, from: number, count: number): Promise<LogPart>
  /**
   * A past run, by the id of its card; whatever runs now goes on. Of a long record as soon as its
   * first part is read (`reading`).
   */
  openRun(id: string): Promise<SavedRun>
  /** An opened run as soon as more than this share of it is read; then as far as it is by then. */
  lookAtRun(id: string, share: number): Promise<SavedRun>
  /** Nobody looks at it any more: what is still being read of it is let be. */
  closeRun(id: string): Promise<void>
  /** Milestones of an opened run from this index on, at most 2,000. */
  runMilestones(id: string, from: number, count: number): Promise<readonly LabEvent[]>
  /** Events `from` to `to` of its record, at most 10,000. */
  runEvents(id: string, from: number, to: number): Promise<readonly LabEvent[]>
  /** Lines of its record for pictures of messages, from this byte on. */
  runText(id: string, from: number): Promise<RecordText>
}

/** Pushes from the lab to every viewer, in order. */
export interface LabPush {
  status(status: LabStatus): void
  /** Milestones (facts a person follows); high-rate facts come as series and status. */
  events(batch: readonly LabEvent[]): void
  series(frame: SeriesFrame): void
  /** A new cluster: forget events and series. */
  reset(snapshot: LabSnapshot): void
}

/** The lab as hosts use it: calls, and a way to listen. */
export interface Lab extends LabApi {
  /** Answers how to stop listening. */
  subscribe(push: LabPush): () => void
  /** Stops everything; resolves when no child is left. */
  close(): Promise<void>
}

export type LabErrorCode =
  | 'badArgument'
  | 'notRunning'
  | 'alreadyRunning'
  | 'noSuchNode'
  | 'wrongState'
  | 'directMode'
  | 'portInUse'
  | 'childFailed'
  | 'timedOut'
  | 'noControl'
  /** This host does not offer it. */
  | 'unavailable'
  /** Too many calls in a short time; try again. */
  | 'overloaded'
  /** The host is gone; whether the call was carried out is unknown. */
  | 'disconnected'
  | 'internal'

export class LabCallError extends Error {
  override readonly name = 'LabCallError'
  constructor(
    readonly code: LabErrorCode,
    words: string,
    /** Stderr tail or the like, for "Details". */
    readonly details: readonly string[] = [],
  ) {
    super(words)
  }
}
