/**
 * Control protocol: NDJSON frames (shared/frame.ts) on a loopback socket that a child dials to the
 * lab. First frame: hello (role `node` or `switchboard`, to 0). A child ends by itself when this
 * connection closes. Types only; `controlCodec.ts` parses.
 */
import type { LearnerReadResult, LinkTraffic, NodeReport, NodeStatus } from '../core/event'
import type { LinkFault } from '../core/fault'
import type { SlotView } from '../core/machineTypes'
import type { ElectionPolicy, ReplicaConfig } from '../core/paxos/config'
import type { ReadSubject } from '../core/paxos/message'

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
  /** Where to dial the lab; null: stand alone, no control (bring your own node, tests). */
  readonly control: { readonly host: string; readonly port: number } | null
}

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
  | { readonly action: 'read'; readonly subject: ReadSubject }
  /** Views of at most 200 slots from `from` on, for acceptor table, log grid and inspector. */
  | { readonly action: 'slots'; readonly from: number; readonly count: number }
  /** Every key with its value, for the check that all logs are equal. At most 10,000 keys. */
  | { readonly action: 'status' }

export type NodeAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'reply'; readonly resp: string }
  | { readonly kind: 'unknown'; readonly words: string }
  | { readonly kind: 'read'; readonly result: LearnerReadResult }
  | { readonly kind: 'slots'; readonly slots: readonly SlotView[] }
  | { readonly kind: 'status'; readonly status: NodeStatus }
  | { readonly kind: 'error'; readonly words: string }

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
  /** Bytes held back by delays, per link; above, reading pauses, with a note. */
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
  /** A fault ended by itself (`dropNext` used up). */
  | { readonly type: 'faultEnded'; readonly id: string }
  | { readonly type: 'note'; readonly level: 'info' | 'warn' | 'error'; readonly words: string }
  | { readonly type: 'answer'; readonly call: number; readonly error: string | null }
