/** The start-up file of a node, from the options of its cluster; made anew at every start. */
import { join } from 'node:path'
import { DEFAULT_REPLICA } from '../../core/paxos/config'
import type { ElectionPolicy } from '../../core/paxos/config'
import type { ClusterOptions } from '../../shared/api'
import type { NodeFile } from '../../shared/control'
import { imageRecords } from '../../shared/diskImage'
import type { ClusterIdentity } from './dataDir'
import { INPUTS_FOLDER } from './recordingFiles'

const CLIENTS_MAX = 4096

/** What is other at each start. */
export interface StartNow extends Pick<
  NodeFile,
  | 'host'
  | 'peerPort'
  | 'clientPort'
  | 'control'
  | 'clock'
  | 'slow'
  | 'storageFaults'
  | 'failpoints'
  | 'lifeFloor'
  | 'recordInputs'
> {
  readonly node: number
  /** The cluster is in step mode. */
  readonly stepping: boolean
  /** The policy may have been switched since the cluster started. */
  readonly policy: ElectionPolicy
  /** It has run here before: its log must be there. */
  readonly hasRun: boolean
}

/** Where nodes keep what they record of their inputs; null if they do not. */
export function inputsDir({ recordInputs }: ClusterOptions, runDir: string): string | null {
  return recordInputs ? join(runDir, INPUTS_FOLDER) : null
}

/** Node i keeps its log here. */
export function nodeDir(dataDir: string, node: number): string {
  return join(dataDir, `node${node}`)
}

export function startFile(
  options: ClusterOptions,
  identity: ClusterIdentity,
  dataDir: string,
  { node, policy, hasRun, stepping, ...now }: StartNow,
): NodeFile {
  const { variant, mutant, quorums, roles, phases, refusal, mode } = options
  const { learnerMode, windowSlots, snapshotSlots } = options
  const image = hasRun ? undefined : options.image.find((one) => one.node === node)
  return {
    version: 1,
    cluster: identity.cluster,
    replica: {
      ...DEFAULT_REPLICA,
      ...{ node, members: identity.members, variant, quorums, roles, phases, refusal, mode },
      ...{ policy, learnerMode, windowSlots, snapshotSlots, mutant },
      ...options.hand?.config,
    },
    tickMs: options.tickMs,
    dataDir: nodeDir(dataDir, node),
    requestDeadlineMs: options.requestDeadlineMs,
    clientsMax: CLIENTS_MAX,
    telemetry: options.telemetry,
    flush: options.flush,
    image: image === undefined ? [] : imageRecords(image),
    expectLog: hasRun,
    rejoin: options.rejoin,
    // A benchmark measures the log, not the account of it.
    powerWitness: options.telemetry !== 'off',
    readMode: options.readMode,
    ...(options.unnamed && { unnamed: options.unnamed }),
    ...(stepping && { stepping }),
    ...(options.hand && { hand: options.hand.flush }),
    ...now,
  }
}
