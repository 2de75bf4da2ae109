/**
 * LabApi: what a lab offers to every viewer, whatever the host. The only thing renderer, browser
 * host, Electron shell and command line know of it.
 *
 * Errors: a call that cannot be carried out rejects with a LabCallError (code, words); it then
 *         changed nothing. Arguments are parsed by `apiSchemas.ts` at the host's edge.
 * Time:   `…AtMs` is lab time: ms since the run started.
 */
import type { InvariantView } from '../core/check/invariants'
import type { LabEvent, LearnerReadResult, NodeStatus } from '../core/event'
import type { ActiveFault, Link, PartitionPreset } from '../core/fault'
import type { SlotView } from '../core/machineTypes'
import type { ElectionPolicy } from '../core/paxos/config'
import type { SeriesFrame, SeriesSnapshot } from '../core/measure/series'

export type NodeCount = 3 | 5 | 7 | 9

export interface ClusterOptions {
  readonly nodes: NodeCount
  readonly mode: 'single' | 'multi'
  readonly policy: ElectionPolicy
  /** True: nodes dial each other, no switchboard, no link faults. */
  readonly direct: boolean
  /** Seed of the switchboard's randomness and of the load generator. */
  readonly seed: number
  /** 0: ports chosen by the system; else node i listens for clients at base + i - 1. */
  readonly clientPortBase: number
  /** Directory that keeps the nodes' logs; null: a new one in the run directory. */
  readonly dataDir: string | null
  readonly requestDeadlineMs: number
  readonly windowSlots: number
  readonly tickMs: number
  readonly flush: boolean
  /** What nodes report; `off` is for benchmarks. */
  readonly telemetry: 'off' | 'facts'
}

export const DEFAULT_CLUSTER: Omit<ClusterOptions, 'policy'> = {
  nodes: 5,
  mode: 'multi',
  direct: false,
  seed: 1,
  clientPortBase: 0,
  dataDir: null,
  requestDeadlineMs: 5000,
  windowSlots: 2048,
  tickMs: 5,
  flush: true,
  telemetry: 'facts',
}

export type NodeLifeState =
  | 'starting'
  | 'running'
  | 'paused'
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
  /** Why it failed, with the last lines of stderr; empty otherwise. */
  readonly failure: readonly string[]
}

export interface LoadOptions {
  readonly clients: number
  /** 0 to 1. */
  readonly readRatio: number
  readonly keys: number
  readonly valueBytes: number
  /** Requests a second over all clients; 0: closed loop, as fast as answers come. */
  readonly targetPerSecond: number
  /** Nodes the clients are spread over; empty: all members. */
  readonly nodes: readonly number[]
}

export const DEFAULT_LOAD: LoadOptions = {
  clients: 4,
  readRatio: 0.5,
  keys: 100,
  valueBytes: 16,
  targetPerSecond: 40,
  nodes: [],
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
}

export interface LabSnapshot {
  readonly status: LabStatus
  /** The last milestones (at most 5,000), oldest first. */
  readonly events: readonly LabEvent[]
  readonly series: SeriesSnapshot
  readonly scenarios: readonly ScenarioCard[]
  readonly runs: readonly RunCard[]
}

export type LinkChange =
  | { readonly kind: 'cut' }
  | { readonly kind: 'delay'; readonly delayMs: number; readonly jitterMs: number }
  | { readonly kind: 'drop'; readonly probability: number }
  | { readonly kind: 'dropNext'; readonly count: number }
  | { readonly kind: 'duplicate'; readonly probability: number }

export type PartitionRequest =
  | { readonly preset: Exclude<PartitionPreset, 'custom'> }
  /** Nodes of different groups cannot talk; a node named in no group is alone. */
  | { readonly preset: 'custom'; readonly groups: readonly (readonly number[])[] }

export interface WriteResult {
  readonly node: number
  readonly outcome: 'ok' | 'error' | 'unknown'
  /** The reply as text, as redis-cli would print it. */
  readonly reply: string
  readonly latencyMs: number
}

export interface LabApi {
  snapshot(): Promise<LabSnapshot>
  startCluster(options: ClusterOptions): Promise<void>
  stopCluster(): Promise<void>
  killNode(node: number): Promise<void>
  stopNode(node: number): Promise<void>
  restartNode(node: number): Promise<void>
  pauseNode(node: number): Promise<void>
  resumeNode(node: number): Promise<void>
  /** Starts one fault on these links and answers its id. */
  changeLinks(links: readonly Link[], change: LinkChange): Promise<string>
  partition(request: PartitionRequest): Promise<string>
  /** Ends one fault: heals a partition or link, restarts a killed node, resumes a paused one. */
  endFault(id: string): Promise<void>
  /** Ends every link fault; with `processes`, restarts and resumes nodes too. */
  healAll(processes: boolean): Promise<void>
  /** Runs a KV command through the client port of `node`, as any client would. */
  command(node: number, args: readonly string[]): Promise<WriteResult>
  /** Learner read: node `node` asks all. Null: any node that runs. */
  learnerRead(node: number | null, key: string): Promise<LearnerReadResult>
  /** Proposes at this very node, whoever leads. */
  propose(node: number, args: readonly string[]): Promise<WriteResult>
  startElection(node: number): Promise<void>
  stepDown(node: number): Promise<void>
  setPolicy(policy: ElectionPolicy): Promise<void>
  /** Null stops the load. */
  setLoad(load: LoadOptions | null): Promise<void>
  slots(node: number, from: number, count: number): Promise<readonly SlotView[]>
  runScenario(name: string, seed: number | null): Promise<void>
  stopScenario(): Promise<void>
  /** Events `from` to `to` of the record of this run, at most 10,000. */
  events(from: number, to: number): Promise<readonly LabEvent[]>
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
