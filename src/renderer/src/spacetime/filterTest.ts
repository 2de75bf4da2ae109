/** Filters as tests over the columns: one closure a term, no message object. */
import { fateCode, FLAG, typeCode } from './kinds'
import type { NumberTest, Operator, StateName, Term, Test } from './filterText'
import type { MessageStore } from './messageStore'

export type RowTest = (row: number) => boolean

/** Null: every message passes. */
export function compileFilter(terms: readonly Term[], store: MessageStore): RowTest | null {
  if (terms.length === 0) return null
  const tests = terms.map(({ not, test }) => {
    const passes = testOf(test, store)
    return not ? (row: number) => !passes(row) : passes
  })
  const [first, second] = tests
  if (first !== undefined && tests.length === 1) return first
  if (first !== undefined && second !== undefined && tests.length === 2) {
    return (row) => first(row) && second(row)
  }
  return (row) => {
    for (const passes of tests) if (!passes(row)) return false
    return true
  }
}

/** Columns are read through the store: they are other arrays once it has grown. */
function testOf(test: Test, store: MessageStore): RowTest {
  switch (test.kind) {
    case 'type': {
      const codes = new Set(test.types.map(typeCode))
      return (row) => codes.has(store.col.type[row]!)
    }
    case 'node': {
      const nodes = new Set(test.nodes)
      return (row) => nodes.has(store.col.from[row]!) || nodes.has(store.col.to[row]!)
    }
    case 'from':
    case 'to': {
      const { kind } = test
      const nodes = new Set(test.nodes)
      return (row) => nodes.has(store.col[kind][row]!)
    }
    case 'ballot':
      return ballotTest(test, store)
    case 'slot':
      return slotTest(test, store)
    case 'bytes':
      return (row) => compares(store.col.bytes[row]!, test)
    case 'took':
      return (row) => compares(store.col.travel[row]!, test)
    case 'state':
      return stateTest(test.state, store)
  }
}

function ballotTest(test: Extract<Test, { readonly kind: 'ballot' }>, store: MessageStore) {
  const { operator, round, node } = test
  const rank = (r: number, n: number): number => r * 256 + n
  const wanted = rank(round, node ?? 0)
  return (row: number): boolean => {
    const own = store.col.round[row]!
    // A message without a ballot has none that could be compared.
    if (own === 0 && store.col.ballotNode[row] === 0) return false
    if (node === null) return holds(own, operator, round)
    return holds(rank(own, store.col.ballotNode[row]!), operator, wanted)
  }
}

/** A message is about a run of slots: it fits if any of them does. */
function slotTest({ operator, from, to }: NumberTest, store: MessageStore) {
  return (row: number): boolean => {
    const first = store.col.slot[row]!
    if (first === 0) return false
    const last = first + Math.max(1, store.col.count[row]!) - 1
    if (operator === ':') return first <= to && last >= from
    return holds(first, operator, from) || holds(last, operator, from)
  }
}

function stateTest(state: StateName, store: MessageStore): RowTest {
  if (state === 'skew' || state === 'delayed') {
    const bit = FLAG[state]
    return (row) => (store.col.flags[row]! & bit) !== 0
  }
  const fate = fateCode(state)
  return (row) => store.col.fate[row] === fate
}

function compares(
  value: number,
  {
    operator,
    from,
    to,
  }: { readonly operator: Operator; readonly from: number; readonly to: number },
): boolean {
  return operator === ':' ? value >= from && value <= to : holds(value, operator, from)
}

function holds(value: number, operator: Operator, wanted: number): boolean {
  switch (operator) {
    case '<':
      return value < wanted
    case '<=':
      return value <= wanted
    case '>':
      return value > wanted
    case '>=':
      return value >= wanted
    case ':':
      return value === wanted
  }
}
