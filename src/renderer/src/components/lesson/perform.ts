/**
 * Carries one act of a lesson out on the lab that runs, and writes the marks by which the record
 * alone can be judged.
 *
 * Errors: rejects with what the lab refused; verbs before it were carried out. After an abort it
 *         resolves, and no further verb is begun.
 */
import { until } from '@vueuse/core'
import { LabCallError } from '../../../../shared/api'
import { leaderOf } from '../../../../shared/labWords'
import type { Lesson, LessonAct } from '../../../../shared/lesson'
import { printMark } from '../../../../shared/lessonMark'
import type { P2cChoice } from '../../../../shared/p2cChoice'
import { performVerb } from '../../../../shared/performVerb'
import { runIdOf } from '../../../../shared/runIds'
import type { VerbResult } from '../../../../shared/performVerb'
import type { Verb } from '../../../../shared/verbs'
import { describeFailure } from '../../api/failure'
import { useLabStore } from '../../stores/lab'
import { useSelectionStore } from '../../stores/selection'

/** A status that the host has sent already, or will at once. */
const STATUS_WAIT_MS = 10_000
/** Until somebody leads whom a verb speaks of. */
const LEADER_WAIT_MS = 10_000

/** As `resolveRefs.ts` says it. */
const NOBODY = /^there is no (leader|follower) now$/

/** By step: the index of an answer, the value and the set of a choice by P2c. */
export interface Given {
  readonly answers: ReadonlyMap<string, number>
  readonly choices: ReadonlyMap<string, P2cChoice>
}

export interface ActPlan {
  readonly lesson: Lesson
  readonly step: string
  readonly act: LessonAct
  /** Answered and picked so far. */
  readonly given: Given
  /** The step is marked in the record that runs. */
  readonly isBegun: boolean
  readonly signal: AbortSignal
  /** The run that it is recorded in. */
  readonly onRun: (run: string) => void
  /** Before verb `at`, from 0; and what each one came to. */
  readonly onVerb: (at: number) => void
  readonly onResult: (result: VerbResult) => void
}

export async function performAct(plan: ActPlan): Promise<void> {
  const { act, signal } = plan
  const lab = useLabStore()
  await lab.closeSaved()
  useSelectionStore().clear()
  const stopped = aborted(signal)
  if (act.fresh) await Promise.race([startFresh(plan), stopped])
  if (signal.aborted) return
  if (act.fresh || !plan.isBegun) await markBegin(plan.lesson, plan.step, plan.given)
  const run = runIdOf(lab.status.runDir ?? '')
  if (run !== null) plan.onRun(run)
  await mark(printMark({ ...headOf(plan.lesson, plan.step), act: 'act', id: act.id }))
  for (const [at, verb] of act.verbs.entries()) {
    if (signal.aborted) return
    plan.onVerb(at)
    const result = await Promise.race([perform(verb), stopped])
    if (result !== null) plan.onResult(result)
  }
}

/** Null, when somebody stops it. */
function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
}

/** Another cluster or experiment makes room. */
async function startFresh({ lesson, act }: ActPlan): Promise<void> {
  const lab = useLabStore()
  if (lab.status.scenario?.done === false) await lab.ask((call) => call.stopScenario())
  if (lab.status.state !== 'idle') await lab.ask((call) => call.stopCluster())
  await lab.ask((call) => call.startCluster(act.cluster ?? lesson.cluster))
  // The call was answered; the picture of it may be on its way.
  await until(() => lab.status.state).toBe('running', {
    timeout: STATUS_WAIT_MS,
    throwOnTimeout: true,
  })
}

/** What every file of a lesson says first: which step, and what was given so far. */
export async function markBegin(
  lesson: Lesson,
  step: string,
  { answers, choices }: Given,
): Promise<void> {
  for (const { id } of lesson.steps) {
    const [answer, choice] = [answers.get(id), choices.get(id)]
    if (answer !== undefined) await markAnswer(lesson, id, answer)
    if (choice !== undefined) await markChoice(lesson, id, choice)
  }
  await mark(printMark({ ...headOf(lesson, step), act: 'begin' }))
}

export async function markAnswer(lesson: Lesson, step: string, choice: number): Promise<void> {
  await mark(printMark({ ...headOf(lesson, step), act: 'answer', choice }))
}

export async function markChoice(
  lesson: Lesson,
  step: string,
  { value, witnesses }: P2cChoice,
): Promise<void> {
  await mark(printMark({ ...headOf(lesson, step), act: 'choose', value, witnesses }))
}

export async function markReset(lesson: Lesson, step: string): Promise<void> {
  await mark(printMark({ ...headOf(lesson, step), act: 'reset' }))
}

function headOf(lesson: Lesson, step: string) {
  return { lesson: lesson.id, version: lesson.version, step }
}

async function mark(words: string): Promise<void> {
  await useLabStore().ask((call) => call.markLesson(words))
}

async function perform(verb: Verb): Promise<VerbResult> {
  const lab = useLabStore()
  const now = (): Promise<VerbResult> =>
    lab.ask((call) => performVerb(call, verb, { status: () => lab.status }))
  try {
    return await now()
  } catch (error) {
    // "the leader" of a cluster that has none yet.
    if (!NOBODY.test(describeFailure(error).words)) throw error
    const led = await until(() => leaderOf(lab.status) !== null).toBe(true, {
      timeout: LEADER_WAIT_MS,
    })
    if (!led) throw new LabCallError('timedOut', 'nobody led within 10 s')
    return await now()
  }
}
