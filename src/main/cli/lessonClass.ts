/**
 * Which result files and records there are below a path, and whose: a file, a run directory, or a
 * folder of either, such as the runs of one student or those of a class.
 *
 * Names:  a run directory with a name of the lab belongs to the folder around it; another one, and
 *         a record file, has the name of its student.
 * Limits: RECORDS_MAX records, DEPTH_MAX folders deep; beyond it UsageError.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { Fields } from '../../shared/fields'
import { LESSON_RESULT_SUFFIX } from '../../shared/lessonResult'
import { RUN_ID } from '../../shared/runIds'
import { RECORD_FILE, RUN_FILE } from '../lab/runDir'
import { UsageError } from './usage'

const RECORDS_MAX = 5000
const DEPTH_MAX = 4
const RECORD_SUFFIX = '.ndjson'

/** Result files, and records that are not part of one. */
export interface HandedIn {
  readonly results: readonly string[]
  readonly records: readonly RecordPlace[]
}

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

export function findHandedIn(paths: readonly string[]): HandedIn {
  const found = paths.flatMap((path) => [...recordsIn(resolve(path), resolve(path), 0)])
  if (found.length > RECORDS_MAX) throw new UsageError(`there are more than ${RECORDS_MAX} records`)
  const isResult = ({ file }: RecordPlace): boolean => file.endsWith(LESSON_RESULT_SUFFIX)
  const results = found.filter(isResult).map(({ file }) => file)
  return { results: results.sort(), records: found.filter((place) => !isResult(place)) }
}

/** By student, and in the order in which they were begun. */
export function inOrder(records: readonly RecordPlace[]): RecordPlace[] {
  const key = ({ student, startedAt, run }: RecordPlace): string[] => [student, startedAt, run]
  return records.toSorted((one, other) => compare(key(one), key(other)))
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
    else if (entry.isFile() && isHandedIn(entry.name)) yield fileOf(root, inside)
  }
}

function isHandedIn(name: string): boolean {
  return name.endsWith(RECORD_SUFFIX) || name.endsWith(LESSON_RESULT_SUFFIX)
}

function fileOf(root: string, file: string): RecordPlace {
  if (basename(file) === RECORD_FILE) return runOf(root, dirname(file))
  const student = basename(file, RECORD_SUFFIX)
  return { student, run: shown(root, file), file, dir: null, startedAt: '' }
}

/** The record in a run directory. */
export function recordOf(student: string, run: string, dir: string): RecordPlace {
  return { student, run, file: join(dir, RECORD_FILE), dir, startedAt: beginningOf(dir) }
}

function runOf(root: string, dir: string): RecordPlace {
  const name = basename(dir)
  const student = RUN_ID.test(name) ? basename(dirname(dir)) : name
  return recordOf(student, shown(root, dir), dir)
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
