/**
 * The filter language: terms apart by blanks, all of which a message must meet.
 *
 *   type:accept,accepted   node:2   from:1   to:3   ballot>=17   ballot:17.3   slot:40..50
 *   bytes>1000   took>=5   dropped   doubled   held   pending   delayed   skew   -type:nack
 *
 * Errors: `parseFilter` answers what is wrong and at which column, from 1.
 * Law:    `parseFilter(printFilter(terms))` answers the same terms (test/renderer/spacetime).
 */
import { TYPE_NAMES } from './kinds'
import type { TypeName } from './kinds'

export const OPERATORS = ['<=', '>=', '<', '>', ':'] as const
export type Operator = (typeof OPERATORS)[number]

export const STATES = ['dropped', 'doubled', 'held', 'pending', 'delayed', 'skew'] as const
export type StateName = (typeof STATES)[number]

export const NODE_TERMS = ['node', 'from', 'to'] as const
export const NUMBER_TERMS = ['slot', 'bytes', 'took'] as const
export const TERM_NAMES = ['type', ...NODE_TERMS, 'ballot', ...NUMBER_TERMS] as const

export type Test =
  | { readonly kind: 'type'; readonly types: readonly TypeName[] }
  /** 0: the clients. */
  | { readonly kind: (typeof NODE_TERMS)[number]; readonly nodes: readonly number[] }
  /** `node` null: any owner; with `:` then the round alone must fit. */
  | {
      readonly kind: 'ballot'
      readonly operator: Operator
      readonly round: number
      readonly node: number | null
    }
  | {
      readonly kind: (typeof NUMBER_TERMS)[number]
      readonly operator: Operator
      readonly from: number
      /** As `from`, unless `:` names a range. */
      readonly to: number
    }
  | { readonly kind: 'state'; readonly state: StateName }

export type NumberTest = Extract<Test, { readonly from: number }>

export interface Term {
  readonly not: boolean
  readonly test: Test
}

export interface FilterFault {
  readonly words: string
  /** From 1. */
  readonly column: number
}

export type ParsedFilter =
  | { readonly terms: readonly Term[]; readonly fault: null }
  | { readonly terms: null; readonly fault: FilterFault }

const TERM = /^([a-z]+)(<=|>=|<|>|:)(.*)$/
const NUMBER = /^(\d{1,15}(?:\.\d{1,6})?)$/
const RANGE = /^(\d{1,15}(?:\.\d{1,6})?)\.\.(\d{1,15}(?:\.\d{1,6})?)$/
const BALLOT = /^(\d{1,10})(?:\.(\d{1,2}))?$/
const NODE = /^[nN]?(\d{1,2})$/

export function parseFilter(text: string): ParsedFilter {
  const terms: Term[] = []
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    const not = word.startsWith('-')
    const parsed = parseTerm(not ? word.slice(1) : word)
    if (typeof parsed === 'string') {
      return { terms: null, fault: { words: parsed, column: index + (not ? 2 : 1) } }
    }
    terms.push({ not, test: parsed })
  }
  return { terms, fault: null }
}

/** A text says what is wrong. */
function parseTerm(word: string): Test | string {
  const state = STATES.find((name) => name === word)
  if (state !== undefined) return { kind: 'state', state }
  const [, name = '', sign = '', value = ''] = TERM.exec(word) ?? []
  const operator = OPERATORS.find((each) => each === sign)
  if (operator === undefined) return unknownWord(word)
  if (name === 'type') return onlyColon(name, operator) ?? parseTypes(value)
  const nodeTerm = NODE_TERMS.find((each) => each === name)
  if (nodeTerm !== undefined) return onlyColon(name, operator) ?? parseNodes(nodeTerm, value)
  if (name === 'ballot') return parseBallot(operator, value)
  const numberTerm = NUMBER_TERMS.find((each) => each === name)
  if (numberTerm !== undefined) return parseNumber(numberTerm, operator, value)
  return `there is no term “${name}”: ${TERM_NAMES.join(', ')}`
}

function unknownWord(word: string): string {
  const type = TYPE_NAMES.find((name) => name === word)
  if (type !== undefined) return `“${word}” is a type: write type:${word}`
  return `“${shown(word)}” is no term and none of ${STATES.join(', ')}`
}

function onlyColon(name: string, operator: Operator): string | null {
  return operator === ':' ? null : `${name} takes “:”, not “${operator}”`
}

function parseTypes(value: string): Test | string {
  const types: TypeName[] = []
  for (const name of value.split(',')) {
    const type = TYPE_NAMES.find((each) => each === name)
    if (type === undefined) return `“${shown(name)}” is no type of message`
    if (!types.includes(type)) types.push(type)
  }
  return { kind: 'type', types }
}

function parseNodes(kind: (typeof NODE_TERMS)[number], value: string): Test | string {
  const nodes: number[] = []
  for (const name of value.split(',')) {
    const node = name === 'clients' ? 0 : Number(NODE.exec(name)?.[1] ?? Number.NaN)
    if (!Number.isInteger(node)) return `“${shown(name)}” is no node: a number, or clients`
    if (!nodes.includes(node)) nodes.push(node)
  }
  return { kind, nodes }
}

function parseBallot(operator: Operator, value: string): Test | string {
  const [, round, node] = BALLOT.exec(value) ?? []
  if (round === undefined) return `“${shown(value)}” is no ballot: a round, or 17.3`
  return { kind: 'ballot', operator, round: Number(round), node: node ? Number(node) : null }
}

function parseNumber(
  kind: (typeof NUMBER_TERMS)[number],
  operator: Operator,
  value: string,
): Test | string {
  const [, low, high] = RANGE.exec(value) ?? []
  if (low !== undefined && high !== undefined) {
    if (operator !== ':') return `a range takes “:”, not “${operator}”`
    const [from, to] = [Number(low), Number(high)]
    return from <= to ? { kind, operator, from, to } : `${low} is above ${high}`
  }
  const one = NUMBER.exec(value)?.[1]
  if (one === undefined) return `“${shown(value)}” is no number, nor a range such as 40..50`
  return { kind, operator, from: Number(one), to: Number(one) }
}

/** A fault shows the beginning of a long word. */
function shown(word: string): string {
  return word.slice(0, 24)
}

export function printFilter(terms: readonly Term[]): string {
  return terms.map(({ not, test }) => (not ? '-' : '') + printTest(test)).join(' ')
}

function printTest(test: Test): string {
  switch (test.kind) {
    case 'type':
      return `type:${test.types.join(',')}`
    case 'node':
    case 'from':
    case 'to':
      return `${test.kind}:${test.nodes.map((node) => (node === 0 ? 'clients' : node)).join(',')}`
    case 'ballot':
      return `ballot${test.operator}${test.round}${test.node === null ? '' : `.${test.node}`}`
    case 'state':
      return test.state
    default:
      return `${test.kind}${test.operator}${range(test.from, test.to)}`
  }
}

function range(from: number, to: number): string {
  return from === to ? String(from) : `${from}..${to}`
}
