/**
 * How a changed YAML document is printed so that it looks as its author writes: brackets without
 * blanks inside unless the author has them, and lines that did not change as they were.
 */
import { Lexer } from 'yaml'

/** Tokens of the lexer that stand for no text: BOM and marks of its own. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f'])

/** `[ 1, 2 ]` becomes `[1, 2]`, unless `like` writes lists with blanks. Braces stay as they are. */
export function tightenBrackets(text: string, like: string): string {
  if (!text.includes('[ ')) return text
  const sample = tokensOf(like)
  const isLoose = sample.some((token, at) => token === '[' && isBlank(sample[at + 1]))
  if (isLoose) return text
  const tokens = tokensOf(text)
  return tokens
    .filter((token, at) => {
      if (!isBlank(token)) return true
      return tokens[at - 1] !== '[' && tokens[at + 1] !== ']'
    })
    .join('')
}

function isBlank(token: string | undefined): boolean {
  return token !== undefined && /^ +$/.test(token)
}

function tokensOf(text: string): string[] {
  return [...new Lexer().lex(text)].filter((token) => !MARKS.has(token))
}

/**
 * `after` with the lines of `text` wherever it has those of `before`, which is `text` as the
 * printer prints it. Where printing changes how many lines there are, `after` itself.
 */
export function keepLines(text: string, before: string, after: string): string {
  const own = text.split('\n')
  const old = before.split('\n')
  const fresh = after.split('\n')
  if (own.length !== old.length) return after
  const least = Math.min(old.length, fresh.length)
  let head = 0
  while (head < least && old[head] === fresh[head]) head += 1
  let tail = 0
  while (tail < least - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1
  return [
    ...own.slice(0, head),
    ...fresh.slice(head, fresh.length - tail),
    ...own.slice(own.length - tail),
  ].join('\n')
}
