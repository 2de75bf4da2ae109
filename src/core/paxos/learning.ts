/**
 * Learning: how a replica comes to know that slots are chosen, and how it fetches what it missed.
 *
 * Source: PMS §2.3. Three ways: it counts votes itself; the leader's watermark covers slots in
 *         which it voted at the leader's own ballot; a peer that knows sends the values (catch-up).
 * Why the watermark is enough: if a slot is chosen, every proposal at that or a higher ballot
 * carries
 *         the chosen value (P2b), so a vote at the leader's present ballot does. A vote at another
 *         ballot proves nothing and is fetched instead.
 */
import type { Ballot, NodeId, Slot } from './ballot'
import { compareBallot, sameBallot } from './ballot'
import { valueIds } from './fact'
import type { Accepted, CatchUp, Chosen, Value } from './message'
import { countedThrough, SLOTS_AHEAD_MAX } from './plausible'
import { toRuns } from './runs'
import { serveSnapshot } from './snapshots'
import type { ReplicaState } from './state'

/** Messages that one `catchUp` is answered with at most; the asker asks again from there. */
const CATCH_UP_MESSAGES_MAX = 4

/** Counts votes; slots that reach a phase-2 quorum are chosen. */
export function countVotes(r: ReplicaState, from: NodeId, message: Accepted): void {
  const { ballot, slot, count } = message
  let first: Slot = 0
  let values: Value[] = []
  const flush = (): void => {
    if (values.length === 0) return
    if (r.outbox.factsOn) {
      r.outbox.emit({
        type: 'chosen',
        ballot,
        slot: first,
        count: values.length,
        ids: valueIds(values),
      })
    }
    informOthers(r, ballot.node, first, values)
    values = []
  }
  const last = Math.min(slot + count - 1, countedThrough(r))
  for (let at = Math.max(slot, r.log.chosenThrough + 1); at <= last; at += 1) {
    if (r.log.isChosen(at) || !r.learner.count(at, ballot, from)) continue
    const value = valueOf(r, at, ballot)
    if (value === undefined) {
      // Chosen, but this learner was never told the value: a peer has it.
      askForMissing(r, from, at)
      continue
    }
    if (values.length === 0 || at !== first + values.length) {
      flush()
      first = at
    }
    markChosen(r, at, value, ballot)
    values.push(value)
  }
  flush()
}

/** One of a set of k learners tells the rest what it counted (PMS §2.3). */
function informOthers(
  r: ReplicaState,
  proposer: NodeId,
  slot: Slot,
  values: readonly Value[],
): void {
  const { learnerMode, messageBytesMax } = r.config
  if (learnerMode.kind !== 'set' || !learnerMode.nodes.includes(r.self)) return
  // The proposer counted the votes itself.
  const told = [...learnerMode.nodes, proposer]
  const rest = r.roles.learners.filter((node) => !told.includes(node))
  if (rest.length === 0) return
  const slots = values.map((value, index) => [slot + index, value] as const)
  for (const run of toRuns(slots, messageBytesMax)) {
    r.outbox.sendMany(rest, { type: 'chosen', slot: run.slot, values: run.values }, 0)
  }
}

/** The leader at `ballot` says that everything up to `through` is chosen. */
export function takeWatermark(r: ReplicaState, from: NodeId, ballot: Ballot, through: Slot): void {
  // Somebody told of slots that the leader itself knows nothing of: that was no news.
  if (r.knownThrough > through + SLOTS_AHEAD_MAX) r.knownThrough = through
  if (through <= r.log.chosenThrough) return
  // So far above all that this node holds, it is a reason to ask and no proof.
  if (through > r.log.through + SLOTS_AHEAD_MAX) return askForMissing(r, from, through)
  const first = r.log.chosenThrough + 1
  const values: Value[] = []
  for (let slot = first; slot <= through; slot += 1) {
    const known = r.log.at(slot)
    if (known?.chosen === true) {
      values.push(known.chosenValue)
      continue
    }
    const entry = r.log.votedAt(slot, ballot)
    if (entry === undefined) break
    markChosen(r, slot, entry.voteValue, ballot)
    values.push(entry.voteValue)
  }
  if (values.length > 0) emitLearned(r, first, values, 'watermark')
  if (r.log.chosenThrough < through) askForMissing(r, from, through)
}

/** Asks a peer for chosen slots; one question at a time. */
export function askForMissing(r: ReplicaState, peer: NodeId, through: Slot): void {
  if (through > r.knownThrough) r.knownThrough = through
  if (r.catchUpBusy || r.knownThrough <= r.log.chosenThrough || peer === r.self) return
  r.catchUpBusy = true
  const question = { type: 'catchUp', from: r.log.chosenThrough + 1, to: r.knownThrough } as const
  r.outbox.sendTo(peer, question, 0)
  r.outbox.setTimer('catchUp', r.config.resendTicks, r.config.resendTicks)
}

