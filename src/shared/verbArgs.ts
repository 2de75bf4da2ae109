/**
 * Words of one verb line, taken from left to right; whatever does not fit is named in the error.
 *
 * Quotes:  "two words" and 'two words' are one word; inside double quotes \" and \\ stand for
 *          themselves and \n for a line feed.
 * Errors:  VerbError with the wrong word and the usage.
 */
import { DELAY_MS_MAX } from '../core/fault'

/** A line that is no verb, or a verb that is malformed. Nothing was done. */
export class VerbError extends Error {
  override readonly name = 'VerbError'
  constructor(
    words: string,
    /** How the verb is written; empty if the verb is unknown. */
    readonly usage: string,
  ) {
    super(words)
  }
}

/** A node by its number, or by what it is when the verb is carried out. */
export type NodeRef = number | 'leader' | 'follower'

/** Links by their ends; `all` stands for every node. `both` ways or one. */
export interface LinksRef {
  readonly from: NodeRef | 'all'
  readonly to: NodeRef | 'all'
  readonly both: boolean
}

export const NODES_MAX = 9
const LINE_CHARS_MAX = 70_000
const TOKEN = /"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/gy

export function splitWords(line: string): string[] {
  if (line.length > LINE_CHARS_MAX) throw new VerbError('the line is too long', '')
  const words: string[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line[at] ?? '')) {
      at += 1
      continue
    }
    TOKEN.lastIndex = at
    const match = TOKEN.exec(line)
    const [text = '', double, single, bare] = match ?? []
    if (bare !== undefined && /^["']/.test(bare)) {
      throw new VerbError(`a quote is not closed: ${bare.slice(0, 20)}`, '')
    }
    words.push(double === undefined ? (single ?? bare ?? '') : unescape(double))
    at += text.length
  }
  return words
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
}

export class VerbArgs {
  private at = 0

  constructor(
    private words: readonly string[],
    readonly usage: string,
  ) {}

  get isEmpty(): boolean {
    return this.at >= this.words.length
  }

  fail(words: string): never {
    throw new VerbError(words, this.usage)
  }

  /** The next word, whatever it is. `what` says what is missing if there is none. */
  word(what: string): string {
    const word = this.words[this.at]
    if (word === undefined) this.fail(`${what} is missing`)
    this.at += 1
    return word
  }

  isNext(word: string): boolean {
    return this.words[this.at] === word
  }

  /** Takes the next word if it is `word`. */
  takes(word: string): boolean {
    if (!this.isNext(word)) return false
    this.at += 1
    return true
  }

  /** Takes the next word if it is a whole number from 1 on; null if it is anything else. */
  takesId(): number | null {
    const word = this.words[this.at] ?? ''
    if (!/^[1-9]\d{0,14}$/.test(word)) return null
    this.at += 1
    return Number(word)
  }

  /** Whether the next word is a number without a sign. */
  get isNumberNext(): boolean {
    return /^\d+(\.\d+)?$/.test(this.words[this.at] ?? '')
  }

  rest(): string[] {
    const rest = this.words.slice(this.at)
    this.at = this.words.length
    return rest
  }

  /** Throws if a word is left over. */
  end(): void {
    const word = this.words[this.at]
    if (word !== undefined) this.fail(`"${word}" is too much; quote a value that has blanks`)
  }

  node(): NodeRef {
    return this.asNode(this.word('the node'))
  }

  /** `2`, `1,3` or `leader,2`. */
  nodes(): NodeRef[] {
    const word = this.word('the nodes')
    return [...new Set(word.split(',').map((part) => this.asNode(part)))]
  }

  /** A number between `min` and `max`. */
  number(what: string, min: number, max: number): number {
    return this.asNumber(this.word(what), what, min, max)
  }

  whole(what: string, min: number, max: number): number {
    const word = this.word(what)
    const value = this.asNumber(word, what, min, max)
    if (!Number.isInteger(value)) this.fail(`"${word}" is not a whole number (${what})`)
    return value
  }

  /** `0.2` or `20%`. */
  probability(): number {
    return this.share('the probability', 0, 1)
  }

  /** As a probability, from `min` to `max`. */
  share(what: string, min: number, max: number): number {
    const word = this.word(what)
    const percent = /^(.+)%$/.exec(word)?.[1]
    if (percent === undefined) return this.asNumber(word, what, min, max)
    return this.asNumber(percent, what, min * 100, max * 100) / 100
  }

  /** `20`, `20ms` or `2s`: ms. */
  ms(what: string): number {
    const word = this.word(what)
    const [, digits = '', unit] = /^([\d.]+)(ms|s)?$/.exec(word) ?? []
    const factor = unit === 's' ? 1000 : 1
    return this.asNumber(digits === '' ? word : digits, what, 0, DELAY_MS_MAX / factor) * factor
  }

  /** `all`, `1 2` (both ways), `1 > 2`, `1>2`, `2 all`, `all > 2`. */
  links(): LinksRef {
    this.spreadArrows()
    const first = this.word('the link')
    const from = first === 'all' ? 'all' : this.asNode(first)
    if (this.takes('>')) return { from, to: this.otherEnd(), both: false }
    if (from === 'all') return { from, to: 'all', both: false }
    return { from, to: this.otherEnd(), both: true }
  }

  /** Groups such as `1,2 | 3,4,5`. */
  groups(): number[][] {
    const groups = this.rest().join(' ').split('|')
    const seen = new Set<number>()
    return groups.map((group) =>
      group
        .split(/[\s,]+/)
        .filter((word) => word !== '')
        .map((word) => {
          const node = this.asNode(word)
          if (typeof node !== 'number') return this.fail(`"${word}" is not a node number`)
          if (seen.has(node)) this.fail(`node ${node} is in two groups; see the preset bridge`)
          seen.add(node)
          return node
        }),
    )
  }

  private otherEnd(): NodeRef | 'all' {
    const word = this.word('the other node of the link')
    return word === 'all' ? 'all' : this.asNode(word)
  }

  /** `1>2` becomes three words. */
  private spreadArrows(): void {
    const rest = this.words
      .slice(this.at)
      .flatMap((word) => word.split(/(>)/).filter((part) => part !== ''))
    this.words = [...this.words.slice(0, this.at), ...rest]
  }

  private asNode(word: string): NodeRef {
    if (word === 'leader' || word === 'follower') return word
    if (/^[1-9]$/.test(word)) return Number(word)
    return this.fail(`"${word}" is not a node (1 to ${NODES_MAX}, leader or follower)`)
  }

  private asNumber(word: string, what: string, min: number, max: number): number {
    const value = /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : NaN
    if (Number.isNaN(value)) this.fail(`"${word}" is not a number (${what})`)
    if (value < min || value > max) this.fail(`"${word}" is not from ${min} to ${max} (${what})`)
    return value
  }
}
