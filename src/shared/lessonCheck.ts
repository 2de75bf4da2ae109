/**
 * LessonFold: what of a lesson a record shows, as a pure fold over its events. The panel uses it
 * live, `paxos-lab lesson verify` over a file.
 *
 * Marks:  events belong to the step that `lessonMark.ts` began last; before the first mark, and
 *         after the beginning of another run, to none. Evidence of a step comes from one run.
 * States: what came true stays true. Upper limits and `no EVENT` are true only when every goal of
 *         the step that more events can make true is, so that an empty run has none; `no EVENT`
 *         is false as soon as one comes, to the end of the step.
 * Losses: after a loss nothing becomes true that lost events could excuse; at the end it is
 *         `unknown`.
 * Order:  every event of a record, in its order. Cost: O(goals of the step) per event.
 */
import type { LabEvent } from '../core/event'
import type { Lesson, LessonStep } from './lesson'
import { GoalFold } from './lessonGoal'
import type { GoalState, StepContext } from './lessonGoal'
import { StepFigures, RunStates } from './lessonMeasures'
import { parseMark } from './lessonMark'
import type { LessonMark } from './lessonMark'
import { judgeChoice } from './p2cChoice'
import type { ChoiceVerdict, P2cChoice } from './p2cChoice'

export type { CheckState, GoalState } from './lessonGoal'

/** The last choice of a step that was handed in; one that is legal stays. */
export interface HandedChoice extends P2cChoice {
  readonly verdict: ChoiceVerdict
}

export class LessonFold {
  private readonly steps: ReadonlyMap<string, StepFold>
  private readonly answered = new Map<string, number>()
  private readonly handed = new Map<string, HandedChoice>()
  private run = new RunStates()
  private runLossy = false
  private current: StepFold | null = null
  private nowMs = 0

  constructor(private readonly lesson: Lesson) {
    this.steps = new Map(lesson.steps.map((step) => [step.id, new StepFold(step)]))
  }

  /** First answers: index of the choice by id of the step. */
  get answers(): ReadonlyMap<string, number> {
    return this.answered
  }

  /** By id of the step. */
  get choices(): ReadonlyMap<string, HandedChoice> {
    return this.handed
  }

  /** The step that the record is in; null before the first mark of a run. */
  get at(): string | null {
    return this.current?.step.id ?? null
  }

  add(event: LabEvent): void {
    this.nowMs = event.atMs
    if (event.type === 'clusterStarted') this.newRun()
    this.run.feed(event)
    if (event.type === 'factsDropped') this.noteLoss()
    const mark = event.type === 'acted' && event.actor === 'lesson' ? parseMark(event.act) : null
    if (mark !== null) this.addMark(mark)
    else this.current?.feed(event)
    this.current?.name(this.answered)
  }

  /** Events of this run were lost for good. */
  noteLoss(): void {
    this.runLossy = true
    this.current?.noteLoss()
  }

  /** No more comes. `isWhole` false: the record was cut short. */
  finish(isWhole: boolean): void {
    for (const step of this.steps.values()) step.finish(isWhole)
  }

  /** Throws for a step that the lesson does not have. */
  states(stepId: string): readonly GoalState[] {
    return this.stepOf(stepId).states()
  }

  /** Whether every goal of it is true. */
  isDone(stepId: string): boolean {
    return this.states(stepId).every(({ state }) => state === 'true')
  }

  /** Whether its mark is in the record. */
  wasBegun(stepId: string): boolean {
    return this.stepOf(stepId).wasBegun
  }

  private stepOf(id: string): StepFold {
    const step = this.steps.get(id)
    if (step === undefined) throw new RangeError(`${this.lesson.id} has no step "${id}"`)
    return step
  }

  private newRun(): void {
    this.current = null
    this.runLossy = false
    this.run = new RunStates()
  }

  private addMark(mark: LessonMark): void {
    const { id, version } = this.lesson
    const step = this.steps.get(mark.step)
    if (mark.lesson !== id || mark.version !== version || step === undefined) return
    switch (mark.act) {
      case 'begin':
        if (step === this.current) return
        this.current = step
        step.begin(this.run, this.nowMs, this.runLossy)
        return
      case 'answer': {
        const choices = step.step.predict?.choices.length ?? 0
        if (mark.choice < choices && !this.answered.has(mark.step)) {
          this.answered.set(mark.step, mark.choice)
        }
        return
      }
      case 'act':
        step.act(this.answered.get(mark.step) ?? null, mark.id, () => {
          return new StepFigures(this.run, this.nowMs)
        })
        return
      case 'choose':
        return this.addChoice(step, mark)
      case 'reset':
        this.handed.delete(mark.step)
        step.reset()
        if (step === this.current) step.begin(this.run, this.nowMs, this.runLossy)
    }
  }

