/** Logs for the tests of stable storage: made, killed, looked into and damaged. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StableRecord } from '../../src/core/paxos/effect'
import { LOCK_NAME } from '../../src/main/node/lockFile'
import { openStorage } from '../../src/main/node/openStorage'
import type { StorageOptions } from '../../src/main/node/openStorage'
import type { Storage } from '../../src/main/node/storage'
import { eventually } from './eventually'
import { CLUSTER, tempDirectory, upTo } from './nodeSupport'

export interface Opened {
  readonly storage: Storage
  readonly durable: number[]
  readonly failures: Error[]
  /** Slots of the snapshots that were saved. */
  readonly saved: number[]
}

export function open(
  directory: string,
  more: Partial<Omit<StorageOptions, 'directory' | 'listener'>> = {},
): Opened {
  const durable: number[] = []
  const failures: Error[] = []
  const saved: number[] = []
  const listener = {
    onDurable: (through: number) => durable.push(through),
    onSnapshotSaved: (through: number) => saved.push(through),
    onStorageFailed: (error: Error) => failures.push(error),
  }
  const owner = { directory, cluster: CLUSTER, node: 1, flush: true }
  return { storage: openStorage({ ...owner, listener, ...more }), durable, failures, saved }
}

/** SIGKILL: own memory is gone, the lock stays and is stale. */
export function kill(directory: string): void {
  writeFileSync(join(directory, LOCK_NAME), '999999999 1\n')
}

export function vote(slot: number, value = `v${slot}`): StableRecord {
  return { kind: 'vote', ballot: { round: 1, node: 1 }, slot, values: [value] }
}

export function recovered(storage: Storage): StableRecord[] {
  const records: StableRecord[] = []
  storage.recover((record) => records.push(record))
  return records
}

/** A closed log that holds votes 1 to `count`, each in a batch of its own. */
export async function logOf(count: number): Promise<string> {
  const directory = tempDirectory()
  const { storage, durable } = open(directory)
  for (const slot of upTo(count)) {
    storage.append(slot, vote(slot))
    storage.flush()
    await eventually(`record ${slot} durable`, () => durable.includes(slot))
  }
  await storage.close()
  return directory
}

/** Offsets of the votes in the log. */
export function votesAt(directory: string): { offset: number; bytes: number }[] {
  const { storage } = open(directory)
  const votes = storage.read(0, 1000).filter(({ record }) => record.kind === 'vote')
  kill(directory)
  return votes
}

export function flip(path: string, offset: number): void {
  const bytes = readFileSync(path)
  bytes[offset] = bytes[offset]! ^ 0x40
  writeFileSync(path, bytes)
}

/** Appends and flushes records, and waits until they are durable; answers the last number. */
export async function persist(
  { storage, durable }: Opened,
  records: readonly StableRecord[],
  from = 1,
): Promise<number> {
  const last = from + records.length - 1
  records.forEach((record, index) => storage.append(from + index, record))
  storage.flush()
  await eventually(`record ${last} durable`, () => (durable.at(-1) ?? 0) >= last)
  return last
}
