/**
 * Lessons as data: steps with prose, a question to answer first, acts that carry out verbs, and
 * goals that are checked over recorded events. Files: `lessonFile.ts`; checks: `lessonCheck.ts`.
 *
 * Units: `minutes` is how long a class takes; weights of goals sum up to the marks of evidence.
 */
import type { ClusterOptions } from './clusterOptions'
import type { LessonCheck } from './lessonGrammar'
import type { FrozenState } from './p2cChoice'
import type { Verb } from './verbs'

export interface Lesson {
  /** Lower-case words joined by `-`, such as `duel`. */
  readonly id: string
  readonly number: number
  readonly title: string
  /** Grows with every change of a step, a question or a check. */
  readonly version: number
  readonly minutes: number
  /** One sentence. */
  readonly goal: string
  /** Rows of the protocol that it shows, such as `S21`. */
  readonly rows: readonly string[]
  readonly cluster: ClusterOptions
  /** Seed of the student whose copy it is (`studentSeed.ts`); null: everybody's. */
  readonly student: number | null
  /** Said on every picture while a mutant, the blog variant or a bad disk is in use; or ''. */
  readonly unsafe: string
  readonly steps: readonly LessonStep[]
}

export interface LessonStep {
  readonly id: string
  readonly title: string
  /** Markdown of our own subset. */
  readonly prose: string
  /** Name of a chart to show beside it; null: none. */
  readonly chart: string | null
  readonly predict: Prediction | null
  /** A value and a majority are to be picked in it, by P2c; null: nothing is. */
  readonly choice: FrozenState | null
  readonly acts: readonly LessonAct[]
  readonly goals: readonly Goal[]
  /** Empty: none. */
  readonly hint: string
}

export interface Prediction {
  readonly question: string
  readonly choices: readonly string[]
  /** Index of the right choice, from 0. */
  readonly answer: number
  /** Id of the goal that must be reached before it is asked; null: asked before the first act. */
  readonly after: string | null
  /** Shown with the answer, after the act. */
  readonly why: string
}

/** One button: verbs, carried out one after the other. */
export interface LessonAct {
  readonly id: string
  readonly label: string
  /** A cluster is started first: a run of its own, without load. */
  readonly fresh: boolean
  /** Of a fresh act, in place of the lesson's own; null: the lesson's. */
  readonly cluster: ClusterOptions | null
  readonly verbs: readonly Verb[]
}

export interface Goal {
  readonly id: string
  readonly words: string
  readonly check: LessonCheck
  /** Of the 50 marks of evidence. */
  readonly weight: number
}
