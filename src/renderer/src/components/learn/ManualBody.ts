/**
 * Draws blocks of the manual as elements (E14). Text is only ever a text node: nothing here, and
 * nothing below it, reads a page as HTML.
 */
import { defineComponent, h } from 'vue'
import type { PropType, VNode } from 'vue'
import { termFinder } from '../../manual/glossary'
import type { TermFinder, TermGroup } from '../../manual/glossary'
import { textOf } from '../../manual/inline'
import type { Inline } from '../../manual/inline'
import { resolveLink } from '../../manual/links'
import type { Target } from '../../manual/links'
import type { Block, Cell } from '../../manual/markdown'
import { marked } from '../../manual/search'

type Child = VNode | string

interface Pen {
  readonly path: string
  readonly has: (path: string) => boolean
  readonly titleOf: (path: string) => string | null
  readonly finder: TermFinder | null
  readonly marks: readonly string[]
  readonly go: (target: Target) => void
  readonly term: (id: string) => void
}

/** `S21`, `I6`, `M13`: a row that others link to. */
const ROW_ID = /^[SIMD]\d+b?$/

export default defineComponent({
  name: 'ManualBody',
  props: {
    blocks: { type: Array as PropType<readonly Block[]>, required: true },
    /** Of the page, against which its links are read. */
    path: { type: String, required: true },
    has: { type: Function as PropType<(path: string) => boolean>, required: true },
    /** A link that is only the name of a file shows the title of its page. */
    titleOf: {
      type: Function as PropType<(path: string) => string | null>,
      default: () => null,
    },
    terms: { type: Array as PropType<readonly TermGroup[]>, default: () => [] },
    /** Words that were looked for. */
    marks: { type: Array as PropType<readonly string[]>, default: () => [] },
  },
  emits: {
    go: (_target: Target) => true,
    term: (_id: string) => true,
  },
  setup(props, { emit }) {
    return () => {
      const { path, has, titleOf, terms, marks } = props
      const finder = terms.length > 0 ? termFinder(terms) : null
      const go = (target: Target): void => emit('go', target)
      const term = (id: string): void => emit('term', id)
      const pen: Pen = { path, has, titleOf, finder, marks, go, term }
      return props.blocks.map((block) => drawBlock(block, pen))
    }
  },
})

function drawBlock(block: Block, pen: Pen): VNode {
  switch (block.kind) {
    case 'heading': {
      const words = drawInline(block.content, { ...pen, finder: null })
      return h(`h${block.level}`, { id: block.id, tabindex: -1 }, words)
    }
    case 'paragraph':
      return h('p', drawInline(block.content, pen))
    case 'list':
      return drawList(block, pen)
    case 'table':
      return drawTable(block, pen)
    case 'code':
      return h(
        'pre',
        { class: 'mono', tabindex: 0, 'data-language': block.language || undefined },
        [h('code', drawText(block.text, pen.marks))],
      )
  }
}

function drawList(block: Extract<Block, { kind: 'list' }>, pen: Pen): VNode {
  const items = block.items.map((item) => {
    const [first, ...rest] = item
    const inner = first?.kind === 'paragraph' ? drawInline(first.content, pen) : []
    const more = first?.kind === 'paragraph' ? rest : item
    return h('li', [...inner, ...more.map((one) => drawBlock(one, pen))])
  })
  const start = block.start === 1 ? undefined : block.start
  return block.ordered ? h('ol', { start }, items) : h('ul', items)
}

function drawTable({ head, rows }: Extract<Block, { kind: 'table' }>, pen: Pen): VNode {
  const plain = { ...pen, finder: null }
  const cell = (tag: 'td' | 'th', content: Cell): VNode =>
    h(tag, tag === 'th' ? { scope: 'col' } : null, drawInline(content, tag === 'th' ? plain : pen))
  const body = rows.map((row) => {
    const name = textOf(row[0] ?? [])
    const id = ROW_ID.test(name) ? name.toLowerCase() : undefined
    return h('tr', { id, tabindex: id === undefined ? undefined : -1 }, [
      ...row.map((content) => cell('td', content)),
    ])
  })
  const headRow = h('tr', [...head.map((content) => cell('th', content))])
  const table = h('table', [h('thead', [headRow]), h('tbody', body)])
  return h('div', { class: 'table' }, [table])
}

function drawInline(content: readonly Inline[], pen: Pen): Child[] {
  return content.flatMap((one): Child[] => {
    switch (one.kind) {
      case 'text':
        return drawWords(one.text, pen)
      case 'code':
        return [h('code', { class: 'mono' }, drawText(one.text, pen.marks))]
      case 'strong':
      case 'em':
        return [h(one.kind, drawInline(one.content, pen))]
      case 'link':
        return drawLink(one.href, one.content, { ...pen, finder: null })
    }
  })
}

function drawLink(href: string, content: readonly Inline[], pen: Pen): Child[] {
  const target = resolveLink(pen.path, href, pen.has)
  const title = target.kind === 'page' && href === textOf(content) ? pen.titleOf(target.path) : null
  const words = title === null ? drawInline(content, pen) : drawText(title, pen.marks)
  // Where it would lead is told, so that nobody has to guess.
  if (target.kind === 'text') return href === textOf(content) ? words : [...words, ` (${href})`]
  const press = (event: MouseEvent): void => {
    event.preventDefault()
    pen.go(target)
  }
  const outside = target.kind === 'outside'
  const label = outside
    ? [...words, h('span', { class: 'hidden-text' }, ' (opens outside)')]
    : words
  return [h('a', { href: '#', class: { outside }, onClick: press }, label)]
}

function drawWords(text: string, { finder, marks, term }: Pen): Child[] {
  if (finder === null) return drawText(text, marks)
  return finder.split(text).flatMap((piece): Child[] => {
    const { id } = piece
    if (id === null) return drawText(piece.text, marks)
    const press = (event: MouseEvent): void => {
      event.preventDefault()
      term(id)
    }
    const props = { href: '#', class: 'term', title: 'In the glossary', onClick: press }
    return [h('a', props, drawText(piece.text, marks))]
  })
}

function drawText(text: string, marks: readonly string[]): Child[] {
  return marked(text, marks).map((piece) => (piece.hit ? h('mark', piece.text) : piece.text))
}
