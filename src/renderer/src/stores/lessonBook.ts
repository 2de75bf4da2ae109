/**
 * Which lessons there are, and how far somebody has come in each; kept in this browser. Lessons
 * that a teacher opens stay as long as the window does.
 *
 * Errors: a browser that keeps nothing costs the progress after a reload, and nothing else.
 */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Lesson } from '../../../shared/lesson'
import { describeFailure } from '../api/failure'
import { keyOf, parseProgress, progressOf, stepOf } from '../components/lesson/progress'
import type { AllProgress, LessonProgress } from '../components/lesson/progress'
import { tellNames } from '../../../shared/unnamed'
import { useStudentStore } from './student'

const KEY = 'paxos-lab.lessons'
const OWN_MAX = 20

/** One that was opened from files. */
interface OwnLesson {
  readonly lesson: Lesson
  readonly copyFor: (student: number | null) => Lesson
}

export const useLessonBookStore = defineStore('lessonBook', () => {
  /** Null: they are still being read. */
  const lessons = shallowRef<readonly Lesson[] | null>(null)
  const all = shallowRef<AllProgress>(parseProgress(localStorage.getItem(KEY)))
  /** Why the last file could not be opened, with the place of the error; empty: it could. */
  const wrong = shallowRef('')
  const own = shallowRef<readonly OwnLesson[]>([])
  const student = useStudentStore()

  /** Their reader is large; it comes after the first picture. */
  async function load(): Promise<void> {
    if (lessons.value !== null) return
    try {
      show((await import('../components/lesson/bundled')).bundledFor(student.seed))
    } catch (error) {
      wrong.value = describeFailure(error).words
      show([])
    }
  }

  function show(bundled: readonly Lesson[]): void {
    const mine = own.value.map(({ lesson }) => lesson)
    const ids = new Set(mine.map(({ id }) => id))
    lessons.value = [...bundled.filter(({ id }) => !ids.has(id)), ...mine]
  }

  /** Another student has other copies. */
  async function copyAnew(seed: number | null): Promise<void> {
    if (lessons.value === null) return
    const { bundledFor } = await import('../components/lesson/bundled')
    if (student.seed !== seed) return
    own.value = own.value.map(({ copyFor }) => ({ lesson: copyFor(seed), copyFor }))
    show(bundledFor(seed))
  }
  watch(() => student.seed, copyAnew)

  /** Its data and its text, chosen together; answers its id, or null. */
  async function openFiles(files: readonly File[]): Promise<string | null> {
    const { bundledFor, readLesson } = await import('../components/lesson/bundled')
    const opened = await readLesson(files, student.seed)
    if ('wrong' in opened) {
      wrong.value = opened.wrong
      return null
    }
    wrong.value = ''
    const { lesson } = opened
    const others = own.value.filter((one) => one.lesson.id !== lesson.id)
    own.value = [...others, opened].slice(-OWN_MAX)
    show(bundledFor(student.seed))
    return lesson.id
  }

  const isOwn = (id: string): boolean => own.value.some(({ lesson }) => lesson.id === id)
  const progressFor = (lesson: Lesson): LessonProgress => progressOf(all.value, lesson)

  function keep(lesson: Lesson, progress: LessonProgress): void {
    all.value = { ...all.value, [keyOf(lesson)]: progress }
    try {
      localStorage.setItem(KEY, JSON.stringify(all.value))
    } catch {
      // Storage is full or forbidden: it lasts as long as the window.
    }
  }

  // Whoever has named the rule that a step hides is told which mutant it was.
  tellNames((letter, mutant) =>
    (lessons.value ?? []).some((lesson) =>
      lesson.steps.some(({ id, predict, acts }) => {
        const isNamed = predict?.after != null && stepOf(progressFor(lesson), id).answer !== null
        const hides = ({ cluster }: (typeof acts)[number]): boolean =>
          cluster?.unnamed === letter && cluster.mutant === mutant
        return isNamed && acts.some(hides)
      }),
    ),
  )

  return { lessons, all, wrong, load, openFiles, isOwn, progressFor, keep }
})
