/**
 * The glossary, read from its page: every heading of the third level is a term, or several words
 * for it, separated by commas; the second level groups them.
 */
import { textOf } from './inline'
import { blockText } from './markdown'
import type { Block } from './markdown'
import type { Page } from './pages'

export interface Term {
  readonly id: string
  /** As the heading says it. */
  readonly title: string
  readonly names: readonly string[]
  readonly blocks: readonly Block[]
}

export interface TermGroup {
  readonly title: string
  readonly terms: readonly Term[]
}

export function glossaryOf(page: Page): TermGroup[] {
  const groups: { title: string; terms: { term: Term; blocks: Block[] }[] }[] = []
  for (const block of page.blocks) {
    const group = groups.at(-1)
    if (block.kind === 'heading' && block.level === 2) {
      groups.push({ title: blockText(block), terms: [] })
    } else if (block.kind === 'heading' && block.level === 3 && group) {
      const blocks: Block[] = []
      const title = textOf(block.content)
      const names = title.split(',').map((name) => name.trim())
      group.terms.push({ term: { id: block.id, title, names, blocks }, blocks })
    } else {
      group?.terms.at(-1)?.blocks.push(block)
    }
  }
  return groups.map(({ title, terms }) => ({ title, terms: terms.map(({ term }) => term) }))
}

/** Words of every day: a link at each of them would be noise. They stand in the glossary. */
const EVERYDAY: ReadonlySet<string> = new Set([
  ...['node', 'link', 'event', 'run', 'stop', 'value', 'command', 'host', 'lab', 'input', 'pause'],
  ...['cut', 'drop', 'delay', 'kill', 'accept', 'restart', 'resume', 'effect', 'seed', 'fault'],
  ...['experiment', 'scenario', 'duplicate', 'reorder'],
])

export interface TermFinder {
  /** Pieces of the text in order; those that are a term name its id. */
  split(text: string): readonly { readonly text: string; readonly id: string | null }[]
}

/** Finds each term once: the second time on a page it is text. */
export function termFinder(groups: readonly TermGroup[]): TermFinder {
  const ids = new Map<string, string>()
  for (const { terms } of groups) {
    for (const { names, id } of terms) {
      for (const name of names) if (!EVERYDAY.has(name)) ids.set(name.toLowerCase(), id)
    }
  }
  const words = [...ids.keys()].sort((a, b) => b.length - a.length).map(escaped)
  if (words.length === 0) return { split: (text) => [{ text, id: null }] }
  const pattern = new RegExp(`(?<![\\w-])(${words.join('|')})(s?)(?![\\w-])`, 'gi')
  const seen = new Set<string>()
  return {
    split(text) {
      const pieces: { text: string; id: string | null }[] = []
      let from = 0
      for (const found of text.matchAll(pattern)) {
        const id = ids.get((found[1] ?? '').toLowerCase())
        if (id === undefined || seen.has(id)) continue
        seen.add(id)
        if (found.index > from) pieces.push({ text: text.slice(from, found.index), id: null })
        pieces.push({ text: found[0], id })
        from = found.index + found[0].length
      }
      if (from < text.length) pieces.push({ text: text.slice(from), id: null })
      return pieces
    },
  }
}

export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