  private addChoice(step: StepFold, mark: Extract<LessonMark, { act: 'choose' }>): void {
    const { choice } = step.step
    if (choice === null) return
    const { value, witnesses } = mark
    const handed = { value, witnesses, verdict: judgeChoice(choice, { value, witnesses }) }
    if (this.handed.get(mark.step)?.verdict.isLegal !== true) this.handed.set(mark.step, handed)
    step.choose(this.answered.get(mark.step) ?? null, handed)
  }
}

class StepFold {
  wasBegun = false
  private goals: readonly GoalFold[]
  private figures: StepFigures | null = null
  private context: StepContext = { isLossy: false, isRunLossy: false }
  /** Null: it goes on. */
  private end: { readonly isWhole: boolean } | null = null
  /** It was done at least once since it was begun anew. */
  private isDone = false

  constructor(readonly step: LessonStep) {
    this.goals = goalsOf(step)
  }

  /** What was done stays done; else it starts anew. */
  begin(run: RunStates, atMs: number, isRunLossy: boolean): void {
    const wasDone = this.wasBegun && this.states().every(({ state }) => state === 'true')
    if (!wasDone) this.reset()
    this.wasBegun = true
    this.figures = new StepFigures(run, atMs)
    this.context = { isLossy: false, isRunLossy }
  }

  reset(): void {
    this.goals = goalsOf(this.step)
    this.figures = null
    this.isDone = false
  }

  act(choice: number | null, id: string, figures: () => StepFigures): void {
    for (const goal of this.goals) goal.act(choice, id, figures)
    this.settle()
  }

  /** It is judged as it is handed in: what the record has before and after it does not matter. */
  choose(answer: number | null, choice: HandedChoice): void {
    this.wasBegun = true
    for (const goal of this.goals) goal.choose(choice, choice.verdict)
    this.act(answer, '', () => new StepFigures(new RunStates(), 0))
  }

  /** A question that comes after a goal: its first answer counts once the goal is reached. */
  name(answers: ReadonlyMap<string, number>): void {
    const { id, predict } = this.step
    if (predict?.after == null) return
    const choice = answers.get(id)
    const isAsked = this.goals.some((goal) => goal.id === predict.after && goal.isHeld)
    if (choice === undefined || !isAsked) return
    for (const goal of this.goals) goal.name(choice)
    if (!this.isDone) this.settle()
  }

  noteLoss(): void {
    this.context = { isLossy: true, isRunLossy: true }
  }

  feed(event: LabEvent): void {
    const { figures, context } = this
    if (figures === null) return
    figures.feed(event)
    for (const goal of this.goals) goal.feed(event, figures, context)
    if (!this.isDone) this.settle()
  }

  finish(isWhole: boolean): void {
    this.end = { isWhole }
  }

  states(): readonly GoalState[] {
    const isRestTrue = this.isRestTrue
    const states = this.goals.map((goal) => goal.state(isRestTrue, this.context.isLossy))
    const { end, wasBegun } = this
    if (end === null) return states
    const isWhole = end.isWhole && !this.context.isLossy && !this.context.isRunLossy
    const isUnknown = states.some(({ state }) => state === 'unknown')
    if (!wasBegun) {
      const state = end.isWhole ? 'false' : 'unknown'
      return states.map((each) => ({ ...each, state, found: 'not begun' }))
    }
    return states.map((each) => {
      if (each.state !== 'open') return each
      return { ...each, state: isWhole && !isUnknown ? 'false' : 'unknown' }
    })
  }

  /** Every goal that more events can make true is. */
  private get isRestTrue(): boolean {
    return this.goals.every((goal) => goal.isLimit || goal.isHeld)
  }

  /** Once all are true, limits hold for good: only what must never come can still come. */
  private settle(): void {
    if (!this.isRestTrue || this.states().some(({ state }) => state !== 'true')) return
    this.isDone = true
    for (const goal of this.goals) goal.hold()
  }
}

function goalsOf(step: LessonStep): GoalFold[] {
  return step.goals.map((goal) => new GoalFold(goal, step))
}
