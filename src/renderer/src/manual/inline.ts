/**
 * Text within a line of Markdown: code, emphasis, links, escapes. What is none of these stays as
 * the text that it is; nothing is ever read as HTML.
 */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'em'; readonly content: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly content: readonly Inline[] }

/** Deeper emphasis and links stay text: a hostile page cannot exhaust the stack. */
const DEPTH_MAX = 8

const PUNCTUATION = /[!-/:-@[-`{-~]/

export function parseInline(source: string, depth = 0): Inline[] {
  const found: Inline[] = []
  let text = ''
  const put = (one: Inline): void => {
    if (text !== '') found.push({ kind: 'text', text })
    text = ''
    found.push(one)
  }
  let at = 0
  while (at < source.length) {
    const sign = source[at] ?? ''
    const escaped = source[at + 1]
    if (sign === '\\' && escaped !== undefined && PUNCTUATION.test(escaped)) {
      text += escaped
      at += 2
      continue
    }
    const span = spanAt(source, at, depth)
    if (span === null) {
      text += sign === '\n' ? ' ' : sign
      at += 1
      continue
    }
    put(span.inline)
    at = span.end
  }
  if (text !== '') found.push({ kind: 'text', text })
  return found
}

interface Span {
  readonly inline: Inline
  readonly end: number
}

function spanAt(source: string, at: number, depth: number): Span | null {
  const sign = source[at]
  if (sign === '`') return codeAt(source, at)
  if (depth >= DEPTH_MAX) return null
  if (sign === '[') return linkAt(source, at, depth)
  if (sign === '*') return emphasisAt(source, at, depth)
  return null
}

function codeAt(source: string, at: number): Span | null {
  const ticks = /^`+/.exec(source.slice(at))?.[0] ?? '`'
  const from = at + ticks.length
  for (let end = source.indexOf(ticks, from); end !== -1; end = source.indexOf(ticks, end)) {
    const run = /^`+/.exec(source.slice(end))?.[0].length ?? 0
    if (run === ticks.length) {
      const inner = source.slice(from, end).replaceAll('\n', ' ')
      const padded = inner.length > 2 && inner.startsWith(' ') && inner.endsWith(' ')
      const text = padded ? inner.slice(1, -1) : inner
      return { inline: { kind: 'code', text }, end: end + run }
    }
    end += run
  }
  return null
}

function linkAt(source: string, at: number, depth: number): Span | null {
  const close = closingBracket(source, at)
  if (close === null || source[close + 1] !== '(') return null
  const target = /^\(([^()\s]*)\)/.exec(source.slice(close + 1))
  const href = target?.[1]
  if (target === null || href === undefined || href === '') return null
  const content = parseInline(source.slice(at + 1, close), depth + 1)
  return { inline: { kind: 'link', href, content }, end: close + 1 + target[0].length }
}

function closingBracket(source: string, at: number): number | null {
  let open = 0
  for (let index = at; index < source.length; index += 1) {
    const sign = source[index]
    if (sign === '\\') index += 1
    else if (sign === '[') open += 1
    else if (sign === ']') {
      open -= 1
      if (open === 0) return index
    }
  }
  return null
}

function emphasisAt(source: string, at: number, depth: number): Span | null {
  const mark = source.startsWith('**', at) ? '**' : '*'
  const from = at + mark.length
  if (/^\s?$/.test(source[from] ?? '')) return null
  const end = closingMark(source, from, mark)
  if (end === null) return null
  const content = parseInline(source.slice(from, end), depth + 1)
  return { inline: { kind: mark === '**' ? 'strong' : 'em', content }, end: end + mark.length }
}

/** The next such mark after a sign that is no blank, outside of code. */
function closingMark(source: string, from: number, mark: string): number | null {
  for (let index = from; index < source.length; index += 1) {
    const sign = source[index]
    if (sign === '\\') {
      index += 1
    } else if (sign === '`') {
      const code = codeAt(source, index)
      if (code) index = code.end - 1
    } else if (source.startsWith(mark, index) && index > from) {
      const run = /^\*+/.exec(source.slice(index))?.[0].length ?? 1
      const closes = mark === '**' || run !== 2
      // Of `***` at the end of two spans, the outer one has the last marks.
      const end = mark === '**' ? index + run - 2 : index
      if (closes && /\S/.test(source[index - 1] ?? '')) return end
      index += run - 1
    }
  }
  return null
}

export function textOf(content: readonly Inline[]): string {
  return content
    .map((one) => (one.kind === 'text' || one.kind === 'code' ? one.text : textOf(one.content)))
    .join('')
}
