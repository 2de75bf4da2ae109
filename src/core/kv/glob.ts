/**
 * Glob patterns as Redis reads them: `*`, `?`, `[a-z]`, `[^a]` and `\` in front of a character that
 * stands for itself. A pattern is compiled once; characters are bytes.
 *
 * Cost: at most pattern times text. A mismatch goes back to the last `*` only, because an earlier
 *       one could match nothing that the last one cannot.
 */

/** A byte that stands for itself, a set of bytes, any byte, or any run of bytes. */
type Token = number | Uint8Array | 'one' | 'run'

export interface Glob {
  test(text: string): boolean
}

export interface GlobOptions {
  /** Upper and lower case of a to z are the same. */
  readonly ignoreCase?: boolean
}

export function compileGlob(pattern: string, { ignoreCase = false }: GlobOptions = {}): Glob {
  const tokens = parseGlob(ignoreCase ? lower(pattern) : pattern)
  return {
    test(text) {
      // As Redis has it: of all patterns of runs only a single `*` fits the empty text.
      if (text === '') return pattern === '' || pattern === '*'
      return matches(tokens, ignoreCase ? lower(text) : text)
    },
  }
}

function parseGlob(pattern: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < pattern.length) {
    const char = pattern[at]
    if (char === '*') {
      if (tokens.at(-1) !== 'run') tokens.push('run')
      at += 1
    } else if (char === '?') {
      tokens.push('one')
      at += 1
    } else if (char === '[') {
      const set = new Uint8Array(256)
      at = parseSet(pattern, at + 1, set)
      tokens.push(set)
    } else {
      if (char === '\\' && at + 1 < pattern.length) at += 1
      tokens.push(pattern.charCodeAt(at))
      at += 1
    }
  }
  return tokens
}

/** Fills `set` from behind the bracket on; answers where the pattern goes on. */
function parseSet(pattern: string, start: number, set: Uint8Array): number {
  let at = start
  const negated = pattern[at] === '^'
  if (negated) at += 1
  while (at < pattern.length && pattern[at] !== ']') {
    if (pattern[at] === '\\' && at + 1 < pattern.length) {
      set[pattern.charCodeAt(at + 1)] = 1
      at += 2
    } else if (pattern[at + 1] === '-' && at + 2 < pattern.length) {
      const [one, other] = [pattern.charCodeAt(at), pattern.charCodeAt(at + 2)]
      set.fill(1, Math.min(one, other), Math.max(one, other) + 1)
      at += 3
    } else {
      set[pattern.charCodeAt(at)] = 1
      at += 1
    }
  }
  if (negated) for (let byte = 0; byte < 256; byte += 1) set[byte] = 1 - (set[byte] ?? 0)
  return at + 1
}

function matches(tokens: readonly Token[], text: string): boolean {
  let token = 0
  let at = 0
  let runToken = -1
  let runAt = 0
  while (at < text.length) {
    const wanted = tokens[token]
    if (wanted === 'run') {
      runToken = token
      runAt = at
      token += 1
    } else if (wanted !== undefined && fits(wanted, text.charCodeAt(at))) {
      token += 1
      at += 1
    } else if (runToken >= 0) {
      // The run takes one byte more, and what follows it is tried again.
      runAt += 1
      at = runAt
      token = runToken + 1
    } else return false
  }
  while (tokens[token] === 'run') token += 1
  return token === tokens.length
}

function fits(token: Token, byte: number): boolean {
  if (typeof token === 'number') return token === byte
  return token === 'one' || (token instanceof Uint8Array && token[byte] === 1)
}

function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
