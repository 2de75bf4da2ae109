/**
 * Zones: decides at once, without a search, histories of one register in which every value is
 * written once, which is how most workloads are made.
 *
 * Source: Gibbons and Korach, "Testing shared memories" (1997): a value lives in one piece. Its
 *         write and reads make a cluster, and the zone of a cluster goes from the first end to the
 *         last start among them. Where the end comes first the value must have been there all that
 *         time: two such zones must not overlap, and no other cluster may have to lie inside one.
 */
import { textOf } from './models'
import type { Operation } from './operations'

interface Cluster {
  writtenAt: number
  /** First end and last start, as places in the history. */
  firstEnd: number
  lastStart: number
  reads: number
}

interface Span {
  readonly from: number
  readonly to: number
}

/** True: linearizable; false: not; null: not a register with distinct values. */
export function judgeZones(operations: readonly Operation[]): boolean | null {
  const clusters = clustersOf(operations)
  if (clusters === null) return null
  for (const { f, seen, ret } of operations) {
    if (f !== 'read') continue
    // Read before it was written, or never written.
    const cluster = clusters.get(textOf(plain(seen)))
    if (cluster === undefined || ret < cluster.writtenAt) return false
  }
  return areApart([...clusters.values()])
}

function clustersOf(operations: readonly Operation[]): Map<string | null, Cluster> | null {
  const clusters = new Map<string | null, Cluster>()
  clusters.set(null, { writtenAt: -2, firstEnd: -1, lastStart: -2, reads: 0 })
  for (const { f, value, call, ret } of operations) {
    if (f === 'read') continue
    if (f !== 'write') return null
    const text = textOf(plain(value))
    if (clusters.has(text)) return null
    clusters.set(text, { writtenAt: call, firstEnd: ret, lastStart: call, reads: 0 })
  }
  for (const { f, seen, call, ret } of operations) {
    const cluster = f === 'read' ? clusters.get(textOf(plain(seen))) : undefined
    if (cluster === undefined) continue
    cluster.firstEnd = Math.min(cluster.firstEnd, ret)
    cluster.lastStart = Math.max(cluster.lastStart, call)
    cluster.reads += 1
  }
  return clusters
}

function areApart(clusters: readonly Cluster[]): boolean {
  const held: Span[] = []
  const points: Span[] = []
  for (const { firstEnd, lastStart, reads } of clusters) {
    if (firstEnd < lastStart) held.push({ from: firstEnd, to: lastStart })
    // A write that nobody acknowledged and nobody read need not have happened.
    else if (reads > 0 || firstEnd !== Infinity) points.push({ from: lastStart, to: firstEnd })
  }
  held.sort((one, other) => one.from - other.from)
  for (let at = 1; at < held.length; at += 1) {
    if ((held[at]?.from ?? 0) < (held[at - 1]?.to ?? 0)) return false
  }
  return points.every(({ from, to }) => {
    const zone = lastBefore(held, from)
    return zone === null || to > zone.to
  })
}

/** The last zone that starts before `place`; zones do not overlap here. */
function lastBefore(zones: readonly Span[], place: number): Span | null {
  let [low, high] = [0, zones.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((zones[middle]?.from ?? 0) < place) low = middle + 1
    else high = middle
  }
  return zones[low - 1] ?? null
}

function plain(value: Operation['value'] | Operation['seen']): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null
}
