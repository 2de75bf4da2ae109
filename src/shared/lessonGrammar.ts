/**
 * Checks of lessons as text: a closed vocabulary over recorded events, parsed and never evaluated
 * as code.
 *
 *   predicted                     the question of the step was answered before its first act
 *   named                         the question after a goal was answered with its key
 *   legal                         the choice of the step holds P2c (`p2cChoice.ts`)
 *   count(EVENT) >= N             so many events that fit
 *   distinct(FIELD, EVENT) >= N   so many values of a field among them
 *   EVENT then EVENT [then ...]   each after the one before, in the order of the record
 *   no EVENT                      none that fits
 *   MEASURE OPERATOR VALUE        of `lessonMeasures.ts`
 *
 * EVENT is a predicate of `eventPredicate.ts`, with `while MEASURE OPERATOR VALUE` behind it if it
 * counts only then, such as `learnerRead verdict=chosen while nodesDown = 2`. A check that ends
 * with `since ACT` looks at what comes after that act of the step, done last, and not before it.
 *
 * Errors: ConditionError that names the wrong words.
 */
import { ConditionError, parseComparison } from './condition'
import type { Comparison } from './condition'
import { EVENT_FIELDS } from './eventFields'
import { parseEventPredicate } from './eventPredicate'
import type { EventPredicate } from './eventPredicate'
import { LESSON_MEASURES, MEASURE_KINDS } from './lessonMeasures'
import type { LessonMeasure } from './lessonMeasures'

/** More events can only make `>=` and `>` true, and `<=` and `<` false. */
export type CountOperator = '>=' | '>' | '<=' | '<'

export interface EventClause {
  readonly predicate: EventPredicate
  /** All of them hold when the event comes. */
  readonly during: readonly Comparison<LessonMeasure>[]
}

export type LessonCheck = {
  readonly text: string
  /** Id of an act; null: since the step was begun. */
  readonly since: string | null
} & Asked

type Asked =
  | { readonly kind: 'predicted' }
  | { readonly kind: 'named' }
  | { readonly kind: 'legal' }
  | {
      readonly kind: 'count'
      readonly clause: EventClause
      /** Values of it are counted, each once; null: events. */
      readonly field: string | null
      readonly operator: CountOperator
      readonly value: number
    }
  | { readonly kind: 'order'; readonly clauses: readonly EventClause[] }
  | { readonly kind: 'none'; readonly clause: EventClause }
  | { readonly kind: 'measure'; readonly condition: Comparison<LessonMeasure> }

const CHARS_MAX = 500
const CLAUSES_MAX = 20
const COUNT = /^(count|distinct)\s*\((.*)\)\s*(>=|>|<=|<|!?=)\s*(\d{1,7})$/s
const FIELD = /^\s*([A-Za-z]+)\s*,(.*)$/s
const NO = /^no\s+/
const SINCE = /\s+since\s+([a-z0-9]+(?:-[a-z0-9]+)*)$/

export function parseLessonCheck(source: string): LessonCheck {
  const text = source.trim()
  if (text.length > CHARS_MAX) throw new ConditionError('is too long')
  if (text === 'predicted' || text === 'named' || text === 'legal') {
    return { text, since: null, kind: text }
  }
  const [, since = null] = SINCE.exec(text) ?? []
  return { text, since, ...parseAsked(text.replace(SINCE, '')) }
}

function parseAsked(text: string): Asked {
  if (NO.test(text)) return { kind: 'none', clause: parseClause(text.replace(NO, '')) }
  if (/^(count|distinct)\s*\(/.test(text)) return parseCount(text)
  const parts = splitAt(text, 'then')
  if (parts.length > 1) return { kind: 'order', clauses: parseOrder(parts) }
  return { kind: 'measure', condition: parseMeasure(text) }
}

/** An upper limit, or that nothing came: an empty run has it, so it proves nothing alone. */
export function isLimit(check: LessonCheck): boolean {
  switch (check.kind) {
    case 'none':
      return true
    case 'count':
      return isUpper(check.operator)
    case 'measure': {
      const { measure, operator } = check.condition
      return MEASURE_KINDS[measure] === 'grows' && isUpper(operator)
    }
    default:
      return false
  }
}

/** Every clause of a check. */
export function clausesOf(check: LessonCheck): readonly EventClause[] {
  if (check.kind === 'order') return check.clauses
  return check.kind === 'count' || check.kind === 'none' ? [check.clause] : []
}

function isUpper(operator: string): boolean {
  return operator === '<' || operator === '<='
}

function parseOrder(parts: readonly string[]): EventClause[] {
  if (parts.length > CLAUSES_MAX) throw new ConditionError(`has more than ${CLAUSES_MAX} events`)
  return parts.map(parseClause)
}

function parseMeasure(text: string): Comparison<LessonMeasure> {
  const condition = parseComparison(text, LESSON_MEASURES)
  const { measure, operator } = condition
  if (MEASURE_KINDS[measure] === 'grows' && (operator === '=' || operator === '!=')) {
    throw new ConditionError(`${measure} grows: ask for it with >=, >, <= or <`)
  }
  return condition
}

function parseCount(text: string): Asked {
  const [, what, inside = '', operator = '', digits = ''] = COUNT.exec(text) ?? []
  if (what === undefined) {
    throw new ConditionError(`"${text.slice(0, 60)}" is not like count(EVENT) >= 5`)
  }
  if (!isCountOperator(operator)) {
    throw new ConditionError('a count grows: ask for it with >=, >, <= or <, or write "no EVENT"')
  }
  const value = Number(digits)
  if (operator === '>=' && value === 0) throw new ConditionError('">= 0" is true of every run')
  if (what === 'count') {
    return { kind: 'count', clause: parseClause(inside), field: null, operator, value }
  }
  const [, field = '', rest = ''] = FIELD.exec(inside) ?? []
  const clause = parseClause(rest)
  const fields = EVENT_FIELDS[clause.predicate.type]
  if (!Object.hasOwn(fields, field)) {
    const known = Object.keys(fields).join(', ')
    throw new ConditionError(
      `"${field}" is not a field of ${clause.predicate.type}; there are ${known}`,
    )
  }
  return { kind: 'count', clause, field, operator, value }
}

function isCountOperator(text: string): text is CountOperator {
  return ['>=', '>', '<=', '<'].includes(text)
}

function parseClause(text: string): EventClause {
  const [event = '', ...during] = splitAt(text, 'while')
  return {
    predicate: parseEventPredicate(event),
    during: during.map((each) => parseComparison(each, LESSON_MEASURES)),
  }
}

/** At a word that stands by itself, outside quotes. */
function splitAt(text: string, word: string): string[] {
  const parts: string[] = []
  let part = ''
  for (const piece of text.split(/("[^"]*"|\s+)/)) {
    if (piece === word) {
      parts.push(part.trim())
      part = ''
    } else part += piece
  }
  return [...parts, part.trim()]
}
