/** What the staircase tells beyond its rows: proposers, landings, how dense the steps are. */
import type { NodeId } from '../../../../core/paxos/ballot'
import type { Stair } from '../../../../core/measure/series'
import { firstAt } from './picture'

/** A value was chosen after ballots that came to nothing. */
export interface Landing {
  readonly stair: Stair
  readonly atMs: number
  /** Ballots begun since the one before at which a value was chosen. */
  readonly wasted: number
}

/** Fewer wasted ballots than this is an ordinary election, not worth a sentence. */
export const WASTED_MIN = 3

export function landings(stairs: readonly Stair[]): Landing[] {
  const chosen = stairs.filter((stair) => stair.chosenAtMs !== null)
  chosen.sort((a, b) => (a.chosenAtMs ?? 0) - (b.chosenAtMs ?? 0))
  let sinceMs = -Infinity
  return chosen.map((stair) => {
    const atMs = stair.chosenAtMs ?? 0
    const from = firstAt(stairs, sinceMs, (row) => row.bidAtMs)
    const to = firstAt(stairs, atMs, (row) => row.bidAtMs)
    const wasted = stairs.slice(from, to).filter((row) => row.chosenAtMs === null).length
    sinceMs = atMs
    return { stair, atMs, wasted }
  })
}

export function proposersOf(stairs: readonly Stair[]): NodeId[] {
  return [...new Set(stairs.map((stair) => stair.ballot.node))].sort((a, b) => a - b)
}

export function timeOfStair(stair: Stair): number {
  return stair.bidAtMs
}

/** When a ballot ended: preempted, or its proposer began another; null: it goes on. */
export function endOf(stair: Stair, next: Stair | undefined): number | null {
  if (stair.preemptedAtMs !== null) return stair.preemptedAtMs
  return next ? next.bidAtMs : null
}

/** Median time between the ballots of one proposer within these rows; Infinity below three. */
export function stepMs(stairs: readonly Stair[]): number {
  const gaps: number[] = []
  const lastMs = new Map<NodeId, number>()
  for (const { ballot, bidAtMs } of stairs) {
    const before = lastMs.get(ballot.node)
    if (before !== undefined) gaps.push(bidAtMs - before)
    lastMs.set(ballot.node, bidAtMs)
  }
  gaps.sort((a, b) => a - b)
  return gaps.length < 3 ? Infinity : (gaps[gaps.length >> 1] ?? Infinity)
}
