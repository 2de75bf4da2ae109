/** Goals of a step as the panel shows them: what the events say, and what was reached before. */
import type { LessonStep } from '../../../../shared/lesson'
import type { CheckState, GoalState } from '../../../../shared/lessonCheck'

export interface GoalView {
  readonly id: string
  readonly words: string
  readonly state: CheckState
  /** What the events have so far, and what the goal wants; may be empty. */
  readonly found: string
  readonly wanted: string
  /** 0 to 1. */
  readonly share: number
}

export interface GoalFacts {
  readonly states: readonly GoalState[]
  /** Reached before, in a run that is not shown any more; empty for a run of the past. */
  readonly kept: readonly string[]
  readonly isPredicted: boolean
  /** The choice of the step holds P2c. */
  readonly isLegal: boolean
}

export function goalViews(
  step: LessonStep,
  { states, kept, isPredicted, isLegal }: GoalFacts,
): readonly GoalView[] {
  return step.goals.map(({ id, words, check }) => {
    const told = states.find((one) => one.id === id)
    // The question was answered while its acts were locked, and a choice is judged by itself:
    // nobody has to wait for a record.
    const isOwn = { predicted: isPredicted, legal: isLegal }
    const isGiven = check.kind === 'predicted' || check.kind === 'legal'
    const isHeld = kept.includes(id) || (isGiven && isOwn[check.kind])
    const state = isHeld ? 'true' : (told?.state ?? 'open')
    const share = state === 'true' ? 1 : (told?.share ?? 0)
    // Which choice it was is told by its card.
    const found = isGiven || check.kind === 'named' ? '' : (told?.found ?? '')
    return { id, words, state, found, wanted: told?.wanted ?? '', share }
  })
}

export function isReached(goals: readonly GoalView[]): boolean {
  return goals.every(({ state }) => state === 'true')
}
