/**
 * Makes a directory with its parents, one by one from the first that is missing. A recursive mkdir
 * of Node 20 never ends where the file system says ENOENT for a name below a folder that is there,
 * as `/proc` does.
 *
 * Errors: those of the file system, with their code and path; EEXIST also for a file on the way.
 */
import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

export function makeDir(path: string): void {
  const missing: string[] = []
  let at = resolve(path)
  while (statSync(at, { throwIfNoEntry: false }) === undefined && at !== dirname(at)) {
    missing.unshift(at)
    at = dirname(at)
  }
  // What is there already is no error if it is a directory: another process may make it as well.
  for (const each of [at, ...missing]) {
    if (statSync(each, { throwIfNoEntry: false })?.isDirectory() !== true) makeOne(each)
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}
