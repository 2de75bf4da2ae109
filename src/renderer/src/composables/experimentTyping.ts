/** What Tab and Enter do in the text of an experiment: indentation by two blanks. */
const STEP = '  '

/** What Enter inserts: as far in as the line, deeper after a key without a value. */
export function enterAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  const [indent = ''] = /^ */.exec(line) ?? []
  const content = line.trim()
  const isOpen = content.endsWith(':') && !content.startsWith('#')
  // Keys of an item of a list stand below its first key.
  const inItem = /^- +[\w.]+\s*:(\s|$)/.test(content) ? STEP : ''
  return `\n${indent}${inItem}${isOpen ? STEP : ''}`
}

export interface Indented {
  readonly text: string
  /** What of the old text it takes the place of. */
  readonly from: number
  readonly to: number
  readonly select: readonly [from: number, to: number]
}

/** The lines of a selection, one step further in or out. */
export function indentLines(text: string, from: number, to: number, by: 1 | -1): Indented {
  const start = text.lastIndexOf('\n', from - 1) + 1
  // A selection that ends before the first sign of a line does not mean that line.
  const last = to > from && text[to - 1] === '\n' ? to - 1 : to
  const next = text.indexOf('\n', last)
  const end = next < 0 ? text.length : next
  const lines = text.slice(start, end).split('\n')
  const shifted = lines.map((line) => {
    if (by > 0) return line === '' ? line : STEP + line
    return line.replace(/^ {1,2}/, '')
  })
  const whole = shifted.join('\n')
  const first = (shifted[0]?.length ?? 0) - (lines[0]?.length ?? 0)
  const caret = Math.max(start, from + first)
  const grown = whole.length - (end - start)
  return { text: whole, from: start, to: end, select: [caret, Math.max(caret, to + grown)] }
}
