/** The repository's own files, for the tests that judge them. Needs no git: a tarball has none. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

const FOLDERS = ['src', 'test', 'bench', 'docs', 'resources', '.ci']
const GENERATED = /(^|\/)(node_modules|out|dist|coverage|\.cache)\//

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  readonly text: string
}

/** All own text files whose path ends in one of `endings`, fixtures left out. */
export function ownFiles(endings: readonly string[]): SourceFile[] {
  const top = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'package-lock.json')
    .map((entry) => entry.name)
  return [...top, ...FOLDERS.flatMap(filesBelow)]
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .filter((path) => !GENERATED.test(path) && !path.startsWith('test/fixtures/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
