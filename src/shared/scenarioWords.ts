/** Steps of a scenario in words, for people who watch and for the result. */
import { conditionWords, predicateWords } from './conditionWords'
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
    case 'event':
      return `${awaitedWords(trigger)} within ${trigger.withinMs / 1000} s`
    case 'at':
    case 'after':
      return `${trigger.kind} ${trigger.ms / 1000} s`
    case 'now':
      return 'next step'
  }
}

/** What a step that waits for something waits for. */
export function awaitedWords(
  trigger: Extract<ScenarioStep['trigger'], { kind: 'when' | 'event' }>,
): string {
  return trigger.kind === 'when'
    ? conditionWords(trigger.condition)
    : predicateWords(trigger.predicate, trigger.count)
}

/** `time`: which of its repetitions begins; null: none in particular. */
export function bodyWords(body: StepBody, time: number | null): string {
  if (body.kind === 'parallel') return `${body.branches.length} branches side by side`
  return time === null ? `${body.times} times` : `${time} of ${body.times}`
}
