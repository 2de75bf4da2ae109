/**
 * Edits of the text of an experiment file that keep what a person wrote: comments, order, quotes
 * and empty lines. The text is read as a YAML document, one place of it is changed, and the
 * document is printed; lines that the edit does not concern stay byte for byte.
 *
 * Paths:  keys and indexes from the root, as in `['steps', 2, 'do', 0]`.
 * Errors: EditError says why an edit cannot be made; the text then stays as it was.
 */
import { isAlias, isCollection, isMap, isNode, isScalar, isSeq, stringify, visit } from 'yaml'
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { contentOf, readYaml } from './experimentYaml'
import { keepLines, tightenBrackets } from './experimentPrint'

export type EditPath = readonly (string | number)[]

export type ExperimentEdit =
  /** `undefined` takes the key away. Maps on the way that are missing are made. */
  | { readonly op: 'set'; readonly path: EditPath; readonly value: unknown }
  /** Another key at the same place of a map, with another value. */
  | {
      readonly op: 'rename'
      readonly path: EditPath
      readonly to: string
      readonly value: unknown
    }
  /** `path` of these is that of a list; a missing list is made. */
  | {
      readonly op: 'insert'
      readonly path: EditPath
      readonly index: number
      readonly value: unknown
    }
  | { readonly op: 'remove'; readonly path: EditPath; readonly index: number }
  | { readonly op: 'duplicate'; readonly path: EditPath; readonly index: number }
  | {
      readonly op: 'move'
      readonly path: EditPath
      readonly from: number
      readonly to: number
    }

export class EditError extends Error {
  override readonly name = 'EditError'
}

/** Keys in the order in which they are written where a person left no order. */
const ORDER = {
  root: [
    ...['version', 'name', 'title', 'summary', 'seconds', 'level', 'cluster', 'seed', 'load'],
    ...['repeat', 'seeds', 'sweep', 'violates', 'steps', 'expect'],
  ],
  step: [
    ...['at', 'after', 'when', 'count', 'within', 'say', 'do', 'repeat', 'parallel', 'expect'],
  ],
  other: [
    'safety',
    'progress',
    'events',
    'never',
    'order',
    'count',
    'kind',
    'within',
    'under',
    'text',
  ],
} as const

/** A text as a form shows it: what it holds, whether or not it makes sense as an experiment. */
export interface OpenedText {
  readonly document: Document
  readonly content: Readonly<Record<string, unknown>>
}

