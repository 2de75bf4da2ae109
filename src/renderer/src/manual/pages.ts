/**
 * The pages of the offline manual, as they lie in `docs/`, read at build time. Only what is loaded
 * on demand imports this file: the first picture of the window does not wait for it.
 */
import { blockText, parseMarkdown } from './markdown'
import type { Block } from './markdown'

export interface Page {
  /** Of the repository: `docs/views/lab.md`. */
  readonly path: string
  readonly title: string
  readonly blocks: readonly Block[]
}

export interface PageGroup {
  readonly title: string
  readonly pages: readonly Page[]
}

export const GLOSSARY_PATH = 'docs/glossary.md'
export const NOTES_PATH = 'docs/notes.md'

const FILES = import.meta.glob<string>(
  [
    '../../../../docs/*.md',
    '../../../../docs/views/*.md',
    '../../../../docs/decisions/*.md',
    '!../../../../docs/README.md',
    '!../../../../docs/decisions/README.md',
  ],
  { query: '?raw', import: 'default', eager: true },
)

/** A line that is a picture of the window: whoever reads the manual here has the window itself. */
const PICTURE_LINE = /^!\[[^\]\n]*\]\([^)\n]*\)$/gm

export function makePage(path: string, source: string): Page {
  const blocks = parseMarkdown(source.replace(PICTURE_LINE, ''))
  const first = blocks.find(({ kind }) => kind === 'heading')
  return { path, title: first ? blockText(first) : path, blocks }
}

export const PAGES: ReadonlyMap<string, Page> = new Map(
  Object.entries(FILES)
    .map(([file, source]) => makePage(file.replace(/^(\.\.\/)+/, ''), source))
    .map((page) => [page.path, page]),
)

/** In the order in which somebody would read them; what is not named follows. */
const GROUPS: readonly (readonly [title: string, folder: RegExp, names: readonly string[]])[] = [
  [
    'The window',
    /^docs\/views\//,
    [
      ...['start', 'lab', 'topology', 'charts', 'instruments', 'timeline', 'teach'],
      ...['experiments', 'runs', 'checks', 'learn', 'logs', 'settings'],
    ],
  ],
  [
    'How it works',
    /^docs\/(protocol|checks|mutants|storage|wire|events|histories|testing)\.md$/,
    ['protocol', 'checks', 'mutants', 'storage', 'histories', 'events', 'wire', 'testing'],
  ],
  [
    'Working with it',
    /^docs\/[^/]+\.md$/,
    [
      ...['running', 'experiments', 'load', 'clients', 'storms', 'stepping', 'runs', 'reports'],
      ...['replay', 'simulator', 'explorer', 'worlds', 'schedules', 'reenactment'],
    ],
  ],
  ['Decisions', /^docs\/decisions\//, []],
]

const APART: ReadonlySet<string> = new Set([GLOSSARY_PATH, NOTES_PATH])

export function pageGroups(pages: ReadonlyMap<string, Page> = PAGES): PageGroup[] {
  const left = new Set([...pages.values()].filter(({ path }) => !APART.has(path)))
  return GROUPS.map(([title, folder, names]) => {
    const own = [...left].filter(({ path }) => folder.test(path))
    for (const page of own) left.delete(page)
    const rank = ({ path }: Page): number => {
      const at = names.findIndex((name) => path.endsWith(`/${name}.md`))
      return at === -1 ? names.length : at
    }
    own.sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path))
    return { title, pages: own }
  }).filter(({ pages: own }) => own.length > 0)
}
