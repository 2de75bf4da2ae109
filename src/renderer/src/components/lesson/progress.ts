/**
 * How far somebody has come in each lesson, kept in this browser (LR11): the step, what was
 * answered and picked and when, acts that ran, goals that were reached, steps that were skipped,
 * which runs there were, and the explanation.
 *
 * Parsing: entry by entry; what is broken is left out. Progress of another version of a lesson is
 *          not that of this one.
 */
import type { Lesson, LessonStep } from '../../../../shared/lesson'
import { WITNESSES_MAX } from '../../../../shared/lessonMark'
import { LESSON_RUNS_MAX, lessonFigure, PARAGRAPH_CHARS_MAX } from '../../../../shared/lessonResult'
import { z } from '../../../../shared/zod'

const LESSONS_KEPT_MAX = 100
const NAMES_MAX = 50

const names = z.array(z.string().max(80)).max(NAMES_MAX)

const stepProgress = z.object({
  /** `choice` counts from 0; `at` is ISO 8601. */
  answer: z.object({ choice: z.number().int().min(0).max(20), at: z.string().max(40) }).nullable(),
  ran: names,
  reached: names,
  skipped: z.boolean(),
  /** v and S as they were handed in last, and how often. */
  choice: z
    .object({
      value: z.string().max(40),
      witnesses: z.array(z.number().int().min(1)).max(WITNESSES_MAX),
      at: z.string().max(40),
      tries: z.number().int().min(1),
    })
    .nullable()
    .default(null),
})
const lessonProgress = z.object({
  version: z.number(),
  /** The step that was open last. */
  step: z.string().max(80),
  steps: z.record(z.string().max(80), stepProgress),
  /** Somebody went past the last step. */
  finished: z.boolean(),
  /** Ids of its runs, in the order of their beginning. */
  runs: names.default([]),
  /** The explanation, and its figure. */
  paragraph: z.string().max(PARAGRAPH_CHARS_MAX).default(''),
  figure: lessonFigure.nullable().default(null),
})

export type StepProgress = Readonly<z.infer<typeof stepProgress>>
export type LessonProgress = Readonly<z.infer<typeof lessonProgress>>
export type AllProgress = Readonly<Record<string, LessonProgress>>

export const NO_STEP: StepProgress = {
  ...{ answer: null, ran: [], reached: [], skipped: false, choice: null },
}

export function parseProgress(text: string | null): AllProgress {
  let raw: unknown
  try {
    raw = JSON.parse(text ?? '{}')
  } catch {
    return {}
  }
  if (typeof raw !== 'object' || raw === null) return {}
  const found: Record<string, LessonProgress> = {}
  for (const [id, one] of Object.entries(raw).slice(-LESSONS_KEPT_MAX)) {
    const parsed = lessonProgress.safeParse(one)
    if (parsed.success) found[id] = parsed.data
  }
  return found
}

export function beginningOf(lesson: Lesson): LessonProgress {
  const step = lesson.steps[0]?.id ?? ''
  const nothing = { steps: {}, finished: false, runs: [], paragraph: '', figure: null }
  return { version: lesson.version, step, ...nothing }
}

/** Students of one browser do not meet. */
export function keyOf({ id, student }: Lesson): string {
  return student === null ? id : `${id} ${student}`
}

/** With one run more; of too many the first are forgotten. */
export function withRun(progress: LessonProgress, run: string): LessonProgress {
  if (progress.runs.includes(run)) return progress
  return { ...progress, runs: [...progress.runs, run].slice(-LESSON_RUNS_MAX) }
}

/** What is kept of this very version; else its beginning. */
export function progressOf(all: AllProgress, lesson: Lesson): LessonProgress {
  const kept = all[keyOf(lesson)]
  const isThis = kept?.version === lesson.version
  return isThis && lesson.steps.some(({ id }) => id === kept.step) ? kept : beginningOf(lesson)
}

export function stepOf(progress: LessonProgress, id: string): StepProgress {
  return progress.steps[id] ?? NO_STEP
}

export function withStep(
  progress: LessonProgress,
  id: string,
  change: Partial<StepProgress>,
): LessonProgress {
  const steps = { ...progress.steps, [id]: { ...stepOf(progress, id), ...change } }
  return { ...progress, steps }
}

/** Without whatever was answered, done and reached in this step. */
export function withoutStep(progress: LessonProgress, id: string): LessonProgress {
  const { [id]: _left, ...steps } = progress.steps
  return { ...progress, steps, finished: false }
}

/** Everything that the step asks for was done; it was not skipped. */
export function isDone(progress: LessonProgress, step: LessonStep): boolean {
  const { answer, ran, reached } = stepOf(progress, step.id)
  if (step.predict !== null && answer === null) return false
  if (step.goals.length > 0) return step.goals.every(({ id }) => reached.includes(id))
  return step.acts.every(({ id }) => ran.includes(id))
}

/** How far one may go by the steps: to the first that is neither done nor skipped. */
export function furthest(progress: LessonProgress, lesson: Lesson): number {
  const open = lesson.steps.findIndex(
    (step) => !stepOf(progress, step.id).skipped && !isDone(progress, step),
  )
  const here = lesson.steps.findIndex(({ id }) => id === progress.step)
  return Math.max(here, open === -1 ? lesson.steps.length - 1 : open)
}

/** Marks of evidence reached, and how many there are. */
export function marksOf(
  progress: LessonProgress,
  lesson: Lesson,
): { readonly reached: number; readonly all: number } {
  let reached = 0
  let all = 0
  for (const step of lesson.steps) {
    for (const { id, weight } of step.goals) {
      all += weight
      if (stepOf(progress, step.id).reached.includes(id)) reached += weight
    }
  }
  return { reached, all }
}

export interface LessonState {
  readonly kind: 'open' | 'begun' | 'done'
  /** `12 min`, `step 2 of 5`, `done`. */
  readonly words: string
}

/** For the lists. */
export function stateOf(progress: LessonProgress, lesson: Lesson): LessonState {
  if (progress.finished) return { kind: 'done', words: `${lesson.minutes} min` }
  const at = lesson.steps.findIndex(({ id }) => id === progress.step)
  if (at <= 0 && Object.keys(progress.steps).length === 0) {
    return { kind: 'open', words: `${lesson.minutes} min` }
  }
  return { kind: 'begun', words: `step ${at + 1} of ${lesson.steps.length}` }
}
