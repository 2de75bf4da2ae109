/**
 * Marks of a student in a lesson, from all runs of that student: each step is taken from the run in
 * which it went best, for evidence of a step comes from one run.
 *
 * Marks: evidence, out of EVIDENCE_MARKS, all or nothing per check; prediction, out of
 *        PREDICTION_MARKS, in full for a right answer that was given before the first act, half for
 *        another one. The explanation is for the teacher.
 */
import type { Lesson, LessonStep } from '../../shared/lesson'
import type { GoalState } from '../../shared/lessonCheck'
import { EVIDENCE_MARKS } from '../../shared/lessonFile'
import type { LessonFinding, StepFinding } from './lessonRecord'

export const PREDICTION_MARKS = 20
const VERDICTS = { true: 'valid', false: 'invalid', open: 'unknown', unknown: 'unknown' } as const

export type LessonVerdict = 'valid' | 'invalid' | 'unknown'

/** What one run of a student shows of the lesson; runs are in the order of their beginning. */
export interface StudentRun {
  readonly run: string
  readonly notes: readonly string[]
  readonly finding: LessonFinding
}

export interface CheckMark {
  readonly step: string
  readonly goal: string
  readonly words: string
  readonly verdict: LessonVerdict
  readonly found: string
  readonly wanted: string
  readonly weight: number
  /** Where it was found; empty: nowhere. */
  readonly run: string
}

export interface AnswerMark {
  readonly step: string
  /** Counted from 1; null: it was not answered. */
  readonly choice: number | null
  readonly words: string
  readonly isRight: boolean
  /** Answered before the first act of its step. */
  readonly isBefore: boolean
}

/** v and S of a step, as its judge has it; of several runs the one that is legal, else the last. */
export interface ChoiceMark {
  readonly step: string
  /** Empty: none was handed in. */
  readonly value: string
  readonly witnesses: readonly number[]
  readonly isLegal: boolean
  readonly words: string
}

export interface StudentMarks {
  readonly lesson: string
  readonly version: number
  readonly verdict: LessonVerdict
  readonly evidence: number
  readonly prediction: number
  readonly checks: readonly CheckMark[]
  readonly answers: readonly AnswerMark[]
  readonly choices: readonly ChoiceMark[]
  /** Of all runs, with their names. */
  readonly notes: readonly string[]
}

export function marksOf(lesson: Lesson, runs: readonly StudentRun[]): StudentMarks {
  const answers = lesson.steps.flatMap((step) => answerOf(step, runs))
  const checks = lesson.steps.flatMap((step) => checksOf(step, runs))
  const evidence = checks.reduce(
    (sum, { verdict, weight }) => sum + (verdict === 'valid' ? weight : 0),
    0,
  )
  return {
    ...{ lesson: lesson.id, version: lesson.version, verdict: worst(checks), evidence },
    ...{ prediction: predictionOf(answers), checks, answers, notes: notesOf(runs) },
    choices: lesson.steps.flatMap((step) => choiceOf(step, runs)),
  }
}

/** Of a lesson that nobody here knows. */
export function unknownMarks(lesson: string, version: number, runs: readonly StudentRun[]) {
  const words = `${lesson}@${version} is no lesson of this version of Paxos Lab; name its file`
  const nothing = { evidence: 0, prediction: 0, checks: [], answers: [], choices: [] }
  const notes = [words, ...notesOf(runs)]
  return { lesson, version, verdict: 'unknown', ...nothing, notes } satisfies StudentMarks
}

export function evidenceWords({ evidence, prediction }: StudentMarks): string {
  return `evidence ${evidence}/${EVIDENCE_MARKS}, prediction ${prediction}/${PREDICTION_MARKS}`
}

export function worst(found: readonly { readonly verdict: LessonVerdict }[]): LessonVerdict {
  if (found.some(({ verdict }) => verdict === 'invalid')) return 'invalid'
  return found.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'valid'
}

function notesOf(runs: readonly StudentRun[]): string[] {
  return runs.flatMap(({ run, notes }) => notes.map((words) => `${run}: ${words}`))
}

interface Candidate {
  readonly run: string
  readonly step: StepFinding
  readonly marks: number
}

