/** The liveness verdict at a past moment, from what was recorded until then, by the same rule. */
import { Reach } from '../../../core/measure/reach'
import { RECENT_MS, verdictOf } from '../../../core/measure/liveness'
import type { LivenessView } from '../../../core/measure/series'
import type { LabEvent } from '../../../core/event'
import type { SeriesData } from './seriesData'
import { ballotsFromMs } from './pictures/notKept'
import { firstAt } from './pictures/picture'

/** The last moment up to `atMs` at which the log grew, as far as status lines and ballots tell. */
function lastChosenMs(data: SeriesData, atMs: number): number | null {
  let last: number | null = null
  let top = 0
  const points = [...data.progress.values()].flat().sort((a, b) => a.atMs - b.atMs)
  for (const point of points) {
    if (point.atMs > atMs) break
    if (point.chosenThrough <= top) continue
    top = point.chosenThrough
    last = point.atMs
  }
  for (const { chosenAtMs } of data.stairs) {
    if (chosenAtMs !== null && chosenAtMs <= atMs) last = Math.max(last ?? 0, chosenAtMs)
  }
  return last
}

/** `events`: those up to `atMs`. */
export function quorumPossibleAfter(events: Iterable<LabEvent>): boolean {
  const reach = new Reach()
  for (const event of events) {
    if (event.type === 'clusterStarted') {
      reach.started(event.members, event.quorums, event.roles)
    } else if (event.type === 'clusterStopped') reach.stopped()
    else if (event.type === 'nodeReady') reach.ready(event.node)
    else if (event.type === 'nodeExited') reach.exited(event.node)
    else if (event.type === 'faultStarted') reach.faultStarted(event.fault)
    else if (event.type === 'faultEnded') reach.faultEnded(event.fault)
  }
  return reach.quorumPossible
}

function chosenSlotsUntil(data: SeriesData, atMs: number): number {
  const tops = [...data.progress.values()].map(
    (points) => points[firstAt(points, atMs + 1, (point) => point.atMs) - 1]?.chosenThrough ?? 0,
  )
  return Math.max(0, ...tops)
}

export function livenessAt(
  data: SeriesData,
  events: Iterable<LabEvent>,
  atMs: number,
): LivenessView {
  const chosenAtMs = lastChosenMs(data, atMs)
  const sinceMs = chosenAtMs ?? -1
  const begun = data.stairs.filter((stair) => stair.bidAtMs <= atMs)
  const open = begun.filter((stair) => stair.bidAtMs > sinceMs)
  const lost = begun.filter((stair) => stair.preemptedAtMs !== null && stair.preemptedAtMs <= atMs)
  const openLost = lost.filter((stair) => (stair.preemptedAtMs ?? 0) > sinceMs)
  const loads = data.from(atMs).load
  const load = loads[firstAt(loads, atMs, (point) => point.atMs)]
  const recentMs = atMs - RECENT_MS
  const chosenSlots = chosenSlotsUntil(data, atMs)
  return {
    verdict: verdictOf({
      quorumPossible: quorumPossibleAfter(events),
      working:
        (load?.waiting ?? 0) > 0 || sinceMs > recentMs || (open.at(-1)?.bidAtMs ?? -1) > recentMs,
      ballots: open.length,
      proposers: new Set(open.map((stair) => stair.ballot.node)).size,
      preemptions: openLost.length,
    }),
    unknown: atMs < ballotsFromMs(data),
    undecidedBallots: open.length,
    undecidedBallotsMax: open.length,
    undecidedPreemptions: openLost.length,
    preemptions: lost.length,
    undecidedSinceMs: open[0]?.bidAtMs ?? null,
    chosenAtMs,
    chosenSlots,
    chosenPerSecond: chosenSlots - chosenSlotsUntil(data, atMs - 1000),
    bids: begun.length,
  }
}