/** Throws EditError if the text is no YAML, or no map. */
export function openText(text: string): OpenedText {
  const document: Document = readYaml(text, (words) => {
    throw new EditError(words)
  })
  const content = contentOf(document)
  if (!isRecord(content)) throw new EditError('is not a map of keys such as "title: ..."')
  return { document, content }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text with these edits made, all of them or none. */
export function editText(text: string, edits: readonly ExperimentEdit[]): string {
  const { document } = openText(text)
  const before = printDocument(document, text)
  for (const edit of edits) applyEdit(document, edit)
  const after = printDocument(document, text)
  if (after === before) return text
  return keepLines(text, before, after)
}

function printDocument(document: Document, text: string): string {
  try {
    return tightenBrackets(document.toString({ lineWidth: 0, singleQuote: true }), text)
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new EditError(`The text would not be whole: ${why}`)
  }
}

function applyEdit(document: Document, edit: ExperimentEdit): void {
  switch (edit.op) {
    case 'set':
      return setAt(document, edit.path, edit.value)
    case 'rename':
      return rename(document, edit.path, edit.to, edit.value)
    case 'insert': {
      if (isNothing(nodeAt(document, edit.path))) return setAt(document, edit.path, [edit.value])
      return spaced(listAt(document, edit.path), (items) => {
        items.splice(edit.index, 0, newNode(document, edit.value))
      })
    }
    case 'remove': {
      const list = listAt(document, edit.path)
      return spaced(list, (items) => void items.splice(edit.index, 1))
    }
    case 'duplicate':
      return spaced(listAt(document, edit.path), (items) => {
        const copy: unknown = items[edit.index]?.clone()
        if (isNode(copy)) items.splice(edit.index + 1, 0, withoutAnchors(copy))
      })
    case 'move':
      return spaced(listAt(document, edit.path), (items) => {
        const [moved] = items.splice(edit.from, 1)
        if (moved !== undefined) items.splice(edit.to, 0, moved)
      })
  }
}

/** Null: there is nothing at this path. */
function nodeAt(document: Document, path: EditPath): Node | null {
  let node: unknown = document.contents
  for (const part of path) {
    if (isAlias(node)) throw new EditError(elsewhere(path))
    if (!isCollection(node)) return null
    node = node.get(part, true)
  }
  return isNode(node) ? node : null
}

function elsewhere(path: EditPath): string {
  return `${path.join('.')} is written in another place, by an alias; edit it as text.`
}

function listAt(document: Document, path: EditPath): YAMLSeq<Node> {
  const node = nodeAt(document, path)
  if (isNodeList(node)) return node
  throw new EditError(isAlias(node) ? elsewhere(path) : `${path.join('.')} is not a list.`)
}

function isNodeList(node: unknown): node is YAMLSeq<Node> {
  return isSeq(node) && node.items.every(isNode)
}

/** Empty lines between items stay between items, whichever comes first. */
function spaced(list: YAMLSeq<Node>, change: (items: Node[]) => void): void {
  const isSpaced = list.items.slice(1).some(({ spaceBefore }) => spaceBefore === true)
  const first = list.items[0]
  const known = new Set(list.items)
  change(list.items)
  const [head, ...rest] = list.items
  if (head) head.spaceBefore = false
  for (const item of rest) {
    if (isSpaced && (item === first || !known.has(item))) item.spaceBefore = true
  }
  // In one line a new item that takes several is out of place.
  if (list.flow === true && list.items.some((item) => isCollection(item) && item.flow !== true)) {
    list.flow = false
  }
}

function setAt(document: Document, path: EditPath, value: unknown): void {
  const key = path.at(-1)
  if (key === undefined) throw new EditError('Nothing is named.')
  const around = path.slice(0, -1)
  if (value === undefined) {
    const parent = nodeAt(document, around)
    if (isSeq(parent)) throw new EditError('An item of a list is removed, not set to nothing.')
    if (isMap(parent)) removeKey(document, around, parent, key)
    return
  }
  if (isNothing(nodeAt(document, around))) setAt(document, around, {})
  const parent = nodeAt(document, around)
  if (isMap(parent)) return setKey(document, around, parent, key, value)
  if (isSeq(parent) && typeof key === 'number') {
    parent.items[key] = replaced(document, parent.get(key, true), value)
    return
  }
  throw new EditError(elsewhere(path))
}

/** Nothing there, or a key without a value. */
function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null)
}

function setKey(
  document: Document,
  around: EditPath,
  map: YAMLMap,
  key: string | number,
  value: unknown,
): void {
  const pair = pairOf(map, key)
  if (pair !== undefined) {
    pair.value = replaced(document, pair.value, value)
    return
  }
  const created = document.createPair(key, newNode(document, value))
  // A map that was made a moment ago, or is written {}, has no lines yet.
  if (map.items.length === 0) map.flow = false
  const order: readonly string[] = orderOf(around)
  const rank = order.indexOf(String(key))
  // Parts of the file are parted by empty lines where their author does so.
  const isParted = map.items.some((other) => isNode(other.key) && other.key.spaceBefore === true)
  if (around.length === 0 && isCollection(created.value)) created.key.spaceBefore = isParted
  const before = map.items.findIndex((other) => order.indexOf(keyOf(other)) > rank)
  if (rank < 0 || before < 0) map.items.push(created)
  else map.items.splice(before, 0, created)
}

function orderOf(around: EditPath): readonly string[] {
  if (around.length === 0) return ORDER.root
  return around.at(-2) === 'expect' || around.at(-1) === 'repeat' ? ORDER.other : ORDER.step
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : ''
}

function pairOf(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((pair) => keyOf(pair) === String(key))
}

