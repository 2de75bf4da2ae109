/**
 * Snapshots: when the log may be cut, and how a laggard gets what was cut.
 *
 * Rule:   an acceptor that cut a slot answers a prepare with "chosen, catch up" (`chosenThrough`),
 *         never with "no vote" (protocol §9): a new leader could otherwise choose another value.
 *         It cuts only what its own durable snapshot covers, so that it can always hand it on.
 * Bounds: one transfer at a time, part by part at the asker's pace; `PARTS_MAX` parts.
 */
import type { NodeId, Slot } from './ballot'
import { compareBallot } from './ballot'
import type { StableRecord } from './effect'
import type { SnapshotAsk, SnapshotPart, Value } from './message'
import { toRuns } from './runs'
import type { Snapshot } from './snapshot'
import type { ReplicaState } from './state'

/** With parts of 128 KiB this is half a gigabyte; a longer state is not one of ours. */
const PARTS_MAX = 4096

/** What the log still needs beside a snapshot: the promise, and all that lies above `through`. */
export function retainedRecords(r: ReplicaState, through: Slot): StableRecord[] {
  const { log, acceptor, config } = r
  const records: StableRecord[] = []
  // M10 numbers by its own count, which its promise does not tell.
  if (r.flaws.lowersOwnPromise && r.seen.round > 0) {
    records.push({ kind: 'promise', ballot: r.seen })
  }
  if (acceptor.promised.round > 0) records.push({ kind: 'promise', ballot: acceptor.promised })
  const chosen: [Slot, Value][] = []
  const votes = new Map<string, [Slot, Value][]>()
  for (let slot = through + 1; slot <= log.through; slot += 1) {
    const entry = log.at(slot)
    if (entry === undefined) continue
    if (entry.chosen) chosen.push([slot, entry.chosenValue])
    if (entry.voteBallot === null) continue
    const key = `${entry.voteBallot.round}.${entry.voteBallot.node}`
    const same = votes.get(key)
    if (same === undefined) votes.set(key, [[slot, entry.voteValue]])
    else same.push([slot, entry.voteValue])
  }
  for (const same of votes.values()) {
    const ballot = log.at(same[0]?.[0] ?? 0)?.voteBallot ?? null
    if (ballot === null) continue
    for (const run of toRuns(same, config.messageBytesMax)) {
      records.push({ kind: 'vote', ballot, ...run })
    }
  }
  for (const run of toRuns(chosen, config.messageBytesMax)) {
    records.push({ kind: 'learned', ...run })
  }
  return records
}

/** Sends one part of the newest durable snapshot; the asker asks for the next. */
export function serveSnapshot(r: ReplicaState, to: NodeId, part: number): void {
  const { snapshot, config, outbox } = r
  if (snapshot === null) return
  const bytes = config.messageBytesMax
  const parts = Math.max(1, Math.ceil(snapshot.body.length / bytes))
  if (part >= parts) return
  const { through, digest } = snapshot
  const body = snapshot.body.slice(part * bytes, (part + 1) * bytes)
  outbox.sendTo(to, { type: 'snapshot', through, digest, part, parts, body }, 0)
}

export function takeSnapshotAsk(r: ReplicaState, from: NodeId, message: SnapshotAsk): void {
  // A newer snapshot took its place: the asker begins anew with that one.
  const same = r.snapshot?.through === message.through
  serveSnapshot(r, from, same ? message.part : 0)
}

/** Takes a part; answers the whole snapshot with the last one. */
export function takeSnapshotPart(
  r: ReplicaState,
  from: NodeId,
  message: SnapshotPart,
): Snapshot | null {
  const { through, digest, part, parts, body } = message
  if (through <= r.log.chosenThrough || parts > PARTS_MAX || part >= parts) return null
  let incoming = r.incoming
  const fits = incoming?.from === from && incoming.through === through && incoming.parts === parts
  if (part === 0 && !fits) incoming = { from, through, digest, parts, pieces: [] }
  else if (!fits) return null
  if (incoming === null || part !== incoming.pieces.length) return null
  incoming.pieces.push(body)
  r.incoming = incoming
  if (incoming.pieces.length < parts) {
    r.outbox.sendTo(from, { type: 'snapshotAsk', through, part: part + 1 }, 0)
    r.outbox.setTimer('catchUp', r.config.resendTicks, r.config.resendTicks)
    return null
  }
  r.incoming = null
  return { through, digest, body: incoming.pieces.join('') }
}

/** The state after `snapshot.through` is in place: the log below may be forgotten. */
export function coverLog(r: ReplicaState, snapshot: Snapshot): void {
  const { through } = snapshot
  r.log.cover(through)
  r.learner.forgetThrough(through)
  // What this proposer issued there may have lost its slot: it may not vouch for anything more.
  if (r.proposer.forgetThrough(through)) r.outvoted = true
  if (through > r.appliedThrough) r.appliedThrough = through
  for (const slot of r.skipped) if (slot <= through) r.skipped.delete(slot)
  if (through > r.recordedThrough) r.recordedThrough = through
  if (through > r.knownThrough) r.knownThrough = through
  r.catchUpBusy = false
  r.catchUpTries = 0
  r.preemptionsInRow = 0
}

/** True if a recovered vote is newer than what the log holds: restated records may be older. */
export function isNewerVote(r: ReplicaState, slot: Slot, record: StableRecord): boolean {
  if (record.kind !== 'vote') return false
  const held = r.log.at(slot)?.voteBallot ?? null
  const { voteRule, voteKeepsPromise } = r.flaws
  if (held === null || voteRule === 'always' || voteKeepsPromise) return true
  return compareBallot(record.ballot, held) >= 0
}
