/** What the nodes of a run keep on disk, and how far their logs have been cut. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface DiskUse {
  /** Largest sums that any node had at one moment, space kept ahead included. */
  readonly logBytes: number
  readonly snapshotBytes: number
  /** Number of the newest segment: each cut begins one. */
  readonly segment: number
}

export const NO_DISK_USE: DiskUse = { logBytes: 0, snapshotBytes: 0, segment: 0 }

export function largest(one: DiskUse, other: DiskUse): DiskUse {
  return {
    logBytes: Math.max(one.logBytes, other.logBytes),
    snapshotBytes: Math.max(one.snapshotBytes, other.snapshotBytes),
    segment: Math.max(one.segment, other.segment),
  }
}

/** `directory` is one node's. Files may come and go meanwhile. */
export function diskUse(directory: string): DiskUse {
  let [logBytes, snapshotBytes, segment] = [0, 0, 0]
  for (const name of readdirSync(directory)) {
    const bytes = statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0
    if (/\.snap(\.new)?$/.test(name)) snapshotBytes += bytes
    if (/\.log(\.new)?$/.test(name)) logBytes += bytes
    segment = Math.max(segment, Number(/^paxos-(\d+)\.log$/.exec(name)?.[1] ?? '0'))
  }
  return { logBytes, snapshotBytes, segment }
}
