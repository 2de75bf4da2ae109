/** Which processes a process has started, so that tests can prove that none is left. */
import { execFileSync } from 'node:child_process'

/** Ids of the direct children; empty where there is no `ps`. */
export function childPids(parent: number): number[] {
  if (process.platform === 'win32') return []
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid = 0]) => pid)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** All that came of a process, without itself. */
export function descendants(pid: number): number[] {
  return childPids(pid).flatMap((child) => [child, ...descendants(child)])
}
