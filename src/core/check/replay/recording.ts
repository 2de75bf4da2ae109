/**
 * Recording: all that the machine of one life of a node was given, round by round, with digests of
 * what it answered, so that the same core can be asked again.
 *
 * Shape: a head, what was recovered from the disk, then rounds. The lines of the file are those of
 *        `shared/recordingCodec.ts`; docs/replay.md describes them.
 * Hash:  a host brings one (core owns none); two that compare digests must use the same.
 */
import type { MachineStatus } from '../../machine'
import type { MachineInput, MachineOutput } from '../../machineTypes'
import { formatBallot } from '../../paxos/ballot'
import type { NodeId } from '../../paxos/ballot'
import type { ReplicaConfig } from '../../paxos/config'

/** A text to hexadecimal digits. */
export type Hash = (text: string) => string

const DIGEST_CHARS = 16

/** Who recorded, and what its machine was made of. */
export interface RecordingHead {
  readonly version: 1
  readonly cluster: string
  readonly node: NodeId
  readonly life: number
  /** As the machine had it, `votes` and mutant included. */
  readonly config: ReplicaConfig
  /** Length of a tick in ms. */
  readonly tickMs: number
  /** False: the machine built no facts. */
  readonly factsOn: boolean
}

/** What a round answered, in short. */
export interface RoundDigest {
  readonly effects: number
  readonly replies: number
  readonly reads: number
  /** Of all three, in their order. */
  readonly digest: string
  /** What the machine said of itself after the round: `stateText`. */
  readonly state: string
}

/** Inputs that were stepped together, then settled. */
export interface RecordedRound {
  /** From 1, no gap. */
  readonly round: number
  /** The node's own wall time at the end of the round, as of its facts: ms since 1970. */
  readonly atMs: number
  /** `nodeSeq` of the last fact that the node had told when the round was over. */
  readonly facts: number
  /** The clock that began the round. */
  readonly ticks: number
  readonly inputs: readonly MachineInput[]
  /** Null: the node ended within this round, and nothing is known of its answer. */
  readonly answer: RoundDigest | null
}

/** Why a recording goes no further. */
export interface RecordingEnd {
  /** `closed`: the node ended in order; `full`: more than may wait or stay; `failed`: the disk. */
  readonly why: 'closed' | 'full' | 'failed'
  readonly words: string
}

export function digestRound(out: MachineOutput, status: MachineStatus, hash: Hash): RoundDigest {
  const { effects, replies, reads } = out
  return {
    effects: effects.length,
    replies: replies.length,
    reads: reads.length,
    digest: hash(JSON.stringify([effects, replies, reads])).slice(0, DIGEST_CHARS),
    state: stateText(status),
  }
}

/** State digest, readable: two machines that differ here differ in what a person can name. */
export function stateText(status: MachineStatus): string {
  const { role, ballot, promised, leader, votedThrough, chosenThrough, appliedThrough } = status
  return [
    `${role} ${formatBallot(ballot)}`,
    `promised ${formatBallot(promised)}`,
    `follows ${leader === null ? 'nobody' : formatBallot(leader)}`,
    `voted <=${votedThrough}`,
    `chosen <=${chosenThrough}`,
    `applied <=${appliedThrough}`,
    `waiting ${status.waiting}`,
    `in flight ${status.inFlight}`,
    `digest ${status.digest}`,
  ].join(', ')
}
