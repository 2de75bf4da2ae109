/**
 * The text of an experiment file as data, and the place of what is wrong with it.
 *
 * Limits: those of `experimentYaml.ts`.
 * Errors: ScenarioError: what is wrong, where (line:column), and the line.
 */
import { isMap, isNode, isScalar } from 'yaml'
import { issueWords } from './experimentWords'
import type { Told } from './experimentWords'
import { contentOf, readYaml, withoutMark } from './experimentYaml'
import type { YamlText } from './experimentYaml'

const SNIPPET_CHARS_MAX = 100

export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
  constructor(
    words: string,
    readonly file: string,
    readonly line: number,
    readonly column: number,
    /** The line of the file, with a mark below the place. */
    readonly snippet: string,
  ) {
    super(`${file}:${line}:${column}: ${words}${snippet === '' ? '' : `\n${snippet}`}`)
  }
}

export class ScenarioText {
  readonly content: unknown
  private readonly text: string
  private readonly document: YamlText

  constructor(
    text: string,
    private readonly file: string,
    what = 'experiment',
  ) {
    this.text = withoutMark(text)
    this.document = readYaml(this.text, (words, offset) => this.fail(words, offset))
    if (this.document.contents === null) this.fail(`is empty: there is no ${what} in it`, 0)
    this.content = contentOf(this.document)
  }

  /** `place`: where it is in the file, if not at the path of the issue. */
  failWith(told: Told, prefix = '', place?: readonly PropertyKey[]): never {
    const at = place === undefined ? told : { ...told, path: place, isKey: false }
    return this.fail(prefix + issueWords(told), this.offsetOf(at))
  }

  fail(words: string, offset: number): never {
    const before = this.text.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - before.lastIndexOf('\n')
    throw new ScenarioError(words, this.file, line, column, this.snippetOf(line, column))
  }

  /** Where the value at `path` begins, or the nearest value around it. */
  private offsetOf({ path, isKey }: Told): number {
    const key = isKey ? this.keyOffset(path) : null
    if (key !== null) return key
    for (let length = path.length; length >= 0; length -= 1) {
      const node = this.document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return node.range[0]
    }
    return 0
  }

  /** Of an unknown key, the key itself is what is wrong. */
  private keyOffset(path: readonly PropertyKey[]): number | null {
    const around =
      path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true)
    if (!isMap(around)) return null
    const name = String(path.at(-1))
    const pair = around.items.find(({ key }) => isScalar(key) && String(key.value) === name)
    return isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : null
  }

  private snippetOf(line: number, column: number): string {
    const whole = this.text.split('\n', line)[line - 1] ?? ''
    const content = printable(whole.replace(/\r$/, ''))
    if (content === '') return ''
    const from = Math.max(0, column - SNIPPET_CHARS_MAX)
    const mark = ' '.repeat(column - 1 - from)
    return `  ${content.slice(from, from + SNIPPET_CHARS_MAX)}\n  ${mark}^`
  }
}

/** Every character takes one place, and none of them does anything to a terminal. */
function printable(line: string): string {
  return line.replaceAll('\t', ' ').replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '\ufffd')
}
