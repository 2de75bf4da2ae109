/**
 * A result file of a student, taken apart: each run gets a directory again, as a lab leaves one, so
 * that its record is judged and its inputs are replayed as those of any run.
 *
 * Chain:  a line that was changed ends what is believed, and makes the file invalid; a file that
 *         ends too early was cut off, and is unknown.
 * Errors: those of the file system, and FrameError for a line that is too long.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  ChangedResultError,
  LESSON_RESULT_SUFFIX,
  LessonResultReader,
} from '../../shared/lessonResult'
import type { LessonResultHead, LessonResultPart, LessonRunHead } from '../../shared/lessonResult'
import { LESSON_RUN_FILE } from '../../shared/lessonRunApi'
import { RUN_ID } from '../../shared/runIds'
import { hashLine } from '../lab/recordFile'
import { INPUTS_FOLDER } from '../lab/recordingFiles'
import { RECORD_FILE, RESULT_FILE, RUN_FILE } from '../lab/runDir'
import { linesOf } from '../lab/textLines'

export interface HandedRun {
  readonly id: string
  readonly dir: string
  /** Of its last line; null: its end is not there. */
  hash: string | null
}

export interface HandIn {
  /** Its name, without folders. */
  readonly name: string
  /** Null: not even its first line is one of a result file. */
  readonly head: LessonResultHead | null
  readonly runs: readonly HandedRun[]
  /** Why it is not as it was saved; null: it is. */
  readonly problem: { readonly kind: 'changed' | 'cut'; readonly words: string } | null
}

/** Whose it says it is; by its name, where it does not say. */
export function studentOf({ head, name }: Pick<HandIn, 'head' | 'name'>): string {
  const told = head?.student.trim() ?? ''
  return told === '' ? basename(name, LESSON_RESULT_SUFFIX) : told
}

/** Whose it is, by its first line alone. */
export async function ownerOf(path: string): Promise<string> {
  const reader = new LessonResultReader(hashLine)
  for await (const { text } of linesOf(path)) {
    const part = headIn(reader, text)
    return studentOf({ name: basename(path), head: part })
  }
  return studentOf({ name: basename(path), head: null })
}

function headIn(reader: LessonResultReader, text: string): LessonResultHead | null {
  try {
    const part = reader.take(text)
    return part.kind === 'head' ? part.head : null
  } catch (error) {
    if (error instanceof ChangedResultError) return null
    throw error
  }
}

/** `into`: an empty folder for it alone. */
export async function takeApart(path: string, into: string): Promise<HandIn> {
  const reader = new LessonResultReader(hashLine)
  const folder = new Unpacking(into)
  const done = (problem: HandIn['problem']): HandIn => {
    return { name: basename(path), head: folder.head, runs: folder.runs, problem }
  }
  let isTorn = false
  try {
    for await (const { text, whole } of linesOf(path)) {
      isTorn = !whole
      folder.take(reader.take(text))
    }
  } catch (error) {
    if (!(error instanceof ChangedResultError)) throw error
    if (!isTorn) return done({ kind: 'changed', words: `${basename(path)}: ${error.message}` })
  } finally {
    folder.flush()
  }
  if (reader.isOver) return done(null)
  return done({ kind: 'cut', words: `${basename(path)} is cut off: its end is missing` })
}

const FLUSH_CHARS = 1_048_576

class Unpacking {
  head: LessonResultHead | null = null
  readonly runs: HandedRun[] = []
  /** Lines that are not written yet, and how long they are. */
  private lines: string[] = []
  private chars = 0
  private told: LessonRunHead['told'] = null
  private state: LessonRunHead['state'] = 'cut'

  constructor(private readonly into: string) {}

  take(part: LessonResultPart): void {
    switch (part.kind) {
      case 'head':
        this.head = part.head
        return
      case 'run':
        return this.begin(part.run)
      case 'input':
        return this.addInput(part.name, part.text)
      case 'record':
        this.lines.push(`${part.text}\n`)
        this.chars += part.text.length
        if (this.chars > FLUSH_CHARS) this.flush()
        return
      case 'runEnd':
        return this.end(part.lines, part.hash)
      case 'end':
    }
  }

  flush(): void {
    const run = this.runs.at(-1)
    if (run !== undefined) appendFileSync(join(run.dir, RECORD_FILE), this.lines.join(''))
    this.lines = []
    this.chars = 0
  }

  private begin({ id, about, told, state }: LessonRunHead): void {
    // The name of a directory comes from a file of a stranger.
    if (!RUN_ID.test(id)) throw new ChangedResultError(`"${id.slice(0, 40)}" is no run`)
    const dir = join(this.into, String(this.runs.length + 1), id)
    mkdirSync(join(dir, INPUTS_FOLDER), { recursive: true })
    writeFileSync(join(dir, RUN_FILE), JSON.stringify(about))
    this.runs.push({ id, dir, hash: null })
    this.told = told
    this.state = state
  }

  private addInput(name: string, text: string): void {
    const run = this.runs.at(-1)
    if (run === undefined || !LESSON_RUN_FILE.test(name) || name === RECORD_FILE) {
      throw new ChangedResultError(`"${name.slice(0, 40)}" is no file of a run`)
    }
    writeFileSync(join(run.dir, name), text, { flag: 'a' })
  }

  /** A run that went on was saved on purpose: up to there it is whole. */
  private end(lines: number, hash: string): void {
    this.flush()
    const run = this.runs.at(-1)
    if (run === undefined) return
    run.hash = hash
    const saved = { events: lines, recordHash: hash }
    const result = this.state === 'live' ? saved : this.told
    if (result !== null) writeFileSync(join(run.dir, RESULT_FILE), JSON.stringify(result))
  }
}
