/**
 * The disks of PMS §3: a new leader that knows the values of slots 1-134, 138 and 139. Node 2 voted
 * in 135 and 140 at a ballot of the former leader; nobody holds anything for 136 and 137.
 */
import type { DiskImage } from '../../src/shared/diskImage'

const FORMER = { round: 2, node: 3 }

const known = [
  { slotFrom: 1, slotTo: 134, command: ['SET', 'x', 'old'] },
  { slotFrom: 138, slotTo: 139, command: ['SET', 'y', 'known'] },
]

const votes = [
  { slotFrom: 135, slotTo: 135, ballot: FORMER, command: ['SET', 'a', 'of 135'] },
  { slotFrom: 140, slotTo: 140, ballot: FORMER, command: ['SET', 'b', 'of 140'] },
]

/** For three nodes; node 1 is the new leader. */
export const GAP_IMAGE: readonly DiskImage[] = [1, 2, 3].map((node) => ({
  node,
  promised: FORMER,
  votes: node === 2 ? votes : [],
  learned: known,
  chosenThrough: 134,
}))

/** Slots 1-140 are known to be chosen, everywhere: 141 is the next. */
export const FULL_IMAGE: readonly DiskImage[] = [1, 2, 3].map((node) => ({
  node,
  promised: FORMER,
  votes: [],
  learned: [{ slotFrom: 1, slotTo: 140, command: ['SET', 'x', 'old'] }],
  chosenThrough: 140,
}))