function checksOf(step: LessonStep, runs: readonly StudentRun[]): CheckMark[] {
  const best = bestOf(step, runs)
  const early = earlyOf(step, runs)
  const isMisnamed = isNamedWrong(step, runs)
  return step.goals.map((goal, index) => {
    const state = best?.step.states[index]
    const isAsked = goal.check.kind === 'predicted'
    const isLate = isAsked ? early === false : goal.check.kind === 'named' && isMisnamed
    const told = isLate ? { ...state, state: 'false' as const } : state
    return {
      ...{ step: step.id, goal: goal.id, words: goal.words, weight: goal.weight },
      verdict: VERDICTS[told?.state ?? 'unknown'],
      ...{ found: told?.found ?? '', wanted: told?.wanted ?? goal.check.text },
      run: best?.step.wasBegun === true ? best.run : '',
    }
  })
}

/** Of all runs the first answer counts, whatever a later one says. */
function isNamedWrong({ id, predict }: LessonStep, runs: readonly StudentRun[]): boolean {
  const given = runs.flatMap(({ finding }) => finding.found?.answers.get(id) ?? [])[0]
  return given !== undefined && given !== predict?.answer
}

/** The best one; of equal ones one that was begun, then one that is not whole, then the last. */
function bestOf(step: LessonStep, runs: readonly StudentRun[]): Candidate | null {
  const candidates = runs.flatMap(({ run, finding }): Candidate[] => {
    const found = finding.found?.steps.get(step.id)
    return found === undefined ? [] : [{ run, step: found, marks: rank(step, found) }]
  })
  return candidates.reduce<Candidate | null>(
    (best, each) => (best === null || each.marks >= best.marks ? each : best),
    null,
  )
}

function rank(step: LessonStep, { states, wasBegun }: StepFinding): number {
  const weights = states.map(({ state }, index) => {
    return state === 'true' ? (step.goals[index]?.weight ?? 0) + 1 : 0
  })
  const sum = weights.reduce((all, weight) => all + weight, 0)
  const isUnknown = states.some(({ state }: GoalState) => state === 'unknown')
  return sum * 4 + (wasBegun ? 2 : 0) + (isUnknown ? 1 : 0)
}

/** Whether it was answered before the first act of all; null: there was no act. */
function earlyOf(step: LessonStep, runs: readonly StudentRun[]): boolean | null {
  for (const { finding } of runs) {
    const predicted = finding.found?.steps.get(step.id)?.predicted ?? null
    if (predicted !== null) return predicted
  }
  return null
}

function answerOf(step: LessonStep, runs: readonly StudentRun[]): AnswerMark[] {
  if (step.predict === null) return []
  const { choices, answer } = step.predict
  const given = runs.flatMap(({ finding }) => finding.found?.answers.get(step.id) ?? [])[0]
  const asked = step.goals.some(({ check }) => check.kind === 'predicted')
  return [
    {
      step: step.id,
      choice: given === undefined ? null : given + 1,
      words: given === undefined ? '' : (choices[given] ?? ''),
      isRight: given === answer,
      isBefore: given !== undefined && (!asked || earlyOf(step, runs) !== false),
    },
  ]
}

function choiceOf({ id, choice }: LessonStep, runs: readonly StudentRun[]): ChoiceMark[] {
  if (choice === null) return []
  const all = runs.flatMap(({ finding }) => finding.found?.choices.get(id) ?? [])
  const best = all.find(({ verdict }) => verdict.isLegal) ?? all.at(-1)
  if (best === undefined) return [{ step: id, value: '', witnesses: [], ...NOT_PICKED }]
  const { value, witnesses, verdict } = best
  return [{ step: id, value, witnesses, isLegal: verdict.isLegal, words: verdict.words }]
}

const NOT_PICKED = { isLegal: false, words: 'nothing was picked' }

/** A wrong one earns half: what it is worth after the explanation, the teacher says. */
function predictionOf(answers: readonly AnswerMark[]): number {
  if (answers.length === 0) return PREDICTION_MARKS
  const share = answers.reduce((sum, { isRight, isBefore }) => {
    return sum + (isBefore ? (isRight ? 1 : 0.5) : 0)
  }, 0)
  return Math.round((PREDICTION_MARKS * share * 10) / answers.length) / 10
}
