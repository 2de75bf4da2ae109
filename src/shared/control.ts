/**
 * Control protocol: NDJSON frames (shared/frame.ts) on a loopback socket that a child dials to the
 * lab. First frame: hello (role `node` or `switchboard`, to 0). A child ends by itself when this
 * connection closes. Types only; `controlCodec.ts` parses.
 */
import type { LearnerReadResult, LinkTraffic, NodeReport, NodeStatus } from '../core/event'
import type { FailpointArm, LinkFault, SlowSetting, StorageFault } from '../core/fault'
import type { FlushMode } from '../core/handHost'
import type { ReadMode } from '../core/kv/readMode'
import type { SlotView } from '../core/machineTypes'
import type { ElectionPolicy, ReplicaConfig } from '../core/paxos/config'
import type { StableRecord, TimerName } from '../core/paxos/effect'
import type { ReadSubject } from '../core/paxos/message'
import type { GateAct, GateAnswer, GateCall } from './gate'
import type { NodeStepView, StepAct } from './stepping'
import type { SeenReport } from './messagesCodec'
import type { UnnamedLetter } from './unnamed'

/** How much a node reports. `off` is for benchmarks, `facts` the default in the lab. */
export type TelemetryLevel = 'off' | 'facts'

/**
 * Start-up file of a node (JSON, path in argv[2]). Secrets are not in it: the cluster secret comes
 * in the environment variable PAXOS_SECRET (hex) and is removed from it at once.
 */
export interface NodeFile {
  readonly version: 1
  readonly cluster: string
  readonly replica: ReplicaConfig
  /** Length of a core tick. */
  readonly tickMs: number
  /** Directory of this node's log; created if missing. */
  readonly dataDir: string
  /** Always a loopback address. */
  readonly host: string
  /** 0: the system chooses. */
  readonly peerPort: number
  readonly clientPort: number
  /** A request without an answer gets one (`-UNKNOWN` or `-NOLEADER`) after this time. */
  readonly requestDeadlineMs: number
  readonly clientsMax: number
  readonly telemetry: TelemetryLevel
  readonly flush: boolean
  /** What the disk does wrong from the start on. */
  readonly storageFaults: readonly StorageFault[]
  readonly failpoints: readonly FailpointArm[]
  readonly clock: ClockSetting
  /** How long the node stands still before each round; null: not at all. */
  readonly slow: SlowSetting | null
  /** What a new log begins with: a scenario's disk image. Left alone when there is a log. */
  readonly image: readonly StableRecord[]
  /** True: this node has run before, so that a directory without a log means lost promises. */
  readonly expectLog: boolean
  /** What a node without its log does: it must never vote under its old identity. */
  readonly rejoin: 'refuse' | 'learner'
  /** This start must count higher: a node that lost its log must not repeat a former life. */
  readonly lifeFloor: number
  /** True: tells on disk what is flushed, so that a power loss can be played. */
  readonly powerWitness: boolean
  /** How plain reads are made unless a connection says otherwise. */
  readonly readMode: ReadMode
  /** Folder for the file of recorded inputs of this life; null: nothing is recorded. */
  readonly recordInputs: string | null
  /**
   * Given: no timer fires, the clock stands still, and with `byHand` nothing is flushed unless the
   * lab says so (`hand`): a schedule is re-enacted.
   */
  readonly hand?: FlushMode
  /** Given: what people read of this node names its mutant by this letter alone. */
  readonly unnamed?: UnnamedLetter
  /** True: it comes up in step mode (docs/stepping.md), as the rest of its cluster is. */
  readonly stepping?: boolean
  /** Where to dial the lab; null: stand alone, no control (bring your own node, tests). */
  readonly control: { readonly host: string; readonly port: number } | null
}

/** A node's own clock: elections and leases go by it, nothing else does. */
export interface ClockSetting {
  readonly offsetMs: number
  /** Share by which it runs fast (0.1: ten in a hundred) or slow (negative). */
  readonly drift: number
}

export const TRUE_CLOCK: ClockSetting = { offsetMs: 0, drift: 0 }

/** Start-up options that most nodes have in common. */
export const NODE_DEFAULTS = {
  storageFaults: [],
  failpoints: [],
  clock: TRUE_CLOCK,
  slow: null,
  image: [],
  expectLog: false,
  rejoin: 'refuse',
  lifeFloor: 0,
  powerWitness: false,
  readMode: 'log',
  recordInputs: null,
} as const satisfies Partial<NodeFile>

export interface PeerAddress {
  readonly node: number
  readonly host: string
  readonly port: number
}

/** Lab → node. Each `call` is answered by one `answer` with its number. */
export type LabToNode =
  /** Where to dial each other member; replaces what was said before. */
  | { readonly type: 'peers'; readonly peers: readonly PeerAddress[] }
  | { readonly type: 'call'; readonly call: number; readonly body: NodeCall }
  /** Orderly exit: flush, close, exit 0. */
  | { readonly type: 'stop' }

