/** Which files the app opens, by their names; and those among the arguments it was started with. */
import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Arguments looked at: a person drops a few files, a script may name thousands. */
export const ARGUMENTS_MAX = 64

/** Also the ending of the file association, `.paxlab.yaml`. */
export function isExperimentName(path: string): boolean {
  return /[^/\\]\.ya?ml$/i.test(path)
}

export function isKnownName(path: string): boolean {
  return isExperimentName(path) || /[^/\\]\.(ndjson|jsonl|json)$/i.test(basename(path))
}

/** The first argument that names such a file; null: none does. Relative ones are below `folder`. */
export function fileArgument(args: readonly string[], folder: string): string | null {
  for (const argument of args.slice(0, ARGUMENTS_MAX)) {
    if (argument.startsWith('-') || !isKnownName(argument)) continue
    const path = pathOf(argument, folder)
    if (path !== null && isFile(path)) return path
  }
  return null
}

/** Desktops of Linux hand over addresses of files; null: an address of something else. */
function pathOf(argument: string, folder: string): string | null {
  if (!/^[a-z]+:\/\//i.test(argument)) return resolve(folder, argument)
  try {
    return fileURLToPath(argument)
  } catch {
    return null
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    // No such place can be: a NUL byte, a name that is too long.
    return false
  }
}
