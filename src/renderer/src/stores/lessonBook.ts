/**
 * Which lessons there are, and how far somebody has come in each; kept in this browser. Lessons
 * that a teacher opens stay as long as the window does.
 *
 * Errors: a browser that keeps nothing costs the progress after a reload, and nothing else.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Lesson } from '../../../shared/lesson'
import { describeFailure } from '../api/failure'
import { parseProgress, progressOf } from '../components/lesson/progress'
import type { AllProgress, LessonProgress } from '../components/lesson/progress'

const KEY = 'paxos-lab.lessons'
const OWN_MAX = 20

export const useLessonBookStore = defineStore('lessonBook', () => {
  /** Null: they are still being read. */
  const lessons = shallowRef<readonly Lesson[] | null>(null)
  const all = shallowRef<AllProgress>(parseProgress(localStorage.getItem(KEY)))
  /** Why the last file could not be opened, with the place of the error; empty: it could. */
  const wrong = shallowRef('')
  const own = shallowRef<readonly Lesson[]>([])

  /** Their reader is large; it comes after the first picture. */
  async function load(): Promise<void> {
    if (lessons.value !== null) return
    try {
      show((await import('../components/lesson/bundled')).BUNDLED)
    } catch (error) {
      wrong.value = describeFailure(error).words
      show([])
    }
  }

  function show(bundled: readonly Lesson[]): void {
    const ids = new Set(own.value.map(({ id }) => id))
    lessons.value = [...bundled.filter(({ id }) => !ids.has(id)), ...own.value]
  }

  /** Its data and its text, chosen together; answers its id, or null. */
  async function openFiles(files: readonly File[]): Promise<string | null> {
    const { BUNDLED, readLesson } = await import('../components/lesson/bundled')
    const opened = await readLesson(files)
    if ('wrong' in opened) {
      wrong.value = opened.wrong
      return null
    }
    wrong.value = ''
    const { lesson } = opened
    own.value = [...own.value.filter(({ id }) => id !== lesson.id), lesson].slice(-OWN_MAX)
    show(BUNDLED)
    return lesson.id
  }

  const isOwn = (id: string): boolean => own.value.some((lesson) => lesson.id === id)
  const progressFor = (lesson: Lesson): LessonProgress => progressOf(all.value, lesson)

  function keep(lesson: Lesson, progress: LessonProgress): void {
    all.value = { ...all.value, [lesson.id]: progress }
    try {
      localStorage.setItem(KEY, JSON.stringify(all.value))
    } catch {
      // Storage is full or forbidden: it lasts as long as the window.
    }
  }

  return { lessons, all, wrong, load, openFiles, isOwn, progressFor, keep }
})