/** The last key of a map that is optional takes the map with it. */
function removeKey(document: Document, around: EditPath, map: YAMLMap, key: string | number): void {
  const at = map.items.findIndex((pair) => keyOf(pair) === String(key))
  if (at < 0) return
  const [gone] = map.items.splice(at, 1)
  const next = map.items[at]
  // The empty line before a key parts it from what is above, whatever key that is.
  if (at === 0 && isNode(next?.key)) next.key.spaceBefore = false
  else if (isNode(gone?.key) && isNode(next?.key) && gone.key.spaceBefore === true) {
    next.key.spaceBefore = true
  }
  const isStep = typeof around.at(-1) === 'number'
  if (map.items.length === 0 && around.length > 0 && !isStep) setAt(document, around, undefined)
}

function rename(document: Document, path: EditPath, to: string, value: unknown): void {
  const key = path.at(-1)
  const map = nodeAt(document, path.slice(0, -1))
  const pair = isMap(map) && key !== undefined ? pairOf(map, key) : undefined
  if (pair === undefined || !isScalar(pair.key)) {
    return setAt(document, [...path.slice(0, -1), to], value)
  }
  pair.key.value = to
  pair.value = replaced(document, pair.value, value)
}

function needsQuotes(value: unknown): boolean {
  return typeof value === 'string' && /^['"]/.test(stringify(value, { lineWidth: 0 }))
}

/** A new value in the place of an old one keeps its comments. */
function replaced(document: Document, old: unknown, value: unknown): Node {
  const isPlain = typeof value !== 'object' || value === null
  if (isScalar(old) && isPlain) {
    // Quotes that only the old value needed go with it; those of an author's taste stay.
    if (needsQuotes(old.value) && !needsQuotes(value)) delete old.type
    old.value = value
    delete old.source
    return old
  }
  const node = newNode(document, value)
  if (isNode(old)) {
    const { commentBefore, comment, spaceBefore } = old
    Object.assign(node, { commentBefore, comment, spaceBefore })
    if (isSeq(old) && isSeq(node) && node.items.every(isScalar)) node.flow = old.flow === true
  }
  return node
}

/** Lists of numbers stand in one line, as people write them. */
function newNode(document: Document, value: unknown): Node {
  const node = document.createNode(value)
  visit(node, {
    Seq(_key, seq) {
      const isShort = seq.items.every((item) => isScalar(item) && typeof item.value !== 'string')
      if (isShort && seq.items.length > 0) seq.flow = true
    },
  })
  return node
}

function withoutAnchors(node: Node): Node {
  visit(node, {
    Node(_key, inner) {
      if ('anchor' in inner) delete inner.anchor
    },
  })
  return node
}

/** Where the value at `path` begins, as an offset; else the nearest value around it. */
export function offsetOf(document: Document, path: EditPath): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

/** The path of the innermost value around an offset. */
export function pathAt(document: Document, offset: number): (string | number)[] {
  const path: (string | number)[] = []
  let node: unknown = document.contents
  for (;;) {
    const found = isMap(node)
      ? childOfMap(node, offset)
      : isSeq(node)
        ? childOfSeq(node, offset)
        : null
    if (found === null) return path
    path.push(found.part)
    node = found.node
  }
}

interface Child {
  readonly part: string | number
  readonly node: unknown
}

function childOfMap(map: YAMLMap, offset: number): Child | null {
  for (const pair of map.items) {
    const from = isNode(pair.key) ? (pair.key.range?.[0] ?? Infinity) : Infinity
    const end = isNode(pair.value) ? pair.value.range : isNode(pair.key) ? pair.key.range : null
    if (offset >= from && offset <= (end?.[1] ?? -1)) {
      return { part: keyOf(pair), node: pair.value }
    }
  }
  return null
}

function childOfSeq(list: YAMLSeq, offset: number): Child | null {
  const part = list.items.findIndex((item) => {
    const range = isNode(item) ? item.range : null
    return range != null && offset >= range[0] && offset <= range[1]
  })
  return part < 0 ? null : { part, node: list.items[part] }
}
