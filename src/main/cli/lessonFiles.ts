/** The bundled lessons, and lessons of a teacher's own: two files each, data and prose. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Lesson } from '../../shared/lesson'
import { LESSON_SUFFIX, parseLesson, proseFile } from '../../shared/lessonFile'
import { UsageError } from './usage'

/** A lesson with what only teachers read; null: it has no such file. */
export interface LessonOnDisk {
  readonly lesson: Lesson
  readonly teacher: string | null
}

/** In the order of their numbers. */
export function bundledLessons(mainDir: string): LessonOnDisk[] {
  const folder = join(mainDir, '../../resources/lessons')
  const files = readdirSync(folder).filter((file) => file.endsWith(LESSON_SUFFIX))
  return files
    .map((file) => readLesson(join(folder, file)))
    .sort((one, other) => one.lesson.number - other.lesson.number)
}

/** Throws ScenarioError that names the place, UsageError for a file that is not there. */
export function readLesson(path: string): LessonOnDisk {
  const file = basename(path)
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
  const prose = join(dirname(path), proseFile(file))
  if (!existsSync(prose)) throw new UsageError(`there is no ${prose}: the prose of the lesson`)
  const lesson = parseLesson(readFileSync(path, 'utf8'), readFileSync(prose, 'utf8'), file)
  const teacher = prose.replace(/\.md$/, '.teacher.md')
  return { lesson, teacher: existsSync(teacher) ? readFileSync(teacher, 'utf8') : null }
}

/** A bundled lesson by its id or number, or one in a file. */
export function findLesson(mainDir: string, name: string): LessonOnDisk {
  if (/\.ya?ml$/.test(name)) return readLesson(name)
  const bundled = bundledLessons(mainDir)
  const found = bundled.find(({ lesson }) => lesson.id === name || String(lesson.number) === name)
  if (found !== undefined) return found
  const known = bundled.map(({ lesson }) => lesson.id).join(', ')
  throw new UsageError(`there is no lesson "${name}"; there are ${known}, or name a file`)
}