/** No answer, or not all of it: the next peer is asked. True if every peer was tried in vain. */
export function retryCatchUp(r: ReplicaState): boolean {
  r.catchUpBusy = false
  if (r.knownThrough <= r.log.chosenThrough) {
    r.catchUpTries = 0
    return false
  }
  const peers = r.config.members.filter((node) => node !== r.self)
  const peer = peers[r.catchUpTries % peers.length]
  r.catchUpTries += 1
  if (peer !== undefined) askForMissing(r, peer, r.knownThrough)
  if (r.catchUpTries <= peers.length) return false
  r.catchUpTries = 0
  return true
}

/** Serves only slots that are known to be chosen, in bounded batches. */
export function serveCatchUp(r: ReplicaState, from: NodeId, message: CatchUp): void {
  if (message.from <= r.log.base) return serveSnapshot(r, from, 0)
  let slot = message.from
  for (let sent = 0; sent < CATCH_UP_MESSAGES_MAX && slot <= message.to; sent += 1) {
    const values = r.log.chosenValues(slot, message.to, r.config.messageBytesMax)
    if (values.length === 0) return
    r.outbox.sendTo(from, { type: 'chosen', slot, values }, 0)
    slot += values.length
  }
}

export function takeChosen(r: ReplicaState, from: NodeId, message: Chosen): void {
  const { slot, values } = message
  // A run that does not touch what is known would leave holes only to be asked for again.
  if (slot > r.log.through + 1 && slot > r.knownThrough) return
  const fresh: [Slot, Value][] = []
  values.forEach((value, index) => {
    if (r.log.isChosen(slot + index)) return
    markChosen(r, slot + index, value, null)
    fresh.push([slot + index, value])
  })
  if (fresh.length > 0) r.catchUpTries = 0
  for (const run of toRuns(fresh, Infinity)) emitLearned(r, run.slot, run.values, 'catchUp')
  if (r.log.chosenThrough >= r.knownThrough) {
    r.catchUpBusy = false
    r.outbox.clearTimer('catchUp')
  } else if (slot + values.length > r.log.chosenThrough) {
    r.catchUpBusy = false
    askForMissing(r, from, r.knownThrough)
  }
}

/** Executes what is chosen without a gap, and notes the watermark for recovery. */
export function applyChosen(r: ReplicaState): void {
  if (!r.learns) return
  if (r.flaws.appliesOverGaps) return applyOverGaps(r)
  while (r.appliedThrough < r.log.chosenThrough) {
    const slot = r.appliedThrough + 1
    const entry = r.log.at(slot)
    if (entry === undefined) return
    r.appliedThrough = slot
    r.apply(slot, entry.chosenValue)
  }
}

/** M17: whatever is chosen is executed now, and what lay below when it comes. */
function applyOverGaps(r: ReplicaState): void {
  const applyOne = (slot: Slot): boolean => {
    const entry = r.log.at(slot)
    if (entry?.chosen !== true) return false
    r.apply(slot, entry.chosenValue)
    return true
  }
  for (const slot of r.skipped) if (applyOne(slot)) r.skipped.delete(slot)
  let last = r.log.through
  while (last > r.appliedThrough && !r.log.isChosen(last)) last -= 1
  while (r.appliedThrough < last) {
    r.appliedThrough += 1
    if (!applyOne(r.appliedThrough)) r.skipped.add(r.appliedThrough)
  }
}

/** `at`: a ballot at or above the one that chose it; null when a peer sent the value alone. */
function markChosen(r: ReplicaState, slot: Slot, value: Value, at: Ballot | null): void {
  const vote = r.log.at(slot)?.voteBallot ?? null
  if (at === null || vote === null || compareBallot(vote, at) < 0) {
    // Recovery takes a chosen value from the vote. A vote below the choosing ballot may be of
    // another value, or be replaced by one: a delayed accept between the two is still granted.
    r.outbox.persist({ kind: 'learned', slot, values: [value] }, false)
  }
  const issued = r.proposer.open.get(slot)
  // The own proposal lost its slot: a higher ballot exists, and this one may not vouch for slots.
  if (issued !== undefined && issued !== value) r.outvoted = true
  r.log.choose(slot, value)
  r.learner.forget(slot)
  r.proposer.open.delete(slot)
  r.preemptionsInRow = 0
}

function valueOf(r: ReplicaState, slot: Slot, ballot: Ballot): Value | undefined {
  if (r.proposer.open.size > 0 && sameBallot(ballot, r.proposer.ballot)) {
    const issued = r.proposer.open.get(slot)
    if (issued !== undefined) return issued
  }
  return r.log.votedAt(slot, ballot)?.voteValue
}

function emitLearned(
  r: ReplicaState,
  slot: Slot,
  values: readonly Value[],
  via: 'watermark' | 'catchUp',
): void {
  if (!r.outbox.factsOn) return
  r.outbox.emit({ type: 'learned', slot, count: values.length, ids: valueIds(values), via })
}
