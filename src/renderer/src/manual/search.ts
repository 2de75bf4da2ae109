/** Search over all pages: by section, all words must occur, headings count more than text. */
import { escaped } from './glossary'
import { blockText } from './markdown'
import type { Page } from './pages'

interface Section {
  readonly path: string
  readonly page: string
  readonly heading: string
  readonly anchor: string
  readonly text: string
}

export interface Hit {
  readonly path: string
  readonly page: string
  readonly heading: string
  readonly anchor: string
  /** Words around the first hit. */
  readonly excerpt: string
}

export type Piece = { readonly text: string; readonly hit: boolean }

const HITS_MAX = 40
const EXCERPT_CHARS = 180
const QUERY_WORDS_MAX = 8

export function sectionsOf(pages: Iterable<Page>): Section[] {
  const found: Section[] = []
  for (const { path, title, blocks } of pages) {
    let section = { path, page: title, heading: title, anchor: '', text: '' }
    for (const block of blocks) {
      if (block.kind !== 'heading') {
        section.text += `${section.text === '' ? '' : ' '}${blockText(block)}`
        continue
      }
      if (section.text !== '' || section.anchor !== '') found.push(section)
      const heading = blockText(block)
      section = { path, page: title, heading, anchor: block.id, text: '' }
    }
    found.push(section)
  }
  return found
}

export function wordsOf(query: string): string[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return [...new Set(words)].slice(0, QUERY_WORDS_MAX)
}

export function search(sections: readonly Section[], query: string): readonly Hit[] {
  const words = wordsOf(query)
  if (words.length === 0) return []
  const ranked = sections.flatMap((section) => {
    const rank = rankOf(section, words)
    return rank === 0 ? [] : [{ section, rank }]
  })
  ranked.sort((a, b) => b.rank - a.rank)
  return ranked.slice(0, HITS_MAX).map(({ section }) => {
    const { path, page, heading, anchor, text } = section
    return { path, page, heading, anchor, excerpt: excerptOf(text, words) }
  })
}

function rankOf({ page, heading, text }: Section, words: readonly string[]): number {
  const head = `${page} ${heading}`.toLowerCase()
  const body = text.toLowerCase()
  let rank = 0
  for (const word of words) {
    const inHead = ownStart(word, head) >= 0 ? 12 : head.includes(word) ? 1 : 0
    const times = body.split(word).length - 1
    if (inHead + times === 0) return 0
    // A part in the middle of a word is a hit too, but rarely what was meant.
    rank += inHead + (ownStart(word, body) >= 0 ? 4 + Math.min(times, 4) : 0.5)
  }
  return rank
}

/** Where a word begins with it; -1: nowhere. */
function ownStart(word: string, text: string): number {
  return text.search(new RegExp(`(?<!\\w)${escaped(word)}`))
}

function excerptOf(text: string, words: readonly string[]): string {
  const flat = text.replace(/\s+/g, ' ')
  const low = flat.toLowerCase()
  const own = words.map((word) => ownStart(word, low)).filter((at) => at >= 0)
  const places =
    own.length > 0 ? own : words.map((word) => low.indexOf(word)).filter((at) => at >= 0)
  const at = Math.max(0, Math.min(...places, flat.length) - EXCERPT_CHARS / 3)
  const from = places.length === 0 || at < 30 ? 0 : flat.indexOf(' ', at) + 1
  const more = from + EXCERPT_CHARS < flat.length
  const part = flat.slice(from, more ? flat.lastIndexOf(' ', from + EXCERPT_CHARS) : undefined)
  const end = more ? ' …' : ''
  return `${from > 0 ? '… ' : ''}${part.trimEnd()}${end}`
}

/** The text in pieces, those that were looked for marked. */
export function marked(text: string, words: readonly string[]): Piece[] {
  if (words.length === 0) return [{ text, hit: false }]
  const pattern = new RegExp(`(${words.map(escaped).join('|')})`, 'gi')
  return text
    .split(pattern)
    .map((piece, index) => ({ text: piece, hit: index % 2 === 1 }))
    .filter(({ text: piece }) => piece !== '')
}
