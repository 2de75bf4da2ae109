/**
 * Process ids with start times, so that an id that the system gave to another process is never
 * taken for one of ours. Start times come from /proc on Linux and from `ps` on other POSIX systems;
 * where there is neither, nothing is ever killed by id.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asList, Fields } from '../../shared/fields'

export interface ProcessId {
  readonly pid: number
  /** Opaque; equal for the same process. Null where the system does not tell. */
  readonly start: string | null
}

/** What a lab writes beside its run, for the next lab to find what a killed one left. */
export interface Ownership {
  readonly lab: ProcessId
  readonly children: readonly ProcessId[]
}

export const PID_FILE = 'pids.json'
const CHILDREN_MAX = 100
/** In /proc/PID/stat, counted after the name in parentheses. */
const START_FIELD = 19

export function processId(pid: number): ProcessId {
  return { pid, start: startOf(pid) }
}

function startOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // A process that ended and waits to be collected is gone for our purposes.
      return fields[0] === 'Z' ? null : (fields[START_FIELD] ?? null)
    }
    if (process.platform === 'win32') return null
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    // No such process: that is an answer, not a failure.
    return null
  }
}

/** True if this very process still runs. */
export function isAlive(id: ProcessId): boolean {
  return id.start !== null && startOf(id.pid) === id.start
}

/** Kills it if it is still this very process; true if there was something to kill. */
export function killStale(id: ProcessId): boolean {
  if (!isAlive(id)) return false
  try {
    process.kill(id.pid, 'SIGKILL')
    return true
  } catch {
    // It ended between the two looks, or belongs to another user and is not ours.
    return false
  }
}

/** Null when there is none or it cannot be read: nothing is then known, and nothing is killed. */
export function readOwnership(path: string): Ownership | null {
  try {
    const file = Fields.of(JSON.parse(readFileSync(path, 'utf8')), 'pid file')
    const one = (value: unknown, where: string): ProcessId => {
      const id = Fields.of(value, where)
      return { pid: id.count('pid', 1), start: id.textOrNull('start') }
    }
    const children = asList(file.raw('children'), 'pid file.children', CHILDREN_MAX, one)
    return { lab: one(file.raw('lab'), 'pid file.lab'), children }
  } catch {
    return null
  }
}

/** The lab that records into this directory now; null: none lives, or the system does not tell. */
export function recorderOf(dir: string): ProcessId | null {
  const lab = readOwnership(join(dir, PID_FILE))?.lab
  return lab !== undefined && isAlive(lab) ? lab : null
}

/** Keeps the ids of this lab's children in files, from the start of each to its end. */
export class PidFile {
  private readonly lab = processId(process.pid)
  private readonly children = new Map<number, ProcessId>()

  private readonly paths: readonly string[]

  /** Throws if the first one cannot be written; what goes wrong later is told. */
  constructor(
    dirs: readonly string[],
    private readonly onProblem: (words: string) => void,
  ) {
    this.paths = dirs.map((dir) => join(dir, PID_FILE))
    this.write()
  }

  add(pid: number): void {
    this.children.set(pid, processId(pid))
    this.rewrite()
  }

  remove(pid: number): void {
    if (this.children.delete(pid)) this.rewrite()
  }

  close(): void {
    for (const path of this.paths) rmSync(path, { force: true })
  }

  /** A full disk must not end the lab: a child that is not listed ends with its control channel. */
  private rewrite(): void {
    try {
      this.write()
    } catch (error) {
      for (const path of this.paths) rmSync(`${path}.new`, { force: true })
      this.onProblem(`the list of processes cannot be written: ${String(error)}`)
    }
  }

  private write(): void {
    const ownership: Ownership = { lab: this.lab, children: [...this.children.values()] }
    for (const path of this.paths) {
      // Renamed into place: a lab that is killed here leaves a whole file.
      writeFileSync(`${path}.new`, JSON.stringify(ownership))
      renameSync(`${path}.new`, path)
    }
  }
}
