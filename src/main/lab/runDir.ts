/**
 * Run directories: names, the files in them, and the list of past runs.
 *
 * `run.json` is written at the start, `result.json` at the end. A run without a result is being
 * recorded while its lab lives (`pids.json`), else it was cut short; its verdict is unknown.
 */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { availableParallelism, release } from 'node:os'
import { join } from 'node:path'
import type { ClusterOptions, RunCard } from '../../shared/api'
import { Fields } from '../../shared/fields'
import { RUN_ID } from '../../shared/runIds'
import { makeDir } from './makeDir'
import { recorderOf } from './processIds'

export const RECORD_FILE = 'events.ndjson'
export const RESULT_FILE = 'result.json'
export const RUN_FILE = 'run.json'
const CARDS_MAX = 50
const NAME = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-[0-9a-z]{4}$/

export type Verdict = RunCard['verdict']

export interface RunStart {
  readonly title: string
  readonly startedAt: string
  readonly scenario: string | null
  readonly options: ClusterOptions
  readonly appVersion: string
}

/** Such as `2026-11-21T03-04-05-k3f9`: sorts by time, and two labs in one second do not meet. */
export function runName(at: Date): string {
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'
  const tail = [...randomBytes(4)].map((byte) => alphabet[byte % alphabet.length]).join('')
  return `${at.toISOString().slice(0, 19).replaceAll(':', '-')}-${tail}`
}

/** When the run of this directory was begun, ms of the wall clock; null: that is no run. */
export function runBegunMs(name: string): number | null {
  if (!NAME.test(name)) return null
  const [day = '', time = ''] = name.slice(0, 19).split('T')
  return Date.parse(`${day}T${time.replaceAll('-', ':')}Z`)
}

export async function createRunDir(
  runsDir: string,
  start: Omit<RunStart, 'options'> & { readonly options: object },
): Promise<string> {
  const path = join(runsDir, runName(new Date(start.startedAt)))
  makeDir(path)
  // Here and not only in the result: a run that is cut short was run somewhere, too.
  await writeJson(join(path, RUN_FILE), { version: 1, ...start, ...surroundings() })
  return path
}

function surroundings() {
  return {
    nodeVersion: process.version,
    system: `${process.platform} ${process.arch} ${release()}`,
    cpus: availableParallelism(),
  }
}

/** Written beside and renamed, so that a reader finds all of it or nothing. */
export async function writeJson(path: string, value: object): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value, null, 2) + '\n')
  await rename(`${path}.new`, path)
}

/** Past runs, newest first, without `except`. A directory that is no run is left out. */
export async function listRuns(runsDir: string, except: string | null): Promise<RunCard[]> {
  const names = await readdir(runsDir).catch(() => [])
  const newest = names.filter((name) => NAME.test(name) && join(runsDir, name) !== except)
  const cards = await Promise.all(
    newest
      .sort()
      .reverse()
      .slice(0, CARDS_MAX)
      .map((name) => readCard(runsDir, name)),
  )
  return cards.filter((card) => card !== null)
}

/** Of a run by itself or of a trial; null: there is no such run. */
export async function readRunCard(runsDir: string, id: string): Promise<RunCard | null> {
  return RUN_ID.test(id) ? await readCard(runsDir, id) : null
}

async function readCard(runsDir: string, id: string): Promise<RunCard | null> {
  try {
    const run = await readFields(join(runsDir, id, RUN_FILE))
    const card = { id, title: run.text('title', 200), startedAt: run.text('startedAt', 40) }
    // Asked first: a lab leaves its result before it lets go of the directory.
    const recording = recorderOf(join(runsDir, id)) !== null
    const result = await readFields(join(runsDir, id, RESULT_FILE)).catch(() => null)
    if (result === null) {
      return { ...card, events: 0, verdict: 'unknown', ...(recording && { recording }) }
    }
    const verdict = result.oneOf('verdict', ['valid', 'violated', 'unknown'])
    return { ...card, events: result.count('events'), verdict }
  } catch {
    // Half a directory of a lab that was killed while it made it: there is nothing to show.
    return null
  }
}

async function readFields(path: string): Promise<Fields> {
  return Fields.of(JSON.parse(await readFile(path, 'utf8')), path)
}
