/**
 * The text of an experiment file as data, and the place of what is wrong with it.
 *
 * Limits: 1 MiB of text, 50 aliases, no key twice; nested as deep as the stack allows.
 * Errors: ScenarioError: what is wrong, where (line:column), and the line.
 */
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml'
import type { Document, ParsedNode } from 'yaml'

const SCENARIO_BYTES_MAX = 1_048_576
const ALIASES_MAX = 50
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

/** As zod tells it. */
interface Issue {
  readonly code?: string | undefined
  readonly message: string
  readonly path: readonly PropertyKey[]
  readonly keys?: readonly string[] | undefined
  readonly errors?: readonly (readonly Issue[])[]
}

/** The one issue that is told of many. */
interface Told {
  readonly message: string
  readonly path: readonly PropertyKey[]
  /** The last part of the path is a key that nobody knows. */
  readonly isKey: boolean
}

export class ScenarioText {
  readonly content: unknown
  private readonly lines = new LineCounter()
  private readonly document: Document.Parsed<ParsedNode>

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {
    if (text.length > SCENARIO_BYTES_MAX || bytesOf(text) > SCENARIO_BYTES_MAX) {
      throw new ScenarioError(`is longer than ${SCENARIO_BYTES_MAX} bytes`, file, 1, 1, '')
    }
    const lineCounter = this.lines
    this.document = this.guarded(() =>
      parseDocument(text, { uniqueKeys: true, prettyErrors: false, lineCounter }),
    )
    const [broken] = this.document.errors
    if (broken) this.fail(broken.message, broken.pos[0])
    this.content = this.guarded((): unknown => this.document.toJS({ maxAliasCount: ALIASES_MAX }))
  }

  /** `place`: where it is in the file, if not at the path of the issue. */
  failWith(told: Told, prefix = '', place?: readonly PropertyKey[]): never {
    const at = place === undefined ? told : { ...told, path: place, isKey: false }
    return this.fail(prefix + issueWords(told), this.offsetOf(at))
  }

  fail(words: string, offset: number): never {
    const { line, col } = this.lines.linePos(offset)
    throw new ScenarioError(words, this.file, line, col, this.snippetOf(line, col))
  }

  private guarded<Out>(read: () => Out): Out {
    try {
      return read()
    } catch (error) {
      if (error instanceof ScenarioError) throw error
      if (error instanceof RangeError) return this.fail('is nested too deep', 0)
      return this.fail(error instanceof Error ? error.message : String(error), 0)
    }
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
    const pair = around.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    return isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : null
  }

  private snippetOf(line: number, column: number): string {
    const content = (this.text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ')
    if (content === '') return ''
    const from = Math.max(0, column - SNIPPET_CHARS_MAX)
    const mark = ' '.repeat(column - 1 - from)
    return `  ${content.slice(from, from + SNIPPET_CHARS_MAX)}\n  ${mark}^`
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Of a choice between forms, the form that got furthest tells what was meant. */
export function tellingIssue(issues: readonly Issue[]): Told {
  const { message, path, keys } = deepest(issues)
  const [key] = keys ?? []
  if (key === undefined) return { message, path, isKey: false }
  return { message: 'unknown key', path: [...path, key], isKey: true }
}

function deepest(issues: readonly Issue[], base: readonly PropertyKey[] = []): Issue {
  const [first] = issues
  if (first === undefined) return { message: 'is not an experiment', path: base }
  const path = [...base, ...first.path]
  const forms = (first.errors ?? []).map((form) => ({
    told: deepest(form, path),
    // Missing and unknown keys: the fewer of them, the more this form was meant.
    strangeness: form.reduce((sum, { keys }) => sum + 1 + (keys?.length ?? 0), 0),
  }))
  const isTelling = ({ code }: Issue): boolean => code === 'custom'
  const [meant] = forms
    .filter(({ told }) => isTelling(told) || told.path.length > path.length)
    .sort(
      (left, right) =>
        Number(isTelling(right.told)) - Number(isTelling(left.told)) ||
        left.strangeness - right.strangeness ||
        right.told.path.length - left.told.path.length,
    )
  return meant?.told ?? { ...first, path }
}

function issueWords({ message, path }: Told): string {
  const where = path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : String(part)))
  const named = where.join('.').replaceAll('.[', '[')
  // Words about one key begin with it.
  return path.length === 0 || message.startsWith(`${named}: `) ? message : `${named}: ${message}`
}
