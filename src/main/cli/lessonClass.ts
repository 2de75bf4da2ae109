/**
 * Which records there are below a path, and whose: a record file, a run directory, or a folder of
 * either, such as the runs of one student or those of a class.
 *
 * Names:  a run directory with a name of the lab belongs to the folder around it; another one, and
 *         a record file, has the name of its student.
 * Limits: RECORDS_MAX records, DEPTH_MAX folders deep; beyond it UsageError.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { Fields } from '../../shared/fields'
import { RUN_ID } from '../../shared/runIds'
import { RECORD_FILE, RUN_FILE } from '../lab/runDir'
import { UsageError } from './usage'

const RECORDS_MAX = 5000
const DEPTH_MAX = 4
const RECORD_SUFFIX = '.ndjson'

export interface RecordPlace {
  readonly student: string
  /** Relative to what was named. */
  readonly run: string
  readonly file: string
  /** Its run directory; null: a file by itself. */
  readonly dir: string | null
  /** When it was begun, for the order of the runs of one student; empty: nobody knows. */
  readonly startedAt: string
}

/** By student, and in the order in which they were begun. */
export function findRecords(paths: readonly string[]): RecordPlace[] {
  const found = paths.flatMap((path) => [...recordsIn(resolve(path), resolve(path), 0)])
  if (found.length > RECORDS_MAX) throw new UsageError(`there are more than ${RECORDS_MAX} records`)
  const key = ({ student, startedAt, run }: RecordPlace): string[] => [student, startedAt, run]
  return found.sort((one, other) => compare(key(one), key(other)))
}

function compare(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((part, index) => part !== other[index])
  return at < 0 ? 0 : (one[at] ?? '').localeCompare(other[at] ?? '')
}

function* recordsIn(root: string, path: string, depth: number): Generator<RecordPlace> {
  if (!existsSync(path)) throw new UsageError(`there is no ${path}`)
  if (!statSync(path).isDirectory()) {
    yield fileOf(root, path)
    return
  }
  if (existsSync(join(path, RECORD_FILE))) {
    yield runOf(root, path)
    return
  }
  if (depth >= DEPTH_MAX) return
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name)
    if (entry.isDirectory()) yield* recordsIn(root, inside, depth + 1)
    else if (entry.isFile() && entry.name.endsWith(RECORD_SUFFIX)) yield fileOf(root, inside)
  }
}

function fileOf(root: string, file: string): RecordPlace {
  if (basename(file) === RECORD_FILE) return runOf(root, dirname(file))
  const student = basename(file, RECORD_SUFFIX)
  return { student, run: shown(root, file), file, dir: null, startedAt: '' }
}

function runOf(root: string, dir: string): RecordPlace {
  const name = basename(dir)
  const student = RUN_ID.test(name) ? basename(dirname(dir)) : name
  const file = join(dir, RECORD_FILE)
  return { student, run: shown(root, dir), file, dir, startedAt: beginningOf(dir) }
}

function shown(root: string, path: string): string {
  return relative(root, path) || basename(path)
}

function beginningOf(dir: string): string {
  try {
    const path = join(dir, RUN_FILE)
    return Fields.of(JSON.parse(readFileSync(path, 'utf8')), RUN_FILE).text('startedAt', 40)
  } catch {
    // A record without its head is judged all the same.
    return ''
  }
}
