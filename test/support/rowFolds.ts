/** Folds over the record of a run that tests of rows share; none believes a node's claim. */
import type { LabEvent } from '../../src/core/event'
import type { MessageType } from '../../src/core/paxos/message'
import { formatBallot } from '../../src/core/paxos/ballot'
import { majorityOf } from '../../src/core/paxos/quorum'
import { eventsOf } from './rowLab'

/** Ids of the values that a majority of `acceptors` voted for at one ballot, by slot. */
export function chosenByVotes(
  events: readonly LabEvent[],
  acceptors: number,
): Map<number, readonly string[]> {
  const voters = new Map<string, Set<number>>()
  const chosen = new Map<number, string[]>()
  for (const { slot, ballot, ids, by } of eventsOf(events, 'voted')) {
    ids.forEach((id, index) => {
      const at = slot + index
      const key = `${at} ${formatBallot(ballot)} ${id}`
      const set = voters.get(key) ?? new Set()
      voters.set(key, set.add(by))
      if (set.size < majorityOf(acceptors)) return
      const known = chosen.get(at) ?? []
      if (!known.includes(id)) chosen.set(at, [...known, id])
    })
  }
  return chosen
}

/** Frames of each type that crossed any link, faults or not. */
export function framesByType(events: readonly LabEvent[]): Partial<Record<MessageType, number>> {
  const sums: Partial<Record<MessageType, number>> = {}
  for (const { links } of eventsOf(events, 'trafficSampled')) {
    for (const { types } of links) {
      for (const [type, count] of Object.entries(types) as [MessageType, number][]) {
        sums[type] = (sums[type] ?? 0) + count
      }
    }
  }
  return sums
}
