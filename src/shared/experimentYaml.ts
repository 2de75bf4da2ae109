/**
 * YAML as experiments may use it, read within limits that hold whatever the text is: nothing is
 * composed that is nested too deep, and no alias is followed before all of them were counted.
 *
 * Limits: 1 MiB, `DEPTH_MAX` levels, `ALIASES_MAX` places that aliases stand for; keys are texts.
 * Errors: `fail` is told what is wrong, in plain words, and at which character.
 */
import { Composer, Lexer, Parser, isAlias, isCollection, isMap, isPair, isScalar } from 'yaml'
import type { Alias, Document, ParsedNode, YAMLError } from 'yaml'

const TEXT_BYTES_MAX = 1_048_576
const DEPTH_MAX = 100
const ALIASES_MAX = 50

/** Throws, in the words of whoever reads. */
type Fail = (words: string, offset: number) => never

export type YamlText = Document.Parsed<ParsedNode>

/** A mark at the beginning that some editors write: no part of the text. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/** `text` without a byte order mark. */
export function readYaml(text: string, fail: Fail): YamlText {
  if (text.length > TEXT_BYTES_MAX || new TextEncoder().encode(text).length > TEXT_BYTES_MAX) {
    fail(`is longer than ${TEXT_BYTES_MAX} bytes`, 0)
  }
  refuseStrange(text, fail)
  const document = compose(text, fail)
  const [broken] = [...document.errors, ...document.warnings]
  if (broken !== undefined) fail(yamlWords(broken), broken.pos[0])
  new AliasCount(fail).count(document.contents)
  return document
}

/** Its aliases were counted already. */
export function contentOf(document: Document): unknown {
  const content: unknown = document.toJS({ maxAliasCount: -1 })
  return content
}

function refuseStrange(text: string, fail: Fail): void {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0xfffd) fail('holds bytes that are no UTF-8: is this a text file?', at)
    if (code === 13 && text.charCodeAt(at + 1) !== 10) {
      fail('ends a line with CR alone; LF or CR LF is needed', at)
    }
    if (isControl(code)) {
      const name = code.toString(16).toUpperCase().padStart(4, '0')
      fail(`holds the control character U+${name}: is this a text file?`, at)
    }
  }
}

function isControl(code: number): boolean {
  return (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127
}

/** Token by token, so that what is nested too deep ends there. */
function compose(text: string, fail: Fail): YamlText {
  const parser = new Parser()
  const tokens = function* () {
    for (const lexeme of new Lexer().lex(text)) {
      const from = parser.offset
      yield* parser.next(lexeme)
      if (parser.stack.length > DEPTH_MAX) fail(`is nested deeper than ${DEPTH_MAX} levels`, from)
    }
    yield* parser.end()
  }
  const composer = new Composer<ParsedNode>({ uniqueKeys: true, prettyErrors: false })
  let first: YamlText | null = null
  for (const document of composer.compose(tokens(), true, text.length)) {
    if (first === null) first = document
    else fail('holds a second document: one file is one experiment', document.range[0])
  }
  return first ?? fail('is empty', 0)
}

const WORDS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_INDENT: 'is not indented like what stands above it',
  BLOCK_AS_IMPLICIT_KEY: 'is not indented like what stands above it, or holds a second ": "',
  DUPLICATE_KEY: 'this key is there twice; keys are unique',
  IMPOSSIBLE: 'cannot be read as YAML',
  RESOURCE_EXHAUSTION: 'cannot be read as YAML: it is nested too deep',
  TAB_AS_INDENT: 'a tab indents this line; YAML takes spaces only',
}

function yamlWords({ code, message }: YAMLError): string {
  if (/Missing closing .quote/.test(message)) return 'a quote is opened and never closed'
  if (/Flow .* must be sufficiently indented/.test(message)) {
    return 'a bracket is opened and never closed, or what is in it is not indented'
  }
  const known = WORDS[code]
  if (known !== undefined) return known
  if (code === 'TAG_RESOLVE_FAILED') return message.replace('Unresolved tag: ', 'unknown tag ')
  if (code === 'UNEXPECTED_TOKEN') return 'does not fit here; a quote or a bracket may be missing'
  return `cannot be read as YAML: ${message}`
}

/** Places that aliases stand for, when each is followed to the end, in the order of the text. */
class AliasCount {
  private readonly anchors = new Map<string, unknown>()
  /** Inside a value that was read; missing: it is still being read. */
  private readonly inside = new Map<unknown, number>()
  private sum = 0

  constructor(private readonly fail: Fail) {}

  /** Answers how many are inside. */
  count(node: unknown): number {
    if (isPair(node)) return this.count(node.key) + this.count(node.value)
    if (isAlias(node)) return this.follow(node)
    if (!isCollection(node) && !isScalar(node)) return 0
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node)
    if (isMap(node)) this.refuseKeys(node.items.map(({ key }) => key))
    const many = isCollection(node)
      ? node.items.reduce<number>((all, one) => all + this.count(one), 0)
      : 0
    this.inside.set(node, many)
    return many
  }

  private follow(alias: Alias): number {
    const at = alias.range?.[0] ?? 0
    const name = `"*${alias.source}"`
    const target = this.anchors.get(alias.source)
    if (target === undefined)
      this.fail(`${name} stands for nothing: no "&${alias.source}" before it`, at)
    const inside = this.inside.get(target)
    if (inside === undefined)
      return this.fail(`the alias ${name} stands inside what it stands for`, at)
    this.sum += 1 + inside
    if (this.sum > ALIASES_MAX) {
      this.fail(`with the alias ${name}, aliases stand for more than ${ALIASES_MAX} places`, at)
    }
    return 1 + inside
  }

  private refuseKeys(keys: readonly unknown[]): void {
    const odd = keys.find((key) => !isScalar(key))
    if (odd === undefined) return
    const range = isCollection(odd) || isAlias(odd) ? odd.range : null
    this.fail('is no key: a key is a text', range?.[0] ?? 0)
  }
}
