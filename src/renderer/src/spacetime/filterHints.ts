/** What the filter box offers for the word under the caret. Pure. */
import { NUMBER_TERMS, STATES, TERM_NAMES } from './filterText'
import { TYPE_NAMES } from './kinds'

export interface Hint {
  /** What the word becomes. */
  readonly text: string
  readonly means: string
}

export const HINTS_MAX = 8

const MEANINGS: Readonly<Record<string, string>> = {
  type: 'type of message',
  node: 'sent or received by',
  from: 'sent by',
  to: 'received by',
  ballot: 'ballot: 17, 17.3, >=17',
  slot: 'slot or range: 40..50',
  bytes: 'length of the frame',
  took: 'ms under way',
  dropped: 'never arrived',
  doubled: 'came twice',
  held: 'waits at the gate',
  pending: 'end not told',
  delayed: 'much longer than usual',
  skew: 'came before it left',
}

/** `word` and where it begins, for the caret at `at`. */
export function wordAt(text: string, at: number): { readonly word: string; readonly from: number } {
  const from = text.lastIndexOf(' ', at - 1) + 1
  return { word: text.slice(from, at), from }
}

export function filterHints(text: string, at: number, members: readonly number[]): Hint[] {
  const { word } = wordAt(text, at)
  if (word === '') return []
  const not = word.startsWith('-') ? '-' : ''
  const bare = word.slice(not.length)
  const found = bare.includes(':') ? valueHints(bare, members) : nameHints(bare)
  return found
    .map(({ text: own, means }) => ({ text: not + own, means }))
    .filter((hint) => hint.text !== word)
    .slice(0, HINTS_MAX)
}

function nameHints(bare: string): Hint[] {
  const terms = TERM_NAMES.filter((name) => name.startsWith(bare)).map((name) => {
    const sign = NUMBER_TERMS.some((each) => each === name && each !== 'slot') ? '>' : ':'
    return { text: `${name}${sign}`, means: MEANINGS[name] ?? '' }
  })
  const states = STATES.filter((name) => name.startsWith(bare))
  const types = bare === '' ? [] : TYPE_NAMES.filter((name) => name.startsWith(bare))
  return [
    ...terms,
    ...states.map((text) => ({ text, means: MEANINGS[text] ?? '' })),
    ...types.map((name) => ({ text: `type:${name}`, means: 'type of message' })),
  ]
}

function valueHints(bare: string, members: readonly number[]): Hint[] {
  const colon = bare.indexOf(':')
  const name = bare.slice(0, colon)
  const given = bare.slice(colon + 1)
  const done = given.slice(0, given.lastIndexOf(',') + 1)
  const last = given.slice(done.length)
  const named = (values: readonly string[], means: string): Hint[] =>
    values
      .filter((value) => value.startsWith(last))
      .map((value) => ({ text: `${name}:${done}${value}`, means }))
  if (name === 'type') return named(TYPE_NAMES, 'type of message')
  if (name !== 'node' && name !== 'from' && name !== 'to') return []
  return named([...members.map(String), 'clients'], MEANINGS[name] ?? '')
}
