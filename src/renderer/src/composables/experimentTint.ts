/**
 * Colours for the text of an experiment: a light look at each line by itself. It knows enough YAML
 * to tell keys, words, numbers and comments apart, and is never asked what a text means.
 */
export type TintKind = 'key' | 'text' | 'number' | 'word' | 'mark' | 'comment' | 'plain'

export interface Tint {
  readonly kind: TintKind
  readonly text: string
}

/** Above this many lines nothing is tinted: painting would take longer than typing. */
export const TINT_LINES_MAX = 3000

const KEY = /^([\w.$-]+|"[^"]*"|'[^']*')(?=\s*:(\s|$))/
const NUMBER = /^-?\d+(\.\d+)?(ms|s|%)?(?![\w.])/
const WORD = /^(true|false|null|~)(?![\w-])/
const QUOTED = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/
const MARK = /^[[\]{},:|>&*-]/
const PLAIN = /^[^\s[\]{},"'#:]+|^./

export function tintLine(line: string): readonly Tint[] {
  const tints: Tint[] = []
  let rest = line
  let mayBeKey = true
  while (rest !== '') {
    const [blank = ''] = /^\s+/.exec(rest) ?? []
    const isApart = blank !== '' || rest === line
    if (blank !== '') push(tints, 'plain', blank)
    rest = rest.slice(blank.length)
    if (rest === '') break
    if (rest.startsWith('#') && isApart) {
      push(tints, 'comment', rest)
      break
    }
    const [kind, text] = nextOf(rest, mayBeKey, isApart)
    push(tints, kind, text)
    rest = rest.slice(text.length)
    mayBeKey = kind === 'mark' && text !== ':' ? true : kind === 'key' ? false : mayBeKey && !rest
  }
  return tints
}

function nextOf(rest: string, mayBeKey: boolean, isApart: boolean): readonly [TintKind, string] {
  const key = mayBeKey ? KEY.exec(rest)?.[0] : undefined
  if (key !== undefined) return ['key', key]
  const quoted = isApart || mayBeKey ? QUOTED.exec(rest)?.[0] : undefined
  if (quoted !== undefined) return ['text', quoted]
  const number = isApart || mayBeKey ? NUMBER.exec(rest)?.[0] : undefined
  if (number !== undefined) return ['number', number]
  const word = isApart || mayBeKey ? WORD.exec(rest)?.[0] : undefined
  if (word !== undefined) return ['word', word]
  const mark = MARK.exec(rest)?.[0]
  if (mark !== undefined) return ['mark', mark]
  return ['plain', PLAIN.exec(rest)?.[0] ?? rest]
}

function push(tints: Tint[], kind: TintKind, text: string): void {
  const last = tints.at(-1)
  if (last?.kind === kind) tints[tints.length - 1] = { kind, text: last.text + text }
  else tints.push({ kind, text })
}
