/** From step to step, answers, and back to the beginning of a step or of the whole lesson. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { Lesson, LessonStep } from '../../../../shared/lesson'
import type { P2cChoice } from '../../../../shared/p2cChoice'
import { healAll } from '../../commands/acts'
import { useLabStore } from '../../stores/lab'
import { useLessonBookStore } from '../../stores/lessonBook'
import { useToastsStore } from '../../stores/toasts'
import { resetHere } from '../teach/teachActs'
import { isReached } from './goals'
import { givenOf, tell } from './lessonActs'
import type { LessonActs } from './lessonActs'
import type { OpenLesson } from './openLesson'
import { markAnswer, markBegin, markChoice, markReset } from './perform'
import { beginningOf, furthest, withoutStep, withStep } from './progress'

export interface LessonMoves {
  /** All that the step asks for was done: the next one is open. */
  readonly isThrough: ComputedRef<boolean>
  /** Index of the last step that may be shown. */
  readonly reach: ComputedRef<number>
  readonly lockIn: (choice: number) => Promise<void>
  /** Value and set of a choice by P2c; it may be tried again until it is legal. */
  readonly handIn: (picked: P2cChoice) => Promise<void>
  readonly go: (index: number) => void
  readonly back: () => void
  /** Does nothing while the step asks for more. */
  readonly next: () => void
  readonly skip: () => void
  readonly resetStep: () => void
  readonly resetLesson: () => void
}

export function lessonMoves(open: OpenLesson, acts: LessonActs): LessonMoves {
  const { lesson, step, index, replays, goals, answer, choice, change } = open

  const isThrough = computed(() => {
    if (step.value === null) return false
    if (step.value.predict !== null && answer.value === null) return false
    return goals.value.length > 0 ? isReached(goals.value) : acts.isAllRun.value
  })
  const reach = computed(() => {
    if (lesson.value === null || open.progress.value === null) return 0
    const last = lesson.value.steps.length - 1
    return replays.value ? last : furthest(open.progress.value, lesson.value)
  })

  async function lockIn(chosen: number): Promise<void> {
    const [now, at] = [lesson.value, step.value]
    if (now === null || at === null || replays.value || answer.value !== null) return
    if (open.isTooEarly.value) return
    const answered = { choice: chosen, at: new Date().toISOString() }
    change((kept) => withStep(kept, at.id, { answer: answered }))
    // Without such a run it is marked as soon as there is one. That its step begins may still be on
    // its way to the record.
    if (open.recordedStep() !== null) {
      await markAnswer(now, at.id, chosen).catch((error: unknown) => tell('Lock in', error))
    }
  }

  async function handIn({ value, witnesses }: P2cChoice): Promise<void> {
    const [now, at] = [lesson.value, step.value]
    if (now === null || at?.choice == null || replays.value) return
    if (at.predict !== null && answer.value === null) return
    if (choice.value?.verdict.isLegal === true) return
    const tries = (choice.value?.tries ?? 0) + 1
    const handed = { value, witnesses: [...witnesses], at: new Date().toISOString(), tries }
    change((kept) => withStep(kept, at.id, { choice: handed }))
    if (open.recordedStep() !== null) {
      await markChoice(now, at.id, handed).catch((error: unknown) => tell('Hand in', error))
    }
  }

  function go(to: number): void {
    const [now, there] = [lesson.value, lesson.value?.steps[to]]
    if (now === null || there === undefined || to > reach.value || to === index.value) return
    open.show(there.id)
    if (replays.value) return
    const recorded = now.steps.findIndex(({ id }) => id === open.recordedStep())
    if (recorded === -1 || to <= recorded) return
    const marked = markBegin(now, there.id, givenOf(open))
    void marked.catch((error: unknown) => tell(there.title, error))
  }

  function onward(): void {
    if (lesson.value === null) return
    if (index.value + 1 < lesson.value.steps.length) go(index.value + 1)
    else if (!replays.value) change((kept) => ({ ...kept, finished: true }))
  }

  function next(): void {
    const at = step.value
    if (at === null || (!isThrough.value && !replays.value)) return
    if (!replays.value) {
      const reached = goals.value.filter(({ state }) => state === 'true').map(({ id }) => id)
      change((kept) => withStep(kept, at.id, { reached }))
    }
    onward()
  }

  function skip(): void {
    const at = step.value
    if (at === null) return
    if (!replays.value) change((kept) => withStep(kept, at.id, { skipped: true }))
    onward()
  }

  return {
    ...{ isThrough, reach, lockIn, handIn, go, next, skip },
    back: () => go(index.value - 1),
    ...resetsOf(open, acts),
  }
}

function resetsOf(
  open: OpenLesson,
  acts: LessonActs,
): Pick<LessonMoves, 'resetStep' | 'resetLesson'> {
  const { lesson, step, replays, change } = open
  const lab = useLabStore()
  const book = useLessonBookStore()

  /** As it was before the step: what it started is stopped, what it broke is healed. */
  function resetStep(): void {
    const [now, at] = [lesson.value, step.value]
    if (now === null || at === null || replays.value) return
    acts.stop()
    const recorded = open.recordedStep()
    if (recorded !== null) open.forget([at.id])
    change((kept) => withoutStep(kept, at.id))
    if (recorded !== null) void undo(now, [at], recorded === at.id)
  }

  function resetLesson(): void {
    const now = lesson.value
    const before = open.progress.value
    if (now === null || before === null || replays.value) return
    acts.stop()
    const recorded = open.recordedStep()
    if (recorded !== null) open.forget(now.steps.map(({ id }) => id))
    book.keep(now, beginningOf(now))
    useToastsStore().show({
      title: `Lesson ${now.number} begins anew`,
      action: { label: 'Undo', run: () => book.keep(now, before) },
    })
    if (recorded !== null) void undo(now, now.steps, true)
  }

  async function undo(
    now: Lesson,
    steps: readonly LessonStep[],
    isInProgress: boolean,
  ): Promise<void> {
    try {
      for (const { id } of steps) await markReset(now, id)
    } catch (error) {
      tell('Reset', error)
    }
    if (!isInProgress) return
    if (steps.some(({ acts: own }) => own.some(({ fresh }) => fresh))) await resetHere()
    else if (lab.status.faults.length > 0) await healAll()
  }

  return { resetStep, resetLesson }
}
