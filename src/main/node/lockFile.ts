/**
 * Lock file of a data directory: two nodes never share one. It names a process by id and start
 * time, so that the lock of a killed node is told from that of a running one, whoever has
 * its id by now.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError } from './logReader'

export const LOCK_NAME = 'lock'
const TAKEOVER_TRIES_MAX = 5

interface Holder {
  readonly pid: number
  /** As the system counts it; empty where it does not tell. */
  readonly started: string
}

/** Takes the lock and answers how to let go of it. @throws StorageError if a live node holds it. */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, LOCK_NAME)
  const own = join(directory, `${LOCK_NAME}.${process.pid}`)
  const mine = `${process.pid} ${processStart(process.pid) ?? ''}\n`
  writeFileSync(own, mine)
  try {
    for (let attempt = 0; attempt < TAKEOVER_TRIES_MAX; attempt++) {
      if (tryLink(own, path)) return () => release(path, mine)
      removeIfStale(path, `${own}.stale`)
    }
  } finally {
    unlinkSync(own)
  }
  throw new StorageError(`lock ${path} changes hands too fast; is another node starting?`)
}

/** A link appears with its content or not at all: nobody reads a half-written lock. */
function tryLink(own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

function removeIfStale(path: string, aside: string): void {
  const text = readOrNull(path)
  if (text === null) return
  const holder = parseHolder(text)
  if (holder && isAlive(holder)) {
    throw new StorageError(
      `directory of ${path} is in use by process ${holder.pid}; two nodes must not share one`,
    )
  }
  try {
    renameSync(path, aside)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return
    throw error
  }
  // Another starter may have been quicker: what was moved is then its lock, and goes back.
  if (readOrNull(aside) !== text) tryLink(aside, path)
  unlinkSync(aside)
}

function release(path: string, mine: string): void {
  if (readOrNull(path) === mine) unlinkSync(path)
}

function parseHolder(text: string): Holder | null {
  const match = /^(\d{1,10}) (\d*)\n$/.exec(text)
  return match ? { pid: Number(match[1]), started: match[2] ?? '' } : null
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (!isErrno(error, 'EPERM')) return false
  }
  const started = processStart(holder.pid)
  if (started === 'zombie') return false
  return started === null || holder.started === '' || started === holder.started
}

/** Start time in ticks since boot, from Linux; null elsewhere or without such a process. */
function processStart(pid: number): string | null {
  const stat = readOrNull(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The name in parentheses may hold anything; the fields after it are numbers, the state first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? null)
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return null
    throw error
  }
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
