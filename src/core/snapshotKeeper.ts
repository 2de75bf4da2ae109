/**
 * Snapshot keeper: when the machine's state goes beside the log, and when it comes back from there.
 *
 * A snapshot is taken after `snapshotSlots` applied slots, one at a time. Source: PMS §3 keeps
 * every instance for ever; cutting the log is ours, with the rule of `paxos/snapshots.ts`.
 */
import { Kv } from './kv/kv'
import type { Slot } from './paxos/ballot'
import type { ReplicaConfig } from './paxos/config'
import type { Snapshot } from './paxos/snapshot'
import { retainedRecords } from './paxos/snapshots'
import type { ReplicaState } from './paxos/state'

export class SnapshotKeeper {
  /** The one that storage is writing. */
  private saving: Snapshot | null = null
  /** The slot at which the next one is due. */
  private dueAt: Slot

  constructor(
    private readonly config: ReplicaConfig,
    private readonly state: ReplicaState,
  ) {
    this.dueAt = this.nextDue()
  }

  /** Asks for a snapshot if one is due. */
  settle(kv: Kv): void {
    const { appliedThrough, skipped } = this.state
    if (appliedThrough < this.dueAt || this.saving !== null || skipped.size > 0) return
    this.save({ through: appliedThrough, digest: kv.digest, body: kv.encode() })
  }

  /** Makes a snapshot durable: an own one, or one that was taken over from a peer. */
  save(snapshot: Snapshot): void {
    this.saving = snapshot
    this.dueAt = this.nextDue()
    this.state.outbox.saveSnapshot(snapshot, retainedRecords(this.state, snapshot.through))
  }

  /** Storage has it. Null if that was not the newest one asked for. */
  saved(through: Slot): Snapshot | null {
    const { saving } = this
    if (saving?.through !== through) return null
    this.saving = null
    return saving
  }

  recovered(): void {
    this.dueAt = this.nextDue()
  }

  private nextDue(): Slot {
    const { snapshotSlots, mode } = this.config
    if (snapshotSlots === 0 || mode === 'single') return Infinity
    return this.state.appliedThrough + snapshotSlots
  }
}

/** The state that a snapshot holds. @throws Error if text or digest is not right. */
export function restoreKv(snapshot: Snapshot): Kv {
  const kv = new Kv()
  kv.restore(snapshot.body)
  if (kv.digest === snapshot.digest) return kv
  throw new Error(`snapshot through slot ${snapshot.through} has digest ${kv.digest}`)
}
