/**
 * Predicates over events: `TYPE [FIELD OPERATOR VALUE] ...`, such as `promised by=3 ballot>=2.1`.
 * A closed vocabulary (`eventFields.ts`), parsed and never evaluated as code.
 *
 * Values: whole numbers, times in ms, ballots as `R.N`, `true` and `false`, words (in double quotes
 *         if they hold a space); `by` is a node or `lab`.
 * Slots:  an event about several slots in a row fits if one of them meets all that is said of
 *         `slot`.
 * Errors: ConditionError that names the wrong word.
 */
import type { LabEvent, LabEventType } from '../core/event'
import { compareBallot, parseBallot } from '../core/paxos/ballot'
import type { Ballot } from '../core/paxos/ballot'
import { ConditionError } from './condition'
import { EVENT_FIELDS, fieldsOf, isEventType } from './eventFields'
import type { FieldKind } from './eventFields'

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='

export interface EventTest {
  readonly field: string
  readonly kind: FieldKind
  readonly operator: Operator
  readonly value: number | string | boolean | Ballot
}

export interface EventPredicate {
  readonly text: string
  readonly type: LabEventType
  readonly tests: readonly EventTest[]
}

const CHARS_MAX = 500
const TEST = /([A-Za-z]+)\s*(!=|<=|>=|=|<|>)\s*(?:"([^"]*)"|([^\s"]+))/y
const SLOT_MAX = Number.MAX_SAFE_INTEGER

export function parseEventPredicate(text: string): EventPredicate {
  if (text.length > CHARS_MAX) throw new ConditionError('is too long')
  const [, type = ''] = /^\s*([A-Za-z]+)/.exec(text) ?? []
  if (!isEventType(type)) {
    const types = Object.keys(EVENT_FIELDS).join(', ')
    throw new ConditionError(`"${type || text}" is not a type of event; there are ${types}`)
  }
  const tests: EventTest[] = []
  let at = text.indexOf(type) + type.length
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1
    if (at >= text.length) return { text: text.trim(), type, tests }
    TEST.lastIndex = at
    const [all, field = '', operator = '', quoted, bare = ''] = TEST.exec(text) ?? []
    if (all === undefined || !isOperator(operator)) {
      const rest = text.slice(at, at + 40)
      throw new ConditionError(`"${rest}" is not FIELD OPERATOR VALUE, such as slot=141`)
    }
    tests.push(testOf(type, field, operator, quoted ?? bare))
    at += all.length
  }
}

function isOperator(text: string): text is Operator {
  return ['=', '!=', '<', '<=', '>', '>='].includes(text)
}

function testOf(type: LabEventType, field: string, operator: Operator, text: string): EventTest {
  const fields = EVENT_FIELDS[type]
  const kind = Object.hasOwn(fields, field) ? fields[field] : undefined
  if (kind === undefined) {
    const known = Object.keys(fields).join(', ')
    throw new ConditionError(`"${field}" is not a field of ${type}; there are ${known}`)
  }
  const isOrdered = kind === 'number' || kind === 'slot' || kind === 'ballot'
  if (!isOrdered && operator !== '=' && operator !== '!=') {
    throw new ConditionError(`"${operator}" needs a number or a ballot, and ${field} is none`)
  }
  return { field, kind, operator, value: valueOf(field, kind, text) }
}

function valueOf(field: string, kind: FieldKind, text: string): EventTest['value'] {
  const wrong = (want: string): never => {
    throw new ConditionError(`${field}: "${text}" is not ${want}`)
  }
  switch (kind) {
    case 'number':
    case 'slot':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : wrong('a number')
    case 'ballot':
      return parseBallot(text) ?? wrong('a ballot such as 2.1')
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : wrong('true or false')
    case 'by':
      if (text === 'lab') return text
      return /^[1-9]$/.test(text) ? Number(text) : wrong('a node, or lab')
    case 'text':
      return text
  }
}

export function fits(predicate: EventPredicate, event: LabEvent): boolean {
  if (event.type !== predicate.type) return false
  if (predicate.tests.length === 0) return true
  const fields = fieldsOf(event)
  const slots = predicate.tests.filter(({ kind }) => kind === 'slot')
  if (slots.length > 0 && !fitsSlots(slots, fields)) return false
  return predicate.tests.every((test) => test.kind === 'slot' || fitsTest(test, fields))
}

/** One slot of the event meets them all. */
function fitsSlots(
  tests: readonly EventTest[],
  fields: Readonly<Record<string, unknown>>,
): boolean {
  const { slot, count } = fields
  if (typeof slot !== 'number') return tests.every(({ operator }) => operator === '!=')
  let from = slot
  let to = slot + Math.max(1, typeof count === 'number' ? count : 1) - 1
  const left = new Set<number>()
  for (const { operator, value } of tests) {
    if (typeof value !== 'number') return false
    if (operator === '!=') left.add(value)
    if (operator === '=' || operator === '>=') from = Math.max(from, Math.ceil(value))
    if (operator === '>') from = Math.max(from, Math.floor(value) + 1)
    if (operator === '=' || operator === '<=') to = Math.min(to, Math.floor(value))
    if (operator === '<') to = Math.min(to, Math.ceil(value) - 1)
  }
  const within = [...left].filter((one) => one >= from && one <= to && one < SLOT_MAX)
  return to - from + 1 > within.length
}

function fitsTest(test: EventTest, fields: Readonly<Record<string, unknown>>): boolean {
  const found = fields[test.field]
  const { operator, value } = test
  const order = orderOf(found, value)
  if (order === null) return operator === '!='
  switch (operator) {
    case '=':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

/** Negative: `found` is below; null: they cannot be compared, or nothing was found. */
function orderOf(found: unknown, value: EventTest['value']): number | null {
  if (typeof value === 'object') return isBallot(found) ? compareBallot(found, value) : null
  if (typeof found === 'number' && typeof value === 'number') return found - value
  return found === value ? 0 : null
}

function isBallot(value: unknown): value is Ballot {
  return typeof value === 'object' && value !== null && 'round' in value && 'node' in value
}
