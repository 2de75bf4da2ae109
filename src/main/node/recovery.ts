/**
 * Gives a machine back what storage kept: the snapshot, then the records above it. A new log may
 * begin with an image instead, so that a scenario starts from the very disk that it tells of.
 *
 * Errors: StorageError if what was kept contradicts itself; the node must not vote on it.
 */
import type { NodeMachine } from '../../core/nodeMachine'
import type { StableRecord } from '../../core/paxos/effect'
import { StorageError } from './logReader'
import type { Storage } from './storage'

/** Records of an image carry this number: those of a life count from 1. */
const IMAGE_NUMBER = 0

export function recoverMachine(
  machine: Pick<NodeMachine, 'recoverSnapshot' | 'recoverRecord'>,
  storage: Storage,
  image: readonly StableRecord[],
): void {
  const { snapshot, recovered, life } = storage
  try {
    if (snapshot !== null) machine.recoverSnapshot(snapshot)
    storage.recover((record) => machine.recoverRecord(record))
  } catch (error) {
    if (error instanceof StorageError) throw error
    const words = error instanceof Error ? error.message : String(error)
    throw new StorageError(`the log cannot be recovered: ${words}`)
  }
  if (image.length === 0 || snapshot !== null || recovered.records > 0 || life > 1) return
  for (const record of image) {
    machine.recoverRecord(record)
    storage.append(IMAGE_NUMBER, record)
  }
  // Whatever relies on it is flushed later, and so after it.
  storage.flush()
}
