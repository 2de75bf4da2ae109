/**
 * Steps of an experiment, and how far a run of it has come. The lab tells each step as it begins,
 * in the words of the file (event `acted` by `scenario`): live and saved runs are marked alike.
 */
import type { LabEvent } from '../../../../core/event'
import type { ScenarioStep } from '../../../../shared/experimentSteps'
import { stepWords } from '../../../../shared/scenarioWords'
import type { EventSequence } from '../../stores/eventLog'

export interface StepLine {
  readonly words: string
  /** Steps within `repeat` or `parallel` stand further in. */
  readonly depth: number
}

export type StepState = 'done' | 'now' | 'stopped' | 'next'

export interface Progress {
  readonly states: readonly StepState[]
  /** How it ended, such as `valid`; empty: it has not. */
  readonly ended: string
  /** True once anything of this experiment was told. */
  readonly begun: boolean
}

const ENDED = 'ended: '

export function linesOf(steps: readonly ScenarioStep[], depth = 0): StepLine[] {
  return steps.flatMap((step): StepLine[] => {
    const { body } = step
    const inner = body === null ? [] : body.kind === 'repeat' ? body.steps : body.branches.flat()
    return [{ words: stepWords(step), depth }, ...linesOf(inner, depth + 1)]
  })
}

/** What was told of this experiment, in order: of the last time that it ran in these events. */
export function toldOf(events: Iterable<LabEvent>, name: string): string[] {
  const prefix = `${name}: `
  let told: string[] = []
  for (const event of events) {
    if (event.type === 'clusterStarted') told = []
    if (event.type !== 'acted' || event.actor !== 'scenario') continue
    if (event.act.startsWith(prefix)) told.push(event.act.slice(prefix.length))
  }
  return told
}

export function progressOf(lines: readonly StepLine[], told: readonly string[]): Progress {
  let at = -1
  let ended = ''
  for (const words of told) {
    if (words.startsWith(ENDED)) ended = words.slice(ENDED.length)
    const on = lines.findIndex((line, index) => index > at && line.words === words)
    // In a loop a step begins again.
    const again = on === -1 ? lines.findIndex((line) => line.words === words) : on
    if (again !== -1) at = again
  }
  const through = ended !== '' && (ended === 'valid' || at === lines.length - 1)
  const states = lines.map((_line, index): StepState => {
    if (through || index < at) return 'done'
    if (index > at) return 'next'
    return ended === '' ? 'now' : 'stopped'
  })
  return { states, ended, begun: told.length > 0 }
}

/** The experiment of the run that these events tell of; null: none. */
export function experimentOf(events: EventSequence): string | null {
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const event = events.at(index)
    if (event?.type === 'acted' && event.actor === 'scenario') {
      return event.act.slice(0, Math.max(0, event.act.indexOf(': '))) || null
    }
    if (event?.type === 'clusterStarted') return null
  }
  return null
}
