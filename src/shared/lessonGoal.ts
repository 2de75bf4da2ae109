/** GoalFold: one goal of a step, folded over the events of the step; see `lessonCheck.ts`. */
import type { LabEvent } from '../core/event'
import { compares } from './condition'
import type { MeasureValue } from './condition'
import { fieldsOf } from './eventFields'
import { fits } from './eventPredicate'
import type { Goal, LessonStep } from './lesson'
import { isLimit } from './lessonGrammar'
import type { EventClause, LessonCheck } from './lessonGrammar'
import { MEASURE_KINDS, SURE_AFTER_LOSS } from './lessonMeasures'
import type { StepFigures } from './lessonMeasures'
import { namesOf } from './p2cChoice'
import type { ChoiceVerdict, P2cChoice } from './p2cChoice'

/** `open`: not yet; `unknown`: not enough data, for events were lost or the run was cut short. */
export type CheckState = 'true' | 'false' | 'open' | 'unknown'

export interface GoalState {
  readonly id: string
  readonly state: CheckState
  /** What there is so far, in words; empty: nothing. */
  readonly found: string
  readonly wanted: string
  /** 0 to 1, for a bar. */
  readonly share: number
}

export interface StepContext {
  /** Events of this step were lost. */
  readonly isLossy: boolean
  /** Events of its run were lost: what nodes are now may be other than it seems. */
  readonly isRunLossy: boolean
}

/** What a figure is made of comes with these. */
const FIGURE_EVENTS: ReadonlySet<string> = new Set(['bid', 'chosen', 'trafficSampled'])

/** Values of a field that are told apart. */
const DISTINCT_MAX = 10_000

export class GoalFold {
  readonly isLimit: boolean
  isHeld = false
  /** Events that fitted, or how many of an order came. */
  private reached = 0
  private readonly values = new Set<string>()
  private measured: MeasureValue = null
  /** What was measured when it came true. */
  private heldAt: MeasureValue = null
  /** It cannot come true any more. */
  private isMissed = false
  private choice: string | null = null
  /** Of a check that begins with an act; null: it was not done yet. */
  private own: StepFigures | null = null

  constructor(
    private readonly goal: Goal,
    private readonly step: LessonStep,
  ) {
    this.isLimit = isLimit(goal.check)
  }

  /** An act of the step: was its question answered before? `figures` begin with it. */
  act(choice: number | null, id: string, figures: () => StepFigures): void {
    const { check } = this.goal
    if (check.since === id && !this.isHeld) this.restart(figures())
    if (check.kind !== 'predicted' || this.isHeld || this.isMissed) return
    this.choice = choice === null ? null : (this.step.predict?.choices[choice] ?? null)
    this.isHeld = this.choice !== null
    this.isMissed = !this.isHeld
  }

  /** The first answer to a question that comes after a goal, which is reached. */
  name(choice: number): void {
    if (this.goal.check.kind !== 'named' || this.isHeld || this.isMissed) return
    this.choice = this.step.predict?.choices[choice] ?? null
    this.isHeld = choice === this.step.predict?.answer
    this.isMissed = !this.isHeld
  }

  /** A choice of the step was handed in. */
  choose({ value, witnesses }: P2cChoice, { isLegal }: ChoiceVerdict): void {
    if (this.goal.check.kind !== 'legal' || this.isHeld) return
    this.choice = `${value} by ${namesOf(witnesses)}`
    this.isHeld = isLegal
  }

  get id(): string {
    return this.goal.id
  }

  feed(event: LabEvent, ofStep: StepFigures, context: StepContext): void {
    const { check } = this.goal
    if (check.since !== null && this.own === null) return
    this.own?.feed(event)
    const figures = this.own ?? ofStep
    switch (check.kind) {
      case 'count':
        if (!this.isHeld && meets(check.clause, event, figures, context)) this.count(check, event)
        return
      case 'none':
        if (meets(check.clause, event, figures, context)) this.reached += 1
        return
      case 'order': {
        const clause = check.clauses[this.reached]
        if (clause === undefined || !meets(clause, event, figures, context)) return
        this.reached += 1
        this.isHeld = this.reached === check.clauses.length
        return
      }
      case 'measure':
        if (!this.isHeld) this.measure(check, event, figures, context)
        return
      case 'predicted':
      case 'named':
      case 'legal':
        return
    }
  }

  private restart(figures: StepFigures): void {
    this.own = figures
    this.reached = 0
    this.measured = null
    this.values.clear()
  }

