/**
 * Markup of reports: templates in which every text is escaped unless it is markup already.
 *
 * What a run holds (titles, keys, values, reasons) is written by anybody: nothing of it may become
 * an element, an attribute or an address. Control characters, which no page may hold, are replaced.
 */

export class Markup {
  constructor(readonly text: string) {}
}

/** `null` and `false` are nothing; lists are joined. */
export type Content = Markup | string | number | null | false | readonly Content[]

export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const parts = flat(strings).map((text, at) => text + textOf(values[at]))
  return new Markup(parts.join(''))
}

const flattened = new WeakMap<TemplateStringsArray, readonly string[]>()

/** Line breaks of a template are for whoever reads the source. */
function flat(strings: TemplateStringsArray): readonly string[] {
  let texts = flattened.get(strings)
  if (texts === undefined) {
    texts = strings.map((text) => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(' >', '>'))
    flattened.set(strings, texts)
  }
  return texts
}

/** The same: a page holds both. */
export function svg(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return html(strings, ...values)
}

function textOf(value: Content | undefined): string {
  if (value === undefined || value === null || value === false) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeText(value)
  if (value instanceof Markup) return value.text
  return value.map(textOf).join('')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Controls, lone surrogates, and marks that turn text around. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu

export function escapeText(text: string): string {
  return text
    .replace(UNFIT, (char) => (char === '\n' || char === '\t' ? char : '\ufffd'))
    .replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char)
}

/** At most `charsMax` characters, the last of them `…` where some are missing. */
export function clip(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`
}
