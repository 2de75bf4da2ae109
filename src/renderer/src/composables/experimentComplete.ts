/**
 * Completion of the words of an experiment, from the tables of the parser: verbs with their usage,
 * measures, types of events and their fields. Whether a word may stand at its place is asked of
 * the parser itself, so that nothing is offered that it would refuse.
 */
import { ConditionError, MEASURES, parseCondition } from '../../../shared/condition'
import type { MeasureName } from '../../../shared/condition'
import { EVENT_FIELDS, isEventType } from '../../../shared/eventFields'
import { parseEventPredicate } from '../../../shared/eventPredicate'
import { FAILPOINTS } from '../../../shared/failpoints'
import { MESSAGE_TYPES } from '../../../shared/gate'
import { POLICY_NAMES, POLICY_USAGE } from '../../../shared/policyVerb'
import { parseVerb, VerbError, VERBS } from '../../../shared/verbs'

export type WordsKind = 'verb' | 'condition' | 'trigger' | 'expected' | 'predicate' | 'policy'

export interface Offer {
  /** What takes the place of the word at the caret. */
  readonly word: string
  readonly help: string
}

const OFFERS_MAX = 40
const OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const
/** Verbs that have no place in a step. */
const OUTSIDE: ReadonlySet<string> = new Set(['help', 'quit'])

/** What fits at the end of `before`, the text up to the caret. */
export function completeWords(kind: WordsKind, before: string, nodes: number): readonly Offer[] {
  const word = /\S*$/.exec(before)?.[0] ?? ''
  const head = before.slice(0, before.length - word.length)
  const fitting = offersOf(kind, head, nodes).filter(
    (offer) => offer.word.startsWith(word) && offer.word !== word,
  )
  return fitting.slice(0, OFFERS_MAX)
}

/** What is wrong with the whole; empty: nothing. */
export function wordsFault(kind: WordsKind, text: string): string {
  try {
    parseWords(kind, text)
    return ''
  } catch (error) {
    if (error instanceof VerbError || error instanceof ConditionError) return error.message
    throw error
  }
}

function parseWords(kind: WordsKind, text: string): void {
  const [first = '', ...more] = text.trim().split(/\s+/)
  const rest = more.join(' ')
  switch (kind) {
    case 'verb':
      parseVerb(text)
      return
    case 'policy':
      parseVerb(`policy ${text.trim().replace(/^backoff-/, '')}`)
      return
    case 'predicate':
      parseEventPredicate(text)
      return
    case 'condition':
      parseCondition(text)
      return
    case 'trigger':
    case 'expected':
      if (first === 'event' || (first === 'never' && kind === 'expected')) parseEventPredicate(rest)
      else parseCondition(text)
  }
}

/** How the verb or measure that `text` begins with is written, and what it means. */
export function usageOf(kind: WordsKind, text: string): string {
  const [first = '', second = ''] = text.trim().split(/[\s=<>!]+/)
  if (kind === 'policy') return POLICY_USAGE
  if (kind === 'verb') return isVerb(first) ? `${VERBS[first].usage}: ${VERBS[first].help}` : ''
  const type = kind === 'predicate' ? first : second
  if (isEventType(type)) return `${type}: ${Object.keys(EVENT_FIELDS[type]).join(', ')}`
  return isMeasure(first) ? `${first}: ${MEASURES[first]}` : ''
}

function isVerb(word: string): word is keyof typeof VERBS {
  return Object.hasOwn(VERBS, word) && !OUTSIDE.has(word)
}

function isMeasure(word: string): word is MeasureName {
  return Object.hasOwn(MEASURES, word)
}

function offersOf(kind: WordsKind, head: string, nodes: number): Offer[] {
  switch (kind) {
    case 'verb':
      return head.trim() === '' ? verbOffers() : argumentOffers(head, nodes)
    case 'policy':
      return head.trim() === '' ? POLICY_NAMES.map((word) => ({ word, help: '' })) : []
    case 'predicate':
      return predicateOffers(head)
    case 'condition':
      return conditionOffers(head, nodes, [])
    case 'trigger':
      return conditionOffers(head, nodes, ['event'])
    case 'expected':
      return conditionOffers(head, nodes, ['event', 'never'])
  }
}

