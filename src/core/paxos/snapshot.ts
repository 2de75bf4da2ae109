/**
 * Snapshot: the state of the machine after slot `through`, so that the log below can be cut.
 *
 * Shape: `body` is opaque to Paxos: the KV's own canonical text, one byte per code unit.
 */
import type { NodeId, Slot } from './ballot'

export interface Snapshot {
  readonly through: Slot
  /** Digest of the applied log up to `through`: what the restored state must answer. */
  readonly digest: string
  readonly body: string
}

/** A snapshot on its way to this node. */
export interface Incoming {
  readonly from: NodeId
  readonly through: Slot
  readonly digest: string
  readonly parts: number
  readonly pieces: string[]
}
