/**
 * Reads every key back that the load wrote, through the log and over all nodes in turn, so that the
 * history of the run ends with what everybody can see.
 *
 * Units:  ms. A read that gets no answer is tried at the next node, TRIES_MAX times in all.
 */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findLostWrites, writtenKeys } from '../../core/storm/lostWrites'
import type { LostWrites } from '../../core/storm/lostWrites'
import { readHistory } from '../lab/historyFile'
import type { LabController } from '../lab/lab'
import { HISTORY_FILE } from '../lab/offlineRun'

const READERS = 8
const TRIES_MAX = 5
/** The history reaches its file within this time. */
const WRITTEN_MS = 400

/** How many keys were read. The load must be over. */
export async function readBack(lab: LabController, runDir: string): Promise<number> {
  await wait(WRITTEN_MS)
  const { entries } = await readHistory(join(runDir, HISTORY_FILE), null)
  const keys = writtenKeys(entries)
  const { nodes } = lab.status()
  let at = 0
  const reader = async (): Promise<void> => {
    for (;;) {
      const place = at
      at += 1
      const key = keys[place]
      if (key === undefined) return
      for (let turn = 0; turn < TRIES_MAX; turn += 1) {
        const node = nodes[(place + turn) % nodes.length]?.node ?? 1
        const { outcome } = await lab.command(node, ['GET', key])
        if (outcome === 'ok') break
      }
    }
  }
  await Promise.all(Array.from({ length: READERS }, reader))
  return keys.length
}

/** Of the history in the run directory, after the run. */
export async function lostWritesOf(runDir: string): Promise<LostWrites> {
  const { entries } = await readHistory(join(runDir, HISTORY_FILE), null)
  return findLostWrites(entries)
}
