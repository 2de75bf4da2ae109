/**
 * The bundled lessons, read at build time, and lessons that a teacher opens. Loaded on demand, with
 * what reads their format.
 */
import { ScenarioError } from '../../../../shared/experimentText'
import type { Lesson } from '../../../../shared/lesson'
import { checkLesson, LESSON_SUFFIX, parseLesson, proseFile } from '../../../../shared/lessonFile'

/** What a teacher alone should read is not in the page. */
const FILES = import.meta.glob<string>(
  [
    '../../../../../resources/lessons/*.lesson.yaml',
    '../../../../../resources/lessons/*.md',
    '!../../../../../resources/lessons/*.teacher.md',
  ],
  { query: '?raw', import: 'default', eager: true },
)

/** Of a teacher's lesson: its data and its text together. */
const FILE_BYTES_MAX = 262_144

const byName = new Map(
  Object.entries(FILES).map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1), text]),
)

/** In the order of their numbers; `student`: the seed of whose copies they are. */
export function bundledFor(student: number | null): readonly Lesson[] {
  return [...byName]
    .filter(([name]) => name.endsWith(LESSON_SUFFIX))
    .map(([name, yaml]) => parseLesson(yaml, byName.get(proseFile(name)) ?? '', name, student))
    .toSorted((one, other) => one.number - other.number)
}

export type Opened =
  /** `copyFor`: the same for another student. */
  | { readonly lesson: Lesson; readonly copyFor: (student: number | null) => Lesson }
  /** What is wrong, with its place in the file. */
  | { readonly wrong: string }

/** A lesson of somebody: its data and its text, two files that are chosen together. */
export async function readLesson(
  files: readonly File[],
  student: number | null = null,
): Promise<Opened> {
  const data = files.find(({ name }) => /\.ya?ml$/i.test(name))
  const text = files.find(({ name }) => /\.md$/i.test(name))
  if (data === undefined) {
    return { wrong: 'A lesson is a file NAME.lesson.yaml, with its text in NAME.md.' }
  }
  const bytes = data.size + (text?.size ?? 0)
  if (bytes > FILE_BYTES_MAX) {
    return {
      wrong: `${data.name}: ${bytes} bytes are more than the ${FILE_BYTES_MAX} of a lesson.`,
    }
  }
  try {
    const [yaml, prose] = [await data.text(), (await text?.text()) ?? '']
    const copyFor = (seed: number | null): Lesson => parseLesson(yaml, prose, data.name, seed)
    // What only another student would find is told now.
    checkLesson(yaml, prose, data.name)
    return { lesson: copyFor(student), copyFor }
  } catch (error) {
    if (error instanceof ScenarioError) return { wrong: error.message }
    throw error
  }
}
