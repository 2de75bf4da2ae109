/** Steps of a scenario in words, for people who watch and for the result. */
import type { ScenarioStep } from './experiment'
import type { StepBody } from './experimentSteps'

export function stepWords(step: ScenarioStep): string {
  if (step.say !== null) return step.say
  const verbs = step.verbs.map(({ text }) => text).join('; ')
  const body = step.body === null ? '' : bodyWords(step.body, null)
  return [verbs, body].filter((words) => words !== '').join('; ') || triggerWords(step)
}

export function triggerWords({ trigger }: ScenarioStep): string {
  switch (trigger.kind) {
    case 'when':
      return `${trigger.condition.text} within ${trigger.withinMs / 1000} s`
    case 'event': {
      const times = trigger.count === 1 ? '' : `${trigger.count} times `
      return `${times}${trigger.predicate.text} within ${trigger.withinMs / 1000} s`
    }
    case 'at':
    case 'after':
      return `${trigger.kind} ${trigger.ms / 1000} s`
    case 'now':
      return 'next step'
  }
}

/** `time`: which of its repetitions begins; null: none in particular. */
export function bodyWords(body: StepBody, time: number | null): string {
  if (body.kind === 'parallel') return `${body.branches.length} branches side by side`
  return time === null ? `${body.times} times` : `${time} of ${body.times}`
}