export type NodeCall =
  | { readonly action: 'propose'; readonly args: readonly string[] }
  | { readonly action: 'startElection' }
  | { readonly action: 'stepDown' }
  | { readonly action: 'setPolicy'; readonly policy: ElectionPolicy }
  /** Cooperative pause: sockets stay open, nothing is consumed, timers stand still. */
  | { readonly action: 'pause' }
  | { readonly action: 'resume' }
  | { readonly action: 'read'; readonly subject: ReadSubject; readonly mode: ReadMode }
  | { readonly action: 'setClock'; readonly clock: ClockSetting }
  | { readonly action: 'setSlow'; readonly slow: SlowSetting | null }
  /** Replaces what the disk does wrong. */
  | { readonly action: 'setStorageFaults'; readonly faults: readonly StorageFault[] }
  /** Replaces the armed failpoints. */
  | { readonly action: 'armFailpoints'; readonly arms: readonly FailpointArm[] }
  | { readonly action: 'failpointHits' }
  /** Durable records from an offset on, for the storage microscope. */
  | { readonly action: 'records'; readonly fromOffset: number; readonly count: number }
  /** Views of at most 200 slots from `from` on, for acceptor table, log grid and inspector. */
  | { readonly action: 'slots'; readonly from: number; readonly count: number }
  /** For nodes that are driven by hand. */
  | { readonly action: 'hand'; readonly hand: HandAct }
  /** Step mode: timers, clock and requests of clients wait until the lab says so. */
  | { readonly action: 'step'; readonly step: StepAct }
  /** Every key with its value, for the check that all logs are equal. At most 10,000 keys. */
  | { readonly action: 'status' }

/** What a node does only when the lab says so; `look` asks how far it is. */
export type HandAct =
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | { readonly kind: 'flush' }
  | { readonly kind: 'look' }

export type NodeAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'reply'; readonly resp: string }
  | { readonly kind: 'unknown'; readonly words: string }
  | { readonly kind: 'read'; readonly result: LearnerReadResult }
  | { readonly kind: 'slots'; readonly slots: readonly SlotView[] }
  | { readonly kind: 'status'; readonly status: NodeStatus }
  | { readonly kind: 'failpoints'; readonly hits: Readonly<Record<string, number>> }
  | { readonly kind: 'records'; readonly records: readonly RecordView[] }
  /** Inputs that its machine has taken in this life; idle: nothing is on its way to the disk. */
  | { readonly kind: 'hand'; readonly steps: number; readonly idle: boolean }
  /** All facts up to here were sent before. */
  | { readonly kind: 'step'; readonly view: NodeStepView }
  | { readonly kind: 'error'; readonly words: string }

/** One record of a node's log, as text. */
export interface RecordView {
  readonly offset: number
  readonly bytes: number
  readonly kind: string
  readonly text: string
}

/** Node → lab. */
export type NodeToLab =
  | {
      readonly type: 'ready'
      readonly pid: number
      readonly life: number
      readonly peerPort: number
      readonly clientPort: number
    }
  /** Facts in order; `dropped` counts those lost just before this batch. */
  | { readonly type: 'facts'; readonly dropped: number; readonly facts: readonly NodeReport[] }
  /** At most every 250 ms. */
  | { readonly type: 'status'; readonly status: NodeStatus }
  | { readonly type: 'answer'; readonly call: number; readonly answer: NodeAnswer }
  /** In step mode, when what waits at the node is other than before. */
  | { readonly type: 'stepping'; readonly view: NodeStepView }

/**
 * Start-up of the switchboard: everything in the environment and in frames; argv has no secrets.
 */
export interface SwitchboardFile {
  readonly version: 1
  readonly cluster: string
  readonly host: string
  readonly control: { readonly host: string; readonly port: number }
  /** Randomness of link `from>to` is seeded by this and the link. */
  readonly seed: number
  readonly members: readonly number[]
  /** Bytes held back by faults, per link; above, reading pauses, with a note. */
  readonly heldBytesMax: number
}

/** Lab → switchboard. */
export type LabToSwitchboard =
  /** Where node `node` listens now (after each start). Its link proxies drop old connections. */
  | { readonly type: 'route'; readonly node: number; readonly port: number }
  /** Answered by `answer` when it holds. Ids are those of the lab's faults. */
  | {
      readonly type: 'startFault'
      readonly call: number
      readonly id: string
      readonly fault: LinkFault
    }
  | { readonly type: 'endFault'; readonly call: number; readonly id: string }
  /** Whether it tells of single messages (`messages`). */
  | { readonly type: 'watch'; readonly on: boolean }
  /** Frames that a `hold` keeps back. Answered by `gateAnswer`. */
  | { readonly type: 'gate'; readonly call: number; readonly body: GateCall }
  | { readonly type: 'stop' }

/** Switchboard → lab. */
export type SwitchboardToLab =
  /** Once, after the hello: the listening port of every directed link. */
  | {
      readonly type: 'ready'
      readonly pid: number
      readonly links: readonly {
        readonly from: number
        readonly to: number
        readonly port: number
      }[]
    }
  /** Every 100 ms while there was traffic. */
  | { readonly type: 'traffic'; readonly links: readonly LinkTraffic[] }
  | ({ readonly type: 'messages' } & SeenReport)
  /** A fault ended by itself (`dropNext` used up). */
  | { readonly type: 'faultEnded'; readonly id: string }
  | { readonly type: 'gateAnswer'; readonly call: number; readonly answer: GateAnswer }
  /** What happened at the gate; `skipped` counts acts lost just before, while the lab was slow. */
  | { readonly type: 'gateActs'; readonly skipped: number; readonly acts: readonly GateAct[] }
  | { readonly type: 'note'; readonly level: 'info' | 'warn' | 'error'; readonly words: string }
  | { readonly type: 'answer'; readonly call: number; readonly error: string | null }
