/** The bundled lessons, and lessons of a teacher's own: two files each, data and prose. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Lesson } from '../../shared/lesson'
import { checkLesson, LESSON_SUFFIX, parseLesson, proseFile } from '../../shared/lessonFile'
import { UsageError } from './usage'

/** A lesson with what only teachers read; null: it has no such file. */
export interface LessonOnDisk {
  readonly lesson: Lesson
  readonly teacher: string | null
}

/**
 * In the order of their numbers; `student`: the seed of whose copy it is, null: everybody's. `only`:
 * ids of those that are wanted, for reading one takes its time.
 */
export function bundledLessons(
  mainDir: string,
  student: number | null = null,
  only: ReadonlySet<string> | null = null,
): LessonOnDisk[] {
  const folder = join(mainDir, '../../resources/lessons')
  const files = readdirSync(folder).filter((file) => file.endsWith(LESSON_SUFFIX))
  const isWanted = (file: string): boolean => {
    const text = only === null ? '' : readFileSync(join(folder, file), 'utf8')
    return only?.has(/^id: *(\S+)/m.exec(text)?.[1] ?? '') ?? true
  }
  return files
    .filter(isWanted)
    .map((file) => readLesson(join(folder, file), student))
    .sort((one, other) => one.lesson.number - other.lesson.number)
}

/** Throws ScenarioError that names the place, UsageError for a file that is not there. */
export function readLesson(path: string, student: number | null = null): LessonOnDisk {
  const { yaml, prose, proseText } = textsOf(path)
  const lesson = parseLesson(yaml, proseText, basename(path), student)
  const teacher = prose.replace(/\.md$/, '.teacher.md')
  return { lesson, teacher: existsSync(teacher) ? readFileSync(teacher, 'utf8') : null }
}

/** Throws as `readLesson`, also for what only some students would find. */
export function checkLessonFile(path: string): Lesson {
  const { yaml, proseText } = textsOf(path)
  return checkLesson(yaml, proseText, basename(path))
}

function textsOf(path: string) {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
  const prose = join(dirname(path), proseFile(basename(path)))
  if (!existsSync(prose)) throw new UsageError(`there is no ${prose}: the prose of the lesson`)
  return { yaml: readFileSync(path, 'utf8'), prose, proseText: readFileSync(prose, 'utf8') }
}

/** A bundled lesson by its id or number, or one in a file. */
export function findLesson(
  mainDir: string,
  name: string,
  student: number | null = null,
): LessonOnDisk {
  if (/\.ya?ml$/.test(name)) return readLesson(name, student)
  const bundled = bundledLessons(mainDir, student)
  const found = bundled.find(({ lesson }) => lesson.id === name || String(lesson.number) === name)
  if (found !== undefined) return found
  const known = bundled.map(({ lesson }) => lesson.id).join(', ')
  throw new UsageError(`there is no lesson "${name}"; there are ${known}, or name a file`)
}
