/**
 * A command line as a person types it: words split at blanks, "double" or 'single' quotes hold
 * blanks together, a backslash takes the next sign as it is.
 *
 * Errors: an open quote is told, nothing is guessed.
 */
export type CommandLine =
  | { readonly ok: true; readonly args: readonly string[] }
  | { readonly ok: false; readonly words: string }

export function splitCommand(text: string): CommandLine {
  const args: string[] = []
  let word: string | null = null
  let quote: string | null = null
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    if (sign === '\\' && quote !== "'" && at + 1 < text.length) {
      word = (word ?? '') + text[++at]!
    } else if (quote !== null) {
      if (sign === quote) quote = null
      else word = (word ?? '') + sign
    } else if (sign === '"' || sign === "'") {
      quote = sign
      word ??= ''
    } else if (/\s/.test(sign)) {
      if (word !== null) args.push(word)
      word = null
    } else word = (word ?? '') + sign
  }
  if (quote !== null) return { ok: false, words: `The quote ${quote} is not closed.` }
  if (word !== null) args.push(word)
  return args.length > 0
    ? { ok: true, args }
    : { ok: false, words: 'Type a command, such as SET k v.' }
}
