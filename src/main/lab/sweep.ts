/**
 * Sweep: ends what a killed lab left behind. Children end by themselves when their control channel
 * closes; this is the net below that, run once at start. A directory that its lab had only begun to
 * make holds nothing: it goes, too. Runs with a record stay, whatever became of their lab.
 */
import { existsSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isAlive, killStale, PID_FILE, readOwnership } from './processIds'
import { runBegunMs, RUN_FILE } from './runDir'

export interface SweepResult {
  /** Run directories whose lab is gone. */
  readonly stale: number
  /** Processes that had to be killed. */
  readonly killed: number
}

/** A lab writes into the directory that it makes within moments. */
const HOLLOW_MS = 60_000

export async function sweepStaleRuns(runsDir: string): Promise<SweepResult> {
  let stale = 0
  let killed = 0
  if (!existsSync(runsDir)) return { stale, killed }
  for (const entry of await readdir(runsDir, { withFileTypes: true })) {
    const dir = join(runsDir, entry.name)
    const path = join(dir, PID_FILE)
    if (!entry.isDirectory()) continue
    if (!existsSync(path)) {
      await removeHollow(dir)
      continue
    }
    const ownership = readOwnership(path)
    if (ownership === null || isAlive(ownership.lab)) continue
    stale += 1
    killed += ownership.children.filter(killStale).length
    await rm(path, { force: true })
  }
  return { stale, killed }
}

/** Empty, or with the beginning of its first file, although it was begun a while ago. */
async function removeHollow(dir: string): Promise<void> {
  const begunMs = runBegunMs(basename(dir))
  if (begunMs === null || Date.now() - begunMs < HOLLOW_MS) return
  const half = `${RUN_FILE}.new`
  const names = await readdir(dir)
  if (names.some((name) => name !== half)) return
  await rm(join(dir, half), { force: true })
  // Not recursively: whatever else came into it meanwhile stays.
  await rmdir(dir)
}
