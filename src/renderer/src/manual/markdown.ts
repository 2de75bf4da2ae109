/**
 * The subset of Markdown that our pages are written in (E14): headings, paragraphs, lists, tables,
 * fenced code, and what `inline.ts` reads. Anything else stays visible as the text that it is;
 * nothing is dropped, and nothing is read as HTML.
 */
import { parseInline, textOf } from './inline'
import type { Inline } from './inline'

export type Block =
  | {
      readonly kind: 'heading'
      readonly level: number
      /** As GitHub makes it, so that a link works in both places. */
      readonly id: string
      readonly content: readonly Inline[]
    }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | {
      readonly kind: 'list'
      readonly ordered: boolean
      readonly start: number
      readonly items: readonly (readonly Block[])[]
    }
  | {
      readonly kind: 'table'
      readonly head: readonly Cell[]
      readonly rows: readonly (readonly Cell[])[]
    }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }

export type Cell = readonly Inline[]

/** Lists within lists beyond this stay text. */
const DEPTH_MAX = 8

const FENCE = /^( {0,3})(`{3,})([^`]*)$/
const HEADING = /^(#{1,6}) +(.*?)(?: +#+)?$/
const ITEM = /^( *)([-*+]|\d{1,9}[.)]) +(.*)$/
const TABLE_RULE = /^ *\|?( *:?-+:? *\|)+ *(:?-+:? *)?$/

export function parseMarkdown(source: string): Block[] {
  const lines = source.replace(/\r\n?/g, '\n').split('\n')
  return new Reader(lines, new Map(), 0).blocks()
}

/** `Who proposes` becomes `who-proposes`; a second one `who-proposes-1`. */
export function slugOf(text: string, taken: Map<string, number>): string {
  const slug = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
  const times = taken.get(slug) ?? 0
  taken.set(slug, times + 1)
  return times === 0 ? slug : `${slug}-${times}`
}

class Reader {
  private at = 0

  constructor(
    private readonly lines: readonly string[],
    private readonly taken: Map<string, number>,
    private readonly depth: number,
  ) {}

  blocks(): Block[] {
    const found: Block[] = []
    while (this.at < this.lines.length) {
      if (this.line().trim() === '') this.at += 1
      else found.push(this.fence() ?? this.heading() ?? this.table() ?? this.list() ?? this.words())
    }
    return found
  }

  private line(offset = 0): string {
    return this.lines[this.at + offset] ?? ''
  }

  private fence(): Block | null {
    const [, indent, ticks, info] = FENCE.exec(this.line()) ?? []
    if (indent === undefined || ticks === undefined) return null
    const text: string[] = []
    this.at += 1
    while (this.at < this.lines.length && this.line().trim() !== ticks) {
      const line = this.line()
      text.push(line.startsWith(indent) ? line.slice(indent.length) : line.trimStart())
      this.at += 1
    }
    this.at += 1
    return { kind: 'code', language: (info ?? '').trim(), text: text.join('\n') }
  }

  private heading(): Block | null {
    const [, signs, words] = HEADING.exec(this.line()) ?? []
    if (signs === undefined || words === undefined) return null
    this.at += 1
    const content = parseInline(words)
    return {
      kind: 'heading',
      level: signs.length,
      id: slugOf(textOf(content), this.taken),
      content,
    }
  }

  private table(): Block | null {
    if (!this.line().includes('|') || !TABLE_RULE.test(this.line(1))) return null
    const head = cellsOf(this.line())
    this.at += 2
    const rows: Cell[][] = []
    while (this.line().includes('|')) {
      const row = cellsOf(this.line())
      // A row of another length is shown as it is; short ones get empty cells.
      while (row.length < head.length) row.push([])
      rows.push(row)
      this.at += 1
    }
    return { kind: 'table', head, rows }
  }

  private list(): Block | null {
    const first = ITEM.exec(this.line())
    if (first === null || this.depth >= DEPTH_MAX) return null
    const [, , mark = '-'] = first
    const ordered = /\d/.test(mark)
    const items: Block[][] = []
    for (;;) {
      const [, indent, sign, words] = ITEM.exec(this.line()) ?? []
      if (indent === undefined || sign === undefined || words === undefined) break
      if (/\d/.test(sign) !== ordered || indent.length > 3) break
      items.push(this.item(indent.length + sign.length + 1, words))
    }
    if (items.length === 0) return null
    return { kind: 'list', ordered, start: ordered ? Number.parseInt(mark, 10) : 1, items }
  }

  /** An item goes on as long as lines are indented; blank lines count if such a line follows. */
  private item(width: number, words: string): Block[] {
    const lines = [words]
    this.at += 1
    while (this.at < this.lines.length) {
      const line = this.line()
      const blank = line.trim() === ''
      const next = blank ? this.nextFull() : line
      if (!/^ {2,}/.test(next)) {
        const ends = blank || ITEM.test(line) || HEADING.test(line) || FENCE.test(line)
        if (ends || lines.at(-1)?.trim() === '') break
      }
      lines.push(blank ? '' : dedent(line, width))
      this.at += 1
    }
    // Blank lines between the items of a loose list.
    while (this.line().trim() === '' && ITEM.test(this.nextFull())) this.at += 1
    return new Reader(lines, this.taken, this.depth + 1).blocks()
  }

  private nextFull(): string {
    let offset = 0
    while (this.at + offset < this.lines.length && this.line(offset).trim() === '') offset += 1
    return this.line(offset)
  }

  private words(): Block {
    const lines = [this.line().trim()]
    this.at += 1
    while (this.at < this.lines.length && !this.interrupts()) {
      lines.push(this.line().trim())
      this.at += 1
    }
    return { kind: 'paragraph', content: parseInline(lines.join('\n')) }
  }

  private interrupts(): boolean {
    const line = this.line()
    if (line.trim() === '' || FENCE.test(line) || HEADING.test(line)) return true
    if (line.includes('|') && TABLE_RULE.test(this.line(1))) return true
    const [, , sign] = ITEM.exec(line) ?? []
    // "in 2001. It" is no list; as elsewhere, only 1. may follow a paragraph at once.
    return this.depth < DEPTH_MAX && sign !== undefined && (!/\d/.test(sign) || /^1[.)]/.test(sign))
  }
}

function dedent(line: string, width: number): string {
  const blanks = /^ */.exec(line)?.[0].length ?? 0
  return line.slice(Math.min(blanks, width))
}

/** `| a \| b | c |`: a pipe within a cell is escaped, in code too. */
function cellsOf(line: string): Cell[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim().replaceAll('\\|', '|')))
}

/** All words of a block, for the search and for tests. */
export function blockText(block: Block): string {
  switch (block.kind) {
    case 'code':
      return block.text
    case 'heading':
    case 'paragraph':
      return textOf(block.content)
    case 'list':
      return block.items.map((item) => item.map(blockText).join(' ')).join('\n')
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(textOf).join(' | ')).join('\n')
  }
}
