/**
 * The filter of the event list: words and `name:value` terms, all of which must hold.
 *
 * Terms:  `type:chosen`, `node:2`, `by:lab`, `ballot:17.3`, `slot:40`, `is:fault`; a leading `-`
 *         turns a term round; any other word is looked for in the sentence of the event.
 * Errors: an unknown name is told, and the filter then shows everything.
 */
import type { LabEvent } from '../../../../core/event'
import { formatBallot } from '../../../../core/paxos/ballot'
import { eventFamily, eventNode, eventWords, isSample } from '../../api/words'

export interface EventFilter {
  readonly test: (event: LabEvent) => boolean
  /** What is wrong with the text; empty: nothing. */
  readonly wrong: string
  /** Samples are shown only when they are asked for. */
  readonly samples: boolean
}

type Test = (event: LabEvent, value: string) => boolean

function ballotOf(event: LabEvent): string {
  return 'ballot' in event && event.ballot !== null ? formatBallot(event.ballot) : ''
}

function holdsSlot(event: LabEvent, value: string): boolean {
  if (!('slot' in event)) return false
  const asked = Number(value)
  const from = event.slot ?? 0
  const many = 'count' in event ? event.count : 'ids' in event ? event.ids.length : 1
  return asked >= from && asked < from + many
}

const TERMS: Readonly<Record<string, Test>> = {
  type: (event, value) => event.type.toLowerCase() === value,
  node: (event, value) => String(eventNode(event)) === value.replace(/^n/, ''),
  by: (event, value) => String(event.by) === value.replace(/^n/, ''),
  is: (event, value) => eventFamily(event) === value,
  ballot: (event, value) => ballotOf(event) === value,
  slot: holdsSlot,
}

export const TERM_NAMES = Object.keys(TERMS)

export function parseFilter(text: string): EventFilter {
  const tests: ((event: LabEvent) => boolean)[] = []
  let samples = false
  for (const word of text.trim().toLowerCase().split(/\s+/).filter(Boolean)) {
    const not = word.startsWith('-') && word.length > 1
    const term = not ? word.slice(1) : word
    const [name = '', value] = term.split(/:(.*)/s)
    if (value === undefined) {
      tests.push(
        (event) => `${event.type} ${eventWords(event)}`.toLowerCase().includes(term) !== not,
      )
      continue
    }
    const test = TERMS[name]
    if (!test) {
      const wrong = `No term ${name}: use ${TERM_NAMES.join(', ')}.`
      return { test: (event) => !isSample(event), wrong, samples: false }
    }
    if (value === '') continue
    if (name === 'type' && value.endsWith('sampled') && !not) samples = true
    tests.push((event) => test(event, value) !== not)
  }
  return {
    test: (event) => (samples || !isSample(event)) && tests.every((test) => test(event)),
    wrong: '',
    samples,
  }
}
