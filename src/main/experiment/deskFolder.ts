/**
 * Files of the desk: read with a bound, written whole or not at all, and never outside of their
 * folder, whatever a name or a link says; and turns for what takes long.
 *
 * Errors: LabCallError where a person can do something about it, else those of the file system.
 */
import { lstat, open, realpath, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LabCallError } from '../../shared/api'
import { REPORT_ID } from '../../shared/runIds'
import { makeDir } from '../lab/makeDir'

/** Made if it is missing; the real path of it. */
export async function openFolder(path: string): Promise<string> {
  makeDir(path)
  return await realpath(path)
}

/** Written beside, flushed and renamed: a reader, and a power cut, find all of it or nothing. */
export async function writeSafely(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`
  try {
    const file = await open(beside, 'w', 0o644)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

export interface FileStamp {
  readonly bytes: number
  readonly changedMs: number
}

/** Of a plain file; a link is none. Null: there is no such file. */
export async function stampOf(path: string): Promise<FileStamp | null> {
  const found = await lstat(path).catch(() => null)
  if (found === null || !found.isFile()) return null
  return { bytes: found.size, changedMs: found.mtimeMs }
}

/** Null: there is no such file, or it is longer. */
export async function readBounded(path: string, bytesMax: number): Promise<string | null> {
  const stamp = await stampOf(path)
  if (stamp === null || stamp.bytes > bytesMax) return null
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return null
  try {
    const buffer = Buffer.alloc(stamp.bytes)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Real directory of a run or result; an id is checked, and a link leads nowhere. */
export async function runDirOf(runsDir: string, id: string): Promise<string> {
  const none = (): never => {
    throw new LabCallError('badArgument', `there is no ${id} in ${runsDir}`)
  }
  if (!REPORT_ID.test(id)) return none()
  const folder = await realpath(runsDir).catch(none)
  const dir = join(folder, id)
  return (await realpath(dir).catch(none)) === dir ? dir : none()
}

/** Other work gets its turn after so long. */
const TURN_MS = 10

/** Carries out what comes in steps, and lets a host do other work in between. */
export async function inSteps<Out>(steps: Iterator<unknown, Out>): Promise<Out> {
  let begunMs = performance.now()
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    if (performance.now() - begunMs < TURN_MS) continue
    await new Promise((resolve) => setImmediate(resolve))
    begunMs = performance.now()
  }
}

/** One after another, whatever becomes of the one before. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve()

  take<Out>(act: () => Promise<Out>): Promise<Out> {
    const turn = this.last.then(act, act)
    this.last = turn.catch(() => {})
    return turn
  }
}
