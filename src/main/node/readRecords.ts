/**
 * Reads the records of a node's log without taking it: for whoever looks at the disks of processes
 * that have ended. Changes nothing, a torn tail included.
 *
 * Errors: StorageError with file and offset for a log that is damaged before its tail.
 */
import { existsSync } from 'node:fs'
import type { StableRecord } from '../../core/paxos/effect'
import { LogReader } from './logReader'
import { isStable } from './recordFormat'
import { findLog } from './segments'

/** In the order of writing; empty where there is no log. */
export function readRecords(directory: string): StableRecord[] {
  const found = existsSync(directory) ? findLog(directory, () => undefined) : null
  const records: StableRecord[] = []
  for (const { path } of found?.segments ?? []) {
    const reader = new LogReader(path)
    try {
      reader.each((record) => {
        if (isStable(record)) records.push(record)
        return true
      })
    } finally {
      reader.close()
    }
  }
  return records
}