function verbOffers(): Offer[] {
  return Object.entries(VERBS)
    .filter(([name]) => !OUTSIDE.has(name))
    .map(([word, { help }]) => ({ word, help }))
}

/** Words of the usage, nodes, message types and failpoints, as far as the parser takes them. */
function argumentOffers(head: string, nodes: number): Offer[] {
  const [verb = ''] = head.trim().split(/\s+/)
  if (!isVerb(verb)) return []
  const { usage } = VERBS[verb]
  const own = usage
    .split(/\s+or\s+/)
    .flatMap((form) => form.match(/(?<![\w-])-{0,2}[a-z][a-z0-9-]*(?![\w.])/g) ?? [])
    .filter((word) => word !== verb)
  const offers = new Map<string, string>()
  for (const word of own) offers.set(word, '')
  if (/NODE|all\|A B|\bat\b/.test(usage)) {
    for (const word of ['leader', 'follower']) offers.set(word, 'when the step is carried out')
    for (let node = 1; node <= nodes; node += 1) offers.set(String(node), `node ${node}`)
    if (/A > B/.test(usage)) offers.set('>', 'one way only')
  }
  if (usage.includes('MATCH')) {
    for (const type of MESSAGE_TYPES) offers.set(type, 'message')
    offers.set('any', 'every message')
  }
  if (verb === 'failpoint') for (const { name, help } of FAILPOINTS) offers.set(name, help)
  return [...offers]
    .map(([word, help]) => ({ word, help }))
    .filter(({ word }) => isTaken(`${head}${word}`))
}

/** The parser takes this far: what is missing comes later. */
function isTaken(text: string): boolean {
  const fault = wordsFault('verb', text)
  return fault === '' || fault.endsWith(' is missing')
}

function conditionOffers(head: string, nodes: number, words: readonly string[]): Offer[] {
  const parts = head.trim() === '' ? [] : head.trim().split(/\s+/)
  const [first = '', operator] = parts
  if (parts.length === 0) {
    const starts = words.map((word) => ({ word, help: STARTS[word] ?? '' }))
    return [...starts, ...Object.entries(MEASURES).map(([word, help]) => ({ word, help }))]
  }
  if (words.includes(first)) return predicateOffers(head.replace(/^\s*\S+\s+/, ''))
  if (!isMeasure(first)) return []
  const values = valuesOf(first, nodes)
  if (operator === undefined) return operatorOffers(values.length === 0 || first === 'leader')
  return parts.length === 2 ? values.map((word) => ({ word, help: '' })) : []
}

const STARTS: Readonly<Record<string, string>> = {
  event: 'an event that comes',
  never: 'no event fits',
}

function operatorOffers(isOrdered: boolean): Offer[] {
  return OPERATORS.slice(0, isOrdered ? undefined : 2).map((word) => ({ word, help: '' }))
}

/** Words that the meaning of a measure has in quotes. */
function valuesOf(measure: MeasureName, nodes: number): string[] {
  const quoted = [...MEASURES[measure].matchAll(/"([^"]+)"/g)].map(([, word = '']) => word)
  const leaders = measure === 'leader' ? Array.from({ length: nodes }, (_, at) => `${at + 1}`) : []
  return [...quoted, ...leaders]
}

function predicateOffers(head: string): Offer[] {
  const [type, ...tests] = head.trim() === '' ? [] : head.trim().split(/\s+/)
  if (type === undefined) {
    return Object.entries(EVENT_FIELDS).map(([word, fields]) => {
      return { word, help: Object.keys(fields).join(', ') }
    })
  }
  if (!isEventType(type)) return []
  const used = tests.map((test) => /^[A-Za-z]+/.exec(test)?.[0])
  return Object.entries(EVENT_FIELDS[type])
    .filter(([field]) => !used.includes(field))
    .map(([field, kind]) => ({ word: `${field}=`, help: kind }))
}