  /** The step is done: a limit that holds now holds for good. */
  hold(): void {
    if (this.goal.check.kind !== 'none') this.isHeld = true
  }

  /** `isRestTrue`: all goals of the step that are no limits are true. */
  state(isRestTrue: boolean, isLossy: boolean): GoalState {
    const { id, check } = this.goal
    const state = this.stateOf(isRestTrue, isLossy)
    const words = this.words(check)
    if (!this.isLimit) return { id, state, ...words }
    return { id, state, ...words, share: state === 'true' ? 1 : 0 }
  }

  private stateOf(isRestTrue: boolean, isLossy: boolean): CheckState {
    if (this.isMissed || (this.isLimit && this.isExceeded)) return 'false'
    if (this.isHeld) return 'true'
    if (!this.isLimit || (this.goal.check.since !== null && this.own === null)) return 'open'
    if (isLossy) return 'unknown'
    return isRestTrue ? 'true' : 'open'
  }

  private get isExceeded(): boolean {
    if (this.isHeld) return false
    const { check } = this.goal
    if (check.kind === 'none') return this.reached > 0
    if (check.kind === 'count') return !compares(this.reached, check)
    return check.kind === 'measure' && !compares(this.measured ?? 0, check.condition)
  }

  private count(check: Extract<LessonCheck, { kind: 'count' }>, event: LabEvent): void {
    if (check.field === null) this.reached += 1
    else {
      const value = fieldsOf(event)[check.field]
      if (value === undefined || this.values.size >= DISTINCT_MAX) return
      this.values.add(JSON.stringify(value))
      this.reached = this.values.size
    }
    if (!this.isLimit) this.isHeld = compares(this.reached, check)
  }

  private measure(
    { condition }: Extract<LessonCheck, { kind: 'measure' }>,
    event: LabEvent,
    figures: StepFigures,
    { isLossy, isRunLossy }: StepContext,
  ): void {
    const { measure } = condition
    const kind = MEASURE_KINDS[measure]
    // A median costs more than a count.
    if (kind === 'figure' && !FIGURE_EVENTS.has(event.type)) return
    const isUnsure = kind === 'state' ? isRunLossy : isLossy
    if (isUnsure && !SURE_AFTER_LOSS.has(measure)) return
    this.measured = figures.value(measure)
    if (this.isLimit || !compares(this.measured, condition)) return
    this.isHeld = true
    this.heldAt = this.measured
  }

  private words(check: LessonCheck): Pick<GoalState, 'found' | 'wanted' | 'share'> {
    switch (check.kind) {
      case 'predicted':
        return { found: this.choice ?? '', wanted: 'answered first', share: this.isHeld ? 1 : 0 }
      case 'named':
        return { found: this.choice ?? '', wanted: 'the rule', share: this.isHeld ? 1 : 0 }
      case 'legal':
        return { found: this.choice ?? '', wanted: 'legal by P2c', share: this.isHeld ? 1 : 0 }
      case 'count':
        return this.amount(this.reached, check)
      case 'none':
        return { found: String(this.reached), wanted: 'none', share: 0 }
      case 'order': {
        const many = check.clauses.length
        return {
          found: String(this.reached),
          wanted: `${many} in order`,
          share: this.reached / many,
        }
      }
      case 'measure':
        return this.amount(this.heldAt ?? this.measured, check.condition)
    }
  }

  private amount(
    found: MeasureValue,
    { operator, value }: { readonly operator: string; readonly value: number | string },
  ): Pick<GoalState, 'found' | 'wanted' | 'share'> {
    const isGrowing = operator === '>=' || operator === '>'
    const isNumber = typeof found === 'number' && typeof value === 'number' && value > 0
    const part = isGrowing && isNumber ? Math.min(1, Math.max(0, found / value)) : 0
    const wanted = `${OPERATOR_WORDS[operator] ?? operator}${value}`
    return { found: found === null ? '' : String(found), wanted, share: this.isHeld ? 1 : part }
  }
}

const OPERATOR_WORDS: Readonly<Record<string, string>> = {
  '>=': 'at least ',
  '>': 'more than ',
  '<=': 'at most ',
  '<': 'less than ',
  '=': '',
  '!=': 'not ',
}

/** What holds at that moment is not known once events of the run were lost. */
function meets(
  { predicate, during }: EventClause,
  event: LabEvent,
  figures: StepFigures,
  { isRunLossy }: StepContext,
): boolean {
  if (!fits(predicate, event)) return false
  if (during.length === 0) return true
  return !isRunLossy && during.every((each) => compares(figures.value(each.measure), each))
}
