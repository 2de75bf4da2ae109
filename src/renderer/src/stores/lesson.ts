/**
 * The lesson that is open: its step, what was answered, which goals the events of the shown run
 * have reached, the act in progress.
 *
 * Errors: what the lab refuses becomes a toast; the step stays as it was.
 */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { isReached } from '../components/lesson/goals'
import { lessonActs } from '../components/lesson/lessonActs'
import { lessonMoves } from '../components/lesson/lessonMoves'
import { openLesson } from '../components/lesson/openLesson'

export const useLessonStore = defineStore('lesson', () => {
  const open = openLesson()
  const acts = lessonActs(open)
  const moves = lessonMoves(open, acts)

  /** After the goals, or without any after the acts; whoever skips the step reads it too (LR2). */
  const keyShown = computed(() => {
    const { answer, goals, mine, replays } = open
    if (answer.value === null) return false
    if (mine.value.skipped && !replays.value) return true
    // What was to be found out was found: nothing that follows could be told too soon.
    if (open.step.value?.predict?.after != null) return true
    return goals.value.length > 0 ? isReached(goals.value) : acts.isAllRun.value
  })

  return { ...open, ...acts, ...moves, keyShown }
})
