/**
 * Sweep: ends what a killed lab left behind. Children end by themselves when their control channel
 * closes; this is the net below that, run once at start.
 */
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, killStale, PID_FILE, readOwnership } from './processIds'

export interface SweepResult {
  /** Run directories whose lab is gone. */
  readonly stale: number
  /** Processes that had to be killed. */
  readonly killed: number
}

export async function sweepStaleRuns(runsDir: string): Promise<SweepResult> {
  let stale = 0
  let killed = 0
  if (!existsSync(runsDir)) return { stale, killed }
  for (const entry of await readdir(runsDir, { withFileTypes: true })) {
    const path = join(runsDir, entry.name, PID_FILE)
    if (!entry.isDirectory() || !existsSync(path)) continue
    const ownership = readOwnership(path)
    if (ownership === null || isAlive(ownership.lab)) continue
    stale += 1
    killed += ownership.children.filter(killStale).length
    await rm(path, { force: true })
  }
  return { stale, killed }
}
