/**
 * The lesson and the step that are shown, and what the events up to the shown moment tell of them.
 * A saved run of the lesson is shown as its record has it, whatever was kept in this browser.
 */
import { computed, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import type { Lesson, LessonStep } from '../../../../shared/lesson'
import type { HandedChoice } from '../../../../shared/lessonCheck'
import { judgeChoice } from '../../../../shared/p2cChoice'
import { useEventsStore } from '../../stores/events'
import { useLabStore } from '../../stores/lab'
import { useLessonBookStore } from '../../stores/lessonBook'
import { useTeachStore } from '../../stores/teach'
import { useTimeStore } from '../../stores/time'
import { followRecord } from './follow'
import { goalViews } from './goals'
import type { GoalView } from './goals'
import { NO_STEP, stepOf, withStep } from './progress'
import type { LessonProgress, StepProgress } from './progress'
import { lastMark } from './replay'
import type { Told } from './replay'

/** What was answered; `at` (ISO 8601) is empty where the record alone tells it. */
export interface AnswerView {
  readonly choice: number
  readonly at: string
}

/** What was handed in last; `at` is empty, and `tries` 0, where the record alone tells it. */
export interface ChoiceView extends HandedChoice {
  readonly at: string
  readonly tries: number
}

export interface OpenLesson {
  /** Null: none was read yet. */
  readonly lesson: ComputedRef<Lesson | null>
  readonly progress: ComputedRef<LessonProgress | null>
  readonly step: ComputedRef<LessonStep | null>
  readonly index: ComputedRef<number>
  /** A saved run of this lesson is shown: it can be looked at, not changed. */
  readonly replays: ComputedRef<boolean>
  readonly told: ComputedRef<Told | null>
  readonly mine: ComputedRef<StepProgress>
  readonly answer: ComputedRef<AnswerView | null>
  /** Chosen in the question of the step, and not locked yet. */
  readonly picked: Ref<number | null>
  readonly choice: ComputedRef<ChoiceView | null>
  readonly goals: ComputedRef<readonly GoalView[]>
  /** The question of the step waits for a goal, or for a run to be marked in. */
  readonly isTooEarly: ComputedRef<boolean>
  /** What was reached just now, for people who do not see the ticks. */
  readonly news: Ref<string>
  readonly change: (by: (kept: LessonProgress) => LessonProgress) => void
  readonly show: (step: string) => void
  /** What the record told of these steps counts no more, from the mark on that says so. */
  readonly forget: (steps: readonly string[]) => void
  /** The step that the record of the live run is in; null: it is not of this lesson. */
  readonly recordedStep: () => string | null
}

export function openLesson(): OpenLesson {
  const book = useLessonBookStore()
  const events = useEventsStore()
  const lab = useLabStore()
  const teach = useTeachStore()
  const time = useTimeStore()

  const lesson = computed(() => {
    const lessons = book.lessons ?? []
    const chosen = lessons.find(({ id }) => id === teach.lesson)
    return chosen ?? lessons.find((one) => !book.progressFor(one).finished) ?? lessons[0] ?? null
  })
  const progress = computed(() => (lesson.value ? book.progressFor(lesson.value) : null))
  const replays = computed(
    () => lab.saved !== null && lastMark(events.held)?.lesson === lesson.value?.id,
  )
  const told = followRecord(lesson)

  /** While a saved run is shown: the step that somebody wants to look at; null: where it is. */
  const looked = ref<string | null>(null)
  watch([() => told.value?.at, replays], () => (looked.value = null))
  const index = computed(() => {
    const wanted = replays.value ? (looked.value ?? told.value?.at) : progress.value?.step
    const found = lesson.value?.steps.findIndex(({ id }) => id === wanted) ?? -1
    return Math.max(0, found)
  })
  const step = computed(() => lesson.value?.steps[index.value] ?? null)
  const mine = computed(() =>
    progress.value && step.value ? stepOf(progress.value, step.value.id) : NO_STEP,
  )

  const answer = computed<AnswerView | null>(() => {
    if (!replays.value) return mine.value.answer
    const choice = told.value?.answers.get(step.value?.id ?? '')
    return choice === undefined ? null : { choice, at: '' }
  })
  const picked = ref<number | null>(null)
  watch([() => lesson.value?.id, () => step.value?.id, answer], () => (picked.value = null))
  const choice = computed<ChoiceView | null>(() => {
    const state = step.value?.choice ?? null
    if (step.value === null || state === null) return null
    if (replays.value) {
      const handed = told.value?.choices.get(step.value.id)
      return handed === undefined ? null : { ...handed, at: '', tries: 0 }
    }
    const kept = mine.value.choice
    return kept && { ...kept, verdict: judgeChoice(state, kept) }
  })
  const goals = computed(() => {
    if (step.value === null) return []
    // A moment of the past shows what was reached by then.
    const isNow = !replays.value && time.live
    const isTold = !isNow || (lab.status.state === 'running' && !forgotten.isStale(step.value.id))
    const states = isTold ? (told.value?.goals.get(step.value.id) ?? []) : []
    const kept = isNow ? mine.value.reached : []
    const isPredicted = isNow && answer.value !== null
    const isLegal = isNow && choice.value?.verdict.isLegal === true
    return goalViews(step.value, { states, kept, isPredicted, isLegal })
  })

  /** Of a question that comes after a goal: that is not reached, or its run is over. */
  const isTooEarly = computed(() => {
    const after = step.value?.predict?.after ?? null
    if (after === null || replays.value || answer.value !== null) return false
    const isReached = goals.value.some(({ id, state }) => id === after && state === 'true')
    return !isReached || recordedStep() !== step.value?.id
  })

  function change(by: (kept: LessonProgress) => LessonProgress): void {
    if (lesson.value && progress.value) book.keep(lesson.value, by(progress.value))
  }

  function show(id: string): void {
    teach.chart = null
    if (replays.value) looked.value = id
    else change((kept) => ({ ...kept, step: id }))
  }

  function recordedStep(): string | null {
    if (lab.saved !== null || !lab.running) return null
    const mark = lastMark(events.held)
    return mark?.lesson === lesson.value?.id ? (mark?.step ?? null) : null
  }

  const forgotten = forgetSteps(told)
  const news = keepReached({ lesson, progress, told, change }, forgotten.isStale)
  const facts = { lesson, progress, step, index, replays, told, mine, answer, choice, goals, news }
  return { ...facts, picked, isTooEarly, change, show, recordedStep, forget: forgotten.forget }
}

type Kept = Pick<OpenLesson, 'lesson' | 'progress' | 'told' | 'change'>

/** Steps that were begun anew, until the mark of it was read. */
function forgetSteps(told: ComputedRef<Told | null>) {
  const stale = shallowRef<ReadonlyMap<string, number>>(new Map())
  const resetsOf = (step: string): number => told.value?.resets.get(step) ?? 0
  return {
    isStale: (step: string): boolean => {
      const before = stale.value.get(step)
      return before !== undefined && resetsOf(step) <= before
    },
    forget: (steps: readonly string[]): void => {
      stale.value = new Map([...stale.value, ...steps.map((id) => [id, resetsOf(id)] as const)])
    },
  }
}

/** What a live run reaches stays reached; answers what was reached last, in words. */
function keepReached(
  { lesson, progress, told, change }: Kept,
  isStale: (step: string) => boolean,
): Ref<string> {
  const lab = useLabStore()
  const time = useTimeStore()
  const news = ref('')
  watch(told, (now) => {
    if (now === null || lab.saved !== null || !time.live || progress.value === null) return
    if (lab.status.state !== 'running') return
    for (const { id, goals } of lesson.value?.steps ?? []) {
      if (isStale(id)) continue
      const before = stepOf(progress.value, id).reached
      const held = now.goals.get(id)?.filter(({ state }) => state === 'true') ?? []
      const fresh = held.map((goal) => goal.id).filter((goal) => !before.includes(goal))
      if (fresh.length === 0) continue
      change((kept) => withStep(kept, id, { reached: [...before, ...fresh] }))
      const words = goals.find((goal) => goal.id === fresh.at(-1))?.words ?? ''
      news.value = `Goal reached: ${words}`
    }
  })
  return news
}
