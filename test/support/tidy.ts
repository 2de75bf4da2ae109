/** The measures behind `test/tidy.test.ts`: each takes a text and names what is wrong in it. */
import ts from 'typescript'

export interface Finding {
  /** From 1. */
  readonly line: number
  readonly what: string
}

/** Nothing can break these: an address, the data of an SVG path. */
const UNBREAKABLE = /https?:\/\/|url\(|["'`]M\d/

/** A sentence in quotes, which Prettier leaves whole, may stick out a little. */
const SENTENCE = /["'`].{40,}["'`]/
const SENTENCE_EXTRA_COLUMNS = 20

export function longLines(text: string, columnsMax: number): Finding[] {
  return text.split('\n').flatMap((content, index) => {
    if (UNBREAKABLE.test(content)) return []
    const columns = [...content].length
    const allowed = SENTENCE.test(content) ? columnsMax + SENTENCE_EXTRA_COLUMNS : columnsMax
    return columns > allowed ? [{ line: index + 1, what: `${columns} columns` }] : []
  })
}

export function lineCount(text: string): number {
  return text.replace(/\n$/, '').split('\n').length
}

/**
 * Functions with more own lines than allowed. Lines of functions inside do not count: a setup store
 * or a `describe` holds many small functions and is not long for that.
 */
export function longFunctions(path: string, text: string, linesMax: number): Finding[] {
  const source = ts.createSourceFile(path, scriptOf(path, text), ts.ScriptTarget.Latest, true)
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line
  const findings: Finding[] = []

  /** Own lines go to the findings; the return value is the lines hidden from the parent. */
  function visit(node: ts.Node): number {
    let hidden = 0
    node.forEachChild((child) => {
      hidden += visit(child)
    })
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return hidden
    const start = lineOf(node.getStart(source))
    const lines = lineOf(node.getEnd()) - start + 1
    if (lines - hidden > linesMax) {
      findings.push({ line: start + 1, what: `${nameOf(node)} has ${lines - hidden} own lines` })
    }
    // To the parent it is one line.
    return lines - 1
  }
  visit(source)
  return findings
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText()
  const parent = node.parent
  return ts.isVariableDeclaration(parent) ? parent.name.getText() : 'a function'
}

/** Keeps line numbers: what is not script becomes empty lines. */
export function scriptOf(path: string, text: string): string {
  if (!path.endsWith('.vue')) return text
  const [, before, script] = /^([\s\S]*?<script[^>]*>)([\s\S]*?)<\/script>/.exec(text) ?? []
  if (before === undefined || script === undefined) return ''
  return before.replace(/[^\n]/g, '') + script
}

/** The literal `type` of every member of the unions `…Fact` in a file. */
export function factTypes(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  source.forEachChild((node) => {
    if (!ts.isTypeAliasDeclaration(node) || !node.name.text.endsWith('Fact')) return
    const members = ts.isUnionTypeNode(node.type) ? node.type.types : [node.type]
    for (const member of members) {
      if (!ts.isTypeLiteralNode(member)) continue
      for (const property of member.members) {
        if (!ts.isPropertySignature(property) || property.name.getText() !== 'type') continue
        const { type } = property
        if (type && ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) {
          found.push(type.literal.text)
        }
      }
    }
  })
  return found
}

export interface BannedWord {
  readonly word: RegExp
  readonly say: string
}

export function bannedWords(text: string, words: readonly BannedWord[]): Finding[] {
  return text.split('\n').flatMap((content, index) =>
    words.flatMap(({ word, say }) => {
      const found = word.exec(content)
      return found ? [{ line: index + 1, what: `"${found[0]}": say ${say}` }] : []
    }),
  )
}

/** Unfinished work without the number of the issue that will finish it. */
export function openEnds(text: string): Finding[] {
  return text.split('\n').flatMap((content, index) => {
    const found = /\b(TO[D]O|FIX[M]E)\b(?!\s*\(?#\d+)/.exec(content)
    return found ? [{ line: index + 1, what: `${found[1]} without an issue` }] : []
  })
}
