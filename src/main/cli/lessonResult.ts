/**
 * `paxos-lab lesson result`: the result file of a lesson from run directories, the same as the
 * window saves.
 */
import { createWriteStream, existsSync, readFileSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Fields } from '../../shared/fields'
import type { Lesson } from '../../shared/lesson'
import { parseMark } from '../../shared/lessonMark'
import {
  FIGURE_CHARS_MAX,
  LESSON_RESULT_SUFFIX,
  LESSON_RUNS_MAX,
  PARAGRAPH_CHARS_MAX,
  printLessonResult,
} from '../../shared/lessonResult'
import type { LessonFigure, LessonResultHead } from '../../shared/lessonResult'
import { isSvg } from '../../shared/pins'
import { lessonRunOf, lessonRunSource } from '../lab/lessonRun'
import { recorderOf } from '../lab/processIds'
import { hashLine } from '../lab/recordFile'
import { readEvents } from '../lab/textLines'
import { UsageError } from './usage'

/** Where a mark may be: only such a line is parsed. */
const MARK_HINT = '"actor":"lesson"'

export interface ResultWish {
  readonly lesson: Lesson
  readonly student: string
  readonly runDirs: readonly string[]
  /** Files; null: none. */
  readonly paragraph: string | null
  readonly figure: string | null
  /** Null: `STUDENT.LESSON.paxos-result` here. */
  readonly out: string | null
}

/** Answers the path of the file. */
export async function writeLessonResult(wish: ResultWish): Promise<string> {
  const { lesson, student, runDirs } = wish
  if (runDirs.length > LESSON_RUNS_MAX) {
    throw new UsageError(`a result file has at most ${LESSON_RUNS_MAX} runs`)
  }
  const name = `${student === '' ? 'student' : student}.${lesson.id}${LESSON_RESULT_SUFFIX}`
  const path = resolve(wish.out ?? basename(name.replaceAll(/[^\p{L}\p{N}._@-]+/gu, '_')))
  if (existsSync(path)) throw new UsageError(`${path} is there already`)
  const views = await Promise.all(
    runDirs.map(async (dir) => ({
      dir,
      view: await lessonRunOf(dir, basename(dir), recorderOf(dir) !== null),
    })),
  )
  const sources = views
    .map(({ dir, view }) => ({ dir, view, startedAt: startOf(view.about) }))
    .toSorted((one, other) => one.startedAt.localeCompare(other.startedAt))
  const given: Given = { answers: new Map(), choices: new Map() }
  for (const { dir, startedAt } of sources) await addGiven(given, dir, startedAt, lesson)
  const head: LessonResultHead = {
    ...{ lesson: lesson.id, version: lesson.version, student, seed: lesson.student },
    ...{ savedAt: new Date().toISOString(), answers: [...given.answers.values()] },
    choices: [...given.choices.values()],
    paragraph: wish.paragraph === null ? '' : paragraphOf(wish.paragraph),
    figure: wish.figure === null ? null : figureOf(wish.figure),
  }
  const runs = sources.map(({ dir, view }) => lessonRunSource(dir, view))
  const text = Readable.from(printLessonResult(head, runs, hashLine))
  await pipeline(text, createWriteStream(path, { flags: 'wx' }))
  return path
}

function startOf(about: Readonly<Record<string, unknown>>): string {
  return Fields.of(about, 'run.json').text('startedAt', 40)
}

/** By step. */
interface Given {
  readonly answers: Map<string, LessonResultHead['answers'][number]>
  readonly choices: Map<string, NonNullable<LessonResultHead['choices']>[number]>
}

/** The first answer to each question and what was picked last, when it was given. */
async function addGiven(
  { answers, choices }: Given,
  dir: string,
  startedAt: string,
  lesson: Lesson,
): Promise<void> {
  for await (const event of readEvents(dir, (text) => text.includes(MARK_HINT))) {
    const mark = event.type === 'acted' ? parseMark(event.act) : null
    if (mark?.lesson !== lesson.id) continue
    const { step } = mark
    const at = new Date(Date.parse(startedAt) + event.atMs).toISOString()
    if (mark.act === 'answer' && !answers.has(step)) {
      answers.set(step, { step, choice: mark.choice + 1, at })
    }
    if (mark.act !== 'choose') continue
    const [{ value, witnesses }, before] = [mark, choices.get(step)]
    const isSame = before?.value === value && before.witnesses.join() === witnesses.join()
    // Each run says again what was picked before it.
    if (isSame) continue
    choices.set(step, {
      step,
      value,
      witnesses: [...witnesses],
      tries: (before?.tries ?? 0) + 1,
      at,
    })
  }
}

function paragraphOf(path: string): string {
  const text = readFileSync(existing(path), 'utf8').trim()
  if (text.length <= PARAGRAPH_CHARS_MAX) return text
  throw new UsageError(`${path} has more than ${PARAGRAPH_CHARS_MAX} characters`)
}

function figureOf(path: string): LessonFigure {
  const bytes = readFileSync(existing(path))
  const name = basename(path).slice(-200)
  const text = bytes.toString('utf8')
  const figure: LessonFigure = isSvg(text)
    ? { name, type: 'image/svg+xml', data: text }
    : { name, type: 'image/png', data: bytes.toString('base64') }
  if (figure.type === 'image/png' && !figure.data.startsWith(PNG_BASE64)) {
    throw new UsageError(`${path} is neither an SVG document nor a PNG picture`)
  }
  if (figure.data.length <= FIGURE_CHARS_MAX) return figure
  throw new UsageError(`${path} is too large for a result file`)
}

/** How the signature of a PNG file begins in base64. */
const PNG_BASE64 = 'iVBORw0KGgo'

function existing(path: string): string {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new UsageError(`there is no file ${path}`)
  return path
}
